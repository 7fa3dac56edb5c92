"""What a run must not say: makes its redactor, teaches it what the run brought to light, and tells of crashes.

Called by whoever drives (`run`, `doctor`), by the plugin, and where a step may end in an exception.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator

from lcm_conformance.judge.terms import Terms
from lcm_conformance.profile import Agent, Profile
from lcm_conformance.record.folded import Folded
from lcm_conformance.record.strictjson import parse
from lcm_conformance.record.transcript import Event, Kind
from lcm_conformance.redaction import Redactor
from lcm_conformance.redaction.values import broken_texts

_EDGE = 4096  # characters from the end of a fragment within which a torn value is looked for
_WIDEST = 65_536  # characters of fragments that are joined at once
_FOLLOWED = 1_000  # frames whose values are known again, where whatever looks like one is taken for one
_KEPT = 8  # fragments that are joined to the next ones, too


def redactor_of(profile: Profile, reveal: bool = False) -> Redactor:
    """The redactor of a run: it knows all that the profile says of agents and their contacts, and its secrets."""
    redactor = Redactor(secrets=profile.secrets, reveal=reveal)
    redactor.learn_headers(profile.short_headers)
    learn_agents(redactor, profile.agents.values())
    return redactor


def learn_agents(redactor: Redactor, agents: Iterable[Agent]) -> None:
    """Remember who the agents are, and what is expected of their contacts."""
    for agent in agents:
        for known in ({**agent.keys, "UserID": agent.user_id}, *agent.expect):
            redactor.learn(json.dumps(dict(known), ensure_ascii=False))


def learn_terms(redactor: Redactor, terms: Terms) -> None:
    """Remember what a transcript's first line says of agents and their contacts."""
    for agent in terms.agents.values():
        for known in ({"UserID": agent.user_id}, *agent.expect):
            redactor.learn(json.dumps(dict(known), ensure_ascii=False))


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


def learn_folded(redactor: Redactor, folded: Folded) -> None:
    """Remember the values in what was received and is not kept: it may be spoken of elsewhere."""
    if folded.more:
        redactor.learn_no_more()
    for frame in folded.frames[: _FOLLOWED if folded.more else None]:
        redactor.learn(frame)


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
