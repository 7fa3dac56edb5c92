"""How the tests are run: all of them spread over processes, each start of Python with what was compiled before.

A run of some of them stays in one process: starting more would take longer than it saves. What tests share that is
dear to make is made in one process alone: such tests carry the mark `xdist_group`.
"""

from __future__ import annotations

import os

import pytest

PROCESSES_A_CORE = 3
"""Many tests wait for most of their time: for sockets, for silences, for the processes that they start."""
MOST_PROCESSES = 12


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    if not config.pluginmanager.hasplugin("xdist") or hasattr(config, "workerinput"):
        return
    of_all = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    if of_all and config.option.numprocesses is None and not config.option.collectonly:
        config.option.numprocesses = min(PROCESSES_A_CORE * (os.cpu_count() or 1), MOST_PROCESSES)
        config.option.dist = "loadgroup"


@pytest.fixture(scope="session", autouse=True)
def compiled(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Have the processes that tests start keep what Python compiles, and nowhere else than here."""
    home = tmp_path_factory.getbasetemp()
    home = home.parent if "PYTEST_XDIST_WORKER" in os.environ else home
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(home / "compiled")
