"""Scenarios to records: of one that pytest ran, of one that was left out, and without pytest at all."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime

from lcm_conformance.catalogue.scenarios import Scenario
from lcm_conformance.catalogue.verdict import Verdict
from lcm_conformance.judge.evidence import Evidence
from lcm_conformance.judge.fold import told
from lcm_conformance.judge.result import LEFT_OUT, Remarks, ScenarioRecord, StepRecord
from lcm_conformance.record.folded import PROBE
from lcm_conformance.run import vocabulary


def record(
    scenario: Scenario,
    error: BaseException | None,
    remarks: Remarks,
    steps: Sequence[StepRecord],
    evidence: Evidence | None,
    seconds: float,
) -> ScenarioRecord:
    """The record of a scenario that ran; `steps` are those that were reached."""
    ended = told(error, remarks)
    missed = [StepRecord(step.keyword, step.text, "skipped") for step in scenario.steps[len(steps) :]]
    probes = {probe.name for probe in scenario.probes}
    return ScenarioRecord(
        feature=scenario.feature,
        feature_file=scenario.file,
        rule=scenario.rule,
        name=scenario.name,
        clause=scenario.clause,
        steps=(*steps, *missed),
        verdict=ended.verdict,
        reason=ended.reason,
        findings=ended.findings,
        exchanges=tuple(x.id for x in evidence.exchanges() if x.probe in probes) if evidence else (),
        observation=remarks.observation,
        blockers=ended.blockers,
        started=datetime.now(UTC),
        seconds=seconds,
        findings_total=ended.found,
        folded=evidence.recording.folded.count if evidence and PROBE in probes else 0,
    )


def left_out(scenario: Scenario, reason: str = LEFT_OUT) -> ScenarioRecord:
    """The record of a scenario that -k, -m or --clause left out, or that was not come to."""
    return ScenarioRecord(
        feature=scenario.feature,
        feature_file=scenario.file,
        rule=scenario.rule,
        name=scenario.name,
        clause=scenario.clause,
        steps=tuple(StepRecord(step.keyword, step.text, "skipped") for step in scenario.steps),
        verdict=Verdict.UNTESTED,
        reason=reason,
    )


def judge(scenario: Scenario, evidence: Evidence) -> ScenarioRecord:
    """Execute a scenario without pytest and record it."""
    begun = time.monotonic()
    remarks = Remarks()
    steps: list[StepRecord] = []
    error: BaseException | None = None
    try:
        vocabulary.execute(scenario, {"evidence": evidence, "remarks": remarks}, steps)
    except Exception as caught:  # whatever a step raises is its verdict, or the suite's own fault
        error = caught
    return record(scenario, error, remarks, steps, evidence, time.monotonic() - begun)
