"""What Allure's command lines make of three versions, the last of which fails: a history, and no version hidden."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from command import CHECKOUT, conformance, quick_profile
from lcm_conformance.catalogue.scenarios import read
from lcm_conformance.endpoint import Behaviour, Host

VERSIONS = {"2306": (), "2307": (), "2308": ("drops_queue",)}
FAILING = "FLD-Queue-presence Queue is present"
SCENARIOS = len(read())


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """`allure-results` of a real run for each version."""
    folder = tmp_path_factory.mktemp("three")
    profile = quick_profile(folder)
    with Host() as host:
        for version, faults in VERSIONS.items():
            url = host.start(Behaviour(cm_version=version, faults=faults))
            options = ["--profile", profile, "--url", url, "--cm-version", version, "--no-allure-html"]
            ended = conformance("run", *options, "--out", folder / version, cwd=folder)
            assert ended.returncode == (1 if faults else 0), ended.stdout + ended.stderr
    return {version: folder / version / "allure-results" for version in VERSIONS}


def allure(executable: Path, *arguments: str | Path, cwd: Path) -> None:
    environment = os.environ | {"ALLURE_NO_ANALYTICS": "1"}
    ended = subprocess.run(
        [executable, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, timeout=300
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.fixture
def allure_3(npm_packages: Path, tmp_path: Path):
    config = tmp_path / "allurerc.mjs"
    shutil.copy(CHECKOUT / "examples" / "allurerc.mjs", config)

    def generate(name: str, *folders: Path) -> Path:
        out = tmp_path / name
        allure(npm_packages / ".bin" / "allure", "generate", "-c", config, "-o", out, *folders, cwd=tmp_path)
        return out

    return generate


@pytest.fixture
def allure_2(npm_packages: Path, tmp_path: Path):
    executable = npm_packages / "allure-commandline" / "bin" / "allure"

    def generate(name: str, *folders: Path) -> Path:
        allure(executable, "generate", "--clean", "-o", tmp_path / name, *folders, cwd=tmp_path)
        return tmp_path / name

    return generate


def named(report: Path, folder: str, name: str) -> list[dict]:
    told = [json.loads(path.read_text(encoding="utf-8")) for path in (report / "data" / folder).glob("*.json")]
    return [test for test in told if test["name"] == name]


def statistic(report: Path, environment: str = "") -> dict[str, int]:
    return json.loads((report / "widgets" / environment / "statistic.json").read_text(encoding="utf-8"))


def test_allure_3_keeps_the_history_of_a_clause_from_version_to_version(results, allure_3) -> None:
    for version, folder in results.items():
        report = allure_3(version, folder)
    [test] = named(report, "test-results", FAILING)
    assert (test["status"], test["transition"]) == ("failed", "regressed")
    assert [(past["status"], past["environment"]) for past in test["history"]] == [
        ("passed", "Campaign Manager 2307"),
        ("passed", "Campaign Manager 2306"),
    ]


def test_allure_3_shows_three_versions_side_by_side_and_none_as_a_retry(results, allure_3) -> None:
    report = allure_3("all", *results.values())
    assert statistic(report)["total"] == len(VERSIONS) * SCENARIOS
    assert statistic(report).get("retries", 0) == 0
    failed = {version: statistic(report, f"cm-{version}").get("failed", 0) for version in VERSIONS}
    assert failed == {"2306": 0, "2307": 0, "2308": 1}


def test_allure_2_keeps_the_history_of_a_clause_from_version_to_version(results, allure_2, tmp_path: Path) -> None:
    for version, folder in results.items():
        again = tmp_path / f"results of {version}"
        shutil.copytree(folder, again)
        if (tmp_path / "report" / "history").exists():
            shutil.copytree(tmp_path / "report" / "history", again / "history")
        report = allure_2("report", again)
    [test] = named(report, "test-cases", FAILING)
    assert (test["status"], test["newFailed"]) == ("failed", True)
    assert [past["status"] for past in test["extra"]["history"]["items"]] == ["passed", "passed"]


def test_allure_2_takes_older_versions_in_one_report_for_retries_as_the_documents_say(results, allure_2) -> None:
    report = allure_2("all", *results.values())
    shown = [test for test in named(report, "test-cases", FAILING) if not test["hidden"]]
    assert [test["status"] for test in shown] == ["failed"]
    assert [retry["status"] for retry in shown[0]["extra"]["retries"]] == ["passed", "passed"]
    said = (CHECKOUT / "docs" / "staging.md").read_text(encoding="utf-8")
    assert "With Allure 2, make one report a version" in said


@pytest.mark.parametrize("generation", ["2", "3"])
def test_the_page_is_built_by_the_command_that_is_at_hand(results, npm_packages: Path, tmp_path: Path, generation: str):
    folder = npm_packages / ("allure-commandline/bin" if generation == "2" else ".bin")
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    ended = conformance("run", "--clause", "VER-1", "--out", tmp_path / "out", cwd=tmp_path, PATH=path)
    page = (tmp_path / "out" / "allure-report" / "index.html").read_text(encoding="utf-8")
    assert "allure-report written" in ended.stdout
    assert "googletagmanager" not in page
