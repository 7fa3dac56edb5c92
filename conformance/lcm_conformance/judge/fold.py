"""Folds what the scenarios came to into the result of the run. Pure: no pytest, no files, no clock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from lcm_conformance.catalogue.clauses import Catalogue, Clause
from lcm_conformance.catalogue.probes import Part
from lcm_conformance.catalogue.scenarios import Scenario
from lcm_conformance.catalogue.verdict import MOST_FINDINGS, Finding, Outcome, SuiteError, Verdict, worst
from lcm_conformance.judge import deviations, standing, wire
from lcm_conformance.judge.baseline import weighed
from lcm_conformance.judge.checks import observing, readings
from lcm_conformance.judge.evidence import Evidence
from lcm_conformance.judge.excuses import excuse_clauses, excuse_scenarios
from lcm_conformance.judge.notices import notices
from lcm_conformance.judge.result import (
    LEFT_OUT,
    ClauseResult,
    Latency,
    Remarks,
    Result,
    ScenarioRecord,
)
from lcm_conformance.judge.terms import Course, Terms
from lcm_conformance.record.transcript import Recording
from lcm_conformance.redaction.exceptions import account
from lcm_conformance.version import VERSION

_ASKING = tuple(part for part in Part if part not in {Part.CONTROL, Part.REVIVAL})
"""The requests that are asked for a clause's own sake."""
_TESTED = {Verdict.PASS: "passes", Verdict.FAIL: "fails", Verdict.INCONCLUSIVE: "is inconclusive"}


@dataclass(frozen=True)
class Told:
    """How one scenario ended."""

    verdict: Verdict
    reason: str
    findings: tuple[Finding, ...] = ()
    blockers: frozenset[str] = frozenset()
    found: int = 0


def told(error: BaseException | None, remarks: Remarks) -> Told:
    """The end of a scenario from the exception of its steps, if any: what is no `Outcome` is the suite's own fault."""
    if error is None:
        return Told(Verdict.PASS, remarks.reason)
    if isinstance(error, Outcome):
        return Told(error.verdict, error.reason, error.findings, error.blockers, error.found)
    said = str(error) if isinstance(error, SuiteError) else f"{account(error)}: please report it"
    return Told(Verdict.ERROR, f"suite error: {said}")


def evidence_for(recording: Recording, terms: Terms) -> Evidence:
    """A recording with what its terms say of the environment."""
    return Evidence(
        recording=recording,
        pins=terms.pins,
        expected={role: agent.expect for role, agent in terms.agents.items()},
        asserted=frozenset(
            role for role, agent in terms.agents.items() if agent.asserted and role not in recording.unmet
        ),
        by_default=frozenset(role for role, agent in terms.agents.items() if agent.by_default),
        stays=frozenset(role for role, agent in terms.agents.items() if agent.reserved == "stays"),
        roles=frozenset(terms.agents),
        reply_seconds=terms.reply,
        supported=terms.supported,
        logs_in_by_headers=terms.logs_in_by_headers,
    )


def fold(
    records: Sequence[ScenarioRecord],
    written: Sequence[Scenario],
    catalogue: Catalogue,
    evidence: Evidence,
    terms: Terms,
    course: Course,
) -> Result:
    """The result of a run: every clause once, the ledger, and what follows from them."""
    by_clause: dict[str, list[ScenarioRecord]] = defaultdict(list)
    for record in records:
        by_clause[record.clause].append(record)
    counted = {x.id for x in evidence.exchanges(*_ASKING)}
    rows = [
        _clause(clause, by_clause[clause.id], terms.waived.get(clause.id), counted)
        for clause in catalogue.clauses.values()
    ]
    known = deviations.apply(rows, terms.known, terms.cm_version, course.started.date())
    clauses = excuse_clauses(known.clauses, terms)
    ledger = standing.ledger(records, written)
    errors = list(course.suite_errors)
    if ledger.unaccounted and course.complete:
        errors.append(f"{ledger.unaccounted} scenarios of the feature files are unaccounted for")
    recording = evidence.recording
    verdict = _verdict(clauses, terms)
    stale = known.stale if course.complete and terms.supported else ()
    times = observing.latencies(evidence)
    p50, p95, longest = observing.quantiles(times)
    way = next(iter(evidence.answered_ways), None)
    result = Result(
        verdict=verdict,
        robustness=standing.robustness(clauses),
        complete=course.complete,
        cm_version=terms.cm_version,
        url=course.url,
        asked_as={"topic": way.topic, "source": way.source} if way else None,
        suite_version=VERSION,
        catalogue=catalogue.digest,
        started=course.started,
        seconds=course.seconds,
        clauses=clauses,
        scenarios=excuse_scenarios(records, clauses, terms),
        ledger=ledger,
        attribution=standing.attribution(evidence, by_clause["RES-1"]),
        readings=readings.followed(evidence),
        depends_on=readings.depends_on(evidence) if verdict == "conformant" else (),
        observations=tuple(standing.observation(name, by_clause[name]) for name in catalogue.observations),
        latency=Latency(len(times), round(p50, 3), round(p95, 3), round(longest, 3)),
        embedded=course.embedded,
        trouble=standing.trouble(recording, clauses, by_clause),
        suite_errors=tuple(errors),
        stale=stale,
        label=course.label,
        statement=course.statement,
        wire=wire.seen(evidence),
        selftest=course.selftest,
        options=dict(course.options),
        notices=(
            *course.notices,
            *recording.notices,
            *notices(evidence),
            *_needless_waivers(clauses),
            *known.notices,
            *stale,
        ),
    )
    result = weighed(result, terms)
    return replace(result, decided_by=_decided_by(result, terms.fail_on_worse and terms.supported))


