"""Proper requests to which no contact came, and why: lost, late, used up, or not due at all (MAP-1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from lcm_conformance.catalogue.probes import Part
from lcm_conformance.judge.arrivals import asks_properly, is_proper
from lcm_conformance.judge.evidence import Evidence, once
from lcm_conformance.record.reply import Message, Shape
from lcm_conformance.record.transcript import CUT, Exchange, Kind

_LIMITS = ("1008", "1013", "429")
"""With these an endpoint or a gateway before it says that there were too many requests."""
_ACCIDENTS = 3
"""So many lines that are cut in place of an answer may be the network's doing."""


@once
def due(evidence: Evidence) -> list[Exchange]:
    """The requests that count for MAP-1: nothing improper was asked before, and this way of asking is answered."""
    return [
        x
        for x in evidence.exchanges(Part.DUE)
        if is_proper(x)
        and evidence.arrivals.is_first_asked(x)
        and (not evidence.answered_ways or x.way is None or x.way in evidence.answered_ways)
    ]


def brings(evidence: Evidence, exchange: Exchange) -> bool:
    """Whether a request was answered, if only ill-formed, and not told that there is nothing."""
    message = evidence.arrivals.chosen.get(exchange.id)
    return message is not None and not message.says_nothing


@once
def empty_handed(evidence: Evidence) -> list[Exchange]:
    """Due requests that brought no contact in the end, nor anything in its place: unanswered, or told of nothing."""
    found = []
    by_session: dict[str, list[Exchange]] = defaultdict(list)
    for x in due(evidence):
        by_session[x.session].append(x)
    for asked in by_session.values():
        bare = [x for x in asked if not brings(evidence, x)]
        # A contact that came in a later window was late: how many are missing is known, not which.
        came = -(-evidence.arrivals.contacts(asked) // evidence.habits.copies)
        others = sum(brings(evidence, x) and not evidence.handed_out(x) for x in asked)
        found += bare[: max(0, len(asked) - came - others)]
    return found


@once
def slowest(evidence: Evidence) -> float:
    """Seconds from a proper request to its answer, or to the contact that made its count right, at the most."""
    times = [max(evidence.recording.folded.latencies, default=0.0) / 1000]
    empty = {x.id for x in empty_handed(evidence)}
    for x in evidence.exchanges(Part.CONTROL):
        reply = evidence.reply_of(x)
        if reply is not None and reply.after_ms is not None and evidence.handed_out(x) and evidence.is_certain(x):
            times.append(reply.after_ms / 1000)
    for x in due(evidence):
        reply = evidence.reply_of(x)
        if reply is not None and reply.after_ms is not None and evidence.gives_meaning(x):
            times.append(reply.after_ms / 1000)
        elif x.id not in empty:
            later = [y for y in evidence.recording.on(x.session) if y.sent > x.sent]
            came = [m.event.clock - x.sent for y in later for m in evidence.arrivals.read[y.id] if m.hands_out]
            times.append(min(came, default=0.0))
    return max(times)


def had_its_contact(evidence: Evidence, exchange: Exchange) -> bool:
    """Whether its agent was handed contacts before and after: then one was there, whatever the profile says."""
    handed = _handed_to(evidence, exchange.asks_for)
    return any(x.sent < exchange.sent for x in handed) and any(x.sent > exchange.sent for x in handed)


def was_handed(evidence: Evidence, role: str) -> bool:
    """Whether an agent was handed any contact on a proper request."""
    return bool(_handed_to(evidence, role))


@once
def used_up(evidence: Evidence, role: str | None) -> str | None:
    """The line that says so where an agent was handed contacts, and after them none on any session, a fresh one too.

    Not where its session was closed in place of an answer.
    """
    handed = _handed_to(evidence, role)
    since = [x for x in _proper_of(evidence, role) if handed and x.sent > handed[-1].sent]
    known = {x.session for x in handed}
    fresh = [x for x in since if x.session not in known and evidence.arrivals.is_first_asked(x) and not x.closed]
    if not fresh or any(brings(evidence, x) for x in since):
        return None
    count = len(handed) + evidence.recording.folded.by_role.get(role or "", 0)
    return (
        f"the reservation of agents.{role} was used up after {count} contacts: "
        'reserve as many as a run asks for, let [prepare] do it, or write reserved = "stays" if it outlasts the run'
    )


def ended_in_its_place(evidence: Evidence, exchange: Exchange) -> bool:
    """Whether the session of a proper request ended in place of its answer, and it was answered when asked again.

    A line that is cut again and again in place of answers is no accident any more.
    """
    cuts = [x for x in due(evidence) if x.closed and is_cut(evidence, x.session) and not brings(evidence, x)]
    if not exchange.closed or brings(evidence, exchange) or (exchange in cuts and len(cuts) > _ACCIDENTS):
        return False
    later = [x for x in _proper_of(evidence, exchange.asks_for) if x.sent > exchange.sent]
    return bool(later) and brings(evidence, later[0])


def came_after_the_last(evidence: Evidence, exchange: Exchange) -> bool:
    """Whether its agent was handed its last contact before it."""
    handed = _handed_to(evidence, exchange.asks_for)
    return bool(handed) and exchange.sent > handed[-1].sent


def is_explained(evidence: Evidence, exchange: Exchange) -> bool:
    """Whether something else than the product explains that no contact came, and a notice says so."""
    return (
        ended_in_its_place(evidence, exchange)
        or is_limited(evidence, exchange)
        or _answers_once(evidence, exchange)
        or (evidence.habits.drops_equal and evidence.habits.equals_the_one_before(exchange))
    )


def is_limited(evidence: Evidence, exchange: Exchange) -> bool:
    """Whether the session was closed in its place by a limit to the number of requests."""
    return exchange.closed and any(code in close_note(evidence, exchange.session) for code in _LIMITS)


def close_note(evidence: Evidence, session: str) -> str:
    """What is known of how the endpoint closed a session."""
    return _close_notes(evidence).get(session, "")


@once
def _close_notes(evidence: Evidence) -> dict[str, str]:
    """By session, the note of its last end."""
    return {e.session: e.note or "" for e in evidence.recording.events if e.kind in {Kind.CLOSED, Kind.ERROR}}


def is_cut(evidence: Evidence, session: str) -> bool:
    """Whether a session ended without a close frame, which may be the network's doing."""
    return CUT in close_note(evidence, session)


def looks_like_idle(evidence: Evidence, exchange: Exchange) -> bool:
    """Whether the endpoint said openly what it says to the agent who has nothing reserved."""
    idle = [m for x in evidence.exchanges(Part.TEST, probe="nothing-reserved") for m in evidence.arrivals.read[x.id]]
    usual = _skeletons(_beside_contacts(evidence))
    said = _skeletons(idle) - usual
    return bool(said & _skeletons(evidence.arrivals.read[exchange.id]))


def _answers_once(evidence: Evidence, exchange: Exchange) -> bool:
    """Whether its session answered its first request and no later one, and a fresh session answers again."""
    first, *later = [x for x in evidence.recording.on(exchange.session) if is_proper(x)]
    if exchange not in later or not brings(evidence, first) or any(brings(evidence, x) for x in later):
        return False
    handed = _handed_to(evidence, exchange.asks_for)
    return any(x.session != exchange.session and x.sent > exchange.sent for x in handed)


@once
def _proper_of(evidence: Evidence, role: str | None) -> list[Exchange]:
    return [x for x in evidence.recording.exchanges if is_proper(x) and asks_properly(x) and x.asks_for == role]


@once
def _handed_to(evidence: Evidence, role: str | None) -> list[Exchange]:
    """The proper requests of an agent that were handed a contact."""
    return [x for x in _proper_of(evidence, role) if evidence.handed_out(x)]


def _beside_contacts(evidence: Evidence) -> Iterable[Message]:
    answered = [x for x in evidence.exchanges(Part.DUE, Part.CONTROL) if evidence.handed_out(x)]
    tests = {x.session for x in evidence.exchanges(Part.TEST)}
    return [m for x in answered if x.session not in tests for m in evidence.arrivals.read[x.id]]


def _skeletons(messages: Iterable[Message]) -> set[object]:
    return {_skeleton(message) for message in messages if not message.hands_out}


def _skeleton(message: Message) -> object:
    """A message without its values: its subtopic, and the names in it."""
    if message.shape is Shape.NOT_JSON:
        return message.likeness
    names: list[str] = []
    todo: list[object] = [message.parsed.value]
    while todo:
        item = todo.pop()
        if isinstance(item, dict):
            names += item
            todo += item.values()
        elif isinstance(item, list):
            todo += item
    return str(message.subtopic), tuple(sorted(names))
