"""`junit.xml`: one case a scenario, right counts, and never green where the run is not."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from excusing import excused
from lcm_conformance.catalogue.verdict import Verdict
from lcm_conformance.report.junit import junit_xml


def suite_of(result) -> ET.Element:
    root = ET.fromstring(junit_xml(result))
    assert root.tag == "testsuites"
    (suite,) = root
    for name in ("tests", "failures", "errors", "skipped"):
        assert root.get(name) == suite.get(name)
    return suite


def test_each_verdict_has_its_element_and_the_counts_are_right(result):
    suite = suite_of(result)
    outcomes = {
        case.get("name").split()[0]: next((child.tag, child.get("type")) for child in [*case, ET.Element("passed")])
        for case in suite.iter("testcase")
    }
    assert outcomes == {
        "MAP-1": ("passed", None),
        "FLD-ContactID-type": ("failure", "nonconformity"),
        "RSP-4": ("error", "inconclusive"),
        "PRE-2": ("skipped", None),
        "VER-1": ("skipped", None),
        "ROB-1": ("error", "suite error"),
    }
    assert [suite.get(name) for name in ("tests", "failures", "errors", "skipped")] == ["6", "1", "2", "2"]
    assert (suite.get("time"), suite.get("timestamp")) == ("3.210", "2026-03-04T05:06:07")


def test_a_case_is_named_by_feature_file_and_clause(result):
    case = next(suite_of(result).iter("testcase"))
    assert (case.get("classname"), case.get("name")) == ("response", "MAP-1 one example of MAP-1")
    assert case.get("time") == "0.012"


def test_a_failure_shows_what_was_expected_and_seen(result):
    failure = next(suite_of(result).iter("failure"))
    assert failure.get("message").startswith("a boolean")
    assert [line.split()[0] for line in failure.text.splitlines()] == ["expected", "actual", "where", "evidence"]


def test_the_properties_name_what_was_tested(result):
    told = {item.get("name"): item.get("value") for item in suite_of(result).iter("property")}
    assert (told["verdict"], told["cm_version"]) == ("non-conformant", "2308")
    assert (told["suite_version"], told["catalogue"]) == ("0.1.0", "sha256:0123")


def test_two_scenarios_of_one_name_are_two_cases(conformant):
    twice = replace(conformant, scenarios=conformant.scenarios[:1] * 2)
    names = [case.get("name") for case in suite_of(twice).iter("testcase")]
    assert names == ["MAP-1 one example of MAP-1", "MAP-1 one example of MAP-1 (2)"]


def test_a_known_deviation_does_not_turn_the_ci_server_red(result):
    clauses = tuple(replace(c, known="TICKET-7") if c.findings else c for c in result.clauses)
    suite = suite_of(excused(replace(result, clauses=clauses)))
    assert suite.get("failures") == "0"
    [said] = [item.get("message") for item in suite.iter("skipped") if item.get("message").startswith("known")]
    assert said.startswith("known deviation: TICKET-7: a boolean")


def test_a_waiver_is_named_where_the_scenario_is_skipped(result):
    clauses = tuple(replace(c, waived="no logout here") if c.id == "PRE-2" else c for c in result.clauses)
    suite = suite_of(excused(replace(result, clauses=clauses)))
    messages = [item.get("message") for item in suite.iter("skipped")]
    assert "untested: the profile has no logout (waived: no logout here)" in messages


def test_a_failure_that_does_not_decide_is_skipped_and_says_its_class(result):
    failing = {"verdict": Verdict.FAIL, "reason": "closed and never came back"}
    clause, scenario = replace(result.clauses[5], **failing), replace(result.scenarios[5], **failing)
    suite = suite_of(excused(replace(result, verdict="conformant", clauses=(clause,), scenarios=(scenario,))))
    [skipped] = suite.iter("skipped")
    assert skipped.get("message") == "robustness, does not decide the verdict: closed and never came back"
    assert (suite.get("failures"), suite.get("errors")) == ("0", "0")


def test_a_run_that_could_not_begin_is_not_green(with_trouble):
    suite = suite_of(with_trouble)
    assert (suite.get("tests"), suite.get("errors"), suite.get("skipped")) == ("7", "1", "6")
    assert next(suite.iter("error")).get("message").startswith("environment: staging.example.test")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"complete": False}, "This run did not finish"),
        ({"suite_errors": ("a scenario vanished",)}, "suite error: a scenario vanished"),
    ],
    ids=["unfinished", "suite error"],
)
def test_a_green_set_of_scenarios_does_not_hide_that_the_run_does_not_stand(conformant, change, said):
    assert suite_of(conformant).get("errors") == "0"
    suite = suite_of(replace(conformant, **change))
    assert suite.get("errors") == "1"
    assert next(suite.iter("error")).get("message").startswith(said)


def test_a_known_deviation_does_not_hide_that_the_run_does_not_stand(result):
    clauses = tuple(replace(c, known="TICKET-7") for c in result.clauses if c.findings)
    known = replace(result, clauses=clauses, scenarios=result.scenarios[1:2], verdict="conformant")
    suite = suite_of(excused(replace(known, suite_errors=("a scenario vanished",))))
    assert (suite.get("skipped"), suite.get("errors")) == ("1", "1")


def test_a_known_deviation_that_passes_is_one_error_that_names_it(conformant):
    line = "known deviation of MAP-1, TICKET-7, passes now: remove its entry"
    suite = suite_of(replace(conformant, decided_by="known", stale=(line,)))
    assert (suite.get("failures"), suite.get("errors"), suite.get("skipped")) == ("0", "1", "0")
    assert next(suite.iter("error")).get("message") == line


def test_hostile_text_is_legal_xml_and_stays_readable(with_text):
    result, _ = with_text("a\x00b\ud800c\ufffed\x1b[31m\u202e")
    failure = next(suite_of(result).iter("failure"))
    assert failure.get("message") == "a\\u0000b\\ud800c\\ufffed\\u001b[31m\\u202e"
