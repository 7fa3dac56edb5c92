"""What a run must not say: makes its redactor, teaches it what the run brought to light, and tells of crashes.

Called by whoever drives (`run`, `doctor`), by the plugin, and where a step may end in an exception.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator

from conformance.profile import Agent, Profile
from conformance.redaction import Redactor
from conformance.redaction.values import broken_texts
from conformance.strictjson import parse
from conformance.transcript import Event, Kind
from conformance.verdict import Outcome, SuiteError

_OURS = ("conformance.", "steps.")
_EDGE = 4096  # characters from the end of a fragment within which a torn value is looked for
_WIDEST = 65_536  # characters of fragments that are joined at once
_KEPT = 8  # fragments that are joined to the next ones, too


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
    fragments: dict[str, list[str]] = defaultdict(list)
    learnt: set[str] = set()
    for event in events:
        for text in (event.frame, event.note):
            if text is not None and text not in learnt:
                redactor.learn(text)
                learnt.add(text)
        if event.kind is Kind.RECEIVED and event.frame is not None:
            fragments[event.session] += _fragments(event.frame)
    for frames in fragments.values():
        for neighbours in _neighbours(frames):
            redactor.learn_torn(neighbours)


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


def _fragments(frame: str) -> Iterable[str]:
    """What may be a piece of something longer: a frame that is no JSON object or array, or texts within one."""
    is_whole = frame.lstrip()[:1] in ("{", "[") and parse(frame).error is None
    return broken_texts(frame) if is_whole else (frame,)


def _neighbours(fragments: Iterable[str]) -> Iterator[list[str]]:
    """Fragments in a row, at most so many characters at once; of a long one its ends, each with its own neighbours."""
    row: list[str] = []
    width = 0
    for fragment in fragments:
        row.append(fragment[:_EDGE])
        width += len(row[-1])
        if len(fragment) > _EDGE or width > _WIDEST:
            yield row
            row = [fragment[-_EDGE:]] if len(fragment) > _EDGE else row[-_KEPT:]
            width = sum(map(len, row))
    yield row
