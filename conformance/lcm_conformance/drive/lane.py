"""A lane: what one agent does, in order, on one session at a time. Here are its deeds; their purpose is elsewhere."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass

from lcm_conformance.catalogue.probes import Form, Part
from lcm_conformance.catalogue.request import Ids, Way, request_frame
from lcm_conformance.catalogue.verdict import EnvironmentTrouble
from lcm_conformance.drive.inquiry import Inquiry
from lcm_conformance.drive.session import Session, shown
from lcm_conformance.record.reply import Message
from lcm_conformance.record.tally import contacts
from lcm_conformance.record.transcript import Exchange, Silence

PATIENCE = 4
"""Lost controls that end the quick way for an agent; as many more end all that needs its control."""
THROTTLE = 0.3
"""Seconds between a wrong request and its control, once a control was lost: a bus may throttle."""
_LIMIT_CODES = ("1008", "1013")
_TICK = 0.5
"""Seconds after which whoever watches is told how long a silence still is."""
_EDGE = 0.25
"""Seconds beyond twice `timing.reply`: what takes exactly that long is still heard."""
_MANY = 10
"""Requests on a session: a close with a code of a limit after so many is the environment's."""


@dataclass(frozen=True)
class Ask:
    """One request: its probe, why it is sent, and where it differs from the agent's own proper one in the run's way."""

    probe: str
    part: Part = Part.DUE
    form: Form | None = None
    label: str | None = None
    way: Way | None = None
    asks_for: str | None = None
    controls: tuple[str, ...] = ()


