"""The scenarios as written, and the ledger: none may vanish, double or change its name without a word."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from command import CHECKOUT, conformance, copy_checkout, plain_pytest
from lcm_conformance.catalogue import scenarios
from lcm_conformance.catalogue.clauses import Catalogue, Clause, load_catalogue
from lcm_conformance.catalogue.scenarios import Scenario
from lcm_conformance.catalogue.verdict import SuiteError

AFTER_LOGOUT = """    @PRE-2
    Scenario: After logout no contact is handed out
      Given nobody is handed a contact before login
      When an agent who has logged out asks for the reserved contact
      Then no contact is handed out
"""


@pytest.fixture
def features(tmp_path: Path) -> Path:
    """A copy of the features, to be tampered with."""
    return Path(shutil.copytree(CHECKOUT / "features", tmp_path / "features"))


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{path.name} no longer has {old!r} once"
    path.write_text(text.replace(old, new), encoding="utf-8")


def remove(folder: Path) -> None:
    change(folder / "pre_requisite.feature", AFTER_LOGOUT, "")


def double(folder: Path) -> None:
    change(folder / "pre_requisite.feature", AFTER_LOGOUT, AFTER_LOGOUT + "\n" + AFTER_LOGOUT)


def double_under_another_rule(folder: Path) -> None:
    with (folder / "pre_requisite.feature").open("a", encoding="utf-8") as file:
        file.write(f"\n  Rule: Another rule\n\n{AFTER_LOGOUT}")


def rename(folder: Path) -> None:
    change(folder / "pre_requisite.feature", "Scenario: After logout no contact", "Scenario: After logout no more")


def retag(folder: Path) -> None:
    change(folder / "pre_requisite.feature", "@PRE-2", "@PRE-22")


def untag(folder: Path) -> None:
    change(folder / "pre_requisite.feature", "    @PRE-2\n", "")


def tag_twice(folder: Path) -> None:
    change(folder / "pre_requisite.feature", "@PRE-2", "@PRE-2 @PRE-1")


def test_features_and_catalogue_agree() -> None:
    assert scenarios.problems(scenarios.read(), load_catalogue()) == []


def test_an_untouched_copy_has_no_problems(features: Path) -> None:
    assert scenarios.problems(scenarios.read(features), load_catalogue()) == []
    assert [s.key for s in scenarios.read(features)] == [s.key for s in scenarios.read()]


NAME = '"After logout no contact is handed out"'


@pytest.mark.parametrize(
    ("tamper", "line"),
    [
        (remove, f"scenario {NAME} of PRE-2 is in no feature file: restore it"),
        (double, f"scenario {NAME} stands 2 times in pre_requisite.feature: give each a name of its own"),
        (double_under_another_rule, f"scenario {NAME} stands 2 times in pre_requisite.feature"),
        (rename, f"scenario {NAME} of PRE-2 is in no feature file: restore it"),
        (rename, 'scenario "After logout no more is handed out" is not in the catalogue\'s row of PRE-2: add it there'),
        (retag, f"scenario {NAME} in pre_requisite.feature has @PRE-22: it needs one clause tag"),
        (untag, f"scenario {NAME} in pre_requisite.feature has no tag: it needs one clause tag"),
        (tag_twice, f"scenario {NAME} in pre_requisite.feature has @PRE-2 @PRE-1: it needs one clause tag"),
    ],
)
def test_what_happens_to_a_scenario_is_said_in_a_line(
    features: Path, tamper: Callable[[Path], None], line: str
) -> None:
    tamper(features)
    problems = scenarios.problems(scenarios.read(features), load_catalogue())
    assert any(problem.startswith(line) for problem in problems), problems


def test_a_clause_without_a_scenario_is_said_in_a_line() -> None:
    rows = load_catalogue()
    row = Clause("NEW-1", "normative", "Overview", "It does.", ("It does",))
    more = Catalogue({**rows.clauses, "NEW-1": row}, rows.readings, rows.observations, rows.digest)
    assert scenarios.problems(scenarios.read(), more) == [
        'scenario "It does" of NEW-1 is in no feature file: restore it, or correct the catalogue\'s row'
    ]


def test_every_scenario_calls_one_probe_or_is_about_the_version() -> None:
    for scenario in scenarios.read():
        whens = [step for step in scenario.steps if step.type == "when"]
        assert len(scenario.probes) == len(whens) <= 1, scenario.name
        assert whens or scenario.clause == "VER-1", scenario.name


def test_every_probe_is_called_by_a_scenario() -> None:
    from lcm_conformance.catalogue import probes

    assert {probe.name for s in scenarios.read() for probe in s.probes} == set(probes.load_probes())


def one(folder: Path, text: str) -> Scenario:
    (folder / "a.feature").write_text(text, encoding="utf-8")
    (scenario,) = scenarios.read(folder)
    return scenario


def test_and_and_but_take_the_kind_of_the_step_before_them(tmp_path: Path) -> None:
    text = "Feature: F\n\n  @PRE-1\n  Scenario: S\n    Given a\n    And b\n    When c\n    Then d\n    But e\n"
    assert [step.type for step in one(tmp_path, text).steps] == ["given", "given", "when", "then", "then"]


def test_backgrounds_of_feature_and_rule_come_first_and_tags_add_up(tmp_path: Path) -> None:
    text = (
        "@A\nFeature: F\n  Background:\n    Given a\n\n  @B\n  Rule: R\n    Background:\n      Given b\n\n"
        "    @C\n    Scenario: S\n      Then c\n"
    )
    scenario = one(tmp_path, text)
    assert (scenario.feature, scenario.rule, scenario.tags) == ("F", "R", ("A", "B", "C"))
    assert [step.text for step in scenario.steps] == ["a", "b", "c"]


NO_GHERKIN = "Feature: F\n\n  Scenario: S\n    Given a\n    Gven b\n"


def test_a_feature_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.feature").write_text(NO_GHERKIN, encoding="utf-8")
    with pytest.raises(SuiteError, match=r"a\.feature cannot be read"):
        scenarios.read(tmp_path)


Command = Callable[..., subprocess.CompletedProcess[str]]


def run_of(command: Command, checkout: Path) -> tuple[subprocess.CompletedProcess[str], dict[str, int]]:
    """A run of the checkout by the command or by plain pytest, and the ledger of its result.

    It asks nothing: what is wrong with the features does not depend on what of them is selected.
    """
    (checkout / "reports").mkdir(exist_ok=True)
    (checkout / "reports" / "result.json").write_text('{"ledger": {}, "complete": true}', encoding="utf-8")
    arguments = ("run", "--clause", "VER-1") if command is conformance else ("features", "--lcm-clause", "VER-1")
    ended = command(*arguments, cwd=checkout, checkout=checkout)
    return ended, json.loads((checkout / "reports" / "result.json").read_text(encoding="utf-8"))["ledger"]


@pytest.mark.parametrize("command", [conformance, plain_pytest])
@pytest.mark.parametrize("tamper", [remove, double_under_another_rule, rename])
def test_a_run_over_tampered_features_ends_with_status_5_and_names_the_scenario(
    tmp_path: Path, tamper: Callable[[Path], None], command: Command
) -> None:
    checkout = copy_checkout(tmp_path)
    tamper(checkout / "features")
    ended, ledger = run_of(command, checkout)

    assert ended.returncode == 5, ended.stderr
    assert "suite error: scenario" in ended.stdout
    assert NAME in ended.stdout
    assert "Traceback" not in ended.stdout + ended.stderr
    assert ledger["scenarios"] == len(scenarios.read()) + {remove: -1, rename: 0}.get(tamper, 1)
    if tamper is double_under_another_rule:
        assert ledger["unaccounted"] > 0


@pytest.mark.parametrize("command", [conformance, plain_pytest])
def test_features_that_nothing_binds_any_more_end_with_status_5(tmp_path: Path, command: Command) -> None:
    checkout = copy_checkout(tmp_path)
    (checkout / "features" / "test_features.py").write_text("", encoding="utf-8")
    ended, ledger = run_of(command, checkout)

    assert ended.returncode == 5
    assert f"suite error: {len(scenarios.read())} scenarios of the feature files are unaccounted for" in ended.stdout
    assert ledger["unaccounted"] == len(scenarios.read())


@pytest.mark.parametrize("command", [conformance, plain_pytest])
def test_a_feature_file_that_is_bound_no_more_leaves_its_scenarios_unaccounted_for(
    tmp_path: Path, command: Command
) -> None:
    checkout = copy_checkout(tmp_path)
    change(
        checkout / "features" / "test_features.py",
        "scenarios(str(Path(__file__).parent))",
        'scenarios(*(str(p) for p in Path(__file__).parent.glob("*.feature") if p.name != "note.feature"))',
    )
    ended, ledger = run_of(command, checkout)

    assert ended.returncode == 5
    assert ledger["unaccounted"] == sum(s.file == "note.feature" for s in scenarios.read())
    assert "suite error: 2 scenarios of the feature files are unaccounted for" in ended.stdout


@pytest.mark.parametrize("command", [conformance, plain_pytest])
@pytest.mark.parametrize("spoil", [NO_GHERKIN, "@NOPE-1\nFeature: F\n\n  Scenario: S\n    Given a\n"])
def test_features_that_cannot_be_collected_end_with_status_5_and_replace_an_older_result(
    tmp_path: Path, command: Callable[..., subprocess.CompletedProcess[str]], spoil: str
) -> None:
    checkout = copy_checkout(tmp_path)
    (checkout / "features" / "note.feature").write_text(spoil, encoding="utf-8")
    (checkout / "reports").mkdir(exist_ok=True)
    (checkout / "reports" / "result.json").write_text('{"verdict": "conformant", "complete": true}', encoding="utf-8")
    ended = command("run" if command is conformance else "features", cwd=checkout, checkout=checkout)

    assert ended.returncode == 5, ended.stdout
    result = json.loads((checkout / "reports" / "result.json").read_text(encoding="utf-8"))
    assert result["verdict"] == "inconclusive"
    said = [line for line in ended.stdout.splitlines() if line.startswith("suite error: ")]
    what = "note.feature cannot be read" if spoil is NO_GHERKIN else "has @NOPE-1: it needs one clause tag"
    assert what in said[0]
    if command is conformance:
        assert "Traceback" not in ended.stdout + ended.stderr
