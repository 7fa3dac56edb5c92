"""What a result says beside its clauses: the ledger, attribution, robustness, trouble and observations. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lcm_conformance.catalogue.scenarios import Scenario
from lcm_conformance.catalogue.verdict import Verdict
from lcm_conformance.judge.evidence import Evidence
from lcm_conformance.judge.result import LEFT_OUT, ClauseResult, Ledger, Observation, ScenarioRecord, Trouble
from lcm_conformance.record.transcript import Recording

LEAVE_OPEN = {Verdict.INCONCLUSIVE, Verdict.UNTESTED, Verdict.ERROR}
_SPENT = "the reservation of agents."
"""What is said of reservations that are used up, or gone, begins so: a precondition is missing, no more."""


def trouble(
    recording: Recording, clauses: Sequence[ClauseResult], by_clause: Mapping[str, Sequence[ScenarioRecord]]
) -> Trouble | None:
    """An outage, else the first gap in the environment that leaves a deciding clause open."""
    outage = recording.trouble or next((line for line in recording.troubles.values() if _SPENT not in line), None)
    if outage is not None:
        return Trouble("outage", outage)
    lines = {*recording.left_out.values(), *recording.unmet.values()}
    left_open = (c for c in clauses if c.excuse is None and c.verdict in LEAVE_OPEN)
    gaps = (record.reason for clause in left_open for record in by_clause[clause.id])
    gap = next((reason for reason in gaps if _SPENT in reason or any(line in reason for line in lines)), None)
    return None if gap is None else Trouble("gap", gap.removeprefix("environment: "))


def robustness(clauses: Sequence[ClauseResult]) -> str:
    """The grade of its own: pass, fail or untested."""
    verdicts = {clause.verdict for clause in clauses if clause.klass == "robustness"}
    if Verdict.FAIL in verdicts:
        return "fail"
    return "pass" if verdicts == {Verdict.PASS} else "untested"


def attribution(evidence: Evidence, records: Sequence[ScenarioRecord]) -> str:
    """Proven: two agents asked at once, on sessions of their own; each got a contact then, and all were their own."""
    passed = bool(records) and all(record.verdict is Verdict.PASS for record in records)
    asked = evidence.exchanges(probe="at-once")
    answered = {x.asks_for for x in asked if evidence.handed_out(x)}
    proven = passed and evidence.together and len(records) > 1 and len(answered) > 1
    return "proven" if proven else "assumed"


def ledger(records: Sequence[ScenarioRecord], written: Sequence[Scenario]) -> Ledger:
    """Every scenario that is written, against the records."""
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


def observation(name: str, records: Sequence[ScenarioRecord]) -> Observation:
    """What its scenarios recorded; why nothing, where they did not."""
    for record in records:
        if record.observation is not None:
            return record.observation
    return Observation(name, "untested", records[0].reason if records else LEFT_OUT)
