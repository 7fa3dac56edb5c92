"""Whether a request that must not be answered is handed a contact.

In a row with proper requests it can only pass: the contacts of the session are counted, and whatever does not add up is
asked over alone. Only a request that was asked alone fails its clause, or a surplus that never came back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf

from lcm_conformance.catalogue.probes import Part, load_probes
from lcm_conformance.catalogue.scenarios import clause_of
from lcm_conformance.catalogue.verdict import Finding, Inconclusive, Nonconformity
from lcm_conformance.judge.checks.check import unread
from lcm_conformance.judge.checks.contact import asked_over, contacts_of, crossings, is_another_agents, strays
from lcm_conformance.judge.checks.due import used_up
from lcm_conformance.judge.evidence import Evidence, once
from lcm_conformance.judge.rows import Row, row_of
from lcm_conformance.judge.silences import Group
from lcm_conformance.record.asked import asked_in_words
from lcm_conformance.record.reply import Reply
from lcm_conformance.record.transcript import Exchange


@dataclass(frozen=True)
class Stand:
    """What one request under test came to: passed, failed with findings, or open for a reason."""

    findings: tuple[Finding, ...] = ()
    reason: str = ""
    blockers: frozenset[str] = field(default=frozenset())

    @property
    def passed(self) -> bool:
        return not self.findings and not self.reason


PASSED = Stand()

_TO_EXCLUDE = {
    "not-logged-in": " (to be excluded: that the agent is logged in elsewhere)",
    "logged-out": " (to be excluded: that the agent is logged in elsewhere, or that a logout takes longer)",
}
"""What else than the product could have brought a contact, by probe."""


def require_no_contact(evidence: Evidence, tests: Sequence[Exchange]) -> None:
    """No contact comes for these requests, and a proper one, alike but for what is under test, is answered."""
    if not tests:
        raise Inconclusive("not asked: the run ended before")
    for test in tests:
        unmet = evidence.recording.unmet.get(test.asks_for or "") if test.agent == "idle" else None
        if unmet is not None:
            raise Inconclusive(f"environment: {unmet}")
    stands = [stand for test in tests for stand in [stand_of(evidence, test)] if stand is not None]
    findings = [finding for stand in stands for finding in stand.findings]
    if findings:
        said = f"a contact was handed out for {len(findings)} of {len(tests)} requests"
        raise Nonconformity(f"{said}: {_forms(evidence, findings)}", findings)
    for stand in stands:
        if stand.reason:
            raise Inconclusive(stand.reason, blockers=stand.blockers)


def stand_of(evidence: Evidence, test: Exchange) -> Stand | None:
    """What a request under test came to; None where it was asked over alone, which then decides."""
    return _stand(evidence, test.id)


@once
def _stand(evidence: Evidence, name: str) -> Stand | None:
    test = evidence.by_id[name]
    if test.trouble is not None:
        return Stand(reason=f"the run ended before the silence after {test.id} was over")
    group = evidence.group_of[name]
    return _alone(evidence, test, group) if group.alone else _in_row(evidence, test, group)


def _alone(evidence: Evidence, test: Exchange, group: Group) -> Stand | None:
    came = contacts_of(evidence, group)
    if not came:
        return _silent(evidence, test, group)
    if len(group.probes) > 1:
        over = [x for x in _asked_over(evidence, test) if x not in group.tests]
        return None if over else Stand(reason=f"a contact came on {group.session} for one of several requests")
    read = [reply for reply in came if not reply.message.is_unread]
    if not read:
        return Stand(reason=unread(came[0]).reason)
    if all(is_another_agents(evidence, reply, test) for reply in read):
        stray = _strayed(evidence, test, group)
        if stray is not PASSED:
            return stray
    reason = _explained(evidence, test, group)
    if reason:
        return Stand(reason=reason)
    mine = [reply for reply in read if reply.exchange == test.id]
    return Stand(tuple(_finding(reply, test) for reply in mine[:1])) if mine else None


def _silent(evidence: Evidence, test: Exchange, group: Group) -> Stand:
    """No contact came: that means something only where a proper request is answered afterwards."""
    controls = _controls(evidence, test, group)
    if not group.heard:
        return Stand(reason=f"the run ended before the silence after {test.id} was over")
    if any(evidence.gives_meaning(x) for x in controls):
        return PASSED
    if any(x.trouble for x in evidence.controls(test)):
        return Stand(reason=f"the run ended before the proper request after {test.id} was answered")
    spent = used_up(evidence, test.agent)
    if spent:
        return Stand(reason=f"environment: {spent}")
    return Stand(
        reason=f"no contact came in {test.id}, but the proper request after it was not answered either, "
        "so the silence proves nothing"
    )


def _controls(evidence: Evidence, test: Exchange, group: Group) -> list[Exchange]:
    """The proper requests that give a silence its meaning; on another session where this one cannot be asked."""
    if test.agent == "idle":  # who has nothing reserved has no control of one's own
        if not group.whole:
            return []
        after = [x for x in evidence.exchanges(Part.DUE, Part.CONTROL) if x.agent != test.agent]
        over = group.until if group.until < inf else max(x.ended for x in group.tests)  # a close needs no silence
        return [x for x in after if _answered_after(evidence, x, over)]
    moves = (
        test.session in evidence.recording.ended
        or load_probes()[test.probe].login == "out"
        or evidence.logs_in_by_headers
        or not evidence.habits.answers_again
    )
    return [x for x in evidence.controls(test) if x.session == test.session or moves]


def _answered_after(evidence: Evidence, exchange: Exchange, clock: float) -> bool:
    message = evidence.arrivals.chosen.get(exchange.id)
    return message is not None and message.event.clock >= clock


def _strayed(evidence: Evidence, test: Exchange, group: Group) -> Stand | None:
    """What another agent's contact comes to: where it came again when nothing else was asked, that decides."""
    again = asked_over(evidence, group)
    if again:
        return None if any(contacts_of(evidence, other) for other in again) else _blocked(test)
    return _blocked(test) if crossings(evidence) else PASSED


