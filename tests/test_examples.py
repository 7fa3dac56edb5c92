"""The examples for CI: well-formed, complete, and in step with the profile and the command line."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from command import LONGEST, environment, quick_profile
from lcm_conformance import profile
from lcm_conformance.catalogue.verdict import UsageError
from lcm_conformance.endpoint import Behaviour, Host
from lcm_conformance.version import VERSION

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples"
STAGING = EXAMPLES / "staging-profile.toml"
VARIABLES = set(re.findall(r"\$\{(LCM_\w+)\}", STAGING.read_text(encoding="utf-8")))
JUDGE = EXAMPLES / "judge.sh"


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


def test_both_install_this_release_and_run_the_same_script() -> None:
    install, judge = gitlab()["script"]
    assert (install, judge) == (f"pip install lcm-conformance=={VERSION}", "sh ci/judge.sh staging")
    assert github_step("Install")["run"] == install
    assert judge in github_step("Judge staging")["run"]


def judged(folder: Path, behaviour: Behaviour, **variables: str) -> subprocess.CompletedProcess[str]:
    """What `judge.sh` says of an endpoint, in a folder of somebody's product."""
    (folder / "bin").mkdir(exist_ok=True)
    command = folder / "bin" / "lcm-conformance"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m lcm_conformance "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    with Host() as host:
        given = {"LCM_PROFILE": str(quick_profile(folder)), "LCM_URL": host.start(behaviour), "PATH": path}
        return subprocess.run(
            ["sh", JUDGE, "staging"],
            cwd=folder,
            env=environment(**given | variables),
            capture_output=True,
            text=True,
            timeout=LONGEST,
        )


@pytest.mark.skipif(os.name != "posix", reason="a shell script")
def test_the_script_keeps_the_newest_conformant_result_and_compares_with_it(tmp_path: Path) -> None:
    good = judged(tmp_path, Behaviour())
    assert good.returncode == 0, good.stdout + good.stderr
    kept = (tmp_path / "baseline" / "result.json").read_text(encoding="utf-8")
    assert judged(tmp_path, Behaviour(faults=("drops_queue",))).returncode == 1
    assert (tmp_path / "baseline" / "result.json").read_text(encoding="utf-8") == kept
    told = json.loads((tmp_path / "reports" / "result.json").read_text(encoding="utf-8"))
    assert (told["label"], "FLD-Queue-presence" in told["baseline"]["worse"]) == ("staging", True)


@pytest.mark.skipif(os.name != "posix", reason="a shell script")
def test_the_script_is_neutral_of_a_later_version_and_says_3_of_an_environment_that_is_out_of_reach(
    tmp_path: Path,
) -> None:
    assert judged(tmp_path, Behaviour(cm_version="2309"), LCM_CM_VERSION="2309").returncode == 0
    assert judged(tmp_path, Behaviour(), LCM_URL="ws://127.0.0.1:1/lcm").returncode == 3
    assert not (tmp_path / "baseline").exists()


def test_github_hands_every_secret_to_the_run_and_to_nothing_else() -> None:
    handed = github_step("Judge staging")["env"]

    assert {name for name, value in handed.items() if value == f"${{{{ secrets.{name} }}}}"} == VARIABLES
    assert (EXAMPLES / Path(handed["LCM_PROFILE"]).name).is_file()
    assert [step for step in github() if "env" in step] == [github_step("Judge staging")]


@pytest.mark.skipif(os.name != "posix", reason="a shell script")
@pytest.mark.parametrize(("status", "ends", "warns"), [(0, 0, False), (1, 1, False), (3, 0, True), (5, 5, False)])
def test_github_warns_of_3_and_fails_of_the_rest(tmp_path: Path, status: int, ends: int, warns: bool) -> None:
    (tmp_path / "ci").mkdir()
    (tmp_path / "ci" / "judge.sh").write_text(f"exit {status}\n", encoding="utf-8")
    step = ["bash", "-e", "-o", "pipefail", "-c", github_step("Judge staging")["run"]]  # as GitHub runs it
    ended = subprocess.run(step, cwd=tmp_path, capture_output=True, text=True, timeout=LONGEST)
    assert (ended.returncode, "::warning" in ended.stdout) == (ends, warns)


def test_github_keeps_every_report_though_the_run_fails() -> None:
    kept = github_step("Keep the reports")

    assert kept["if"] == "${{ !cancelled() }}"
    assert kept["with"]["path"] == "reports/"
    assert github()[-1] == kept


def test_github_starts_on_push_by_hand_and_by_schedule_and_may_read_only() -> None:
    whole = workflow("github-actions.yml")

    assert set(whole[True]) == {"push", "workflow_dispatch", "schedule"}  # YAML 1.1 reads `on` as true
    assert whole["permissions"] == {"contents": "read"}
    assert all(re.fullmatch(r"actions/[\w/-]+@v\d+", step["uses"]) for step in github() if "uses" in step)


def test_gitlab_keeps_every_report_though_the_run_fails() -> None:
    artifacts = gitlab()["artifacts"]

    assert artifacts["when"] == "always"
    assert artifacts["reports"] == {"junit": "reports/junit.xml"}
    assert artifacts["paths"] == ["reports/"]


def test_gitlab_names_every_secret_and_holds_none() -> None:
    text = (EXAMPLES / "gitlab-ci.yml").read_text(encoding="utf-8")

    assert {name for name in VARIABLES if name not in text.partition("stages:")[0]} == set()
    assert set(gitlab()["variables"]) == {"LCM_PROFILE", "LCM_CM_VERSION"}
    assert (EXAMPLES / Path(gitlab()["variables"]["LCM_PROFILE"]).name).is_file()


def test_gitlab_has_the_jobs_stage() -> None:
    assert gitlab()["stage"] in workflow("gitlab-ci.yml")["stages"]


def test_one_run_at_a_time() -> None:
    assert gitlab()["resource_group"]
    assert workflow("github-actions.yml")["concurrency"]["group"]
