"""What the endpoint does where the page is silent: one word and a detail, never a verdict."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from lcm_conformance.catalogue import page
from lcm_conformance.catalogue.probes import Part
from lcm_conformance.catalogue.verdict import Untested
from lcm_conformance.judge.arrivals import asks_properly
from lcm_conformance.judge.checks.contact import comparable
from lcm_conformance.judge.checks.formats import EXPIRY_TIME
from lcm_conformance.judge.evidence import Evidence, once
from lcm_conformance.record.reply import Message, Shape
from lcm_conformance.record.strictjson import show
from lcm_conformance.record.transcript import Exchange

Seen = tuple[str, str]
"""The word, and the detail."""

SILENCE = "silence"


def answer_to(read: Sequence[Message], closed: bool = False) -> Seen:
    """What came to one request, in the word of the contract: silence, contact, empty-contact, …"""
    for shapes, word in _WORDS:
        for message in read:
            if message.shape in shapes or (word == "contact" and message.hands_out):
                return word, message.event.frame or ""
    if closed:
        return "closed", "the endpoint closed the session"
    return (SILENCE, "nothing came") if not read else ("other", read[0].event.frame or "")


_WORDS: tuple[tuple[frozenset[Shape], str], ...] = (
    (frozenset({Shape.ELSEWHERE}), "contact"),
    (frozenset({Shape.EMPTY, Shape.CONTACT}), "empty-contact"),
    (frozenset({Shape.ERROR}), "error-message"),
)


def of_probe(probe: str) -> Callable[[Evidence], Seen]:
    """The answer to a probe's first request."""
    return partial(_first_answer, probe)


def _first_answer(probe: str, evidence: Evidence) -> Seen:
    exchanges = [x for x in evidence.require_asked(probe) if x.part in {Part.TEST, Part.OPEN}]
    if not exchanges:
        raise Untested("not asked")
    alone = {x.id for group in evidence.groups if group.alone and group.heard for x in group.tests}
    first = next((x for x in exchanges if x.id in alone), exchanges[0])
    read = [message for message in evidence.arrivals.read[first.id] if not _is_chatter(evidence, message)]
    if not read and not first.closed and first.id not in alone:
        read = _refusal_in_time_of_control(evidence, first)
    return answer_to(read, first.closed)


def _refusal_in_time_of_control(evidence: Evidence, first: Exchange) -> list[Message]:
    """What came to a request only when the proper one after it had been sent: all but contacts and other traffic."""
    after = [x for x in evidence.controls(first) if x.session == first.session][:1]
    return [
        message
        for x in after
        for message in evidence.arrivals.read[x.id]
        if not message.hands_out
        and message != evidence.arrivals.chosen.get(x.id)
        and not _is_chatter(evidence, message)
    ]


def _is_chatter(evidence: Evidence, message: Message) -> bool:
    if message.shape is Shape.NOT_JSON:
        return message.likeness in evidence.arrivals.chatter
    return _address(message) in _addresses_unasked(evidence)


def asked_twice(evidence: Evidence) -> Seen:
    """OBS-asked-twice: whether the second request on a session brings the same contact again."""
    again = evidence.require_asked("asked-twice")[-1]
    seen, detail = answer_to(evidence.arrivals.read[again.id], again.closed)
    asked = [x for x in evidence.recording.exchanges if x.sent < again.sent and asks_properly(x)]
    before = [x for x in asked if x.agent == again.agent]
    second, first = evidence.handed_out(again), [r for x in before for r in evidence.handed_out(x)]
    if seen != "contact" or not first or not second:
        return seen, detail
    same = comparable(first[-1], evidence.pins) == comparable(second[0], evidence.pins)
    return seen, "the same contact again" if same else "another contact"


def expired(evidence: Evidence) -> Seen:
    """OBS-expired: whether contacts are handed out whose ExpiryTime, written as in the sample, is over for days."""
    for reply in evidence.replies:
        if EXPIRY_TIME.accepts(reply, evidence.pins):
            text = str(reply.response["ExpiryTime"])
            try:
                until = datetime.strptime(text, "%b %d %Y %I:%M%p")
            except ValueError:
                continue
            arrived = reply.message.event.at.replace(tzinfo=None)
            # No zone is documented; two days are more than any two zones are apart.
            if until < arrived - timedelta(days=2):
                return "contact", "a contact was handed out after its ExpiryTime"
    raise Untested("no contact was due after its ExpiryTime in this run")


