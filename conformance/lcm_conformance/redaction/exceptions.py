"""What may be said of an exception: never its text, which may hold anything."""

from __future__ import annotations

import os
from collections.abc import Iterator

from lcm_conformance.catalogue.system_error import explained
from lcm_conformance.catalogue.verdict import Inconclusive, Outcome, SuiteError

STEPS = "_lcm_conformance_steps"
"""The private name under which the step definitions are loaded."""
_OURS = ("lcm_conformance.", f"{STEPS}.")


def account(error: BaseException) -> str:
    """A crash in one line: its type and place. Never its text, which may hold anything."""
    kind = type(error).__name__
    if isinstance(error, OSError) and error.errno:
        kind += f" ({os.strerror(error.errno)})"
    places = list(_places(error))
    ours = [place for place in places if place.startswith(_OURS)]
    place = (ours or places or ["an unknown place"])[-1]
    return f"{kind} in {place}"


def without_values(error: Exception) -> Exception:
    """What may leave a step: pytest and its plugins print, log and write whatever an exception and its frames hold.

    An `Outcome` keeps its reason and findings as attributes, where only the reports look for them.
    """
    known = explained(error)
    if known is not None:
        return Inconclusive(f"environment: {known}")
    if not isinstance(error, Outcome):
        return SuiteError(str(error) if isinstance(error, SuiteError) else f"{account(error)}: please report it")
    error.args = ()
    error.__cause__ = error.__context__ = error.__traceback__ = None
    error.__dict__.pop("__notes__", None)
    return error


def _places(error: BaseException) -> Iterator[str]:
    trace = error.__traceback__
    while trace is not None:
        frame = trace.tb_frame
        yield f"{frame.f_globals.get('__name__', '')}.{frame.f_code.co_name}, line {trace.tb_lineno}"
        trace = trace.tb_next
