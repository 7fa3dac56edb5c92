"""How the tests are run: all of them spread over processes, each start of Python with what was compiled before.

A run of some of them stays in one process: starting more would take longer than it saves. What tests share that is
dear to make is made in one process alone: those of `TOGETHER`.
"""

from __future__ import annotations

import os

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
    if not config.pluginmanager.hasplugin("xdist") or hasattr(config, "workerinput"):
        return
    of_all = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    if of_all and config.option.numprocesses is None and not config.option.collectonly:
        config.option.numprocesses = min(PROCESSES_A_CORE * (os.cpu_count() or 1), MOST_PROCESSES)
        config.option.dist = "load"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling | None:
    return _InGroups(config, log) if config.getvalue("dist") == "load" else None


class _InGroups(LoadScopeScheduling):
    """A test, or a file of them, at a time."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file if file in TOGETHER else nodeid


@pytest.fixture(scope="session", autouse=True)
def compiled(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Have the processes that tests start keep what Python compiles, and nowhere else than here."""
    home = tmp_path_factory.getbasetemp()
    home = home.parent if "PYTEST_XDIST_WORKER" in os.environ else home
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(home / "compiled")
