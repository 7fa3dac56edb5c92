"""Questions about whole exchanges: is a due request answered, after login too, and in which ways of asking."""

from __future__ import annotations

import math
from collections.abc import Sequence

from lcm_conformance.catalogue import page
from lcm_conformance.catalogue.verdict import Finding, Inconclusive, Nonconformity, Untested
from lcm_conformance.judge.checks import due
from lcm_conformance.judge.checks.check import require
from lcm_conformance.judge.checks.envelope import CONTACT_OD
from lcm_conformance.judge.evidence import Evidence
from lcm_conformance.record.reply import Reply, Shape
from lcm_conformance.record.transcript import CUT, Exchange

_WHAT_TO_CHECK = (
    "check that the agent is logged in, that a contact is reserved for the agent, "
    "and that the endpoint's URL is the bus itself"
)


def require_answers(evidence: Evidence) -> None:
    """MAP-1: every proper request is answered, and by a `ContactOD` (Message Structure).

    Counted are requests on sessions that had sent nothing else before.
    """
    bare = [x for x in due.empty_handed(evidence) if not due.is_explained(evidence, x)]
    slowest = due.slowest(evidence)
    # Where answers are seen to come late, one that was not waited for so long may have been late, too.
    heard = [x for x in bare if slowest <= evidence.reply_seconds or x.ended - x.sent >= slowest]
    failing = [x for x in heard if _is_vouched_for(evidence, x)]
    misplaced, unclear = _under_another_subtopic(evidence)
    findings = [_no_answer(x, evidence) for x in failing if not evidence.answered(x)] + list(misplaced)
    if findings:
        raise Nonconformity(findings[0].actual, findings)
    if slowest > evidence.reply_seconds:
        raise Inconclusive(late_line(evidence))
    _require_reservations(evidence, [x for x in bare if x not in failing])
    if unclear:
        raise unclear


def late_line(evidence: Evidence) -> str:
    """How late answers came, and which `timing.reply` would do."""
    slowest = due.slowest(evidence)
    return (
        f"answers came up to {slowest:.1f} s after the request, later than timing.reply = {evidence.reply_seconds:g}: "
        f"the page names no deadline, and timing.reply = {math.ceil(slowest * 1.2)} would do"
    )


def _is_vouched_for(evidence: Evidence, exchange: Exchange) -> bool:
    """Whether a contact was there for certain: the profile says so, or its agent was answered before and after."""
    role = exchange.asks_for or ""
    if role in evidence.recording.unmet:
        return False
    if due.had_its_contact(evidence, exchange):
        return True
    spent = [other for other in evidence.roles - evidence.stays if due.used_up(evidence, other)]
    if spent and not due.was_handed(evidence, role):
        return False  # what used up the others' reservations may have used up this one
    if due.came_after_the_last(evidence, exchange) and due.used_up(evidence, role):
        return role in evidence.stays
    says_nothing = role in evidence.by_default and due.looks_like_idle(evidence, exchange)
    return role in evidence.asserted and not says_nothing


def _under_another_subtopic(evidence: Evidence) -> tuple[tuple[Finding, ...], Inconclusive | None]:
    """What does not answer as `ContactOD`; one without a contact may be true where nobody vouches for a reservation."""
    try:
        require(CONTACT_OD, [x for x in evidence.replies if not _may_be_true(evidence, x)], evidence.pins)
    except Nonconformity as nonconformity:
        return nonconformity.findings, None
    except Inconclusive as inconclusive:
        return (), inconclusive
    return (), None


def _may_be_true(evidence: Evidence, reply: Reply) -> bool:
    """Whether it says that there is nothing, and that may be so."""
    exchange = evidence.arrivals.window.get(reply.message.event.number)
    return (
        exchange is not None
        and reply.message.shape is Shape.EMPTY
        and (due.is_explained(evidence, exchange) or not _is_vouched_for(evidence, exchange))
    )


