"""How agents get in: connects with the headers that are due, and sees to it that one refused login is the last.

Five refusals lock an account on some telephony channels, so an agent who was
refused, or not answered, is barred for the rest of the run.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from lcm_conformance.catalogue.verdict import EnvironmentTrouble
from lcm_conformance.drive import login_program
from lcm_conformance.profile import Agent, Profile
from lcm_conformance.transport import CannotConnect, Connection, Rung, Transport

_NO_ENTRY = {401, 403}


def _refuses(trouble: EnvironmentTrouble) -> bool:
    """Whether a login was refused or not answered; a server that is too busy to say so has done neither."""
    if not isinstance(trouble, CannotConnect):
        return True
    return trouble.rung is Rung.HANDSHAKE and (trouble.status is None or trouble.status in range(300, 429))


class Admission:
    """The way in to one endpoint, for all lanes of a run."""

    def __init__(self, profile: Profile, transport: Transport) -> None:
        self._profile = profile
        self._transport = transport
        self._lock = threading.Lock()
        self._barred: dict[str, str] = {}
        self._turns: dict[str, threading.RLock] = defaultdict(threading.RLock)
        self._printed: dict[str, dict[str, str]] = {}

    @property
    def secrets(self) -> tuple[str, ...]:
        """What login programs printed: never to be shown."""
        with self._lock:
            return tuple(value for headers in self._printed.values() for value in headers.values())

    def require_admitted(self, role: str) -> None:
        """Raises `EnvironmentTrouble` for an agent who is barred."""
        if role in self._barred:
            raise EnvironmentTrouble(self._barred[role])

    def bars(self, role: str) -> bool:
        """Whether no login of this agent is sent any more."""
        return role in self._barred

    def bar(self, role: str, why: str) -> None:
        """Send no login of this agent any more, and open no session; `why` replaces what was said before."""
        with self._lock:
            self._barred[role] = why

    @contextmanager
    def login(self, role: str) -> Iterator[None]:
        """One login of an agent at a time, whoever wants one; trouble within bars the agent."""
        with self._lock:
            turn = self._turns[role]
        with turn:
            self.require_admitted(role)
            try:
                yield
            except EnvironmentTrouble as trouble:
                if _refuses(trouble):
                    self.bar(role, str(trouble))
                raise

    def connect(self, agent: Agent, logged_in: bool) -> Connection:
        """A connection of an agent; `logged_in` where the headers of the handshake are the login."""
        self.require_admitted(agent.role)
        if self._profile.login is not None or not logged_in:
            return self._connect_before_login(agent)
        with self.login(agent.role):
            return self._transport.connect({**self._headers_of(agent), **self._printed_for(agent)})

    def _connect_before_login(self, agent: Agent) -> Connection:
        try:
            return self._transport.connect(self._headers_before_login(agent))
        except CannotConnect as trouble:
            if trouble.status in _NO_ENTRY and self._profile.login is not None:
                self.bar(agent.role, str(trouble))
            raise

    def _headers_before_login(self, agent: Agent) -> Mapping[str, str] | None:
        """None: those of the endpoint. Where they are the login, whoever is logged out goes without them."""
        if self._profile.login is not None:
            return self._headers_of(agent) if agent.headers else None
        if self._profile.login_command:
            return None
        return agent.headers if agent.role == "logged_out" else {}

    def _headers_of(self, agent: Agent) -> dict[str, str]:
        """The endpoint's headers and cookie, and the agent's own above them."""
        endpoint = self._profile.endpoint
        cookie = {"Cookie": endpoint.cookie} if endpoint.cookie else {}
        own = {name.casefold() for name in agent.headers}
        shared = {name: value for name, value in {**endpoint.headers, **cookie}.items() if name.casefold() not in own}
        return shared | dict(agent.headers)

    def _printed_for(self, agent: Agent) -> Mapping[str, str]:
        command = self._profile.login_command
        if command and agent.role not in self._printed:
            headers = login_program.headers_of(agent, command, self._profile.timing.connect)
            with self._lock:
                self._printed[agent.role] = headers
        return self._printed.get(agent.role, {})
