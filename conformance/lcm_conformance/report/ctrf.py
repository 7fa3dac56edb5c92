"""Writes `ctrf-report.json`, the Common Test Report Format: the same cases as in JUnit. Called by `write_all`.

The format has no errors: what is one in JUnit is `other` here, with its own word as `rawStatus`.
"""

from __future__ import annotations

import uuid
from pathlib import Path

from lcm_conformance.judge.result import Result, ScenarioRecord
from lcm_conformance.report.case import LIMIT, case_of
from lcm_conformance.report.files import json_text, rfc3339, utc, write_whole
from lcm_conformance.report.frames import finding_text
from lcm_conformance.report.headline import facts, unshown
from lcm_conformance.report.legible import one_line
from lcm_conformance.report.titles import file_name, titled

NAME = "ctrf-report.json"
_STATUSES = ("passed", "failed", "skipped", "pending", "other")
_STATUS = {"passed": "passed", "failed": "failed", "error": "other", "skipped": "skipped"}


def write_ctrf(result: Result, out: Path) -> None:
    """Write `out/ctrf-report.json`, whole or not at all."""
    write_whole(out / NAME, json_text(ctrf(result), indent=1) + "\n")


def ctrf(result: Result) -> dict[str, object]:
    """The whole document, in version 0.0.0 of the format."""
    tests = [_test(title, scenario) for title, scenario in titled(result.scenarios)]
    sentence = unshown(result)
    if sentence is not None:
        tests.append(_of_the_run(sentence, result))
    start = int(utc(result.started).timestamp() * 1000)
    named = {name: one_line(value, LIMIT) for name, value in facts(result).items()}
    return {
        "reportFormat": "CTRF",
        "specVersion": "0.0.0",
        "reportId": str(uuid.uuid4()),
        "timestamp": rfc3339(result.started),
        "generatedBy": "lcm-conformance",
        "results": {
            "tool": {"name": "lcm-conformance", "version": result.suite_version},
            "summary": {
                "tests": len(tests),
                **{status: sum(test["status"] == status for test in tests) for status in _STATUSES},
                "start": start,
                "stop": start + round(result.seconds * 1000),
            },
            "tests": tests,
            "environment": {
                "appName": "Campaign Manager",
                "appVersion": named["cm_version"],
                "testEnvironment": named["label"] or named["url"],
                "extra": named | {"complete": result.complete},
            },
        },
    }


def _test(title: str, scenario: ScenarioRecord) -> dict[str, object]:
    case = case_of(scenario)
    test = {
        "name": one_line(title, LIMIT),
        "status": _STATUS[case.status],
        "duration": round(scenario.seconds * 1000),
        "suite": [one_line(name, LIMIT) for name in (scenario.feature, scenario.rule) if name],
        "message": case.message,
        "trace": "\n\n".join(finding_text(finding, LIMIT) for finding in scenario.findings),
        "rawStatus": scenario.verdict.value,
        "tags": [scenario.clause],
        "filePath": f"features/{file_name(scenario)}",
        "steps": [
            {"name": one_line(f"{step.keyword} {step.text}", LIMIT), "status": _of_step(step.status, case.status)}
            for step in scenario.steps
        ],
    }
    return {name: value for name, value in test.items() if value != ""}


def _of_step(step: str, case: str) -> str:
    """The step at which a scenario ended has the scenario's colour."""
    return {"passed": "passed", "failed": _STATUS[case]}.get(step, "skipped")


def _of_the_run(sentence: str, result: Result) -> dict[str, object]:
    return {
        "name": "the verdict of the run",
        "status": "other",
        "duration": round(result.seconds * 1000),
        "message": one_line(sentence, LIMIT),
        "rawStatus": result.verdict,
    }
