"""`ctrf-report.json` and `badge.json`: the cases of JUnit in another form, and the verdict as a badge."""

from __future__ import annotations

from dataclasses import replace

import pytest
from excusing import excused
from lcm_conformance.catalogue.verdict import Verdict
from lcm_conformance.report.badge import badge
from lcm_conformance.report.ctrf import ctrf


def test_each_case_has_its_status_and_the_summary_counts_them(result):
    results = ctrf(result)["results"]
    statuses = {test["name"].split()[0]: (test["status"], test["rawStatus"]) for test in results["tests"]}
    assert statuses == {
        "MAP-1": ("passed", "pass"),
        "FLD-ContactID-type": ("failed", "fail"),
        "RSP-4": ("other", "inconclusive"),
        "PRE-2": ("skipped", "untested"),
        "VER-1": ("skipped", "not-applicable"),
        "ROB-1": ("other", "error"),
    }
    counted = {name: results["summary"][name] for name in ("tests", "passed", "failed", "skipped", "pending", "other")}
    assert counted == {"tests": 6, "passed": 1, "failed": 1, "skipped": 2, "pending": 0, "other": 2}


def test_a_failure_has_its_message_evidence_steps_and_place(result):
    [test] = [test for test in ctrf(result)["results"]["tests"] if test["status"] == "failed"]
    assert test["message"].startswith("a boolean")
    assert test["trace"].startswith("expected  Number")
    assert [step["status"] for step in test["steps"]] == ["passed", "passed", "failed"]
    assert (test["filePath"], test["tags"]) == ("features/response.feature", ["FLD-ContactID-type"])


def test_a_run_that_is_not_green_without_a_case_has_one_more(with_trouble):
    [test] = [test for test in ctrf(with_trouble)["results"]["tests"] if test["status"] == "other"]
    assert test["name"] == "the verdict of the run"
    assert test["message"].startswith("environment: ")


def test_a_failure_that_does_not_decide_is_skipped(result):
    clauses = tuple(replace(c, known="TICKET-7") if c.findings else c for c in result.clauses)
    assert ctrf(excused(replace(result, clauses=clauses)))["results"]["summary"]["failed"] == 0


def test_the_badge_is_green_for_a_conformant_run_and_names_version_and_label(conformant):
    assert badge(replace(conformant, label="staging")) == {
        "schemaVersion": 1,
        "label": "Campaign Manager 2308 staging",
        "message": "conformant",
        "color": "brightgreen",
        "isError": False,
    }


@pytest.mark.parametrize(
    ("change", "message", "colour", "is_error"),
    [
        ({"complete": False}, "unfinished", "orange", True),
        ({"suite_errors": ("broken",)}, "suite error", "orange", True),
        ({"decided_by": "known", "stale": ("MAP-1 passes",)}, "a known deviation passes", "orange", True),
        ({"verdict": "not-applicable"}, "not applicable", "lightgrey", False),
    ],
)
def test_the_badge_has_the_colour_of_the_exit_status(conformant, change, message, colour, is_error):
    told = badge(replace(conformant, **change))
    assert (told["message"], told["color"], told["isError"]) == (message, colour, is_error)


def test_the_badge_of_a_failure_is_red_and_of_an_outage_is_not(result, with_trouble):
    clauses = tuple(replace(c, verdict=Verdict.PASS) if c.verdict is Verdict.ERROR else c for c in result.clauses)
    scenarios = tuple(s for s in result.scenarios if s.verdict is not Verdict.ERROR)
    assert badge(replace(result, clauses=clauses, scenarios=scenarios))["color"] == "red"
    told = badge(with_trouble)
    assert (told["message"], told["color"]) == ("inconclusive", "orange")
