"""Questions about whole exchanges: is a due request answered, and is another one answered by no contact."""

from __future__ import annotations

from collections.abc import Sequence

from lcm_conformance.catalogue import page
from lcm_conformance.catalogue.probes import Part
from lcm_conformance.catalogue.verdict import Finding, Inconclusive, Nonconformity, Untested
from lcm_conformance.judge.checks.check import require, unread
from lcm_conformance.judge.checks.contact import is_somebody_elses
from lcm_conformance.judge.checks.envelope import CONTACT_OD
from lcm_conformance.judge.evidence import Evidence
from lcm_conformance.record.reply import Shape
from lcm_conformance.record.transcript import Exchange

_WHAT_TO_CHECK = (
    "check that the agent is logged in, that a contact is reserved for the agent, "
    "and that the endpoint's URL is the bus itself"
)


def require_answers(evidence: Evidence) -> None:
    """MAP-1: every proper request is answered, and by a `ContactOD` (Message Structure).

    Counted are requests on sessions that had sent nothing else, and controls that stayed
    unanswered although the same session answered the next one.
    """
    due = [x for x in evidence.exchanges(Part.DUE) if x.trouble is None]
    silent = [x for x in due if not evidence.answered(x)] + _lost_controls(evidence)
    # Where nobody vouches for a reservation, a ContactOD without a contact may be the truth.
    proper = [x for x in evidence.exchanges(Part.DUE, Part.CONTROL) if x.trouble is None]
    truthful = [x for x in proper if x.asks_for not in evidence.asserted and _is_empty(evidence, x)]
    vouched = [x for x in silent if x.asks_for in evidence.asserted]
    misplaced: Nonconformity | None = None
    unclear: Inconclusive | None = None
    try:
        spared = {x.id for x in truthful}
        require(CONTACT_OD, [reply for reply in evidence.replies if reply.exchange not in spared], evidence.pins)
    except Nonconformity as nonconformity:
        misplaced = nonconformity
    except Inconclusive as inconclusive:
        unclear = inconclusive
    findings = [_no_answer(x, evidence) for x in vouched] + list(misplaced.findings if misplaced else ())
    if findings:
        raise Nonconformity(f"{findings[0].actual}", findings)
    _require_preconditions(evidence, silent + truthful)
    if silent:
        raise Inconclusive(
            f"agents.{silent[0].asks_for} got no answer within {evidence.reply_seconds:g} s, and the profile does not "
            f"vouch for a reserved contact: {_WHAT_TO_CHECK}"
        )
    if truthful:
        raise Inconclusive(
            f"agents.{truthful[0].asks_for} got a {page.REPLY} without a contact, and the profile does not "
            f"vouch for a reserved contact: {_WHAT_TO_CHECK}"
        )
    if unclear:
        raise unclear
    lost = evidence.recording.lost_together
    if lost:
        raise Inconclusive(
            f"proper requests ({len(lost)}, {lost[0]} the first) got no contact while agents had several sessions "
            "at once; one after the other all of them did: set max_connections = 1 to see whose fault that is"
        )


def require_no_contact(evidence: Evidence, tests: Sequence[Exchange]) -> None:
    """No contact comes for these requests, and a proper one, alike but for what is under test, is answered."""
    if not tests:
        raise Inconclusive("not asked: the run ended before")
    _require_preconditions(evidence, [test for test in tests if test.agent == "idle"])
    findings: list[Finding] = []
    strayed = uncontrolled = deep = None
    for test in tests:
        handed = evidence.handed_out(test)
        contacts = [reply for reply in handed if not reply.message.is_unread]
        deep = deep or next((reply for reply in handed if reply.message.is_unread), None)
        own = [reply for reply in contacts if not is_somebody_elses(evidence, reply, test)]
        findings += [
            Finding("no contact", "a contact was handed out", reply.where("$"), reply.exchange) for reply in own[:1]
        ]
        if contacts and not own:
            strayed = test
        elif not handed and not _is_controlled(evidence, test):
            uncontrolled = test
    if findings:
        raise Nonconformity(f"a contact was handed out for {len(findings)} of {len(tests)} requests", findings)
    if deep:
        raise unread(deep)
    if strayed:
        raise Inconclusive(
            f"a contact of another agent strayed into {strayed.id} (RES-1), so nothing follows from it",
            blockers={"RES-1"},
        )
    if uncontrolled and any(x.trouble for x in (uncontrolled, *evidence.controls(uncontrolled))):
        raise Inconclusive(f"the run ended before the proper request after {uncontrolled.id} was answered")
    if uncontrolled:
        raise Inconclusive(
            f"no contact came in {uncontrolled.id}, but the proper request after it was not answered either, "
            "so the silence proves nothing"
        )


