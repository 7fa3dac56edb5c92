"""After bad input, a valid request is still answered with the agent's own contact (ROB-1 to ROB-7)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lcm_conformance.catalogue.probes import Part
from lcm_conformance.catalogue.verdict import Finding, Inconclusive, Nonconformity
from lcm_conformance.judge.checks.contact import crossings, is_another_agents
from lcm_conformance.judge.checks.envelope import JSON_OBJECT
from lcm_conformance.judge.checks.no_contact import stand_of
from lcm_conformance.judge.evidence import Evidence
from lcm_conformance.record.asked import asked_in_words
from lcm_conformance.record.reply import Message, Reply, Shape, messages
from lcm_conformance.record.strictjson import parse
from lcm_conformance.record.transcript import Exchange, Kind


def require_revival(evidence: Evidence, probe: str) -> None:
    """A valid request is still answered correctly, on the same session or, if that was closed, on a new one."""
    _require_health(evidence)
    findings = []
    unasked = False
    unread: list[Exchange] = []
    for hostile in _last_on_each_session(evidence.exchanges(Part.HOSTILE, probe=probe)):
        revivals = [x for x in evidence.controls(hostile) if x.agent == hostile.agent and x.trouble is None]
        unasked = unasked or not revivals
        last = [x for x in revivals[-1:] if evidence.handed_out(x) or not _is_unread(x)]
        unread += [x for x in revivals[-1:] if x not in last]
        findings += [finding for x in last if (finding := _wrong(evidence, x)) is not None]
    _raise(findings)
    _require_read(unread)
    if unasked:
        raise Inconclusive("no valid request was sent after it, because the run ended before")


def require_no_reward(evidence: Evidence, probe: str) -> None:
    """ROB-5: a hostile UserID is handed no contact and shows up in no other session."""
    _require_health(evidence)
    findings = []
    for hostile in evidence.exchanges(Part.HOSTILE, probe=probe):
        findings += [
            Finding(
                "no contact",
                f"a contact was handed out for {asked_in_words(hostile)}",
                reply.where("$"),
                reply.exchange,
            )
            for reply in evidence.handed_out(hostile)[:1]
        ]
        findings += _echoes(evidence, hostile)
    _raise(findings)
    _require_read([x for x in evidence.exchanges(Part.HOSTILE, probe=probe) if _is_unread(x)])


def require_every_answer(evidence: Evidence, probe: str) -> None:
    """ROB-6: every request of the burst is answered, or refused openly, and none with another agent's contact."""
    _require_health(evidence)
    requests = evidence.exchanges(Part.HOSTILE, probe=probe)
    last = requests[-1]
    if last.trouble is not None:
        raise Inconclusive("the run ended before the burst was answered")
    read = messages(last.received)
    answering = {Shape.CONTACT, Shape.EMPTY, Shape.ERROR, Shape.ELSEWHERE}
    answers = sum(message.shape in answering or message.is_unread for message in read)
    findings = []
    if answers < len(requests) and not last.closed:
        actual = f"{answers} answers to {len(requests)} requests"
        findings.append(Finding("every request answered, or refused openly", actual, "the burst", last.id))
    crossed = [reply for reply in evidence.handed_out(last) if is_another_agents(evidence, reply, last)]
    findings += [
        Finding("the agent's own contact", "another agent's contact", reply.where("$"), reply.exchange)
        for reply in crossed[:1]
    ]
    _raise(findings)
    _require_read([last] if _is_unread(last) else [])


def _last_on_each_session(exchanges: Iterable[Exchange]) -> list[Exchange]:
    """A valid request comes after the last bad input on a session."""
    return list({x.session: x for x in exchanges}.values())


def _require_health(evidence: Evidence) -> None:
    """Bad input can only be blamed for what went well without it."""
    proper = [x for x in evidence.exchanges(Part.DUE, Part.CONTROL) if x.trouble is None]
    replies = [reply for x in proper if (reply := _reply(evidence, x))]
    due = [x for x in proper if x.part is Part.DUE]
    if not due or len([x for x in due if _reply(evidence, x)]) < len(due):
        raise Inconclusive("without bad input not every proper request is answered with a contact either")
    _require_read([x for x in proper if (reply := evidence.reply_of(x)) and reply.message.is_unread])
    if any(not JSON_OBJECT.accepts(reply, evidence.pins) for reply in replies):
        raise Inconclusive("RSP-1 fails without bad input too")
    stands = [stand_of(evidence, x) for x in evidence.exchanges(Part.TEST, probe="unknown-agent")]
    if any(stand is not None and stand.findings for stand in stands):
        raise Inconclusive("RES-3 fails without bad input too", blockers={"RES-3"})
    if crossings(evidence):
        raise Inconclusive("RES-1 fails without bad input too")


def _reply(evidence: Evidence, exchange: Exchange) -> Reply | None:
    reply = evidence.reply_of(exchange)
    return reply if reply is not None and (reply.message.hands_out or reply.message.shape is Shape.NOT_JSON) else None


def _is_unread(exchange: Exchange) -> bool:
    return any(message.is_unread for message in messages(exchange.received))


def _require_read(unread: Sequence[Exchange]) -> None:
    """What is nested too deep may be the answer, and right."""
    if unread:
        (message, *_) = (message for message in messages(unread[0].received) if message.is_unread)
        raise Inconclusive(f"what came in {unread[0].id} is {message.parsed.error}, so nothing in it is judged")


def _wrong(evidence: Evidence, revival: Exchange) -> Finding | None:
    expected = "the valid request after it answered with the agent's own contact"
    contacts = evidence.handed_out(revival)
    if not contacts:
        actual = "the session was closed" if revival.closed else "no answer with a contact came"
        return Finding(expected, actual, f"the request after bad input on session {revival.session}", revival.id)
    strange = [reply for reply in contacts if is_another_agents(evidence, reply, revival)]
    if strange:
        return Finding(expected, "another agent's contact", strange[0].where("$"), revival.id)
    return None


def _echoes(evidence: Evidence, hostile: Exchange) -> list[Finding]:
    request = parse(hostile.request).value
    data = request.get("data") if isinstance(request, dict) else None
    user_id = data.get("UserID") if isinstance(data, dict) else None
    if not isinstance(user_id, str):
        return []
    return [
        Finding("nothing of it in another session", "the UserID was sent there", f"session {event.session}", hostile.id)
        for event in evidence.recording.events
        if event.kind is Kind.RECEIVED
        and event.session != hostile.session
        and event.clock >= hostile.sent
        and _mentions(Message(event), user_id)
    ][:1]


def _mentions(message: Message, text: str) -> bool:
    todo: list[object] = [message.raw.value if message.raw.error is None else message.event.frame]
    while todo:
        item = todo.pop()
        if isinstance(item, str) and text in item:
            return True
        if isinstance(item, dict):
            todo += [*item.keys(), *item.values()]
        elif isinstance(item, list):
            todo += item
    return False


def _raise(findings: list[Finding]) -> None:
    if findings:
        raise Nonconformity(findings[0].actual, findings)
