"""How the tests are run: all of them spread over the cores, each start of Python with what was compiled before.

A run of some of them stays in one process: starting more would take longer than it saves.
"""

from __future__ import annotations

import os

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    if not config.pluginmanager.hasplugin("xdist") or hasattr(config, "workerinput"):
        return
    of_all = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    if of_all and config.option.numprocesses is None and not config.option.collectonly:
        config.option.numprocesses = "auto"
        config.option.dist = "worksteal"


@pytest.fixture(scope="session", autouse=True)
def compiled(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Have the processes that tests start keep what Python compiles, and nowhere else than here."""
    home = tmp_path_factory.getbasetemp()
    home = home.parent if "PYTEST_XDIST_WORKER" in os.environ else home
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(home / "compiled")
