"""A checkout has the line ends of the repository, whatever git is told to make of them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from command import CHECKOUT

KINDS = (
    ".ci/run",
    "README.md",
    "conformance/lcm_conformance/catalogue/clauses.toml",
    "conformance/lcm_conformance/version.py",
    "features/overview.feature",
)
_NOBODYS = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


def git(*arguments: str, cwd: Path) -> None:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.test", *arguments]
    subprocess.run(command, cwd=cwd, env=os.environ | _NOBODYS, check=True, capture_output=True)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_a_clone_with_autocrlf_has_the_same_bytes(tmp_path: Path) -> None:
    origin = tmp_path / "origin"
    for name in (".gitattributes", *KINDS):
        (origin / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(CHECKOUT / name, origin / name)
    git("init", "-q", ".", cwd=origin)
    git("add", "--all", cwd=origin)
    git("commit", "-q", "-m", "All of it", cwd=origin)
    git("clone", "-q", "-c", "core.autocrlf=true", str(origin), "clone", cwd=tmp_path)

    for name in KINDS:
        assert (tmp_path / "clone" / name).read_bytes() == (origin / name).read_bytes(), name
