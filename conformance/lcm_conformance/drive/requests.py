"""Where requests are sent from: counts them, and knows how long their answers are waited for."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass

from lcm_conformance.catalogue.probes import Part, Variant
from lcm_conformance.catalogue.request import Way, request_frame
from lcm_conformance.catalogue.verdict import EnvironmentTrouble
from lcm_conformance.drive.pool import Sessions
from lcm_conformance.drive.recorder import Notebook
from lcm_conformance.drive.session import Asked, Session
from lcm_conformance.drive.waits import Waits
from lcm_conformance.profile import Agent, Profile
from lcm_conformance.record.reply import Shape, messages, reply_to
from lcm_conformance.record.transcript import Exchange
from lcm_conformance.transport import Transport

_PATIENCE = 4
"""Unanswered controls; one lost answer takes two to tell from a deaf session."""
_FINDING_OUT = {"ask", "asked-twice"}
"""Probes whose answers tell what a session can be used for, so that a lost one would mislead the whole run."""


@dataclass(frozen=True)
class Request:
    """One request: the probe that it belongs to, and why it is sent.

    The agent's own ID is asked with unless `asks_for` names another role, in the run's way unless `way` is given.
    `variant` changes the proper request and `number` numbers it; `controls` is the exchange whose silence it gives a
    meaning to.
    """

    probe: str
    part: Part
    asks_for: str | None = None
    variant: Variant | None = None
    number: int = 0
    controls: str | None = None
    way: Way | None = None


class LineLost(EnvironmentTrouble):
    """The line was cut where an answer was due, for the first time in a run: what was at work is done again."""

    def __init__(self, exchange: Exchange) -> None:
        super().__init__(f"the line was cut in {exchange.id}: check the network")
        self.exchange = exchange


class Desk:
    """Asks, in the run's `way`, which the discovery may change."""

    def __init__(self, profile: Profile, transport: Transport, way: Way) -> None:
        self.profile = profile
        self.way = way
        self.notebook = Notebook()
        self.waits = Waits(profile.timing)
        self.agents = dict(profile.agents)
        self.agents.setdefault("unknown", Agent("unknown", f"no-such-agent-{secrets.token_hex(4)}"))
        self.sessions = Sessions(profile, self.agents, transport, self.notebook)
        self._lock = threading.Lock()
        self.unmet: dict[str, str] = {}
        self._lost = 0
        self.lost_line: str | None = None
        self.most_requests: int | None = None
        self._requests = 0

    def role(self, name: str) -> str:
        """The role of the profile that plays a probe's agent."""
        if name == "stranger" and "logged_out" in self.agents:
            return "logged_out"
        if name in {"stranger", "leaver"} - self.agents.keys():
            return "other" if "other" in self.agents else "reserved"
        return name

    def start_over(self) -> None:
        """Forget the lost answers: they may have been lost to sessions that disturbed each other."""
        with self._lock:
            self._lost = 0

    @property
    def given_up(self) -> bool:
        """Whether so many proper requests stayed unanswered that asking more only costs time."""
        return self._lost >= _PATIENCE

    def ask(self, session: Session, request: Request) -> Exchange:
        """Send one request and listen as long as its part requires."""
        part, asked = request.part, self.send(session, request)
        exchange = session.receive(asked, self.waits.of(part))
        self.require_line(session, exchange)
        if session.was_put_out and not hands_out(exchange):
            reason = f"agents.{session.agent} was logged out from elsewhere during the run: keep the agent to the suite"
            self.unmet.setdefault(session.agent, reason)
        if part in {Part.DUE, Part.CONTROL}:
            self.waits.took(exchange)
            if part is Part.CONTROL and not answered(exchange) and not exchange.closed:
                with self._lock:
                    self._lost += 1
        return exchange

    def require_line(self, session: Session, exchange: Exchange) -> None:
        """Raises `LineLost` once: a line that is cut may be the network's fault, one that is cut again is not."""
        due = exchange.part in {Part.DUE, Part.CONTROL} or exchange.probe in _FINDING_OUT
        if not (due and session.cut) or answered(exchange) or self.sessions.stop.is_set():
            return
        with self._lock:
            if self.lost_line is not None:
                return
            self.lost_line = exchange.id
        raise LineLost(exchange)

    def count(self) -> None:
        """One more request; raises `EnvironmentTrouble` where no more may be sent."""
        with self._lock:
            self._requests += 1
            if self.most_requests is not None and self._requests > self.most_requests:
                raise EnvironmentTrouble(f"the {self.most_requests} requests that a run may send are used up")

    def send(self, session: Session, request: Request) -> Asked:
        """Send one request, and go on at once."""
        self.count()
        role = request.asks_for or session.agent
        variant = request.variant
        frame = request_frame(request.way or self.way, self.agents[role].user_id, variant)
        if isinstance(frame, str) and (variant is None or variant.raw is None):
            frame = session.framed(frame)
        standard = request.way in {None, self.way} and (variant is None or variant.way is None)
        return session.send(frame, request.part, request.probe, role, request.number, standard, request.controls)


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
