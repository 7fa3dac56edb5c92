"""Runs the command line and pytest as a user does: in a process of its own, in a folder of the user's."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from functools import cache
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
    return _run("lcm_conformance", arguments, cwd, checkout, variables)


def plain_pytest(
    *arguments: str | Path, cwd: Path = CHECKOUT, checkout: Path = CHECKOUT, forks: bool = True, **variables: str
) -> subprocess.CompletedProcess[str]:
    """`pytest …` in a checkout; where the suite is not installed, its plugin is named.

    Without `forks` nothing has been imported before.
    """
    plugin = [] if _INSTALLED else ["-p", "lcm_conformance.plugin"]
    return _run("pytest", (*plugin, *QUIET, *arguments), cwd, checkout, variables, forks)


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


def _run(
    module: str,
    arguments: tuple[str | Path, ...],
    cwd: Path,
    checkout: Path,
    variables: dict[str, str],
    forks: bool = True,
) -> subprocess.CompletedProcess[str]:
    words, surroundings = [str(argument) for argument in arguments], environment(checkout, **variables)
    own = any(name.startswith(("PYTHON", "LC_", "LANG")) for name in set(variables) - {"PYTHONPATH"})
    if own or not forks or not hasattr(os, "fork"):  # what Python reads when it starts
        return subprocess.run(
            [sys.executable, "-m", module, *words],
            cwd=cwd,
            env=surroundings,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=LONGEST,
            check=False,
        )
    return run_module(module, words, cwd, surroundings)


def run_module(
    module: str, arguments: Sequence[str], cwd: Path, surroundings: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """`python -m MODULE …` in an environment, forked from a Python that has its imports behind it."""
    # What another checkout has must not be there already.
    is_ours = surroundings["PYTHONPATH"] == environment()["PYTHONPATH"]
    return _warm(module if is_ours else "pytest").run(module, list(arguments), cwd, surroundings)


class _Warm:
    """A Python that has the imports of a command behind it (`warm_python.py`)."""

    def __init__(self, modules: Sequence[str]) -> None:
        command = [sys.executable, str(Path(__file__).with_name("warm_python.py")), *modules]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, text=True, env=environment())
        self._lock = threading.Lock()

    def run(
        self, module: str, arguments: list[str], cwd: Path, surroundings: dict[str, str]
    ) -> subprocess.CompletedProcess[str]:
        """As `subprocess.run([python, "-m", module, *arguments], …)`."""
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            status, stdout, stderr = (folder / part for part in ("status", "stdout", "stderr"))
            os.mkfifo(status)
            stdout.touch()
            stderr.touch()
            order = {
                "module": module,
                "arguments": arguments,
                "cwd": str(cwd),
                "environment": surroundings,
                "status": str(status),
                "stdout": str(stdout),
                "stderr": str(stderr),
            }
            assert self._process.stdin is not None
            ended = os.open(status, os.O_RDONLY | os.O_NONBLOCK)
            try:
                with self._lock:
                    self._process.stdin.write(json.dumps(order) + "\n")
                    self._process.stdin.flush()
                readable, _, _ = select.select([ended], [], [], LONGEST)
                if not readable:
                    raise subprocess.TimeoutExpired(arguments, LONGEST)
                code = int(os.read(ended, 16))
            finally:
                os.close(ended)
            return subprocess.CompletedProcess(
                [sys.executable, "-m", module, *arguments],
                code,
                stdout.read_text(encoding="utf-8"),
                stderr.read_text(encoding="utf-8"),
            )


_WARM = {
    "lcm_conformance": ("pytest", "lcm_conformance.cli", "mako.lookup", "rich.progress"),
    # What pytest takes for a plugin must not be imported before it: pytest would warn.
    "pytest": ("pytest", "rich.console", "jinja2", "mako.lookup", "gherkin", "asyncio"),
}


@cache
def _warm(module: str) -> _Warm:
    return _Warm(_WARM[module])
