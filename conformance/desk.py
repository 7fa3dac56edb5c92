"""Where the driver gets its sessions: opens them, logs agents in, and asks in the run's way."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from conformance import login, probes
from conformance.entrance import Entrance
from conformance.notebook import Notebook
from conformance.probes import Variant
from conformance.profile import Agent, Profile, fill, template_values
from conformance.reply import Shape, messages, reply_to
from conformance.session import Asked, Session
from conformance.transcript import Exchange, Part, Way
from conformance.transport import CannotConnect, Transport
from conformance.verdict import EnvironmentTrouble
from conformance.waiting import Waits

_PATIENCE = 4
"""Unanswered controls; one lost answer takes two to tell from a deaf session."""
_ONE_SESSION = (
    "the login of one more session of agents.{role} was not accepted, so no login of that agent is sent again "
    "in this run, and this needs one: set endpoint.max_connections = 1"
)


class Desk:
    """The sessions of one run.

    `way` is how it asks, `limit` how many sessions it may hold; the discovery may change both.
    """

    def __init__(self, profile: Profile, transport: Transport, way: Way) -> None:
        self.profile = profile
        self.way = way
        self.limit = profile.endpoint.max_connections
        self.notebook = Notebook()
        self.waits = Waits(profile.timing)
        self.stop = threading.Event()
        self.agents = dict(profile.agents)
        self.agents.setdefault("unknown", Agent("unknown", f"no-such-agent-{secrets.token_hex(4)}"))
        self._entrance = Entrance(profile, transport)
        self._lock = threading.Lock()
        self._open: set[Session] = set()
        self._logged_in: set[Session] = set()
        self._only: dict[str, Session] = {}
        self.unmet: dict[str, str] = {}
        self._lost = 0
        self.most_requests: int | None = None
        self._requests = 0

    def role(self, name: str) -> str:
        """The role of the profile that plays a probe's agent."""
        if name == "stranger" and "logged_out" in self.agents:
            return "logged_out"
        if name in {"stranger", "leaver"}:
            return "other" if "other" in self.agents else "reserved"
        return name

    @property
    def many(self) -> bool:
        """Whether more than one session may be held at once."""
        return self.limit > 1

    def start_over(self) -> None:
        """Forget the lost answers: they may have been lost to sessions that disturbed each other."""
        with self._lock:
            self._lost = 0

    @property
    def given_up(self) -> bool:
        """Whether so many proper requests stayed unanswered that asking more only costs time."""
        return self._lost >= _PATIENCE

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
        if self.profile.login is None:
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
        if self.profile.login is None:
            return
        try:
            with self._entrance.login(role):
                login.log_in(session, self.agents[role], self.profile.login, self.profile.timing.reply)
        except EnvironmentTrouble:
            if not self._entrance.bars(role) or not self._has_another(session):
                raise
            # The credentials are good, for another session lives by them.
            self._entrance.bar(role, _ONE_SESSION.format(role=role))
            raise EnvironmentTrouble(_ONE_SESSION.format(role=role)) from None
        with self._lock:
            self._logged_in.add(session)

    def _has_another(self, session: Session) -> bool:
        with self._lock:
            others = (self._open & self._logged_in) - {session}
        return any(other.agent == session.agent and not other.closed for other in others)

    def _open_session(self, role: str, logged_in: bool) -> Session:
        self._entrance.require_admitted(role)
        if self.stop.is_set():
            raise EnvironmentTrouble("the run was interrupted")
        agent = self.agents[role]
        connection = self._entrance.connect(agent, logged_in)
        session = Session(connection, role, self.notebook)
        with self._lock:
            self._open.add(session)
        if self.profile.logout is not None and self.profile.logout.success is not None and role != "unknown":
            session.expects_logout(fill(self.profile.logout.success, template_values(agent)))
        if self.stop.is_set():
            session.abort()  # it opened too late for `abort` to know it
        if self.profile.endpoint.packet is not None:
            try:
                login.register(session, agent, self.profile.endpoint.packet, self.profile.timing.reply)
            except EnvironmentTrouble:
                self.leave(session)
                raise
        return session

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
                self._entrance.bar(role, _ONE_SESSION.format(role=role))
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

    def ask(
        self,
        session: Session,
        probe: str,
        part: Part,
        asks_for: str | None = None,
        variant: Variant | None = None,
        number: int = 0,
        controls: str | None = None,
        way: Way | None = None,
    ) -> Exchange:
        """Send one request and listen as long as its part requires."""
        asked = self.send(session, probe, part, asks_for, variant, number, controls, way)
        exchange = session.receive(asked, self.waits.of(part))
        if session.was_put_out and not hands_out(exchange):
            reason = f"agents.{session.agent} was logged out from elsewhere during the run: keep the agent to the suite"
            self.unmet.setdefault(session.agent, reason)
        if part in {Part.DUE, Part.CONTROL}:
            self.waits.took(exchange)
            if part is Part.CONTROL and not answered(exchange) and not exchange.closed:
                with self._lock:
                    self._lost += 1
        return exchange

    def count(self) -> None:
        """One more request; raises `EnvironmentTrouble` where no more may be sent."""
        with self._lock:
            self._requests += 1
            if self.most_requests is not None and self._requests > self.most_requests:
                raise EnvironmentTrouble(f"the {self.most_requests} requests that a run may send are used up")

    def send(
        self,
        session: Session,
        probe: str,
        part: Part,
        asks_for: str | None = None,
        variant: Variant | None = None,
        number: int = 0,
        controls: str | None = None,
        way: Way | None = None,
    ) -> Asked:
        """Send one request; the agent's own ID is asked with unless `asks_for` names another role."""
        self.count()
        role = asks_for or session.agent
        frame = probes.request(way or self.way, self.agents[role].user_id, variant)
        if isinstance(frame, str) and (variant is None or variant.raw is None):
            frame = session.framed(frame)
        standard = way in {None, self.way} and (variant is None or variant.way is None)
        return session.send(frame, part, probe, role, number, standard, controls)


def answered(exchange: Exchange) -> bool:
    """Whether a request was answered at all, if only by something ill-formed."""
    return reply_to(exchange) is not None


def is_broken(exchange: Exchange) -> bool:
    """Whether the answer is no JSON: no session that disturbs another makes it so, nor is it a refusal."""
    reply = reply_to(exchange)
    return exchange.part in {Part.DUE, Part.CONTROL, Part.OPEN} and reply is not None and reply.shape is Shape.NOT_JSON


def hands_out(exchange: Exchange) -> bool:
    """Whether a contact came in it, in whatever form."""
    return any(message.hands_out for message in messages(exchange.received))
