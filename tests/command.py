"""Runs the command line and pytest as a user does: in a process of its own, in a folder of the user's."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
PACKAGED_PROFILE = CHECKOUT / "conformance" / "lcm_conformance" / "endpoint" / "profile.toml"
LONGEST = 300  # seconds; only a test that fails waits so long
QUIET = ("-p", "no:cacheprovider", "-p", "no:hypothesispytest")  # which imports all of hypothesis when a session ends

_OURS = ("LCM_", "PYTEST_", "COV_", "GITHUB_")
_INSTALLED = bool(entry_points(group="pytest11", name="lcm_conformance"))


def environment(checkout: Path = CHECKOUT, **variables: str) -> dict[str, str]:
    """This process's environment without what would change a run, and with the checkout on the path."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    return {
        **kept,
        "PYTHONPATH": str(checkout / "conformance"),
        "COLUMNS": "200",
        **variables,
    }


def conformance(
    *arguments: str | Path, cwd: Path, checkout: Path = CHECKOUT, **variables: str
) -> subprocess.CompletedProcess[str]:
    """`python -m lcm_conformance …` in a folder."""
    return _run(["-m", "lcm_conformance", *arguments], cwd, environment(checkout, **variables))


def plain_pytest(
    *arguments: str | Path, cwd: Path = CHECKOUT, checkout: Path = CHECKOUT, **variables: str
) -> subprocess.CompletedProcess[str]:
    """`pytest …` in a checkout; where the suite is not installed, its plugin is named."""
    plugin = [] if _INSTALLED else ["-p", "lcm_conformance.plugin"]
    return _run(["-m", "pytest", *plugin, *QUIET, *arguments], cwd, environment(checkout, **variables))


def quick_profile(folder: Path, *changes: tuple[str, str]) -> Path:
    """The packaged profile with short times, and with other texts changed, written to a folder."""
    text = PACKAGED_PROFILE.read_text(encoding="utf-8")
    for old, new in (("\nreply = 5", "\nreply = 2"), ("\nsilence = 2", "\nsilence = 0.3"), *changes):
        assert old in text, f"the packaged profile no longer has {old!r}"
        text = text.replace(old, new)
    path = folder / "profile.toml"
    path.write_text(text, encoding="utf-8")
    return path


def copy_checkout(folder: Path) -> Path:
    """The suite as a checkout has it, with a quick embedded endpoint, to be tampered with."""
    checkout = folder / "checkout"
    for name in ("conformance", "features", "steps"):
        shutil.copytree(CHECKOUT / name, checkout / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(quick_profile(folder), checkout / "conformance" / "lcm_conformance" / "endpoint" / "profile.toml")
    return checkout


def _run(arguments: list[str | Path], cwd: Path, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=cwd,
        env=variables,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=LONGEST,
        check=False,
    )
