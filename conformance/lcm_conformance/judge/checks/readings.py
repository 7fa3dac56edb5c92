"""Which side of the page the endpoint follows, and that it keeps to it (CON-1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from lcm_conformance.catalogue import page
from lcm_conformance.catalogue.request import Way
from lcm_conformance.catalogue.verdict import Finding, Inconclusive, Nonconformity
from lcm_conformance.judge.checks.check import Pins
from lcm_conformance.judge.checks.envelope import TOPIC
from lcm_conformance.judge.checks.members import held, present, typed
from lcm_conformance.judge.evidence import Evidence
from lcm_conformance.record.reply import Reply
from lcm_conformance.record.strictjson import kind

BOTH = "both"
_TYPE_SIDES = {"Number": "table", "String": "sample"}


def _topic(reply: Reply, pins: Pins) -> str | None:
    if not TOPIC.accepts(reply, pins):
        return None
    return next(side for side, spelling in page.TOPICS.items() if spelling == reply.value["topic"])


def _contact_id_name(reply: Reply, pins: Pins) -> str | None:
    if not present("ContactID").accepts(reply, pins):
        return None
    names = held(reply, "ContactID", pins)
    sides = [side for side, spelling in page.SPELLINGS["ContactID"].items() if spelling in names]
    return BOTH if len(sides) > 1 else sides[0]


def _type(member: str, reply: Reply, pins: Pins) -> str | None:
    if not typed(member).accepts(reply, pins):
        return None
    kinds = {kind(value) for value in held(reply, member, pins).values()} & _TYPE_SIDES.keys()
    return BOTH if len(kinds) > 1 else _TYPE_SIDES[kinds.pop()]


SIDES: Mapping[str, Callable[[Reply, Pins], str | None]] = {
    "topic": _topic,
    "contact-id-name": _contact_id_name,
    "contact-id-type": partial(_type, "ContactID"),
    "call-type-type": partial(_type, "CallType"),
}
"""The readings that a reply shows, each with the question which side it follows; None: it does not show it."""

_AS_TYPES = {"table": "a Number", "sample": "a String"}
_SHOWN: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "topic": ("writes the topic as", page.TOPICS),
    "contact-id-name": ("names ContactID as", page.SPELLINGS["ContactID"]),
    "contact-id-type": ("sends ContactID as", _AS_TYPES),
    "call-type-type": ("sends CallType as", _AS_TYPES),
}
"""How a side shows in a reply: what the endpoint does, and how it looks on each side."""


def sides(evidence: Evidence, reading: str, way: Way | None = None) -> dict[str, Reply]:
    """The sides of a reading that were seen in the run, each with the first reply that shows it.

    With a way, only replies to that way of asking count.
    """
    seen: dict[str, Reply] = {}
    for reply in evidence.replies:
        side = SIDES[reading](reply, evidence.pins) if way in {None, reply.way} else None
        if side is not None:
            seen.setdefault(side, reply)
    return seen


def _seen(evidence: Evidence, reading: str) -> list[dict[str, Reply]]:
    """The sides that must agree: a reply may mirror the topic of its request, so each way of asking is on its own."""
    if reading != "topic":
        return [sides(evidence, reading)]
    return [seen for way in evidence.answered_ways if (seen := sides(evidence, reading, way))]


def require_one_reading(evidence: Evidence, reading: str) -> None:
    """CON-1: throughout the run one and the same side (table and sample)."""
    seen = _seen(evidence, reading)
    if not any(seen):
        raise Inconclusive(f"no reply shows the reading {reading}, because an outer clause fails")
    for told in seen:
        one = {side: reply for side, reply in told.items() if side != BOTH}  # who shows both keeps to either
        if len(one) > 1:
            (first, before), (second, after) = list(one.items())[:2]
            does, looks = _SHOWN[reading]
            finding = Finding(
                f"one reading of {reading} throughout the run: the page's table or its sample",
                f"the endpoint {does} {looks[first]} ({first}) in {before.named}, "
                f"{looks[second]} ({second}) in {after.named}",
                after.where("$"),
                after.exchange,
            )
            raise Nonconformity(f"the endpoint now {does} {looks[first]}, now {looks[second]}", [finding])


def followed(evidence: Evidence) -> dict[str, str]:
    """Each reading with the side that the endpoint follows: table, sample, both, or mixed."""
    found = {}
    for reading in SIDES:
        seen = next(iter(_seen(evidence, reading)), {})  # of the topic: in answer to the run's own way of asking
        told = [side for side in seen if side != BOTH] or list(seen)
        if told:
            found[reading] = told[0] if len(told) == 1 else "mixed"
    needed = _needed_sources(evidence)
    if needed:
        found["source"] = needed
    return found


def depends_on(evidence: Evidence) -> tuple[str, ...]:
    """The readings without which the endpoint would not conform, as `name=side`."""
    pairs = {(reading, side) for reading, side in followed(evidence).items() if side in {"table", "sample"}}
    answered = {way.topic for way in evidence.answered_ways}
    if len(answered) == 1 and {way.topic for way in evidence.tried_ways} > answered:
        pairs.add(("topic", next(side for side, topic in page.TOPICS.items() if topic in answered)))
    return tuple(sorted(f"{reading}={side}" for reading, side in pairs))


def _needed_sources(evidence: Evidence) -> str | None:
    answered = {way.source for way in evidence.answered_ways}
    if len(answered) == 2:
        return BOTH
    if not answered or not {way.source for way in evidence.tried_ways} > answered:
        return None
    return "table" if True in answered else "sample"