def extra_members(evidence: Evidence) -> Seen:
    """OBS-extra-members: members that the page does not list, by name."""
    known = {name for member in page.MEMBERS for name in page.spellings(member)}
    names = sorted({name for reply in evidence.replies for name in reply.response if name not in known})
    return ("other", ", ".join(show(name) for name in names)) if names else ("contact", "no extra members")


def unsolicited(evidence: Evidence) -> Seen:
    """OBS-unsolicited: traffic that neither the suite's logins and logouts nor its requests brought."""
    unasked = _addresses_unasked(evidence)
    found = [m for read in evidence.arrivals.read.values() for m in read if _is_of_nobody(m, unasked)]
    found += [message for message in evidence.arrivals.unasked if message.event.phase is None]
    if not found:
        return SILENCE, "nothing but replies"
    kinds = Counter(map(_address, found))
    return "other", ", ".join(f"{address} ×{number}" for address, number in kinds.most_common(10))


def _is_of_nobody(message: Message, unasked: frozenset[str]) -> bool:
    return not message.hands_out and _address(message) in unasked


@once
def _addresses_unasked(evidence: Evidence) -> frozenset[str]:
    """The addresses of what came when nothing had been asked, or beside the contact that was asked for."""
    arrivals = evidence.arrivals
    asked = [x for x in evidence.exchanges(Part.DUE) if evidence.handed_out(x) and arrivals.is_first_asked(x)]
    beside = [m for x in asked for m in arrivals.read[x.id] if m != arrivals.chosen.get(x.id)]
    alone = [message for message in arrivals.unasked if message.event.phase is None]
    return frozenset(_address(message) for message in (*beside, *alone) if not message.hands_out)


def latency(evidence: Evidence) -> Seen:
    """OBS-latency: how long due replies took."""
    times = latencies(evidence)
    if not times:
        raise Untested("no due request was answered")
    p50, p95, longest = quantiles(times)
    return "contact", f"{len(times)} replies: p50 {p50:.1f} ms, p95 {p95:.1f} ms, max {longest:.1f} ms"


@once
def latencies(evidence: Evidence) -> Sequence[float]:
    """Milliseconds from each due request to its reply."""
    due = evidence.exchanges(Part.DUE, Part.CONTROL)
    kept = [reply.after_ms for x in due if (reply := evidence.reply_of(x)) and reply.after_ms is not None]
    return array("d", kept) + array("d", evidence.recording.folded.latencies)


def quantiles(times: Sequence[float]) -> tuple[float, float, float]:
    """The 50th and 95th percentile and the maximum (nearest rank); zeros for no times."""
    if not times:
        return 0.0, 0.0, 0.0
    # Of a million times no list is made: a step of a microsecond holds few of them.
    steps = Counter(int(time * 1000) for time in times)
    return (
        _ranked(times, steps, (len(times) - 1) // 2),
        _ranked(times, steps, -(-95 * len(times) // 100) - 1),
        max(times),
    )


def _ranked(times: Sequence[float], steps: Counter[int], rank: int) -> float:
    """The time before which so many are shorter; `steps` counts them."""
    for step in sorted(steps):
        if rank < steps[step]:
            return sorted(time for time in times if int(time * 1000) == step)[rank]
        rank -= steps[step]
    raise AssertionError("the rank is one of the times")


def _address(message: Message) -> str:
    value = message.parsed.value
    if not isinstance(value, dict):
        return "not JSON" if message.parsed.error else "no object"
    return "/".join(str(value.get(name, "–")) for name in ("channel", "topic", "subtopic"))


OBSERVATIONS: Mapping[str, Callable[[Evidence], Seen]] = {
    "OBS-nothing-reserved": of_probe("nothing-reserved"),
    "OBS-not-logged-in": of_probe("not-logged-in"),
    "OBS-unknown-agent": of_probe("unknown-agent"),
    "OBS-no-userid": of_probe("no-userid"),
    "OBS-other-agents-userid": of_probe("colleague"),
    "OBS-asked-twice": asked_twice,
    "OBS-expired": expired,
    "OBS-extra-members": extra_members,
    "OBS-unsolicited": unsolicited,
    "OBS-latency": latency,
    "OBS-after-2308": of_probe("ask"),
}
