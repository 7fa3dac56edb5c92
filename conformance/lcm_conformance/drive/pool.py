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
from lcm_conformance.drive.session import Session
from lcm_conformance.profile import Agent, Profile, fill, template_values
from lcm_conformance.record.transcript import Phase
from lcm_conformance.transport import CannotConnect, Connection, Rung, Transport

IN_VAIN = 5  # connections in a row that came to nothing: each further one would be waited for as long
_AT_ONCE = 0.02
"""Seconds within which a session beside others is closed where there are too many."""
_FAREWELL = 1.0
"""Seconds that a logout may take when the run was interrupted."""


class NoRoom(EnvironmentTrouble):
    """As many sessions are open as may be, and waiting for one of them to end would not help."""


class Pool:
    """The sessions that are open; `limit` is how many may be held at once; `stop` ends all waiting.

    `nobody_leaves`: whoever holds a session waits for whoever wants one, so that there is no use in waiting.
    """

    def __init__(self, profile: Profile, agents: Mapping[str, Agent], transport: Transport, recorder: Recorder) -> None:
        self.limit = profile.endpoint.max_connections
        self.stop = threading.Event()
        self.first_login = threading.Event()
        self.nobody_leaves = False
        self.logins = 0
        self._profile = profile
        self._agents = agents
        self._recorder = recorder
        self._admission = Admission(profile, transport)
        self._room = threading.Condition()
        self._open: set[Session] = set()
        self._parked: list[Session] = []
        self._opening = 0
        self._unreached = 0

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
        with self._room:
            self._open.discard(session)
            if session in self._parked:
                self._parked.remove(session)
            self._room.notify_all()

    def park(self, session: Session) -> None:
        """Keep a session for later, unless somebody else needs its place."""
        with self._room:
            self._parked.append(session)
            self._room.notify_all()

    def take(self, session: Session) -> bool:
        """Take a parked session back; False where its place was needed, or it has ended."""
        with self._room:
            if session not in self._parked:
                return False
            self._parked.remove(session)
        if session.closed:
            self.leave(session)
        return not session.closed

    def close(self) -> None:
        """Close whatever is still open."""
        self.stop.set()
        for session in list(self._open):
            self.leave(session)

    def _is_in(self, session: Session) -> None:
        session.logged_in = True
        self.logins += 1
        self.first_login.set()

    def _open_session(self, role: str, by_headers: bool, waits: bool = True) -> Session:
        self._admission.require_admitted(role)
        agent = self._agents[role]
        connection = self._place_for(agent, by_headers, waits)
        session = Session(connection, role, self._recorder, self.stop)
        with self._room:
            self._opening -= 1
            self._open.add(session)
            others = len(self._open) - 1
        if others and self._is_closed_at_once(session):
            return self._open_session(role, by_headers, waits)
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
        with self._room:
            self._open.discard(session)
        self._lower(len(self._open), f"it was closed at once, {session.farewell}")
        return True

    def _place_for(self, agent: Agent, by_headers: bool, waits: bool) -> Connection:
        """A connection, once there is room; one that is refused beside others means that there is less."""
        while True:
            self._wait_for_room(waits)
            try:
                connection = self._admission.connect(agent, by_headers)
            except CannotConnect as trouble:
                if not self._makes_room(trouble):
                    raise
            except BaseException:
                with self._room:
                    self._opening -= 1
                    self._room.notify_all()
                raise
            else:
                self._unreached = 0
                return connection

    def _wait_for_room(self, waits: bool) -> None:
        while True:
            with self._room:
                self._require_going_on()
                if len(self._open) + self._opening < max(1, self.limit):
                    self._opening += 1
                    return
                parked = self._parked[0] if self._parked else None
                if parked is None:
                    if self.nobody_leaves or not waits:
                        raise NoRoom(f"{len(self._open)} sessions are open, and no more may be")
                    self._room.wait(0.2)
            if parked is not None:
                self.leave(parked)

    def _require_going_on(self) -> None:
        if self.stop.is_set():
            raise EnvironmentTrouble("the run was interrupted")
        if self._unreached >= IN_VAIN:
            raise EnvironmentTrouble(f"{IN_VAIN} connections in a row came to nothing, so no more are tried")

    def _makes_room(self, trouble: CannotConnect) -> bool:
        """Whether fewer sessions help: a further handshake was refused while others were open."""
        with self._room:
            self._opening -= 1
            self._room.notify_all()
            if trouble.status is None:  # nobody answered; a server that refuses is there
                self._unreached += 1
            others = len(self._open)
        if not others or trouble.rung not in {Rung.TCP, Rung.HANDSHAKE} or trouble.status in {401, 403}:
            return False
        self._lower(others, trouble.what)
        return True

    def _lower(self, others: int, what: str) -> None:
        """Go on with no more sessions than are open."""
        with self._room:
            self.limit = max(1, min(self.limit, others))
            self._room.notify_all()
        self._recorder.notice(
            f"the endpoint refused a session beside {others} that were open ({what}), "
            "so the run went on with fewer: set endpoint.max_connections"
        )
