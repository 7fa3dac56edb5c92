"""The sessions of one run: opens as many as the endpoint allows, logs agents in and out, and closes what it opened.

No agent holds two logged-in sessions at once. An agent whose login was refused gets no further session.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import suppress

from lcm_conformance.catalogue.verdict import EnvironmentTrouble
from lcm_conformance.drive import login
from lcm_conformance.drive.admission import Admission
from lcm_conformance.drive.recorder import Recorder
from lcm_conformance.drive.room import Room
from lcm_conformance.drive.session import Session
from lcm_conformance.profile import Agent, Profile, fill, template_values
from lcm_conformance.record.transcript import Phase
from lcm_conformance.transport import CannotConnect, Connection, Rung, Transport

_AT_ONCE = 0.02
"""Seconds within which a session beside others is closed where there are too many."""
_FAREWELL = 1.0
"""Seconds that a logout may take when the run was interrupted."""


class Pool:
    """The sessions that are open, and the `room` for them; `stop` ends all waiting."""

    def __init__(self, profile: Profile, agents: Mapping[str, Agent], transport: Transport, recorder: Recorder) -> None:
        self.stop = threading.Event()
        self.room = Room(profile.endpoint.max_connections, self.stop)
        self.first_login = threading.Event()
        self.logins = 0
        self._profile = profile
        self._agents = agents
        self._recorder = recorder
        self._admission = Admission(profile, transport)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What login programs printed: never to be shown."""
        return self._admission.secrets

    def require_admitted(self, role: str) -> None:
        """Raises `EnvironmentTrouble` for an agent of whom no login is sent any more."""
        self._admission.require_admitted(role)

    def enter(self, role: str) -> Session:
        """Open a session and log the agent in; raises `EnvironmentTrouble`."""
        session = self._open_session(role, by_headers=self._profile.login is None)
        if self._profile.login is None:
            self._is_in(session)
            return session
        try:
            self.log_in(session)
        except EnvironmentTrouble:
            self.leave(session)
            raise
        return session

    def connect(self, role: str, waits: bool = True) -> Session:
        """Open a session for an agent without logging in; raises `EnvironmentTrouble`.

        Whoever holds a session already must not wait for room, which may never come: `NoRoom` is raised instead.
        """
        return self._open_session(role, by_headers=False, waits=waits)

    def log_in(self, session: Session) -> None:
        """Log the agent in on an open session, where that is done by a message."""
        if self._profile.login is None:
            return
        agent = self._agents[session.agent]
        with self._admission.login(session.agent), session.during(Phase.LOGIN):
            try:
                login.log_in(session, agent, self._profile.login, self._profile.timing.reply)
            except EnvironmentTrouble:
                session.logged_in = self.stop.is_set()  # it was sent and may count: an interrupted run takes it back
                raise
        self._is_in(session)

    def log_out(self, session: Session) -> None:
        """Log the agent out, where the profile says how; raises `EnvironmentTrouble` where that is not confirmed."""
        if self._profile.logout is None or not session.logged_in or session.closed:
            return
        session.logged_in = False
        with session.during(Phase.LOGOUT):
            login.log_out(session, self._agents[session.agent], self._profile.logout, self._profile.timing.reply)

    def leave(self, session: Session) -> None:
        """Log out and close; whatever becomes of the logout."""
        with suppress(EnvironmentTrouble):
            if self.stop.is_set():
                session.take_leave(_FAREWELL)
            self.log_out(session)
        session.close()
        self.room.leave(session)

    def take(self, session: Session) -> bool:
        """Take a parked session back; False where its place was needed, or it has ended."""
        if not self.room.take(session):
            return False
        if session.closed:
            self.leave(session)
        return not session.closed

    def close(self) -> None:
        """Close whatever is still open, and tell whether there was less room than the profile says."""
        self.stop.set()
        for session in self.room.sessions:
            self.leave(session)
        if self.room.refusal:
            self._recorder.notice(f"{self.room.refusal}, so the run went on with fewer: set endpoint.max_connections")

    def _is_in(self, session: Session) -> None:
        session.logged_in = True
        self.logins += 1
        self.first_login.set()

    def _open_session(self, role: str, by_headers: bool, waits: bool = True) -> Session:
        self._admission.require_admitted(role)
        agent = self._agents[role]
        connection = self._place_for(agent, by_headers, waits)
        session = Session(connection, role, self._recorder, self.stop)
        others = self.room.fill(session)
        if others and self._is_closed_at_once(session):
            return self._open_session(role, by_headers, waits)
        self.room.stands(others)
        if self._profile.logout is not None and self._profile.logout.success is not None and role != "unknown":
            session.expects_logout(fill(self._profile.logout.success, template_values(agent)))
        if self._profile.endpoint.packet is not None:
            try:
                with session.during(Phase.REGISTRATION):
                    login.register(session, agent, self._profile.endpoint.packet, self._profile.timing.reply)
            except EnvironmentTrouble:
                self.leave(session)
                raise
        return session

    def _is_closed_at_once(self, session: Session) -> bool:
        """Whether the endpoint ends a session beside others before anything was said there: there is less room."""
        session.listen(_AT_ONCE)
        if not session.closed or self.stop.is_set():
            return False
        self.room.leave(session)
        self.room.is_smaller(f"it was closed at once, {session.farewell}")
        return True

    def _place_for(self, agent: Agent, by_headers: bool, waits: bool) -> Connection:
        """A connection, once there is room; one that is refused beside others means that there is less."""
        while True:
            while parked := self.room.reserve(waits):
                self.leave(parked)
            try:
                return self._admission.connect(agent, by_headers)
            except CannotConnect as trouble:
                self.room.give_back(reached=trouble.status is not None)  # a server that refuses is there
                refused = trouble.rung in {Rung.TCP, Rung.HANDSHAKE} and trouble.status not in {401, 403}
                if not (refused and self.room.is_smaller(trouble.what)):
                    raise
            except BaseException:
                self.room.give_back()
                raise