def exit_status(result: Result) -> int:
    """The exit status of `run` and `judge` (0 to 5)."""
    verdicts = [clause.verdict for clause in result.clauses] + [record.verdict for record in result.scenarios]
    if result.suite_errors or Verdict.ERROR in verdicts:
        return 5
    if result.verdict == "not-applicable":
        return 4
    if result.decided_by == "known":
        return 2
    decisive = _decisive(result.clauses)
    return 1 if Verdict.FAIL in decisive else 3 if decisive & standing.LEAVE_OPEN else 0


def _decided_by(result: Result, fail_on_worse: bool) -> str:
    """A failure, or what is worse, decides before a stale entry, which decides before what is inconclusive."""
    decisive = _decisive(result.clauses)
    before = decisive & standing.LEAVE_OPEN if fail_on_worse else set()
    if result.stale and Verdict.FAIL not in decisive and not before:
        return "known"
    return "worse" if fail_on_worse else "verdict"


def _decisive(clauses: Sequence[ClauseResult]) -> set[Verdict]:
    return {clause.verdict for clause in clauses if clause.excuse is None}


def _clause(
    clause: Clause, records: Sequence[ScenarioRecord], waived: str | None, counted: Collection[str]
) -> ClauseResult:
    missing = len(clause.scenarios) - len(records)
    verdicts = [record.verdict for record in records] + ([Verdict.UNTESTED] if missing > 0 else [])
    verdict = worst(verdicts)
    reasons = [record.reason for record in records if record.verdict is verdict and record.reason]
    if not reasons and missing > 0:
        reasons = [LEFT_OUT]
    return ClauseResult(
        id=clause.id,
        klass=clause.klass,
        statement=clause.statement,
        section=clause.section,
        why=clause.why,
        verdict=verdict,
        reason="; ".join(dict.fromkeys(reasons)),
        waived=waived,
        findings=tuple(finding for record in records for finding in record.findings)[:MOST_FINDINGS],
        blockers=_blockers([record for record in records if record.verdict is not Verdict.PASS]),
        asked=len({x for record in records for x in record.exchanges if x in counted})
        + max((record.folded for record in records), default=0),
        findings_total=sum(record.findings_total for record in records),
    )


def _blockers(records: Sequence[ScenarioRecord]) -> frozenset[str]:
    """The clauses whose failure explains all that did not pass; none where something else is open too."""
    if not records or not all(record.blockers for record in records):
        return frozenset()
    return frozenset[str]().union(*(record.blockers for record in records))


def _needless_waivers(clauses: Sequence[ClauseResult]) -> list[str]:
    """A waiver excuses what stays untested; where the clause was tested, or does not decide, it may go."""
    return [
        f"the waiver of {clause.id} is needless, for {because}: remove it from [waive]"
        for clause in clauses
        if clause.waived is not None and (because := _needs_no_waiver(clause))
    ]


def _needs_no_waiver(clause: ClauseResult) -> str:
    """Why a waiver is nothing to this clause; empty where it is what excuses it."""
    if clause.verdict in _TESTED:
        return f"the clause was tested and {_TESTED[clause.verdict]}"
    excused_anyway = clause.verdict is Verdict.UNTESTED and not (clause.excuse or "").startswith("waived: ")
    return "the clause does not decide" if excused_anyway else ""


def _verdict(clauses: Sequence[ClauseResult], terms: Terms) -> str:
    if not terms.supported:
        return "not-applicable"
    decisive = _decisive(clauses)
    if Verdict.FAIL in decisive:
        return "non-conformant"
    return "inconclusive" if decisive & standing.LEAVE_OPEN else "conformant"
