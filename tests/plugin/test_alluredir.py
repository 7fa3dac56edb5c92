"""`pytest features --alluredir=DIR`: the suite's own Allure results come there, once, beside those of other tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from lcm_conformance.catalogue import scenarios
from others_project import Project

CONFTEST = """\
import pytest


@pytest.fixture(scope="session", autouse=True)
def database():
    yield
"""
OF_THE_RUN = 1
"""Test results that are of no scenario: where none shows that the run is not green, one of the run itself does."""
THEIRS = "def test_theirs(database):\n    pass\n"


def results(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*-result.json")]


def of_suite(folder: Path) -> dict[str, Any]:
    """The suite's test results by name."""
    found = [result for result in results(folder) if "historyId" in result and result["name"] != "test_theirs"]
    assert len({result["name"] for result in found}) == len(found)
    return {result["name"]: result for result in found}


@pytest.mark.parametrize("first", [True, False], ids=["features first", "features last"])
def test_it_gets_the_results_of_the_reports_once_beside_those_of_others(project: Project, first: bool) -> None:
    project.write({"theirs/conftest.py": CONFTEST, "theirs/test_theirs.py": THEIRS})
    order = [project.features, "theirs"] if first else ["theirs", project.features]
    done = project.pytest(*order, "--alluredir=given")
    assert done.returncode == 0, done.stdout + done.stderr

    given = project.folder / "given"
    own = project.folder / "reports" / "allure-results"
    assert of_suite(given) == of_suite(own)
    assert len(of_suite(given)) == len(scenarios.read())
    (theirs,) = [result for result in results(given) if result["name"] == "test_theirs"]
    assert theirs["status"] == "passed"
    containers = [json.loads(path.read_text(encoding="utf-8")) for path in given.glob("*-container.json")]
    assert {child for container in containers for child in container["children"]} == {theirs["uuid"]}
    assert {before["name"] for container in containers for before in container["befores"]} == {"database"}
    attached = {a["source"] for result in of_suite(given).values() for a in result.get("attachments", ())}
    assert attached
    assert {path.name for path in given.glob("*-attachment.*")} == attached
    assert not [result for result in results(own) if result["name"] == "test_theirs"]


def test_what_lies_there_stays_unless_it_is_to_be_cleaned(project: Project) -> None:
    others = project.write({"given/old-result.json": '{"name": "old"}'}).folder / "given" / "old-result.json"
    options = ["--alluredir=given", "--lcm-clause", "VER-1"]
    assert project.pytest(project.features, *options).returncode == 3
    assert others.is_file()
    number = len(results(project.folder / "given"))
    assert project.pytest(project.features, *options, "--clean-alluredir").returncode == 3
    assert not others.exists()
    assert len(results(project.folder / "given")) == number - 1


def test_the_reports_own_folder_may_be_the_one(project: Project) -> None:
    done = project.pytest(project.features, "--alluredir=reports/allure-results", "--lcm-clause", "VER-1")
    assert done.returncode == 3, done.stdout + done.stderr
    assert len(of_suite(project.folder / "reports" / "allure-results")) == len(scenarios.read()) + OF_THE_RUN


def test_results_of_others_in_the_folder_of_the_reports_stay(project: Project) -> None:
    theirs = "target/allure-results/theirs-result.json"
    project.write({theirs: '{"name": "theirs"}'})
    for _ in range(2):
        assert project.pytest(project.features, "--lcm-out", "target", "--lcm-clause", "VER-1").returncode == 3
    assert (project.folder / theirs).is_file()
    assert len(results(project.folder / "target" / "allure-results")) == len(scenarios.read()) + OF_THE_RUN + 1