def _require_reservations(evidence: Evidence, bare: Sequence[Exchange]) -> None:
    """Where no contact came and nobody vouches for one: says what kept it away, or what to check."""
    for exchange in bare:
        reason = evidence.recording.unmet.get(exchange.asks_for or "")
        if reason is not None:
            raise Inconclusive(f"environment: {reason}")
    for role in sorted(evidence.roles - evidence.stays):
        line = due.used_up(evidence, role)
        if line is not None:
            raise Inconclusive(f"environment: {line}")
    for exchange in bare:
        got = (
            f"a {page.REPLY} without a contact"
            if evidence.answered(exchange)
            else f"no answer within {evidence.reply_seconds:g} s"
        )
        raise Inconclusive(
            f"agents.{exchange.asks_for} got {got}, and the profile does not vouch for a reserved contact: "
            f"{_WHAT_TO_CHECK}"
        )


def require_answer_after_login(evidence: Evidence, tests: Sequence[Exchange]) -> None:
    """PRE-3: a session that was handed nothing before login is answered once the agent has logged in."""
    for test in tests:
        if evidence.handed_out(test):
            raise Inconclusive("PRE-1 fails: the session was handed a contact before login", blockers={"PRE-1"})
    asked = {x.id: x for test in tests for x in evidence.controls(test) if x.asks_for == test.asks_for}
    if not asked and evidence.logs_in_by_headers:
        raise Untested("headers log agents in here, so nobody can log in on a session that is open already")
    if not asked:
        raise Inconclusive("after login nothing was asked, because the run ended before")
    for session in dict.fromkeys(test.session for test in tests):
        _require_same_session(evidence, [test for test in tests if test.session == session])


def _require_same_session(evidence: Evidence, tests: Sequence[Exchange]) -> None:
    """PRE-3 for the requests of one session."""
    named = {x.id: x for test in tests for x in evidence.controls(test) if x.asks_for == test.asks_for}
    same = [x for x in named.values() if x.session == tests[0].session]
    elsewhere = [x for x in named.values() if x.session != tests[0].session]
    if not named or any(map(evidence.gives_meaning, same)):
        return
    may_move = not same or any(x.closed for x in (*tests, *same)) or not evidence.habits.answers_again
    if any(map(evidence.gives_meaning, elsewhere)):
        if may_move:
            return
        raise Nonconformity("the session stays unanswered after login", [_no_answer(same[0], evidence)])
    roles = {str(x.asks_for) for x in named.values()}
    spent = next((line for role in sorted(roles) if (line := due.used_up(evidence, role))), None)
    if spent:
        raise Inconclusive(f"environment: {spent}")
    if not evidence.answered_ways or not roles <= evidence.asserted:
        raise Inconclusive(f"no proper request of this agent was answered: {_WHAT_TO_CHECK}")
    raise Inconclusive("a new session of this agent was not answered either, so login is not what is missing")


def require_documented_topic(evidence: Evidence) -> None:
    """REQ-2, first half: the request counts under a documented spelling of its topic."""
    ways = evidence.answered_ways
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
    ways = evidence.answered_ways
    if not ways:
        raise Inconclusive("no request was answered, with source or without")
    answered = {way.source for way in ways}
    words = {True: "with source", False: "without source"}
    pinned = evidence.pins.get("source")
    if pinned and (pinned == "table") not in answered:
        raise Nonconformity(
            f"not answered {words[pinned == 'table']}, to which the reading is pinned",
            [Finding(words[pinned == "table"], f"answered {words[ways[0].source]} only", "$.source of the request")],
        )
    return "answered " + " and ".join(words[side] for side in sorted(answered, reverse=True))


def _no_answer(exchange: Exchange, evidence: Evidence) -> Finding:
    actual = f"no answer within {evidence.reply_seconds:g} s"
    if exchange.closed:
        actual = f"{CUT if due.is_cut(evidence, exchange.session) else 'the session was closed'} instead"
    where = f"the request of agents.{exchange.asks_for} on session {exchange.session}"
    return Finding(f"a {page.REPLY} with the reserved contact", actual, where, exchange.id)
