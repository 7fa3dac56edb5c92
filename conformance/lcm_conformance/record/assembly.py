"""Makes a recording of what somebody else recorded: which request is which, who is logged in, what was listened to.

Pure. It claims nothing that was not heard: a silence that nobody listened to long enough is none, and what was never
asked is left out, each with its reason.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import inf
from typing import Any

from lcm_conformance.catalogue import page
from lcm_conformance.catalogue.probes import Part, load_probes
from lcm_conformance.catalogue.request import Way
from lcm_conformance.record.folded import NOTHING, PROBE, Folded, exchange_named
from lcm_conformance.record.folding import Folding, Sort
from lcm_conformance.record.heard import Heard, NeedsAll, in_order
from lcm_conformance.record.packet import unwrap
from lcm_conformance.record.recognition import Request, request_in
from lcm_conformance.record.reply import messages
from lcm_conformance.record.strictjson import parse
from lcm_conformance.record.tally import PROPER
from lcm_conformance.record.template import matched
from lcm_conformance.record.transcript import BY_THEM, Event, Exchange, Kind, Phase, Recording, Silence

SIBLING = "GetContactOD"
"""Another call of the page, which a ContactOD answers too."""

UNHEARD = "nobody listened long enough for the answer to {}"
_NEVER = "no recorded request is such a one"
_BAD_INPUT = "bad input is not looked for in recorded traffic"
_OF_SIBLING = f"may answer {SIBLING}, and is judged by no clause"
_INVENTED = ("reserved", "other")
_ROUNDED = 0.005  # seconds by which the times of a recording may be off


@dataclass(frozen=True)
class Customs:
    """What is known of the environment: templates of logins and logouts, agents by ID, seconds to listen.

    `knows_agents`: the agents are those of a profile, and any other ID is nobody's.
    """

    logins: tuple[Mapping[str, Any], ...] = ()
    logouts: tuple[Mapping[str, Any], ...] = ()
    roles: Mapping[str, str] = field(default_factory=dict, repr=False)
    knows_agents: bool = False
    by_headers: bool = False
    reply: float = 5.0
    silence: float = 2.0


class LogsInLater(NeedsAll):
    """A session logs in after something was asked on it: what that was is told by who knows of the login."""


@dataclass(slots=True)
class _Asking:
    """A usual request and its answer, kept apart until it is clear what came of them.

    `alone`: no other request waited for its first answer at the same time; `sort` is what it may be folded in.
    """

    heard: Heard
    clock: float
    number: int
    exchange: int
    alone: bool
    answer: Heard | None = None
    answered: float = 0.0
    answer_number: int = 0
    sort: Sort | None = None


@dataclass(slots=True)
class _Session:
    """What is known of a session so far. `pending` are requests under test that no proper one has followed.

    `usual` is the text of a proper request while no other is asked, `current` and `before` are the last two such
    requests, of those before `folded` are folded, sent from `first` to `last`. `folds`: all that was asked were proper
    requests with one contact each; `tested`: something else was asked.
    """

    name: str
    logs_in: bool
    agent: str | None = None
    logged_in: bool = False
    logged_out: bool = False
    asking: str | None = None
    phase: Phase | None = None
    pending: list[str] = field(default_factory=list)
    sibling: bool = False
    sibling_answered: bool = False
    until: float = 0.0
    placed: bool = False
    folds: bool = False
    tested: bool = False
    usual: str | None = None
    role: str = ""
    way: str = ""
    current: _Asking | None = None
    before: _Asking | None = None
    folded: int = 0
    first: float = inf
    last: float = 0.0

    @property
    def is_known(self) -> bool:
        """Whether somebody said who is logged in there."""
        return self.logged_in or self.agent is not None


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
        self._sessions: dict[str, _Session] = {}
        self._said = self._asked = 0
        self._waiting: _Session | None = None  # who asked last, until an answer comes

    def recording(self) -> Recording:
        """What came of it."""
        for session in self._sessions.values():
            self._keep_apart_no_more(session)
        self._end_windows()
        self._events.sort(key=lambda event: event.number)
        in_turn = sorted(self._exchanges.values(), key=lambda x: int(x.id[2:]))
        exchanges = [replace(x, received=tuple(self._received.get(x.id, ()))) for x in in_turn]
        exchanges = _together(_respelt(self._as_heard(exchanges)))
        asked = {x.probe for x in exchanges}
        return Recording(
            events=tuple(self._events),
            exchanges=tuple(exchanges),
            silences=tuple(self._silences(exchanges)),
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
            session = self._sessions[one.session] = _Session(one.session, one.session in self._logging_in)
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

    def _asks_usually(self, clock: float, one: Heard, session: _Session) -> bool:
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
        session.current = _Asking(one, clock, self._said, self._asked, waiting is None)
        return True

    def _answers_usually(self, clock: float, one: Heard, session: _Session) -> bool:
        """Whether this is the first that comes after a usual request; then it is taken in."""
        current = session.current
        if current is None or current.answer is not None:
            return False
        if self._waiting is session:
            self._waiting = None
        self._said += 1
        current.answer, current.answered, current.answer_number = one, clock, self._said
        return True

    def _is_answered(self, asking: _Asking, session: _Session) -> bool:
        """Whether a usual request was answered by one contact."""
        answer = asking.answer
        if answer is None or answer.binary or answer.frame is None or self._folding is None:
            return False
        may = asking.alone and asking.answered - asking.clock <= self._customs.reply
        plain, asking.sort = self._folding.sort_of(
            asking.exchange, session.role, session.way, answer.frame, answer.at, may
        )
        return plain

    def _move_on(self, session: _Session) -> None:
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

    def _keep_apart_no_more(self, session: _Session) -> None:
        """What comes now may say something about the last two requests, or be asked beside them."""
        before, current, session.usual = session.before, session.current, None
        session.before = session.current = None
        if before is not None and current is not None:
            self._keep(before, session, ended=current.clock)
        if current is not None:
            self._keep(current, session, ended=current.clock)
            session.asking = exchange_named(current.exchange)

    def _keep(self, asking: _Asking, session: _Session, ended: float) -> None:
        request, name = request_in(_value(asking.heard)), exchange_named(asking.exchange)
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

    def _take(self, clock: float, one: Heard, session: _Session) -> None:
        if one.agent is not None and session.agent is None and not self._logs_in(session):
            session.agent = one.agent
        value = _value(one) if one.kind in {Kind.SENT, Kind.RECEIVED} else {}
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

    def _logs_in(self, session: _Session) -> bool:
        """Whether a login is sent on the session, now or later."""
        session.placed = True
        return session.logs_in

    def _take_sent(self, clock: float, one: Heard, value: dict[str, Any], session: _Session) -> None:
        login = _login(one, self._customs)
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

    def _ask(self, clock: float, one: Heard, request: Request, session: _Session) -> None:
        role = self._role(request.user_id) if request.user_id else None
        if session.logged_in and session.agent is None:  # its login names nobody
            session.agent = role
        if session.sibling and session.sibling_answered:
            session.sibling = False
        part, probe, form, agent, asks_for = self._placed(request, session, role)
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

    def _look_whether_usual(self, exchange: Exchange, one: Heard, session: _Session) -> None:
        """After a proper request others of the same text may be folded; after any other none on its session."""
        waiting, self._waiting = self._waiting, session
        if waiting is not None and waiting.current is not None:
            waiting.current.alone = False
        if exchange.part is not Part.DUE or exchange.agent != exchange.asks_for:
            session.folds, session.tested = False, True
        if session.folds and not one.binary:
            session.usual, session.role, session.way = one.frame, exchange.agent, f"{exchange.way}"
            session.first = min(session.first, exchange.sent)

    def _placed(
        self, request: Request, session: _Session, role: str | None
    ) -> tuple[Part, str, str | None, str, str | None]:
        """Part, probe and form of a request, the agent who sent it, and the one whose ID it carries."""
        agent = session.agent or role or "unknown"
        open_one = (Part.OPEN, "colleague", "not known which", agent, role)
        if not request.certain or session.sibling:
            return open_one
        if self._logs_in(session) and not session.logged_in:
            early = request.probe is None and role is not None
            return (Part.TEST, "not-logged-in", None, agent, role) if early else open_one
        if session.logged_out:
            late = request.probe is None and role == session.agent
            return (Part.TEST, "logged-out", None, agent, role) if late else open_one
        if request.probe is not None:
            known = session.agent or role
            return (Part.TEST, request.probe, request.form, agent, known) if known else open_one
        return self._placed_proper(session, role, agent)

    def _placed_proper(
        self, session: _Session, role: str | None, agent: str
    ) -> tuple[Part, str, str | None, str, str | None]:
        if role is None and self._customs.knows_agents:
            return Part.TEST, "unknown-agent", "a random UserID", agent, "unknown"
        if role == "unknown":
            return Part.TEST, "unknown-agent", "a random UserID", agent, role
        if session.agent is not None and role != session.agent:
            return Part.OPEN, "colleague", None, agent, role
        if role == "idle":
            return Part.TEST, "nothing-reserved", None, agent, role
        return Part.DUE, "ask", None, agent, role

    def _note(self, clock: float, one: Heard, session: _Session, hidden: bool = False) -> Event:
        self._said += 1
        event = self._event(self._said, clock, one, session)
        if hidden:
            event = replace(event, frame=None, note=_OF_SIBLING)
        self._events.append(event)
        return event

    def _write(self, number: int, clock: float, one: Heard, session: _Session, exchange: str) -> Event:
        """An event of a request that was kept apart."""
        event = replace(self._event(number, clock, one, session), exchange=exchange, phase=None)
        self._events.append(event)
        return event

    def _event(self, number: int, clock: float, one: Heard, session: _Session) -> Event:
        assert one.kind is not None  # what only says that somebody listened is no event
        return Event(
            number=number, at=one.at, clock=clock, session=session.name, agent=session.agent or "unknown",
            kind=one.kind, frame=one.frame, note=one.note, exchange=session.asking, phase=session.phase,
            binary=one.binary, memory=self._memory,
        )  # fmt: skip

    def _close(self, clock: float, one: Heard, session: _Session) -> None:
        if session.asking is not None and (one.note or "").startswith(BY_THEM):
            self._exchanges[session.asking] = replace(self._exchanges[session.asking], closed=True)
        self._leave(clock, session, None)
        session.folds = False
        if session.agent is not None:
            self._carried.setdefault(session.agent, []).extend(session.pending)
        session.pending.clear()

    def _leave(self, clock: float, session: _Session, phase: Phase | None) -> None:
        """A login, a logout or an end: what comes now answers no request."""
        self._end_window(session, clock)
        session.asking, session.phase = None, phase

    def _end_window(self, session: _Session, clock: float) -> None:
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

    def _as_heard(self, exchanges: Sequence[Exchange]) -> list[Exchange]:
        """Those whose answer nobody waited for are marked; of a session that never logged in only answers count."""
        balance: Counter[str] = Counter()
        for x in exchanges:
            if x.part in PROPER:
                balance[x.session] += sum(message.hands_out for message in messages(x.received)) - 1
        return [
            self._unanswered(x, balance[x.session] >= 0) if x.part in PROPER and not x.closed else x for x in exchanges
        ]

    def _unanswered(self, exchange: Exchange, made_up: bool) -> Exchange:
        """`made_up`: its session brought as many contacts as were due, so that its answer came in a later window."""
        if any(message.may_answer or message.hands_out for message in messages(exchange.received)):
            return exchange
        if not self._sessions[exchange.session].is_known and not self._customs.by_headers:
            return replace(exchange, part=Part.OPEN, form="not known whether logged in")
        waited = exchange.ended - exchange.sent >= self._customs.reply
        if waited or made_up:
            return exchange
        return replace(exchange, trouble=UNHEARD.format(exchange.id))

    def _silences(self, exchanges: Sequence[Exchange]) -> list[Silence]:
        """The times in which a session was listened to after requests under test, and nothing was asked on it."""
        answered = [m.event.clock - x.sent for x in exchanges if x.part in PROPER for m in messages(x.received)[:1]]
        slowest = self._folding.slowest if self._folding is not None else 0.0
        needed = self._customs.silence + max((slowest, *answered))
        found: list[Silence] = []
        open_tests: dict[str, list[str]] = defaultdict(list)
        for x in exchanges:
            tests = open_tests[x.session]
            tests += [x.id] if x.part is Part.TEST else []
            if tests and x.ended - x.sent >= needed - _ROUNDED:
                late = any(event.clock > x.sent + needed for event in x.received)
                end = x.ended if late else min(x.ended, x.sent + needed)
                found.append(Silence(x.session, x.sent, end, tuple(tests)))
                tests.clear()
        return found

    def _role(self, user_id: str) -> str | None:
        """The role of an agent; one is made up for each ID where no profile says who the agents are."""
        if user_id and user_id not in self._roles and not self._customs.knows_agents:
            number = len(self._roles)
            self._roles[user_id] = _INVENTED[number] if number < len(_INVENTED) else f"agent-{number + 1}"
        return self._roles.get(user_id)


def _value(one: Heard) -> dict[str, Any]:
    value = unwrap(parse(one.frame or "")).value
    return value if isinstance(value, dict) else {}


def is_login(one: Heard, customs: Customs) -> bool:
    """Whether somebody logs in with what was sent."""
    return _login(one, customs) is not None


def _login(one: Heard, customs: Customs) -> str | None:
    """The ID of the agent who logs in with a message, empty where it names none; None where it is no login."""
    if one.kind is not Kind.SENT:
        return None
    value = _value(one)
    for template in customs.logins:
        found = matched(template, value)
        if found is not None:
            return found.get("user_id", "")
    return None


def _respelt(exchanges: Sequence[Exchange]) -> list[Exchange]:
    """One request in another way than the first that was answered, of each kind, where nothing else is asked beside it:
    what comes of it the page leaves open.
    """
    due = [x for x in exchanges if x.part is Part.DUE and x.way is not None]
    way = next((x.way for x in due if x.received), None)
    tested = {x.session for x in exchanges if x.part is Part.TEST}
    probes = {x.id: _turned(x.way, way) for x in due if way is not None and x.way != way and x.session not in tested}
    last = {probe: name for name, probe in probes.items()}
    return [replace(x, part=Part.OPEN, probe=probes[x.id]) if x.id in last.values() else x for x in exchanges]


def _turned(way: Way | None, usual: Way) -> str:
    return "topic-respelt" if way is not None and way.topic != usual.topic else "source-turned"


def _together(exchanges: Sequence[Exchange]) -> list[Exchange]:
    """Proper requests of two agents, on a session each, of which one was sent before the other was answered."""
    due = [x for x in exchanges if x.part is Part.DUE and x.received]
    waits = {x.id: x.received[0].clock for x in due}
    found: set[str] = set()
    for x, y in pairwise(due):
        if x.session != y.session and x.asks_for != y.asks_for and y.sent < waits[x.id]:
            found |= {x.id, y.id}
    if not found and len(due) > 1:  # whose contact it is can be told all the same
        found = {due[-1].id}
    return [replace(x, probe="at-once") if x.id in found else x for x in exchanges]
