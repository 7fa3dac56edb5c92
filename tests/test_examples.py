"""The examples for CI: well-formed, complete, and in step with the profile and the command line."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from lcm_conformance import cli, profile
from lcm_conformance.catalogue.verdict import UsageError

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples"
STAGING = EXAMPLES / "staging-profile.toml"
VARIABLES = set(re.findall(r"\$\{(LCM_\w+)\}", STAGING.read_text(encoding="utf-8")))
REPORTS = {"result.json", "report.html", "junit.xml", "transcript.ndjson", "allure-results", "allure-report"}


def workflow(name: str) -> dict[Any, Any]:
    loaded = yaml.safe_load((EXAMPLES / name).read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def gitlab() -> dict[str, Any]:
    job: dict[str, Any] = workflow("gitlab-ci.yml")["lcm-conformance"]
    return job


def github() -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = workflow("github-actions.yml")["jobs"]["staging"]["steps"]
    return steps


def github_step(name: str) -> dict[str, Any]:
    return next(step for step in github() if step.get("name") == name)


def scripts() -> list[str]:
    return [*(step["run"] for step in github() if "run" in step), *gitlab()["script"]]


def test_the_profile_loads_with_its_variables_set() -> None:
    loaded = profile.load(STAGING, environment=dict.fromkeys(VARIABLES, "set"))

    assert set(loaded.agents) == {"reserved", "other", "idle"}
    assert loaded.login is not None
    assert loaded.logout is not None
    assert set(loaded.secrets) == {"set", "Bearer set"}


@pytest.mark.parametrize("missing", sorted(VARIABLES))
def test_the_profile_needs_each_of_its_variables(missing: str) -> None:
    with pytest.raises(UsageError, match=missing):
        profile.load(STAGING, environment=dict.fromkeys(VARIABLES - {missing}, "set"))


def test_the_profile_names_its_variables_at_its_head() -> None:
    head = STAGING.read_text(encoding="utf-8").partition("\ncm_version")[0]

    assert {name for name in VARIABLES if name not in head} == set()


@pytest.mark.parametrize("command", [line for line in scripts() if line.startswith("lcm-conformance")])
def test_the_commands_are_ones_that_there_are(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in cli._COMMANDS:
        monkeypatch.setattr(module, "run", lambda _: 0)

    assert cli.main(shlex.split(command)[1:]) == 0


def test_both_install_from_the_lock_and_run() -> None:
    assert sorted(scripts()) == sorted(
        2 * ["pip install --constraint constraints.txt .", "lcm-conformance run --out reports"]
    )


def test_github_hands_every_secret_to_the_run_and_to_nothing_else() -> None:
    handed = github_step("Judge staging")["env"]

    assert {name for name, value in handed.items() if value == f"${{{{ secrets.{name} }}}}"} == VARIABLES
    assert (ROOT / handed["LCM_PROFILE"]).is_file()
    assert [step for step in github() if "env" in step] == [github_step("Judge staging")]


def test_github_keeps_every_report_though_the_run_fails() -> None:
    kept = github_step("Keep the reports")

    assert kept["if"] == "${{ !cancelled() }}"
    assert {Path(line).name for line in kept["with"]["path"].split()} == REPORTS
    assert github()[-1] == kept


def test_github_starts_by_hand_and_by_schedule_and_may_read_only() -> None:
    whole = workflow("github-actions.yml")

    assert set(whole[True]) == {"workflow_dispatch", "schedule"}  # YAML 1.1 reads `on` as true
    assert whole["permissions"] == {"contents": "read"}
    assert all(re.fullmatch(r"actions/[\w-]+@v\d+", step["uses"]) for step in github() if "uses" in step)


def test_gitlab_keeps_every_report_though_the_run_fails() -> None:
    artifacts = gitlab()["artifacts"]

    assert artifacts["when"] == "always"
    assert artifacts["reports"] == {"junit": "reports/junit.xml"}
    assert {Path(line).name for line in artifacts["paths"]} == REPORTS - {"junit.xml"}


def test_gitlab_names_every_secret_and_holds_none() -> None:
    text = (EXAMPLES / "gitlab-ci.yml").read_text(encoding="utf-8")

    assert {name for name in VARIABLES if name not in text.partition("stages:")[0]} == set()
    assert set(gitlab()["variables"]) == {"LCM_PROFILE", "LCM_CM_VERSION"}
    assert (ROOT / gitlab()["variables"]["LCM_PROFILE"]).is_file()


def test_gitlab_has_the_jobs_stage() -> None:
    assert gitlab()["stage"] in workflow("gitlab-ci.yml")["stages"]


def test_one_run_at_a_time() -> None:
    assert gitlab()["resource_group"]
    assert workflow("github-actions.yml")["concurrency"]["group"]