def require_answer_after_login(evidence: Evidence, tests: Sequence[Exchange]) -> None:
    """PRE-3: a session that was handed nothing before login is answered once the agent has logged in."""
    for test in tests:
        if evidence.handed_out(test):
            raise Inconclusive("PRE-1 fails: the session was handed a contact before login", blockers={"PRE-1"})
    controls = [x for test in tests for x in evidence.controls(test) if x.asks_for == test.asks_for]
    if not controls and evidence.logs_in_by_headers:
        raise Untested("headers log agents in here, so nobody can log in on a session that is open already")
    if not controls:
        raise Inconclusive("after login nothing was asked, because the run ended before")
    same = [x for x in controls if x.session == tests[-1].session]
    elsewhere = [x for x in controls if x.session != tests[-1].session]
    if any(evidence.answered(x) for x in same):
        return
    may_move = not same or tests[-1].closed or not evidence.recording.reusable
    if any(evidence.answered(x) for x in elsewhere):
        if may_move:
            return
        raise Nonconformity("the session stays unanswered after login", [_no_answer(same[0], evidence)])
    if not evidence.recording.answered_ways or not {x.asks_for for x in controls} <= evidence.asserted:
        raise Inconclusive(f"no proper request of this agent was answered: {_WHAT_TO_CHECK}")
    raise Inconclusive("a new session of this agent was not answered either, so login is not what is missing")


def require_documented_topic(evidence: Evidence) -> None:
    """REQ-2, first half: the request counts under a documented spelling of its topic."""
    ways = evidence.recording.answered_ways
    if not ways:
        raise Inconclusive("no request was answered under either spelling of the topic")
    pinned = evidence.pins.get("topic")
    if pinned and all(way.topic != page.TOPICS[pinned] for way in ways):
        raise Nonconformity(
            f"not answered under topic {page.TOPICS[pinned]!r}, to which the reading is pinned",
            [Finding(page.TOPICS[pinned], f"answered under {ways[0].topic} only", "$.topic of the request")],
        )


def require_pinned_source(evidence: Evidence) -> str:
    """REQ-3 (advisory): says with and without which `source` requests were answered."""
    ways = evidence.recording.answered_ways
    if not ways:
        raise Inconclusive("no request was answered, with source or without")
    turned = evidence.exchanges(probe="source-turned")
    answered = {ways[0].source} | {not ways[0].source for x in turned if evidence.answered(x)}
    words = {True: "with source", False: "without source"}
    pinned = evidence.pins.get("source")
    if pinned and (pinned == "table") not in answered:
        raise Nonconformity(
            f"not answered {words[pinned == 'table']}, to which the reading is pinned",
            [Finding(words[pinned == "table"], f"answered {words[ways[0].source]} only", "$.source of the request")],
        )
    return "answered " + " and ".join(words[side] for side in sorted(answered, reverse=True))


def _lost_controls(evidence: Evidence) -> list[Exchange]:
    controls = evidence.exchanges(Part.CONTROL)
    return [
        x
        for x in controls
        if not evidence.answered(x)
        and x.trouble is None
        and any(
            y.session == x.session and y.id > x.id and evidence.answered(y) and y.probe == x.probe for y in controls
        )
        and x.standard_way
    ]


def _require_preconditions(evidence: Evidence, exchanges: Sequence[Exchange]) -> None:
    """What the environment is known not to provide proves nothing of the product."""
    for exchange in exchanges:
        reason = evidence.recording.unmet.get(exchange.asks_for or "")
        if reason is not None:
            raise Inconclusive(f"environment: {reason}")


def _is_empty(evidence: Evidence, exchange: Exchange) -> bool:
    reply = evidence.reply_of(exchange)
    return reply is not None and reply.message.shape is Shape.EMPTY


def _is_controlled(evidence: Evidence, test: Exchange) -> bool:
    elsewhere_counts = test.closed or not evidence.recording.reusable or evidence.logs_in_by_headers
    return any(
        evidence.answered(control)
        and (control.session == test.session or elsewhere_counts or control.asks_for != test.agent)
        for control in evidence.controls(test)
    )


def _no_answer(exchange: Exchange, evidence: Evidence) -> Finding:
    actual = "the session was closed instead" if exchange.closed else f"no answer within {evidence.reply_seconds:g} s"
    where = f"the request of agents.{exchange.asks_for} on session {exchange.session}"
    return Finding(f"a {page.REPLY} with the reserved contact", actual, where, exchange.id)
