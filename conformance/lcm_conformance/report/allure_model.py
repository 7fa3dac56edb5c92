"""One scenario in Allure's model: what a person sees of it in an Allure report. Called by the
Allure writer. An identity here is a clause id and a scenario's name, never a path or a node id.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Iterator, Sequence

from allure_commons.model2 import Attachment, Label, Parameter, Status, StatusDetails, TestResult, TestStepResult
from allure_commons.types import LabelType, Severity

from lcm_conformance.judge.result import ClauseResult, Result, ScenarioRecord
from lcm_conformance.report.case import LIMIT, Case, case_of
from lcm_conformance.report.files import utc
from lcm_conformance.report.frames import finding_text
from lcm_conformance.report.legible import legible, one_line
from lcm_conformance.report.titles import file_name

_STATUS = {"passed": Status.PASSED, "failed": Status.FAILED, "error": Status.BROKEN, "skipped": Status.SKIPPED}
_SEVERITY = {
    "scope": Severity.BLOCKER,
    "normative": Severity.CRITICAL,
    "robustness": Severity.NORMAL,
    "advisory": Severity.MINOR,
}


def scenario_test(
    title: str,
    scenario: ScenarioRecord,
    clause: ClauseResult | None,
    result: Result,
    attachments: Sequence[Attachment],
) -> TestResult:
    """The scenario as Allure's test result; `attachments` may be fewer than its exchanges."""
    file = file_name(scenario)
    case = case_of(scenario)
    start = int(utc(scenario.started or result.started).timestamp() * 1000)
    return TestResult(
        uuid=str(uuid.uuid4()),
        historyId=identity(title),
        testCaseId=identity(title),
        fullName=one_line(f"features/{file}: {title.removeprefix(scenario.clause + ' ')}"),
        titlePath=["features", file, *([one_line(scenario.rule)] if scenario.rule else [])],
        name=one_line(title),
        status=_STATUS[case.status],
        statusDetails=_details(case, scenario, clause, result),
        stage="finished",
        description=_description(scenario, clause, len(attachments)),
        steps=list(_steps(scenario, _STATUS[case.status], start)),
        attachments=list(attachments),
        parameters=[_version(result)],
        labels=list(_labels(scenario, clause, result)),
        start=start,
        stop=start + round(scenario.seconds * 1000),
    )


def run_test(sentence: str, result: Result) -> TestResult:
    """The run itself as a broken test, for a run that is not green although no scenario shows why."""
    title = "the verdict of the run"
    start = int(utc(result.started).timestamp() * 1000)
    return TestResult(
        uuid=str(uuid.uuid4()),
        historyId=identity(title),
        testCaseId=identity(title),
        fullName=f"run: {title}",
        name=title,
        status=Status.BROKEN,
        statusDetails=StatusDetails(message=one_line(sentence, LIMIT)),
        stage="finished",
        labels=[Label(name=LabelType.FEATURE, value="The run"), Label(name=LabelType.SEVERITY, value="blocker")],
        parameters=[_version(result)],
        start=start,
        stop=start + round(result.seconds * 1000),
    )


def _version(result: Result) -> Parameter:
    """The version, kept out of the identity: what broke from one version to the next is what a history is for."""
    return Parameter(name="cm_version", value=one_line(result.cm_version), excluded=True)


def identity(title: str) -> str:
    """What Allure's history knows a test by: the same in every run and on every computer."""
    return hashlib.sha256(title.encode("utf-8", "backslashreplace")).hexdigest()


def _labels(scenario: ScenarioRecord, clause: ClauseResult | None, result: Result) -> Iterator[Label]:
    klass = clause.klass if clause else "observation"
    named = [
        (LabelType.EPIC, "Get Reserved Non-PEWC Contact"),
        (LabelType.FEATURE, scenario.feature),
        (LabelType.STORY, scenario.rule or scenario.feature),
        (LabelType.PARENT_SUITE, f"Campaign Manager {result.cm_version}"),
        (LabelType.SUITE, scenario.feature),
        ("package", f"features.{file_name(scenario).removesuffix('.feature')}"),
        (LabelType.SUB_SUITE, scenario.rule or scenario.feature),
        (LabelType.SEVERITY, _SEVERITY.get(klass, Severity.TRIVIAL).value),
        (LabelType.TAG, scenario.clause),
        (LabelType.TAG, klass),
        ("cm_version", result.cm_version),
        (LabelType.FRAMEWORK, "pytest-bdd"),
        (LabelType.LANGUAGE, "gherkin"),
    ]
    for name, value in named:
        yield Label(name=name, value=one_line(value, LIMIT))


def _steps(scenario: ScenarioRecord, ended: str, start: int) -> Iterator[TestStepResult]:
    # The step at which a scenario ended has the scenario's colour: red only where the product is at fault.
    statuses = {"passed": Status.PASSED, "failed": ended}
    for step in scenario.steps:
        yield TestStepResult(
            name=one_line(f"{step.keyword.strip()} {step.text}", LIMIT),
            status=statuses.get(step.status, Status.SKIPPED),
            statusDetails=StatusDetails(message=one_line(scenario.reason, LIMIT)) if step.status == "failed" else None,
            stage="finished",
            start=start,
            stop=start,
        )


def _details(case: Case, scenario: ScenarioRecord, clause: ClauseResult | None, result: Result) -> StatusDetails | None:
    if case.status == "passed":
        return None
    trace = "\n\n".join(finding_text(finding, LIMIT) for finding in scenario.findings)
    known = clause is not None and clause.known is not None
    return StatusDetails(message=_prefixed(case, result), trace=trace or None, known=known or None)


def _prefixed(case: Case, result: Result) -> str:
    """The message with the word by which `categories.json` tells the environment from the inconclusive."""
    if case.status == "error" and result.outage and one_line(result.outage, LIMIT) in case.message:
        return f"environment: {case.message.removeprefix('environment: ')}"
    return case.message or case.status


def _description(scenario: ScenarioRecord, clause: ClauseResult | None, shown: int) -> str:
    lines = []
    if clause is not None:
        lines += [legible(text) for text in (clause.statement, clause.why) if text]
        lines += [f"The page: {legible(clause.section)}", f"Class: {clause.klass}"]
        lines += [f"Waived: {_as_text(clause.waived)}"] if clause.waived else []
    if scenario.observation is not None:
        seen = scenario.observation
        lines.append(f"Seen: {_as_text(seen.seen)}. {_as_text(seen.detail)}")
    left_out = len(dict.fromkeys(scenario.exchanges)) - shown
    if left_out > 0:
        lines.append(f"{left_out} more exchanges of this scenario are in transcript.ndjson.")
    return "\n\n".join(lines)


def _as_text(text: str) -> str:
    """Allure renders Markdown; what the endpoint or a profile wrote stays text."""
    return re.sub(r"([\\`*_{}\[\]<>#|!~&])", r"\\\1", one_line(text, LIMIT))
