"""Makes a recording of what somebody else recorded: which request is which, who is logged in, what was listened to.

Pure. It claims nothing that was not heard: a silence that nobody listened to long enough is none, and what was never
asked is left out, each with its reason.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from lcm_conformance.catalogue import page
from lcm_conformance.catalogue.probes import Part, load_probes
from lcm_conformance.record.customs import Customs, is_login, login_in, value_of
from lcm_conformance.record.folded import NOTHING, PROBE, Folded, exchange_named
from lcm_conformance.record.folding import Folding
from lcm_conformance.record.heard import Heard, NeedsAll, in_order
from lcm_conformance.record.heard_session import Asking, HeardSession
from lcm_conformance.record.placing import place
from lcm_conformance.record.recognition import Request, request_in
from lcm_conformance.record.reply import messages
from lcm_conformance.record.template import matched
from lcm_conformance.record.transcript import BY_THEM, Event, Exchange, Kind, Phase, Recording
from lcm_conformance.record.waited import as_heard, respelt, silences, together

SIBLING = "GetContactOD"
"""Another call of the page, which a ContactOD answers too."""

_NEVER = "no recorded request is such a one"
_BAD_INPUT = "bad input is not looked for in recorded traffic"
_OF_SIBLING = f"may answer {SIBLING}, and is judged by no clause"
_INVENTED = ("reserved", "other")


class LogsInLater(NeedsAll):
    """A session logs in after something was asked on it: what that was is told by who knows of the login."""


def assemble(heard: Sequence[Heard], customs: Customs, folding: Folding | None = None) -> Recording:
    """The recording of all that was heard; with `folding` it has examples only of what is alike."""
    logging_in = frozenset(one.session for one in heard if is_login(one, customs))
    assembly = Assembly(customs, folding, logging_in)
    for clock, one in in_order(heard):
        assembly.take(clock, one)
    return assembly.recording()


class Assembly:
    """Takes what was heard in the order of time.

    `logging_in` are the sessions on which a login is sent; where that is not known yet, `take` may raise `LogsInLater`.
    """

    def __init__(
        self, customs: Customs, folding: Folding | None = None, logging_in: Collection[str] | None = None
    ) -> None:
        self._customs = customs
        self._folding = folding
        self._logging_in = logging_in or ()
        self._roles = dict(customs.roles)
        self._events: list[Event] = []
        self._exchanges: dict[str, Exchange] = {}
        self._received: dict[str, list[Event]] = {}
        self._memory: dict[str, Any] = {}
        self._carried: dict[str, list[str]] = {}
        self._sessions: dict[str, HeardSession] = {}
        self._said = self._asked = 0
        self._waiting: HeardSession | None = None  # who asked last, until an answer comes

    def recording(self) -> Recording:
        """What came of it."""
        for session in self._sessions.values():
            self._keep_apart_no_more(session)
        self._end_windows()
        self._events.sort(key=lambda event: event.number)
        in_turn = sorted(self._exchanges.values(), key=lambda x: int(x.id[2:]))
        exchanges = [replace(x, received=tuple(self._received.get(x.id, ()))) for x in in_turn]
        known = {session.name for session in self._sessions.values() if session.is_known}
        exchanges = together(respelt(as_heard(exchanges, known, self._customs)))
        asked = {x.probe for x in exchanges}
        slowest = self._folding.slowest if self._folding is not None else 0.0
        return Recording(
            events=tuple(self._events),
            exchanges=tuple(exchanges),
            silences=tuple(silences(exchanges, self._customs.silence, slowest)),
            left_out={
                name: _BAD_INPUT if probe.part is Part.HOSTILE else f"{_NEVER}: {probe.when}"
                for name, probe in load_probes().items()
                if name not in asked
            },
            folded=self._folded(exchanges),
        )

    def take(self, clock: float, one: Heard) -> None:
        """What was heard next, so many seconds after the first."""
        session = self._sessions.get(one.session)
        if session is None:
            session = self._sessions[one.session] = HeardSession(one.session, one.session in self._logging_in)
            session.folds = self._folding is not None and one.session not in self._folding.again.sessions
        session.until = clock
        kind = one.kind
        if kind is None:
            return
        if session.usual is not None:
            if kind is Kind.RECEIVED and session.current is None:
                pass  # it answers a request that is kept
            elif (one.agent is None or session.agent is not None) and (
                self._answers_usually(clock, one, session)
                if kind is Kind.RECEIVED
                else kind is Kind.SENT and one.frame == session.usual and self._asks_usually(clock, one, session)
            ):
                return
            else:
                self._keep_apart_no_more(session)
        self._take(clock, one, session)

    def _asks_usually(self, clock: float, one: Heard, session: HeardSession) -> bool:
        """Whether the usual request is asked again, after one that was answered as usual; then it is taken in."""
        if self._carried and session.role in self._carried:
            return False
        current = session.current
        if current is None:
            self._end_window(session, clock)
            if not session.folds:
                return False
        elif not self._is_answered(current, session):
            return False
        self._move_on(session)
        waiting, self._waiting = self._waiting, session
        if waiting is not None and waiting.current is not None:
            waiting.current.alone = False
        self._said, self._asked = self._said + 1, self._asked + 1
        session.current = Asking(one, clock, self._said, self._asked, waiting is None)
        return True

    def _answers_usually(self, clock: float, one: Heard, session: HeardSession) -> bool:
        """Whether this is the first that comes after a usual request; then it is taken in."""
        current = session.current
        if current is None or current.answer is not None:
            return False
        if self._waiting is session:
            self._waiting = None
        self._said += 1
        current.answer, current.answered, current.answer_number = one, clock, self._said
        return True

    def _is_answered(self, asking: Asking, session: HeardSession) -> bool:
        """Whether a usual request was answered by one contact."""
        answer = asking.answer
        if answer is None or answer.binary or answer.frame is None or self._folding is None:
            return False
        may = asking.alone and asking.answered - asking.clock <= self._customs.reply
        plain, asking.sort = self._folding.sort_of(
            asking.exchange, session.role, session.way, answer.frame, answer.at, may
        )
        return plain

    def _move_on(self, session: HeardSession) -> None:
        """The request before the last is folded, where it may be; else it is kept."""
        before, session.before = session.before, session.current
        if before is None or session.before is None:
            return
        if before.sort is None or before.answer is None or self._folding is None:
            self._keep(before, session, ended=session.before.clock)
            return
        session.folded, session.last = session.folded + 1, before.clock
        frame = before.answer.frame or ""
        self._folding.fold(before.sort, session.role, before.answer_number, before.clock, before.answered, frame)

    def _keep_apart_no_more(self, session: HeardSession) -> None:
        """What comes now may say something about the last two requests, or be asked beside them."""
        before, current, session.usual = session.before, session.current, None
        session.before = session.current = None
        if before is not None and current is not None:
            self._keep(before, session, ended=current.clock)
        if current is not None:
            self._keep(current, session, ended=current.clock)
            session.asking = exchange_named(current.exchange)

    def _keep(self, asking: Asking, session: HeardSession, ended: float) -> None:
        request, name = request_in(value_of(asking.heard)), exchange_named(asking.exchange)
        self._exchanges[name] = Exchange(
            id=name, probe=PROBE, part=Part.DUE, session=session.name, agent=session.role,
            asks_for=session.role, way=request.way if request else None, request=asking.heard.frame or "",
            sent=asking.clock, received=(), ended=ended,
        )  # fmt: skip
        self._write(asking.number, asking.clock, asking.heard, session, name)
        if asking.answer is not None:
            event = self._write(asking.answer_number, asking.answered, asking.answer, session, name)
            self._received[name] = [event]

    def _folded(self, exchanges: Sequence[Exchange]) -> Folded:
        """What was folded; tells the folding what should not have been."""
        if self._folding is None:
            return NOTHING
        again = self._folding.again
        due = {x.id: x.asks_for for x in exchanges if x.part is Part.DUE and x.asks_for == x.agent}
        for event in self._events:
            if event.kind is Kind.RECEIVED and event.frame is not None:
                self._folding.compare_kept(event.frame, due.get(event.exchange or ""))
        ended = [x for x in exchanges if x.closed and not any(m.hands_out for m in messages(x.received))]
        for session in self._sessions.values():
            beside = (x.asks_for == session.role and session.first < x.sent < session.last for x in ended)
            if session.folded and (session.tested or any(beside)):
                again.sessions.add(session.name)
        return self._folding.folded()

    def _take(self, clock: float, one: Heard, session: HeardSession) -> None:
        if one.agent is not None and session.agent is None and not self._logs_in(session):
            session.agent = one.agent
        value = value_of(one) if one.kind in {Kind.SENT, Kind.RECEIVED} else {}
        if one.kind is Kind.SENT:
            self._take_sent(clock, one, value, session)
            return
        hidden = one.kind is Kind.RECEIVED and session.sibling and value.get("subtopic") == page.REPLY
        session.sibling_answered |= hidden
        event = self._note(clock, one, session, hidden=hidden)
        if one.kind is Kind.RECEIVED and session.asking is not None:
            if self._waiting is session:
                self._waiting = None
            self._received.setdefault(session.asking, []).append(event)
        elif one.kind is Kind.CLOSED:
            self._close(clock, one, session)

    def _logs_in(self, session: HeardSession) -> bool:
        """Whether a login is sent on the session, now or later."""
        session.placed = True
        return session.logs_in

    def _take_sent(self, clock: float, one: Heard, value: dict[str, Any], session: HeardSession) -> None:
        login = login_in(one, self._customs)
        if login is not None:
            if session.placed and not session.logs_in:
                raise LogsInLater
            session.logs_in = True
            session.agent, session.logged_in, session.logged_out = self._role(login) or session.agent, True, False
            self._leave(clock, session, Phase.LOGIN)
        elif any(matched(template, value) is not None for template in self._customs.logouts):
            session.logged_out = True
            self._leave(clock, session, Phase.LOGOUT)
        elif value.get("subtopic") == SIBLING:
            session.sibling, session.sibling_answered = True, False
            session.folds, session.tested = False, True
        elif (request := request_in(value) if value else None) is not None:
            self._ask(clock, one, request, session)
            return
        self._note(clock, one, session)

    def _ask(self, clock: float, one: Heard, request: Request, session: HeardSession) -> None:
        role = self._role(request.user_id) if request.user_id else None
        if session.logged_in and session.agent is None:  # its login names nobody
            session.agent = role
        if session.sibling and session.sibling_answered:
            session.sibling = False
        session.placed |= request.certain and not session.sibling
        part, probe, form, agent, asks_for = place(request, session, role, self._customs.knows_agents)
        self._asked += 1
        name = exchange_named(self._asked)
        controls: tuple[str, ...] = ()
        if part is Part.DUE:
            controls = (*session.pending, *self._carried.pop(agent, ()))
            session.pending.clear()
            if controls:
                part, probe = Part.CONTROL, self._exchanges[controls[0]].probe
        elif part is Part.TEST:
            (self._carried.setdefault(agent, []) if session.logged_out else session.pending).append(name)
        self._end_window(session, clock)
        session.asking, session.phase = name, None
        self._exchanges[name] = Exchange(
            id=name, probe=probe, part=part, session=session.name, agent=agent, asks_for=asks_for, way=request.way,
            request=one.frame or "", sent=clock, received=(), ended=clock, form=form, controls=controls,
        )  # fmt: skip
        self._note(clock, one, session)
        self._look_whether_usual(self._exchanges[name], one, session)

    def _look_whether_usual(self, exchange: Exchange, one: Heard, session: HeardSession) -> None:
        """After a proper request others of the same text may be folded; after any other none on its session."""
        waiting, self._waiting = self._waiting, session
        if waiting is not None and waiting.current is not None:
            waiting.current.alone = False
        if exchange.part is not Part.DUE or exchange.agent != exchange.asks_for:
            session.folds, session.tested = False, True
        if session.folds and not one.binary:
            session.usual, session.role, session.way = one.frame, exchange.agent, f"{exchange.way}"
            session.first = min(session.first, exchange.sent)

    def _note(self, clock: float, one: Heard, session: HeardSession, hidden: bool = False) -> Event:
        self._said += 1
        event = self._event(self._said, clock, one, session)
        if hidden:
            event = replace(event, frame=None, note=_OF_SIBLING)
        self._events.append(event)
        return event

    def _write(self, number: int, clock: float, one: Heard, session: HeardSession, exchange: str) -> Event:
        """An event of a request that was kept apart."""
        event = replace(self._event(number, clock, one, session), exchange=exchange, phase=None)
        self._events.append(event)
        return event

    def _event(self, number: int, clock: float, one: Heard, session: HeardSession) -> Event:
        assert one.kind is not None  # what only says that somebody listened is no event
        return Event(
            number=number, at=one.at, clock=clock, session=session.name, agent=session.agent or "unknown",
            kind=one.kind, frame=one.frame, note=one.note, exchange=session.asking, phase=session.phase,
            binary=one.binary, memory=self._memory,
        )  # fmt: skip

    def _close(self, clock: float, one: Heard, session: HeardSession) -> None:
        if session.asking is not None and (one.note or "").startswith(BY_THEM):
            self._exchanges[session.asking] = replace(self._exchanges[session.asking], closed=True)
        self._leave(clock, session, None)
        session.folds = False
        if session.agent is not None:
            self._carried.setdefault(session.agent, []).extend(session.pending)
        session.pending.clear()

    def _leave(self, clock: float, session: HeardSession, phase: Phase | None) -> None:
        """A login, a logout or an end: what comes now answers no request."""
        self._end_window(session, clock)
        session.asking, session.phase = None, phase

    def _end_window(self, session: HeardSession, clock: float) -> None:
        if session.asking is None:
            return
        self._exchanges[session.asking] = replace(self._exchanges[session.asking], ended=clock)
        if session.folds and self._folding is not None:
            (answer, *more) = self._received.get(session.asking) or (None,)
            session.folds = (
                answer is not None
                and not more
                and not answer.binary
                and self._folding.is_plain(answer.frame or "", answer.at)
            )

    def _end_windows(self) -> None:
        for session in self._sessions.values():
            self._end_window(session, session.until)

    def _role(self, user_id: str) -> str | None:
        """The role of an agent; one is made up for each ID where no profile says who the agents are."""
        if user_id and user_id not in self._roles and not self._customs.knows_agents:
            number = len(self._roles)
            self._roles[user_id] = _INVENTED[number] if number < len(_INVENTED) else f"agent-{number + 1}"
        return self._roles.get(user_id)