class Lane:
    """One agent's. `pending` are the requests under test whose silence has still to be listened to on the session.

    `gave_up`: no session of the agent is answered any more; `is_spoilt`: the session must not be asked on again;
    `is_shaken`: bad input was followed by no answer.
    """

    def __init__(self, inquiry: Inquiry, role: str, session: Session | None = None) -> None:
        self.inquiry = inquiry
        self.hearing = inquiry.hearing
        self.role = role
        self.agent = inquiry.agents[role]
        self.session = session
        self.pending: list[str] = []
        self.losses = 0
        self.gave_up = False
        self.is_spoilt = self.is_shaken = False
        self.was_patient = False
        self._last_sent = 0.0
        self._turn = 0

    @property
    def is_tired(self) -> bool:
        """Whether so many controls were lost that what needs one is left open."""
        return self.gave_up or self.losses >= 2 * PATIENCE

    def enter(self) -> Session:
        """The open session of the logged-in agent: the one there is, or a fresh one; raises `EnvironmentTrouble`."""
        if self.session is not None and not self.session.closed and self.session.logged_in and not self.is_spoilt:
            return self.session
        self.is_spoilt = False
        self.leave()
        self.session = self.inquiry.pool.enter(self.role)
        self.listen(self.inquiry.pace.silence if self.inquiry.restless else self.inquiry.pace.beat)
        return self.session

    def fresh(self) -> Session:
        """A new session of the logged-in agent."""
        self.leave()
        return self.enter()

    def connect(self, waits: bool = True) -> Session:
        """A new session on which nobody is logged in; without `waits` raises `NoRoom` where there is no place."""
        self.leave()
        self.session = self.inquiry.pool.connect(self.role, waits)
        return self.session

    def leave(self) -> None:
        """Log out and close, once the silence that is pending is over."""
        if self.session is None:
            return
        if self.pending and not self.inquiry.pool.stop.is_set():
            self.hush()
        self.pending.clear()
        self.inquiry.pool.leave(self.session)
        self.session = None

    def park(self) -> None:
        """Keep the session for later, unless its place is needed meanwhile."""
        if self.session is not None:
            self.inquiry.pool.room.park(self.session)

    def take(self) -> None:
        """Take up the parked session, if it is still there."""
        if self.session is not None and not self.inquiry.pool.take(self.session):
            self.session = None

    def send(self, ask: Ask) -> str:
        """Send one request on the session that is open, and go on at once. Returns the exchange's id."""
        session, way = self._require_session(), ask.way or self.inquiry.way
        self.inquiry.count()
        asks_for = ask.asks_for or self.role
        ids = Ids(self.inquiry.agents[asks_for].user_id, self.agent.user_id, secrets.token_hex(3))
        frame = request_frame(way, ids, ask.form)
        if isinstance(frame, str) and (ask.form is None or ask.form.raw is None):
            frame = session.framed(frame)
        self._last_sent = now = time.monotonic()
        label = ask.label or (ask.form.name if ask.form else None)
        exchange = Exchange(
            "", ask.probe, ask.part, session.id, self.role, asks_for, shown(frame), now, (), now, way, label,
            lane=self.role, controls=ask.controls,
        )  # fmt: skip
        name = session.ask(frame, exchange)
        if ask.part is Part.TEST:
            self.pending.append(name)
        return name

    def listen(self, seconds: float) -> list[Message]:
        """What comes for so long on the session."""
        return self._require_session().listen(seconds)

    def beat(self) -> None:
        """Listen for a moment: what comes with an answer comes within it."""
        self.listen(self.inquiry.pace.beat)

    def proper(self, ask: Ask) -> str:
        """Ask properly and wait for the answer, a late one too. Returns the exchange's id."""
        self.inquiry.preparation.before_request(self.agent)
        name = self.send(ask)
        self.await_reply(name)
        return name

    def await_reply(self, name: str) -> None:
        """Wait for the answer to a proper request that was just sent, a late one too."""
        session, reply = self._require_session(), self.inquiry.profile.timing.reply
        request = self.exchange(name).request
        self.hearing.wait(session, request, reply)
        comes_late = self.inquiry.pace.slowest > reply
        if not self.is_answered(name) and not session.closed and (comes_late or not self.was_patient):
            # Once an agent, and wherever late ones were seen: later than due is an answer all the same.
            self.was_patient = True
            self.hearing.wait(session, request, reply + _EDGE)
        self.learn(name)
        self._look_for_limit(session)
        if self.inquiry.pool.stop.is_set() and not session.closed and not self.is_answered(name):
            self.inquiry.recorder.change(name, part=Part.OPEN, controls=())  # nobody waited for its answer

    def hush(self) -> None:
        """Listen until a whole silence is over after the last request; it covers all that is pending."""
        session, pace = self._require_session(), self.inquiry.pace
        while not session.closed and not self.inquiry.pool.stop.is_set():
            left = self._last_sent + pace.silence - time.monotonic()
            if left <= 0:
                break
            self.inquiry.progress(f"agents.{self.role} waits out a silence, {left:.1f} s left")
            self.listen(min(left, _TICK))  # answers on other lanes may have made it longer meanwhile
        if self.inquiry.pool.stop.is_set():
            return
        self.inquiry.recorder.add_silence(
            Silence(session.id, self._last_sent, time.monotonic(), tuple(self.pending), broken=session.closed)
        )
        self.pending.clear()

    def hear_out(self) -> None:
        """Listen for as long as any answer may take: who sends copies later than a silence is found out here."""
        session, pace = self._require_session(), self.inquiry.pace
        heard = session.listen(max(pace.silence, self.inquiry.profile.timing.reply))
        for message in heard:
            if message.hands_out:
                pace.took(message.event.clock - self._last_sent)
        self.inquiry.recorder.add_silence(Silence(session.id, self._last_sent, time.monotonic(), (), session.closed))

    def listened(self) -> None:
        """What was listened to since the last request was long enough for a silence, whatever comes later."""
        session = self._require_session()
        silence = Silence(session.id, self._last_sent, time.monotonic(), tuple(self.pending), broken=session.closed)
        if self.pending and silence.end - silence.start >= self.inquiry.pace.silence:
            self.inquiry.recorder.add_silence(silence)
            self.pending.clear()

    def exchange(self, name: str) -> Exchange:
        """An exchange with what has come in it so far."""
        return self.inquiry.recorder.exchange(name)

    def is_answered(self, name: str) -> bool:
        """Whether a proper request was answered, if only by something ill-formed."""
        return self.hearing.is_answered(self.exchange(name))

    def brought_contact(self, names: Sequence[str]) -> bool:
        """Whether a contact came in any of these exchanges."""
        return any(contacts(self.exchange(name)) for name in names)

    def next_way(self) -> Way:
        """A way that is answered: each in its turn, none with every second reply, and no frame twice in a row.

        A bus may drop a frame that is equal to the one before it.
        """
        ways = self.inquiry.ways or [self.inquiry.way]
        turn, place = divmod(self._turn, len(ways))
        self._turn += 1
        swapped = place ^ 1 if len(ways) % 2 == 0 and len(ways) > 2 and turn % 2 else place
        way = ways[swapped]
        if self._is_last(way):
            way = next((other for other in ways if not self._is_last(other)), way)
        return way

    def _is_last(self, way: Way) -> bool:
        """Whether the proper request in this way is what was sent last on the session."""
        last = self.session.last if self.session is not None else None
        if last is None:
            return False
        exchange = self.inquiry.recorder.exchange(last)
        return exchange.form is None and exchange.asks_for == self.role and exchange.way == way

    def learn(self, name: str) -> None:
        """From an answered request how long answers take, from an unanswered one whether the agent is still in."""
        exchange, session = self.exchange(name), self._require_session()
        first = next((event for event in exchange.received if Message(event).hands_out), None)
        if first is not None:
            self.inquiry.pace.took(first.clock - exchange.sent)
        if session.was_put_out and not self.is_answered(name):
            reason = f"agents.{self.role} was logged out from elsewhere during the run: keep the agent to the suite"
            self.inquiry.unmet.setdefault(self.role, reason)

    def _look_for_limit(self, session: Session) -> None:
        if session.closed and session.requests >= _MANY and any(code in session.farewell for code in _LIMIT_CODES):
            self.inquiry.hit_limit(f"session {session.id} was closed after {session.requests} requests")

    def _require_session(self) -> Session:
        if self.session is None:
            raise EnvironmentTrouble("the session is gone")
        return self.session
