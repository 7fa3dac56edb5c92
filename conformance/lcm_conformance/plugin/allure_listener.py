"""Keeps allure-pytest's listener (`--alluredir`) from the suite's scenarios, for which the suite writes results itself.

It unregisters the listener while they run. Other tests of the session, and their fixtures, it hears as ever.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lcm_conformance.plugin.conduct import SCENARIO

_NAME = "allure_listener"


class AllureListener:
    """The listener of one session, if it has one."""

    def __init__(self, config: pytest.Config) -> None:
        self._manager = config.pluginmanager
        self._listener: object | None = self._manager.get_plugin(_NAME)

    def attend(self, item: pytest.Item | None) -> None:
        """Have it listen unless the item that comes next is a scenario of the suite; None: the last one has ended."""
        if item is not None and SCENARIO in item.stash:
            self._leave()
        else:
            self._enter()

    @contextmanager
    def at_teardown(self, item: pytest.Item, following: pytest.Item | None) -> Iterator[None]:
        """With the session's last item the fixtures of all others end, which it has to hear."""
        last = following is None and SCENARIO in item.stash
        if last:
            self._enter()
        try:
            yield
        finally:
            if last:
                self._leave()

    def _enter(self) -> None:
        if self._listener is not None and not self._manager.is_registered(self._listener):
            self._manager.register(self._listener, _NAME)

    def _leave(self) -> None:
        if self._listener is not None and self._manager.is_registered(self._listener):
            self._manager.unregister(self._listener)


def results_folder(config: pytest.Config) -> Path | None:
    """Where allure-pytest was told to write (`--alluredir`)."""
    given = getattr(config.option, "allure_report_dir", None)
    return config.invocation_params.dir / given if given else None
