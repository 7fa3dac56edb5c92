"""What a run must not say: makes its redactor, teaches it what the run brought to light, and tells of crashes.

Called by whoever drives (`run`, `doctor`), by the plugin, and where a step may end in an exception.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from conformance.profile import Agent, Profile
from conformance.redaction import Redactor
from conformance.strictjson import parse
from conformance.transcript import Event, Kind
from conformance.verdict import Outcome, SuiteError

_OURS = ("conformance.", "steps.")
_WINDOW = 8  # frames in a row among which one value may be torn
_WIDEST = 100_000  # characters of them together


def redactor_of(profile: Profile, reveal: bool = False) -> Redactor:
    """The redactor of a run: it knows all that the profile says of agents and their contacts, and its secrets."""
    redactor = Redactor(secrets=profile.secrets, reveal=reveal)
    learn_agents(redactor, profile.agents.values())
    return redactor


def learn_agents(redactor: Redactor, agents: Iterable[Agent]) -> None:
    """Remember who the agents are, and what is expected of their contacts."""
    for agent in agents:
        for known in ({**agent.keys, "UserID": agent.user_id}, dict(agent.expect)):
            redactor.learn(json.dumps(known, ensure_ascii=False))


def learn_events(redactor: Redactor, events: Iterable[Event]) -> None:
    """Remember the values in all that was sent and received, those torn between two frames too."""
    broken: dict[str, list[str]] = defaultdict(list)
    for event in events:
        for text in (event.frame, event.note):
            if text is not None:
                redactor.learn(text)
        if event.kind is Kind.RECEIVED and event.frame is not None:
            if parse(event.frame).error is not None:
                broken[event.session].append(event.frame)
            else:
                _learn_torn(redactor, broken.pop(event.session, []))
    for frames in broken.values():
        _learn_torn(redactor, frames)


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


def _learn_torn(redactor: Redactor, frames: Sequence[str]) -> None:
    for first in range(0, max(len(frames) - 1, 0), _WINDOW // 2):
        window = frames[first : first + _WINDOW]
        if sum(map(len, window)) <= _WIDEST:
            redactor.learn_torn(window)
