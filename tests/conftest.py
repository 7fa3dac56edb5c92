"""How the tests are run: all of them spread over processes, each start of Python with what was compiled before.

A run of some of them stays in one process: starting more would take longer than it saves. What tests share that is
dear to make is made in one process alone: those of `TOGETHER`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling, Scheduling

PROCESSES_A_CORE = 3
"""Many tests wait for most of their time: for sockets, for silences, for the processes that they start."""
MOST_PROCESSES = 12
TOGETHER = {
    f"tests/{name}.py"
    for name in (
        "cli/test_compare", "cli/test_judge", "drive/test_driver", "drive/test_plan", "packaging/test_distributions",
        "packaging/test_environments", "plugin/test_plugin", "plugin/test_traps", "report/test_transcript_file",
        "run/test_worse_decides",
    )
}  # fmt: skip
"""Files whose tests share what is dear to make."""


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        return
    compiled = config.rootpath / ".pytest_cache" / "compiled"
    _keep_what_is_compiled(compiled)
    of_all = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    if not config.pluginmanager.hasplugin("xdist") or not of_all or config.option.collectonly:
        return
    if config.option.numprocesses is None:
        # What was compiled of an earlier run's temporary folders is of no use any more.
        shutil.rmtree(compiled.joinpath(*Path(tempfile.gettempdir()).parts[1:]), ignore_errors=True)
        if not any(compiled.rglob("*-pytest-*.pyc")):
            _compile(config.rootpath / "tests")
        config.option.numprocesses = min(PROCESSES_A_CORE * (os.cpu_count() or 1), MOST_PROCESSES)
        config.option.dist = "load"


def _keep_what_is_compiled(folder: Path) -> None:
    """Have this process, and those that tests start, keep what Python compiles, and nowhere else than there."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix = str(folder)
    sys.dont_write_bytecode = False


def _compile(tests: Path) -> None:
    """Compile the tests once, on two cores; each of the processes would do it for itself."""
    folders = sorted(tests.iterdir())
    command = [sys.executable, "-m", "pytest", "-qq", "--collect-only"]
    halves = [
        subprocess.Popen([*command, *half], cwd=tests.parent, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for half in (folders[::2], folders[1::2])
    ]
    for half in halves:
        half.wait()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling | None:
    return _InGroups(config, log) if config.getvalue("dist") == "load" else None


class _InGroups(LoadScopeScheduling):
    """A test, or a file of them, at a time."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file if file in TOGETHER else nodeid
