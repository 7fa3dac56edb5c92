"""Spreads a run of all the tests over the machine's cores, where pytest-xdist is there and nobody said otherwise.

A run of some of them stays in one process: starting more would take longer than it saves.
"""

from __future__ import annotations

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    if not config.pluginmanager.hasplugin("xdist") or hasattr(config, "workerinput"):
        return
    of_all = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    if of_all and config.option.numprocesses is None and not config.option.collectonly:
        config.option.numprocesses = "auto"
        config.option.dist = "worksteal"
