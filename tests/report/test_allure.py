"""`allure-results/`: what a person sees of each scenario, and nothing of this computer."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from excusing import excused
from lcm_conformance.judge.result import Trouble
from lcm_conformance.report.allure import ATTACHED, write_allure_results
from lcm_conformance.report.allure_run import CATEGORIES
from lcm_conformance.report.redacts import redact_recording, redact_result


@pytest.fixture
def write(recording, redactor, out):
    def written(result, heard=recording) -> dict[str, dict]:
        write_allure_results(redact_result(result, redactor), redact_recording(heard, redactor), out)
        tests = [json.loads(p.read_text(encoding="utf-8")) for p in (out / "allure-results").glob("*-result.json")]
        return {test["name"]: test for test in tests}

    return written


@pytest.fixture
def failed(write, result):
    return write(result)["FLD-ContactID-type one example of FLD-ContactID-type"]


def test_each_verdict_has_its_status(write, result):
    statuses = {name.split()[0]: test["status"] for name, test in write(result).items()}
    assert statuses == {
        "MAP-1": "passed",
        "FLD-ContactID-type": "failed",
        "RSP-4": "broken",
        "PRE-2": "skipped",
        "VER-1": "skipped",
        "ROB-1": "broken",
    }


def test_every_gherkin_step_is_shown_with_its_status(failed):
    assert [(step["name"], step["status"]) for step in failed["steps"]] == [
        ("Given an agent who is logged in", "passed"),
        ("When the agent asks for the reserved contact", "passed"),
        ("Then FLD-ContactID-type is seen", "failed"),
    ]
    assert failed["steps"][2]["statusDetails"]["message"].startswith("a boolean")


def test_the_step_that_ended_a_skipped_scenario_is_not_red(write, result):
    (test,) = [test for name, test in write(result).items() if name.startswith("PRE-2")]
    assert [step["status"] for step in test["steps"]] == ["passed", "passed", "skipped"]
    assert test["statusDetails"]["message"] == "untested: the profile has no logout"


def test_feature_rule_clause_class_and_version_are_labels(failed):
    labels = {(label["name"], label["value"]) for label in failed["labels"]}
    assert labels >= {
        ("feature", "Response Parameters"),
        ("story", "The rule of FLD-ContactID-type"),
        ("tag", "FLD-ContactID-type"),
        ("tag", "normative"),
        ("severity", "critical"),
        ("cm_version", "2308"),
    }
    assert ("package", "features.response") in labels


def test_the_version_is_no_part_of_the_identity(failed):
    assert failed["parameters"] == [{"name": "cm_version", "value": "2308", "excluded": True}]


def test_the_clause_s_row_is_described_and_nothing_links_out_of_the_report(failed):
    assert "links" not in failed
    assert "What FLD-ContactID-type asks." in failed["description"]
    assert "Response Parameters" in failed["description"]


def test_the_frames_are_attached_redacted_with_arrows_and_times(failed, out):
    (attachment,) = failed["attachments"]
    text = (out / "allure-results" / attachment["source"]).read_text(encoding="utf-8")
    head, request, reply = text.split("\n")
    assert head.startswith("x-0007  probe reserved-contact")
    assert re.match(r"→  05:06:07\.131Z +0 ms  \{.*GetReservedContactOD", request)
    assert re.match(r"←  05:06:07\.143Z +\+12 ms  \{.*9300184526", reply)


def test_scenarios_that_share_an_exchange_share_its_file(write, result, out):
    sources = {test["attachments"][0]["source"] for test in write(result).values()}
    assert len(sources) == 1
    assert len(list((out / "allure-results").glob("*-attachment.*"))) == 1


def test_the_exchange_of_a_finding_is_never_among_those_left_out(write, result):
    many = tuple(f"x-{number:04d}" for number in range(100, 200))
    scenario = replace(result.scenarios[1], exchanges=many)
    (test,) = write(replace(result, scenarios=(scenario,))).values()
    assert len(test["attachments"]) == ATTACHED
    assert test["attachments"][0]["name"] == "x-0007: frames"
    assert "more exchanges of this scenario are in transcript.ndjson" in test["description"]


def test_an_identity_is_the_same_on_every_computer_and_in_every_run(write, result):
    first = {name: (t["historyId"], t["testCaseId"], t["fullName"]) for name, t in write(result).items()}
    moved = tuple(replace(s, feature_file=f"C:\\elsewhere\\{s.feature_file}") for s in result.scenarios)
    second = {
        name: (t["historyId"], t["testCaseId"], t["fullName"])
        for name, t in write(replace(result, scenarios=moved)).items()
    }
    assert first == second
    assert first["MAP-1 one example of MAP-1"][2] == "features/response.feature: one example of MAP-1"


def test_two_scenarios_of_one_name_are_not_taken_for_retries(write, conformant):
    first = conformant.scenarios[0]
    tests = write(replace(conformant, scenarios=(first, replace(first, feature_file="features/other.feature"))))
    assert len({test["historyId"] for test in tests.values()}) == 2


def test_no_file_holds_a_path_of_this_computer(write, result, out):
    write(result)
    for path in (out / "allure-results").iterdir():
        text = path.read_text(encoding="utf-8")
        assert "/somewhere/else" not in text
        assert str(out) not in text
        assert str(Path.cwd()) not in text


def test_each_kind_of_trouble_falls_into_one_category(write, result):
    trouble = "the host does not answer: check the address"
    scenario = replace(result.scenarios[2], reason=f"not asked: {trouble}", name="cut off")
    clauses = tuple(replace(c, known="TICKET-7") for c in result.clauses if c.id == "FLD-ContactID-type")
    known = write(excused(replace(result, verdict="conformant", clauses=clauses, scenarios=result.scenarios[1:2])))
    others = write(replace(result, scenarios=(*result.scenarios, scenario), trouble=Trouble("outage", trouble)))
    found = {name: categories_of(test) for name, test in others.items() if test["status"] != "passed"}
    assert found == {
        "FLD-ContactID-type one example of FLD-ContactID-type": ["Nonconformity"],
        "RSP-4 one example of RSP-4": ["Inconclusive"],
        "RSP-4 cut off": ["Environment"],
        "ROB-1 one example of ROB-1": ["Suite error"],
        "PRE-2 one example of PRE-2": ["Untested or not applicable"],
        "VER-1 one example of VER-1": ["Untested or not applicable"],
    }
    (test,) = known.values()
    assert (test["status"], categories_of(test)) == ("skipped", ["Known deviation"])
    assert test["statusDetails"]["known"] is True


def categories_of(test: dict) -> list[str]:
    message = test["statusDetails"]["message"]
    return [
        category["name"]
        for category in CATEGORIES
        if test["status"] in category["matchedStatuses"]
        and re.fullmatch(category.get("messageRegex", "(?s).*"), message)
    ]


def test_an_unfinished_green_run_is_shown_broken(write, conformant, with_trouble):
    assert "the verdict of the run" not in write(conformant)
    assert write(replace(conformant, complete=False))["the verdict of the run"]["status"] == "broken"
    message = write(with_trouble)["the verdict of the run"]["statusDetails"]["message"]
    assert message.startswith("environment: ")


def test_the_environment_is_written_as_java_reads_it(write, result, out):
    write(replace(result, url="ws://höst\\a/😀"))
    lines = (out / "allure-results" / "environment.properties").read_text(encoding="ascii").splitlines()
    assert "cm_version=2308" in lines
    assert "verdict=non-conformant" in lines
    assert "suite_version=0.1.0" in lines
    assert "url=ws://h\\u00f6st\\\\a/\\ud83d\\ude00" in lines


OF_OTHERS = {
    "one-result.json": '{"name": "theirs"}',
    "one-attachment.txt": "theirs",
    "one-container.json": "{}",
    "notes.txt": "theirs",
    "executor.json": "{}",
    "categories.json": '[{"name": "Flaky", "matchedStatuses": ["failed"]}]',
    "environment.properties": "browser=theirs\n",
}


def test_it_begins_anew_and_deletes_nothing_of_others(write, result, out):
    folder = out / "allure-results"
    folder.mkdir(parents=True)
    for name, text in OF_OTHERS.items():
        (folder / name).write_text(text, encoding="utf-8")
    write(result)
    write(replace(result, scenarios=result.scenarios[:1]))
    left = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    assert OF_OTHERS.items() <= left.items()
    assert [name[-12:] for name in left.keys() - OF_OTHERS.keys() if "attachment" not in name] == ["-result.json"] * 2


def test_what_a_folder_has_one_of_is_of_the_newest_run(write, result, out):
    for version in ("2307", "2308"):
        write(replace(result, cm_version=version))
    text = (out / "allure-results" / "environment.properties").read_text(encoding="ascii")
    assert "cm_version=2308\n" in text
    assert "Nonconformity" in (out / "allure-results" / "categories.json").read_text(encoding="utf-8")


def test_a_repeated_scenario_is_one_test_with_retries(result, recording, out):
    (first, *others) = result.scenarios
    write_allure_results(replace(result, scenarios=(replace(first, earlier=(first, first)), *others)), recording, out)
    tests = [json.loads(p.read_text(encoding="utf-8")) for p in (out / "allure-results").glob("*-result.json")]
    histories = Counter(test["historyId"] for test in tests)
    assert sorted(histories.values()) == [1] * (len(histories) - 1) + [3]


def test_markup_of_the_endpoint_is_not_rendered(with_text, write):
    result, recording = with_text("<img src=x>[a](http://host)")
    for test in write(result, recording).values():
        assert "<img" not in test.get("description", "").replace("\\<", "")


def test_an_observation_has_no_row_and_is_shown_all_the_same(write, conformant):
    seen = replace(conformant.scenarios[0], clause="OBS-expired", observation=conformant.observations[0])
    (test,) = write(replace(conformant, scenarios=(seen,))).values()
    assert test["description"].startswith("Seen: silence")
    assert {"name": "tag", "value": "observation"} in test["labels"]
