"""Folds what the scenarios came to into the result of the run. Pure: no pytest, no files, no clock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from lcm_conformance.catalogue.clauses import Catalogue, Clause
from lcm_conformance.catalogue.probes import Part
from lcm_conformance.catalogue.scenarios import Scenario
from lcm_conformance.catalogue.verdict import Finding, Outcome, SuiteError, Verdict, worst
from lcm_conformance.judge import deviations
from lcm_conformance.judge.checks import observing, readings
from lcm_conformance.judge.evidence import Evidence
from lcm_conformance.judge.notices import notices
from lcm_conformance.judge.result import ClauseResult, Latency, Ledger, Observation, Remarks, Result, ScenarioRecord
from lcm_conformance.judge.terms import Course, Terms
from lcm_conformance.record.transcript import Recording
from lcm_conformance.redaction.exceptions import account
from lcm_conformance.version import VERSION

_DECIDES = {Verdict.INCONCLUSIVE, Verdict.UNTESTED, Verdict.ERROR}


@dataclass(frozen=True)
class Told:
    """How one scenario ended."""

    verdict: Verdict
    reason: str
    findings: tuple[Finding, ...] = ()
    blockers: frozenset[str] = frozenset()


def told(error: BaseException | None, remarks: Remarks) -> Told:
    """The end of a scenario from the exception of its steps, if any: what is no `Outcome` is the suite's own fault."""
    if error is None:
        return Told(Verdict.PASS, remarks.reason)
    if isinstance(error, Outcome):
        return Told(error.verdict, error.reason, error.findings, error.blockers)
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
    clauses = tuple(
        _clause(clause, by_clause[clause.id], terms.waived.get(clause.id)) for clause in catalogue.clauses.values()
    )
    clauses, lines = deviations.apply(
        clauses, terms.known if course.complete else (), terms.cm_version, course.started.date()
    )
    ledger = _ledger(records, written)
    errors = list(course.suite_errors)
    if ledger.unaccounted and course.complete:
        errors.append(f"{ledger.unaccounted} scenarios of the feature files are unaccounted for")
    recording = evidence.recording
    verdict = "non-conformant" if lines and terms.supported else _verdict(clauses, terms)
    times = observing.latencies(evidence)
    p50, p95, longest = observing.quantiles(times)
    way = next(iter(evidence.answered_ways), None)
    return Result(
        verdict=verdict,
        robustness=_robustness(clauses),
        complete=course.complete,
        cm_version=terms.cm_version,
        url=course.url,
        asked_as={"topic": way.topic, "source": way.source} if way else None,
        suite_version=VERSION,
        catalogue=catalogue.digest,
        started=course.started,
        seconds=course.seconds,
        clauses=clauses,
        scenarios=tuple(records),
        ledger=ledger,
        attribution=_attribution(evidence, by_clause["RES-1"]),
        readings=readings.followed(evidence),
        depends_on=readings.depends_on(evidence) if verdict == "conformant" else (),
        observations=tuple(_observation(name, by_clause[name]) for name in catalogue.observations),
        latency=Latency(len(times), round(p50, 3), round(p95, 3), round(longest, 3)),
        embedded=course.embedded,
        trouble=recording.trouble or next(iter(recording.troubles.values()), None),
        suite_errors=tuple(errors),
        selftest=course.selftest,
        options=dict(course.options),
        notices=(*course.notices, *recording.notices, *notices(evidence), *lines),
    )


def exit_status(result: Result) -> int:
    """The exit status of `run` and `judge` (0, 1, 3, 4 or 5)."""
    if result.suite_errors or any(clause.verdict is Verdict.ERROR for clause in result.clauses):
        return 5
    return {"conformant": 0, "non-conformant": 1, "inconclusive": 3, "not-applicable": 4}[result.verdict]


def _clause(clause: Clause, records: Sequence[ScenarioRecord], waived: str | None) -> ClauseResult:
    missing = len(clause.scenarios) - len(records)
    verdicts = [record.verdict for record in records] + ([Verdict.UNTESTED] if missing > 0 else [])
    verdict = worst(verdicts)
    reasons = [record.reason for record in records if record.verdict is verdict and record.reason]
    if not reasons and missing > 0:
        reasons = ["not selected for this run"]
    return ClauseResult(
        id=clause.id,
        klass=clause.klass,
        statement=clause.statement,
        section=clause.section,
        verdict=verdict,
        reason="; ".join(dict.fromkeys(reasons)),
        waived=waived,
        findings=tuple(finding for record in records for finding in record.findings),
        blockers=_blockers([record for record in records if record.verdict is not Verdict.PASS]),
    )


def _blockers(records: Sequence[ScenarioRecord]) -> frozenset[str]:
    """The clauses whose failure explains all that did not pass; none where something else is open too."""
    if not records or not all(record.blockers for record in records):
        return frozenset()
    return frozenset[str]().union(*(record.blockers for record in records))


def _verdict(clauses: Sequence[ClauseResult], terms: Terms) -> str:
    if not terms.supported:
        return "not-applicable"
    deciding = [clause for clause in clauses if clause.klass in {"scope", "normative"}]
    advisory = [clause for clause in clauses if clause.klass == "advisory"] if terms.strict else []
    if any(clause.verdict is Verdict.FAIL and clause.known is None for clause in (*deciding, *advisory)):
        return "non-conformant"
    if any(_leaves_open(clause) for clause in (*deciding, *advisory)):
        return "inconclusive"
    return "conformant"


def _leaves_open(clause: ClauseResult) -> bool:
    """A waiver excuses what was not tested, never what was tested and stayed unclear."""
    waived = clause.waived is not None and clause.verdict is Verdict.UNTESTED
    return clause.verdict in _DECIDES and not waived and clause.known is None


def _robustness(clauses: Sequence[ClauseResult]) -> str:
    verdicts = {clause.verdict for clause in clauses if clause.klass == "robustness"}
    if Verdict.FAIL in verdicts:
        return "fail"
    return "pass" if verdicts == {Verdict.PASS} else "untested"


def _attribution(evidence: Evidence, records: Sequence[ScenarioRecord]) -> str:
    """Proven: two agents asked at once, on sessions of their own; each got a contact then, and all were their own."""
    passed = bool(records) and all(record.verdict is Verdict.PASS for record in records)
    asked = evidence.exchanges(Part.DUE, probe="at-once")
    answered = {x.asks_for for x in asked if evidence.handed_out(x)}
    proven = passed and evidence.together and len(records) > 1 and len(answered) > 1
    return "proven" if proven else "assumed"


def _ledger(records: Sequence[ScenarioRecord], written: Sequence[Scenario]) -> Ledger:
    told_of = {(record.feature_file, record.name): record for record in records}
    accounted = [told_of[scenario.key] for scenario in written if scenario.key in told_of]
    # A doubled scenario has two rows in the files and one in pytest's hands.
    once = {scenario.key for scenario in written}
    untested = sum(record.verdict in {Verdict.UNTESTED, Verdict.NOT_APPLICABLE} for record in accounted)
    doubled = len(written) - len(once)
    return Ledger(
        scenarios=len(written),
        executed=len(accounted) - untested - doubled,
        untested=untested,
        unaccounted=len(written) - len(accounted) + doubled,
    )


def _observation(name: str, records: Sequence[ScenarioRecord]) -> Observation:
    for record in records:
        if record.observation is not None:
            return record.observation
    return Observation(name, "untested", records[0].reason if records else "not selected for this run")
