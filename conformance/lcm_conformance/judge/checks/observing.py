"""What the endpoint does where the page is silent: one word and a detail, never a verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial

from lcm_conformance.catalogue import page
from lcm_conformance.catalogue.probes import Part
from lcm_conformance.catalogue.verdict import Untested
from lcm_conformance.judge.checks.contact import comparable
from lcm_conformance.judge.checks.formats import EXPIRY_TIME
from lcm_conformance.judge.evidence import Evidence
from lcm_conformance.record.reply import Message, Shape, messages
from lcm_conformance.record.strictjson import show
from lcm_conformance.record.transcript import Exchange, Kind

Seen = tuple[str, str]
"""The word, and the detail."""

SILENCE = "silence"


def answer_to(exchange: Exchange) -> Seen:
    """What came to one request, in the word of the contract: silence, contact, empty-contact, …"""
    read = messages(exchange.received)
    for shapes, word in _WORDS:
        for message in read:
            if message.shape in shapes or (word == "contact" and message.hands_out):
                return word, message.event.frame or ""
    if exchange.closed:
        return "closed", "the endpoint closed the session"
    return (SILENCE, "nothing came") if not read else ("other", read[0].event.frame or "")


_WORDS: tuple[tuple[frozenset[Shape], str], ...] = (
    (frozenset({Shape.CONTACT, Shape.ELSEWHERE}), "contact"),
    (frozenset({Shape.EMPTY}), "empty-contact"),
    (frozenset({Shape.ERROR}), "error-message"),
)


def of_probe(probe: str) -> Callable[[Evidence], Seen]:
    """The answer to a probe's first request."""
    return partial(_first_answer, probe)


def _first_answer(probe: str, evidence: Evidence) -> Seen:
    exchanges = [x for x in evidence.require_asked(probe) if x.part in {Part.TEST, Part.OPEN}]
    if not exchanges:
        raise Untested("not asked")
    return answer_to(exchanges[0])


def asked_twice(evidence: Evidence) -> Seen:
    """OBS-asked-twice: whether the second request on a session brings the same contact again."""
    seen, detail = of_probe("asked-twice")(evidence)
    if seen != "contact":
        return seen, detail
    second = evidence.handed_out(evidence.require_asked("asked-twice")[0])
    first = [reply for x in evidence.exchanges(Part.DUE, probe="ask") for reply in evidence.handed_out(x)]
    if not first or not second:
        return seen, detail
    same = comparable(first[0], evidence.pins) == comparable(second[0], evidence.pins)
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
    """OBS-unsolicited: traffic on the sessions that answers nothing."""
    replies = {reply.message.event.number for reply in evidence.replies}
    kinds = Counter(
        _address(Message(event))
        for event in evidence.recording.events
        if event.kind is Kind.RECEIVED and event.number not in replies
    )
    if not kinds:
        return SILENCE, "nothing but replies"
    return "other", ", ".join(f"{address} ×{number}" for address, number in kinds.most_common(10))


def latency(evidence: Evidence) -> Seen:
    """OBS-latency: how long due replies took."""
    times = latencies(evidence)
    if not times:
        raise Untested("no due request was answered")
    p50, p95, longest = quantiles(times)
    return "contact", f"{len(times)} replies: p50 {p50:.1f} ms, p95 {p95:.1f} ms, max {longest:.1f} ms"


def latencies(evidence: Evidence) -> list[float]:
    """Milliseconds from each due request to its reply."""
    due = evidence.exchanges(Part.DUE, Part.CONTROL)
    return [reply.after_ms for x in due if (reply := evidence.reply_of(x)) and reply.after_ms is not None]


def quantiles(times: list[float]) -> tuple[float, float, float]:
    """The 50th and 95th percentile and the maximum (nearest rank); zeros for no times."""
    ordered = sorted(times)
    if not ordered:
        return 0.0, 0.0, 0.0
    return ordered[(len(ordered) - 1) // 2], ordered[-(-95 * len(ordered) // 100) - 1], ordered[-1]


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
