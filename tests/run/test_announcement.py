"""What GitHub Actions is told: a summary and annotations into which nothing from outside can inject."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from command import CHECKOUT, conformance, quick_profile
from lcm_conformance.catalogue.scenarios import read
from lcm_conformance.catalogue.verdict import Finding, Verdict
from lcm_conformance.endpoint import Behaviour, Host
from lcm_conformance.judge.result import ClauseResult, Latency, Ledger, Result, ScenarioRecord
from lcm_conformance.run.announcement import announce

EVIL = "x\n::error::forged\r%0A##[error]forged ##vso[task.x] ```` | [a](http://h) <img src=x> @team\x1b[2J"
SCENARIO = next(scenario for scenario in read() if scenario.clause == "FLD-Queue-presence")


@pytest.fixture
def failed() -> Result:
    finding = Finding(EVIL, EVIL, EVIL, "x-0001")
    told = ("FLD-Queue-presence", "normative", "Queue is present.", "There", Verdict.FAIL, EVIL)
    clause = ClauseResult(*told, (finding,))
    record = ScenarioRecord(
        "Members", SCENARIO.file, None, SCENARIO.name, "FLD-Queue-presence", (), Verdict.FAIL, EVIL, (finding,)
    )
    return Result(
        verdict="non-conformant",
        robustness="pass",
        complete=True,
        cm_version="2308",
        url="ws://there/",
        asked_as=None,
        suite_version="0.1.0",
        catalogue="sha256:1",
        started=datetime(2026, 3, 4, tzinfo=UTC),
        seconds=1.0,
        clauses=(clause,),
        scenarios=(record,),
        ledger=Ledger(),
        attribution="proven",
        readings={},
        depends_on=(),
        observations=(),
        latency=Latency(),
        embedded=False,
        notices=(EVIL,),
        label=EVIL,
    )


def announced(result: Result, folder: Path, **variables: str) -> tuple[str, list[str], list[str]]:
    errors = io.StringIO()
    path = folder / "summary.md"
    notes = announce(result, {"GITHUB_STEP_SUMMARY": str(path), **variables}, errors)
    return path.read_text(encoding="utf-8") if path.exists() else "", errors.getvalue().splitlines(), notes


def test_an_annotation_points_at_the_scenario_and_is_one_command(failed: Result, tmp_path: Path) -> None:
    _, lines, _ = announced(failed, tmp_path, GITHUB_ACTIONS="true", GITHUB_WORKSPACE=str(CHECKOUT))
    [line] = lines
    place = re.match(r"::error file=(features/[\w.]+),line=(\d+),title=lcm-conformance::FLD-Queue-presence: ", line)
    written = (CHECKOUT / place.group(1)).read_text(encoding="utf-8").splitlines()[int(place.group(2)) - 1]
    assert SCENARIO.name.partition(" (")[0] in written or "Scenario" in written
    assert "##[" not in line
    assert "##vso[" not in line
    assert "%250A" in line


def test_outside_of_github_nothing_is_printed(failed: Result, tmp_path: Path) -> None:
    assert announced(failed, tmp_path)[1] == []
    assert announced(failed, tmp_path, GITHUB_ACTIONS="1")[1] == []


def test_the_summary_has_verdict_failure_and_a_link_and_outside_text_only_in_code_spans(
    failed: Result, tmp_path: Path
) -> None:
    where = {
        "GITHUB_SERVER_URL": "https://github.example.test",
        "GITHUB_REPOSITORY": "team/product",
        "GITHUB_RUN_ID": "7",
    }
    text, _, notes = announced(failed, tmp_path, **where)
    assert notes == []
    assert text.startswith("## ❌ Non-conformant: ")
    assert "| `FLD-Queue-presence` |" in text
    assert text.endswith("[Reports of this run](https://github.example.test/team/product/actions/runs/7#artifacts)\n")
    outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", text)
    assert not {"forged", "img", "@team", "http://h"} & set(re.findall(r"forged|img|@team|http://h", outside))
    assert "\x1b" not in text


def test_a_link_is_left_out_where_its_parts_are_not_what_they_should_be(failed: Result, tmp_path: Path) -> None:
    where = {"GITHUB_SERVER_URL": "https://h)<img>", "GITHUB_REPOSITORY": "a/b", "GITHUB_RUN_ID": "7"}
    assert "Reports of this run" not in announced(failed, tmp_path, **where)[0]


def test_a_summary_is_appended_and_one_that_cannot_be_written_is_a_note(failed: Result, tmp_path: Path) -> None:
    announced(failed, tmp_path)
    assert announced(failed, tmp_path)[0].count("## ❌") == 2
    [note] = announce(failed, {"GITHUB_STEP_SUMMARY": str(tmp_path)}, io.StringIO())
    assert "check GITHUB_STEP_SUMMARY" in note


def test_an_outage_is_one_annotation_of_the_run(failed: Result, tmp_path: Path) -> None:
    cut = replace(failed, suite_errors=("a step is missing",), scenarios=())
    [line] = announced(cut, tmp_path, GITHUB_ACTIONS="true")[1]
    assert line == "::error title=lcm-conformance::suite error: a step is missing"


def test_a_real_run_tells_github(tmp_path: Path) -> None:
    with Host() as host:
        url = host.start(Behaviour(faults=("drops_queue",)))
        options = ("--profile", quick_profile(tmp_path), "--url", url, "--out", tmp_path / "out")
        github = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}
        ended = conformance("run", *options, cwd=tmp_path, **github)
    assert ended.returncode == 1
    errors = [line for line in ended.stderr.splitlines() if line.startswith("::error ")]
    assert [re.search(r"::(FLD-[\w-]+):", line).group(1) for line in errors] == ["FLD-Queue-presence", "FLD-Queue-type"]
    assert "::error" not in ended.stdout
    assert "`the member Queue`" in (tmp_path / "summary.md").read_text(encoding="utf-8")
