"""Which side of the page the endpoint follows, and that it keeps to it (CON-1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from lcm_conformance.catalogue import page
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
    # A reply may mirror the topic of its request; only the run's own way of asking says something.
    if not reply.standard_way or not TOPIC.accepts(reply, pins):
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


def sides(evidence: Evidence, reading: str) -> dict[str, Reply]:
    """The sides of a reading that were seen in the run, each with the first reply that shows it."""
    seen: dict[str, Reply] = {}
    for reply in evidence.replies:
        side = SIDES[reading](reply, evidence.pins)
        if side is not None:
            seen.setdefault(side, reply)
    return seen


def require_one_reading(evidence: Evidence, reading: str) -> None:
    """CON-1: throughout the run one and the same side (table and sample)."""
    seen = sides(evidence, reading)
    if not seen:
        raise Inconclusive(f"no reply shows the reading {reading}, because an outer clause fails")
    if len(seen) > 1:
        first, second = list(seen.items())[:2]
        finding = Finding(
            f"one reading of {reading} throughout the run",
            f"{first[0]} in reply {first[1].number}, {second[0]} in reply {second[1].number}",
            second[1].where("$"),
            second[1].exchange,
        )
        raise Nonconformity(f"the endpoint changes its reading of {reading}", [finding])


def followed(evidence: Evidence) -> dict[str, str]:
    """Each reading with the side that the endpoint follows: table, sample, both, or mixed."""
    found = {}
    for reading in SIDES:
        seen = sides(evidence, reading)
        if seen:
            found[reading] = next(iter(seen)) if len(seen) == 1 else "mixed"
    needed = _needed_sources(evidence)
    if needed:
        found["source"] = needed
    return found


def depends_on(evidence: Evidence) -> tuple[str, ...]:
    """The readings without which the endpoint would not conform, as `name=side`."""
    pairs = {(reading, side) for reading, side in followed(evidence).items() if side in {"table", "sample"}}
    ways = evidence.recording.answered_ways
    respelt = evidence.exchanges(probe="topic-respelt")
    if ways and respelt and not any(evidence.answered(x) for x in respelt):
        pairs.add(("topic", next(side for side, topic in page.TOPICS.items() if topic == ways[0].topic)))
    return tuple(sorted(f"{reading}={side}" for reading, side in pairs))


def _needed_sources(evidence: Evidence) -> str | None:
    ways = evidence.recording.answered_ways
    if not ways:
        return None
    turned = evidence.exchanges(probe="source-turned")
    if not turned:
        return None
    if any(evidence.answered(x) for x in turned):
        return BOTH
    return "table" if ways[0].source else "sample"
