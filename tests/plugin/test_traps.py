"""The traps of pytest-bdd and Allure: each test fails if its trap opens."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from command import CHECKOUT, conformance, copy_checkout, plain_pytest, quick_profile
from lcm_conformance import cli
from lcm_conformance.catalogue import scenarios
from lcm_conformance.catalogue.clauses import load_catalogue
from lcm_conformance.catalogue.scenarios import Step
from lcm_conformance.catalogue.verdict import SuiteError
from lcm_conformance.endpoint import Behaviour, Host
from lcm_conformance.run import vocabulary

TWO_OF_ONE_NAME = """\
Feature: F

  Rule: One

    @PRE-1
    Scenario: S
      Then no contact is handed out

  Rule: Another

    @PRE-1
    Scenario: S
      Then no contact is handed out
"""


def steps() -> list[Step]:
    return [step for scenario in scenarios.read() for step in scenario.steps]


def test_of_two_scenarios_of_one_name_none_vanishes_without_a_word(tmp_path: Path) -> None:
    (tmp_path / "a.feature").write_text(TWO_OF_ONE_NAME, encoding="utf-8")
    written = scenarios.read(tmp_path)

    assert len(written) == 2
    assert 'scenario "S" stands 2 times in a.feature: give each a name of its own' in scenarios.problems(
        written, load_catalogue()
    )


def test_no_two_scenarios_share_a_file_and_a_name() -> None:
    keys = [scenario.key for scenario in scenarios.read()]
    assert len(keys) == len(set(keys))


def test_every_step_has_one_definition() -> None:
    assert vocabulary.problems(scenarios.read()) == []


@pytest.mark.parametrize("number", [0, 2])
def test_a_step_with_no_definition_or_with_two_is_the_suites_own_fault(
    monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    step = Step("then", "Then", "no contact is handed out")
    (one,) = [sentence for sentence in vocabulary.sentences() if sentence.fits(step)]
    monkeypatch.setattr(vocabulary, "sentences", lambda: (one,) * number)
    with pytest.raises(SuiteError, match='step "Then no contact is handed out" has not one definition but '):
        vocabulary.sentence_for.__wrapped__(step)


def test_a_definition_added_in_another_module_is_seen_as_the_second_one(tmp_path: Path) -> None:
    checkout = copy_checkout(tmp_path)
    (checkout / "steps" / "zebra.py").write_text(
        "from pytest_bdd import parsers, then\n\n\n"
        '@then(parsers.parse("no {what} is handed out"))\ndef nothing(what: str) -> None:\n    pass\n',
        encoding="utf-8",
    )
    ended = conformance("run", cwd=tmp_path, checkout=checkout)
    assert ended.returncode == 5
    assert "has not one definition but steps.contact.no_contact and steps.zebra.nothing" in ended.stdout + ended.stderr


def test_every_definition_is_used_by_a_scenario() -> None:
    used = {id(vocabulary.sentence_for(step).context) for step in steps()}
    assert [s.context.step_func.__name__ for s in vocabulary.sentences() if id(s.context) not in used] == []


def test_the_vocabulary_has_thirty_sentences_at_most() -> None:
    assert 0 < len(vocabulary.sentences()) <= 30


def test_every_clause_has_a_scenario_and_every_tag_a_clause() -> None:
    tags = {tag for scenario in scenarios.read() for tag in scenario.tags}
    assert tags == set(load_catalogue().ids)


def test_a_tag_that_is_no_clause_is_no_mark_and_ends_the_run_with_status_5(tmp_path: Path) -> None:
    checkout = copy_checkout(tmp_path)
    feature = checkout / "features" / "pre_requisite.feature"
    feature.write_text(feature.read_text(encoding="utf-8").replace("@PRE-2", "@PRE-22"), encoding="utf-8")
    ended = conformance("run", cwd=tmp_path, checkout=checkout)
    assert ended.returncode == 5
    assert "has @PRE-22: it needs one clause tag" in ended.stdout


def test_features_of_another_copy_than_the_installed_one_end_in_one_line(tmp_path: Path) -> None:
    shutil.copytree(CHECKOUT / "features", tmp_path / "features")
    ended = plain_pytest("-c", "/dev/null", "features", "-q", "--lcm-out", tmp_path / "out", cwd=tmp_path)
    assert ended.returncode == 2
    assert "or install the suite that these are of with `-e`" in ended.stdout + ended.stderr
    assert "marker" not in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stdout + ended.stderr


@pytest.fixture(scope="module")
def allure(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The Allure results of a run in which one clause fails."""
    folder = tmp_path_factory.mktemp("allure")
    with Host() as host, contextlib.chdir(folder), contextlib.redirect_stdout(io.StringIO()):
        url = host.start(Behaviour(faults=("drops_queue",)))
        assert cli.main(["run", "--url", url, "--profile", str(quick_profile(folder)), "--out", "out"]) == 1
    return [
        {**json.loads(text), "_text": text, "_folder": str(folder)}
        for path in (folder / "out" / "allure-results").glob("*-result.json")
        for text in [path.read_text(encoding="utf-8")]
    ]


def test_allure_has_a_result_for_each_scenario_with_its_gherkin_steps_and_their_status(
    allure: list[dict[str, Any]],
) -> None:
    assert len(allure) == len(scenarios.read())
    for result in allure:
        assert result["steps"], result["name"]
        assert {step["status"] for step in result["steps"]} <= {"passed", "failed", "broken", "skipped"}
        assert result["steps"][0]["name"].startswith("Given ")


def test_a_failed_clause_is_failed_in_allure_at_the_step_that_failed(allure: list[dict[str, Any]]) -> None:
    (failed,) = [result for result in allure if result["status"] == "failed"]
    assert "has the member Queue" in failed["steps"][-1]["name"]
    assert failed["steps"][-1]["status"] == "failed"
    assert [step["status"] for step in failed["steps"][:-1]] == ["passed"] * (len(failed["steps"]) - 1)


def test_no_path_of_this_machine_is_in_allures_results(allure: list[dict[str, Any]]) -> None:
    for result in allure:
        for path in (str(CHECKOUT), result["_folder"], str(Path.home()), "site-packages"):
            assert path not in result["_text"], result["name"]


def test_ctrl_c_under_full_trace_prints_no_arguments(tmp_path: Path) -> None:
    (tmp_path / "stopper.py").write_text(
        "def read(frame):\n    raise KeyboardInterrupt\n\n\n"
        "def pytest_bdd_before_step():\n    read('-'.join(['canary', '1']))\n",
        encoding="utf-8",
    )
    shutil.copytree(CHECKOUT / "features", tmp_path / "features", dirs_exist_ok=True)
    ended = plain_pytest(
        *("features", "-p", "stopper", "--full-trace", "--lcm-clause", "VER-1", "--lcm-out", tmp_path / "out"),
        PYTHONPATH=f"{CHECKOUT / 'conformance'}:{tmp_path}",
    )
    assert ended.returncode == 130
    assert "canary-1" not in ended.stdout + ended.stderr