def _blocked(test: Exchange) -> Stand:
    reason = f"a contact of another agent strayed into {test.id} (RES-1), so nothing follows from it"
    return Stand(reason=reason, blockers=frozenset({"RES-1"}))


def _explained(evidence: Evidence, test: Exchange, group: Group) -> str:
    """Why a contact that came may answer something else, or nothing; empty where it cannot."""
    unasked, late = evidence.habits.sends_unasked, evidence.habits.sends_late
    if unasked:
        return f"contacts come unasked on this endpoint (session {unasked}), so one after {test.id} proves nothing"
    before = [x for x in evidence.recording.on(group.session) if x.part is not Part.TEST and x.sent < group.begin]
    if late and (before or load_probes()[test.probe].login == "in"):
        return (
            f"contacts come late or more often than asked for on this endpoint (session {late}), "
            f"so one after {test.id} proves nothing"
        )
    return ""


def _in_row(evidence: Evidence, test: Exchange, group: Group) -> Stand | None:
    row, over = row_of(evidence, group), _asked_over(evidence, test)
    controls = evidence.controls(test)
    if row.is_regular and controls and (row.all_came or any(map(evidence.gives_meaning, controls))):
        return PASSED
    if over:
        decided = any(_fails_alone(evidence, x) for x in group.tests) or any(_is_open_alone(evidence, x) for x in over)
        return None if decided or test not in row.suspects else _never_again(evidence, test, group, row)
    if row.is_regular or not group.heard:
        return _silent(evidence, test, group)
    explained = all(_fails_alone(evidence, x) for x in row.suspects)
    if group.whole and explained and test not in row.odd and controls:
        return PASSED
    return Stand(
        reason=f"the contacts on {group.session} were not as many as the proper requests there, "
        f"and {test.id} was not asked alone"
    )


def _never_again(evidence: Evidence, test: Exchange, group: Group, row: Row) -> Stand | None:
    """What a surplus comes to that none of the requests brought again when each was asked alone."""
    if evidence.habits.sends_late or evidence.habits.sends_unasked:
        return None
    if any(reply.exchange in row.exchanges for reply in strays(evidence)):
        return _blocked(test)
    suspected = sorted({clause_of(x.probe) for x in row.suspects})
    said = f"{row.surplus} more than the {row.due} proper requests on {group.session} bring"
    if not all(_passes_alone(evidence, x) for x in group.tests):
        return Stand(reason=f"contacts came, {said}, and not every request there passes alone")
    if len(suspected) > 1:
        return Stand(reason=f"contacts came, {said}, for {' or '.join(suspected)}; asked alone, none came again")
    actual = f"{row.came} contacts: {said}; asked alone, it did not come again"
    return Stand((Finding("no contact", actual, f"session {group.session}", test.id),))


def _fails_alone(evidence: Evidence, test: Exchange) -> bool:
    return _any_fails_alone(evidence, test.probe)


@once
def _any_fails_alone(evidence: Evidence, probe: str) -> bool:
    alone = [_stand_alone(evidence, x) for x in evidence.exchanges(Part.TEST, probe=probe)]
    return any(stand is not None and stand.findings for stand in alone)


def _is_open_alone(evidence: Evidence, alone: Exchange) -> bool:
    """Whether it stays open what a request came to that was asked alone: it says why."""
    stand = _stand_alone(evidence, alone)
    return stand is not None and bool(stand.reason)


def _passes_alone(evidence: Evidence, test: Exchange) -> bool:
    stands = [_stand_alone(evidence, x) for x in _asked_over(evidence, test)]
    return bool(stands) and all(stand is not None and stand.passed for stand in stands)


def _asked_over(evidence: Evidence, test: Exchange) -> list[Exchange]:
    """Where the same was asked alone."""
    return [x for x in _alone_as(evidence, test.probe, test.form) if x.id != test.id]


@once
def _alone_as(evidence: Evidence, probe: str, form: str | None) -> list[Exchange]:
    """The requests of a form that were asked alone."""
    alone = {x.id for group in evidence.groups if group.alone for x in group.tests}
    return [x for x in evidence.exchanges(Part.TEST, probe=probe) if x.form == form and x.id in alone]


def _stand_alone(evidence: Evidence, test: Exchange) -> Stand | None:
    group = evidence.group_of.get(test.id)
    return stand_of(evidence, test) if group is not None and group.alone else None


def _forms(evidence: Evidence, findings: Sequence[Finding]) -> str:
    """What the requests of findings were, each way once."""
    named = {finding.exchange for finding in findings}
    return ", ".join(dict.fromkeys(asked_in_words(x) for x in evidence.recording.exchanges if x.id in named))


def _finding(reply: Reply, test: Exchange) -> Finding:
    actual = f"a contact was handed out for {asked_in_words(test)}{_TO_EXCLUDE.get(test.probe, '')}"
    return Finding("no contact", actual, reply.where("$"), reply.exchange)
