"""Somebody's project, with the suite installed in its environment: a folder as `site-packages` has it."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from command import CHECKOUT, plain_pytest, quick_profile


class Project:
    """A folder with tests in it; `features` is where the suite's features are installed.

    Without `forks` its sessions begin with nothing imported.
    """

    def __init__(self, folder: Path, installed: Path, forks: bool = True) -> None:
        self.folder = folder
        self.forks = forks
        self.site = installed
        self.features = installed / "lcm_conformance" / "features"

    def write(self, files: Mapping[str, str]) -> Project:
        """Files by their path in the project."""
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return self

    def pytest(self, *arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
        """`pytest …` in the project's root; what takes time and is nobody's concern here is left out."""
        surroundings = {"PYTHONPATH": str(self.site)} | variables
        return plain_pytest(*arguments, cwd=self.folder, forks=self.forks, **surroundings)

    @property
    def result(self) -> dict[str, Any]:
        """What the session wrote into `reports/`."""
        return dict(json.loads((self.folder / "reports" / "result.json").read_text(encoding="utf-8")))


def install(site: Path, scratch: Path) -> Path:
    """Lay the suite out as a wheel does, with a quick embedded endpoint; returns the folder for the path."""
    package = site / "lcm_conformance"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(CHECKOUT / "conformance" / "lcm_conformance", package, ignore=ignored)
    for name in ("features", "steps"):
        shutil.copytree(CHECKOUT / name, package / name, ignore=ignored)
    shutil.copy(quick_profile(scratch), package / "endpoint" / "profile.toml")
    return site
