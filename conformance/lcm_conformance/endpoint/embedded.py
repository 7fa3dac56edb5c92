"""The embedded endpoint for the tests of others: one running server, its agents, and faults to switch while it runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import TracebackType

from lcm_conformance.endpoint.behaviour import Behaviour
from lcm_conformance.endpoint.server import Host
from lcm_conformance.endpoint.world import Agent, load_world


class EmbeddedEndpoint:
    """Runs for as long as its `with` block lasts, on a free port of this machine.

    `url` is where, `agents` are by their ID who may log in and with what, `asked` every frame that came, in order, and
    `ignored` a line for each that was due no contact, with the reason. UsageError for a wrong name.
    """

    url: str

    def __init__(
        self, *, faults: Iterable[str] = (), readings: Mapping[str, str] | None = None, cm_version: str = "2308"
    ) -> None:
        self.agents: Mapping[str, Agent] = load_world().agents
        self.asked: list[str | bytes] = []
        self.ignored: list[str] = []
        self._behaviour = Behaviour(cm_version=cm_version, readings=dict(readings or {}), faults=tuple(faults))
        self._host = Host()

    def __enter__(self) -> EmbeddedEndpoint:
        self._host.__enter__()
        try:
            self.url = self._host.start(self._behaviour, told=self.ignored.append, heard=self.asked.append)
        except BaseException:
            self._host.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._host.__exit__(kind, error, traceback)

    def switch(self, *faults: str) -> None:
        """Have these faults from now on and no others, on the sessions that are open too; none without any."""
        self._behaviour = replace(self._behaviour, faults=faults)
        self._host.change(self.url, self._behaviour)
