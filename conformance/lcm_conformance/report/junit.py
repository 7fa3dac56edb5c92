"""Writes `junit.xml` for CI servers: one test case for each scenario. Called by `write_all`.

It is red exactly where the exit status is: if no scenario shows why, one more test case does, and what does not
decide is skipped, because a CI server would let it decide.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

from lcm_conformance.catalogue.verdict import Verdict
from lcm_conformance.judge.result import ClauseResult, Result, ScenarioRecord
from lcm_conformance.report.case import LIMIT, case_of
from lcm_conformance.report.files import utc, write_whole
from lcm_conformance.report.frames import finding_text
from lcm_conformance.report.headline import facts, unshown
from lcm_conformance.report.legible import one_line
from lcm_conformance.report.titles import file_name, titled

XML = '<?xml version="1.0" encoding="utf-8"?>\n'


def write_junit(result: Result, out: Path) -> None:
    """Write `out/junit.xml`, whole or not at all."""
    write_whole(out / "junit.xml", junit_xml(result) + "\n")


def junit_xml(result: Result) -> str:
    """The whole file: `testsuites` with one `testsuite` in it, the counts as Jenkins and GitLab read them."""
    clauses = {clause.id: clause for clause in result.clauses}
    cases = [_case(title, scenario, clauses.get(scenario.clause)) for title, scenario in titled(result.scenarios)]
    extra = unshown(result)
    if extra is not None:
        cases.append(_verdict_case(extra, result))
    numbers = {
        "tests": len(cases),
        "failures": sum(case.find("failure") is not None for case in cases),
        "errors": sum(case.find("error") is not None for case in cases),
        "skipped": sum(case.find("skipped") is not None for case in cases),
        "time": f"{result.seconds:.3f}",
    }
    counted = {"name": "lcm-conformance"} | {key: str(value) for key, value in numbers.items()}
    root = ET.Element("testsuites", counted)
    # The schema that CI servers follow has a local time without a zone; ours is UTC.
    stamp = utc(result.started).strftime("%Y-%m-%dT%H:%M:%S")
    suite = ET.SubElement(root, "testsuite", counted | {"timestamp": stamp})
    suite.append(_properties(result))
    suite.extend(cases)
    ET.indent(root)
    return XML + ET.tostring(root, encoding="unicode")


def _properties(result: Result) -> ET.Element:
    properties = ET.Element("properties")
    named = facts(result) | {
        "complete": str(result.complete).lower(),
        "waived": ", ".join(clause.id for clause in result.clauses if clause.waived),
    }
    for name, value in named.items():
        ET.SubElement(properties, "property", name=name, value=one_line(value, LIMIT))
    return properties


def _case(title: str, scenario: ScenarioRecord, clause: ClauseResult | None) -> ET.Element:
    stem = file_name(scenario).removesuffix(".feature")
    element = ET.Element("testcase", classname=stem, name=one_line(title, LIMIT), time=f"{scenario.seconds:.3f}")
    case = case_of(scenario)
    if case.status == "skipped":
        ET.SubElement(element, "skipped", message=case.message)
    elif case.status == "failed":
        kind = "nonconformity" if clause is None or clause.klass == "normative" else clause.klass
        ET.SubElement(element, "failure", type=kind, message=case.message).text = _findings(scenario)
    elif case.status == "error":
        kind = "suite error" if scenario.verdict is Verdict.ERROR else scenario.verdict.value
        ET.SubElement(element, "error", type=kind, message=case.message).text = _findings(scenario)
    return element


def _verdict_case(sentence: str, result: Result) -> ET.Element:
    case = ET.Element("testcase", classname="run", name="the verdict of the run", time=f"{result.seconds:.3f}")
    ET.SubElement(case, "error", type=_kind(result), message=one_line(sentence, LIMIT))
    return case


def _kind(result: Result) -> str:
    if result.suite_errors:
        return "suite error"
    return "known deviation" if result.decided_by == "known" else result.verdict


def _findings(scenario: ScenarioRecord) -> str:
    return "\n\n".join(finding_text(finding, LIMIT) for finding in scenario.findings)
