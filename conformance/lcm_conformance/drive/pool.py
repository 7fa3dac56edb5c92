"""The sessions of one run: opens them, logs agents in, and closes what it opened.

Called by whoever asks. An agent whose login was refused gets no further session.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from lcm_conformance.catalogue.verdict import EnvironmentTrouble
from lcm_conformance.drive import login
from lcm_conformance.drive.admission import Entrance
from lcm_conformance.drive.recorder import Notebook
from lcm_conformance.drive.session import Session
from lcm_conformance.profile import Agent, Profile, fill, template_values
from lcm_conformance.transport import CannotConnect, Connection, Transport

_ONE_SESSION = (
    "the login of one more session of agents.{role} was not accepted, so no login of that agent is sent again "
    "in this run, and this needs one: set endpoint.max_connections = 1"
)
IN_VAIN = 5  # connections in a row that came to nothing: each further one would be waited for as long


class Sessions:
    """The sessions that are open; `limit` is how many may be held at once; `stop` ends all waiting."""

    def __init__(self, profile: Profile, agents: Mapping[str, Agent], transport: Transport, notebook: Notebook) -> None:
        self.limit = profile.endpoint.max_connections
        self.stop = threading.Event()
        self._profile = profile
        self._agents = agents
        self._notebook = notebook
        self._entrance = Entrance(profile, transport)
        self._lock = threading.Lock()
        self._open: set[Session] = set()
        self._logged_in: set[Session] = set()
        self._only: dict[str, Session] = {}
        self._unreached = 0

    @property
    def many(self) -> bool:
        """Whether more than one session may be held at once."""
        return self.limit > 1

    @property
    def secrets(self) -> tuple[str, ...]:
        """What login programs printed: never to be shown."""
        return self._entrance.secrets

    def has_one_session(self, role: str) -> bool:
        """Whether the agent keeps the session that it has, because a second one was refused."""
        return role in self._only

    @property
    def kept(self) -> int:
        """How many sessions stay open between the jobs."""
        return len(self._only)

    def require_admitted(self, role: str) -> None:
        """Raises `EnvironmentTrouble` for an agent of whom no login is sent any more."""
        self._entrance.require_admitted(role)

    def enter(self, role: str) -> Session:
        """Open a session and log the agent in; raises `EnvironmentTrouble`.

        An agent who has one session only is handed that, which its last user has left open.
        """
        if role in self._only and not self._only[role].closed:
            return self._only[role]
        if self._profile.login is None:
            return self._open_session(role, logged_in=True)
        session = self.connect(role)
        try:
            self.log_in(session, role)
        except EnvironmentTrouble:
            self.leave(session)
            raise
        return session

    @contextmanager
    def entered(self, role: str) -> Iterator[Session]:
        """A session with the agent logged in, closed in the end."""
        session = self.enter(role)
        try:
            yield session
        finally:
            self.leave(session)

    def connect(self, role: str) -> Session:
        """Open a session for an agent without logging in."""
        return self._open_session(role, logged_in=False)

    def log_in(self, session: Session, role: str) -> None:
        """Log the agent in on an open session, where that is done by a message."""
        if self._profile.login is None:
            return
        try:
            with self._entrance.login(role):
                login.log_in(session, self._agents[role], self._profile.login, self._profile.timing.reply)
        except EnvironmentTrouble:
            if not self._entrance.bars(role) or not self._has_another(session):
                raise
            # The credentials are good, for another session lives by them.
            raise self._has_to_do_with_one(role) from None
        with self._lock:
            self._logged_in.add(session)

    def _has_to_do_with_one(self, role: str) -> EnvironmentTrouble:
        why = _ONE_SESSION.format(role=role)
        self._entrance.bar(role, why)
        return EnvironmentTrouble(why)

    def _has_another(self, session: Session) -> bool:
        with self._lock:
            others = (self._open & self._logged_in) - {session}
        return any(other.agent == session.agent and not other.closed for other in others)

    def _open_session(self, role: str, logged_in: bool) -> Session:
        self._entrance.require_admitted(role)
        if self.stop.is_set():
            raise EnvironmentTrouble("the run was interrupted")
        if self._unreached >= IN_VAIN:
            raise EnvironmentTrouble(f"{IN_VAIN} connections in a row came to nothing, so no more are tried")
        agent = self._agents[role]
        connection = self._connection(agent, logged_in)
        session = Session(connection, role, self._notebook)
        with self._lock:
            self._open.add(session)
        if self._profile.logout is not None and self._profile.logout.success is not None and role != "unknown":
            session.expects_logout(fill(self._profile.logout.success, template_values(agent)))
        if self.stop.is_set():
            session.abort()  # it opened too late for `abort` to know it
        if self._profile.endpoint.packet is not None:
            try:
                login.register(session, agent, self._profile.endpoint.packet, self._profile.timing.reply)
            except EnvironmentTrouble:
                self.leave(session)
                raise
        return session

    def _connection(self, agent: Agent, logged_in: bool) -> Connection:
        try:
            connection = self._entrance.connect(agent, logged_in)
        except CannotConnect as trouble:
            if trouble.status is None:  # nobody answered; a server that refuses is there
                with self._lock:
                    self._unreached += 1
            raise
        self._unreached = 0
        return connection

    def enter_beside(self, first: Session) -> Session | None:
        """One more session of the agent who has the first; None where the endpoint does not allow it.

        A refused login is the agent's last, whatever it was refused for: the agent keeps to its first
        session from now on. An endpoint that takes no second connection is asked over one at a time.
        """
        role = first.agent
        try:
            return self.enter(role)
        except EnvironmentTrouble as trouble:
            if self.stop.is_set():
                raise
            if self._entrance.bars(role):
                self._has_to_do_with_one(role)
                self._only[role] = first
            elif isinstance(trouble, CannotConnect):
                self.limit = 1
            return None

    def leave(self, session: Session) -> None:
        """Close a session; one that is all its agent has stays open until the end of the run."""
        if self._only.get(session.agent) is session and not self.stop.is_set():
            return
        session.close()
        with self._lock:
            self._open.discard(session)

    def abort(self) -> None:
        """End all waiting, for an interrupted run."""
        self.stop.set()
        with self._lock:
            sessions = list(self._open)
        for session in sessions:
            session.abort()

    def close(self) -> None:
        """Close whatever is still open."""
        self.stop.set()
        with self._lock:
            sessions = list(self._open)
        for session in sessions:
            self.leave(session)
