"""Makes a recording of what somebody else recorded: which request is which, who is logged in, what was listened to.

Pure. It claims nothing that was not heard: a silence that nobody listened to long enough is none, and what was never
asked is left out, each with its reason.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from lcm_conformance.catalogue import page
from lcm_conformance.catalogue.probes import Part, load_probes
from lcm_conformance.catalogue.request import Way
from lcm_conformance.record.heard import Heard, in_order
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


@dataclass
class _Session:
    """What is known of a session so far. `pending` are requests under test that no proper one has followed."""

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

    @property
    def is_known(self) -> bool:
        """Whether somebody said who is logged in there."""
        return self.logged_in or self.agent is not None


def assemble(heard: Sequence[Heard], customs: Customs) -> Recording:
    """The recording of all that was heard."""
    return _Assembly(heard, customs).recording()


class _Assembly:
    def __init__(self, heard: Sequence[Heard], customs: Customs) -> None:
        self._customs = customs
        self._roles = dict(customs.roles)
        self._events: list[Event] = []
        self._exchanges: dict[str, Exchange] = {}
        self._received: dict[str, list[Event]] = {}
        self._memory: dict[str, Any] = {}
        self._carried: dict[str, list[str]] = {}
        self._unsure: set[str] = set()
        timed = in_order(heard)
        self._end = timed[-1][0] if timed else 0.0
        logging_in = {one.session for _, one in timed if self._login(one) is not None}
        self._sessions = {
            name: _Session(name, name in logging_in) for name in dict.fromkeys(one.session for _, one in timed)
        }
        for clock, one in timed:
            self._take(clock, one, self._sessions[one.session])

    def recording(self) -> Recording:
        """What came of it."""
        self._end_windows()
        exchanges = [replace(x, received=tuple(self._received.get(x.id, ()))) for x in self._exchanges.values()]
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
        )

    def _take(self, clock: float, one: Heard, session: _Session) -> None:
        session.until = clock
        if one.kind is None:
            return
        if one.agent is not None and session.agent is None and not session.logs_in:
            session.agent = one.agent
        value = self._value(one) if one.kind in {Kind.SENT, Kind.RECEIVED} else {}
        if one.kind is Kind.SENT:
            self._take_sent(clock, one, value, session)
            return
        hidden = one.kind is Kind.RECEIVED and session.sibling and value.get("subtopic") == page.REPLY
        session.sibling_answered |= hidden
        event = self._note(clock, one, session, hidden=hidden)
        if one.kind is Kind.RECEIVED and session.asking is not None:
            self._received.setdefault(session.asking, []).append(event)
        elif one.kind is Kind.CLOSED:
            self._close(clock, one, session)

    def _take_sent(self, clock: float, one: Heard, value: dict[str, Any], session: _Session) -> None:
        login = self._login(one)
        if login is not None:
            session.agent, session.logged_in, session.logged_out = self._role(login) or session.agent, True, False
            self._leave(clock, session, Phase.LOGIN)
        elif any(matched(template, value) is not None for template in self._customs.logouts):
            session.logged_out = True
            self._leave(clock, session, Phase.LOGOUT)
        elif value.get("subtopic") == SIBLING:
            session.sibling, session.sibling_answered = True, False
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
        name = f"x-{len(self._exchanges) + 1:04d}"
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

    def _placed(
        self, request: Request, session: _Session, role: str | None
    ) -> tuple[Part, str, str | None, str, str | None]:
        """Part, probe and form of a request, the agent who sent it, and the one whose ID it carries."""
        agent = session.agent or role or "unknown"
        open_one = (Part.OPEN, "colleague", "not known which", agent, role)
        if not request.certain or session.sibling:
            return open_one
        if session.logs_in and not session.logged_in:
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
        assert one.kind is not None  # what only says that somebody listened is no event
        about = _OF_SIBLING if hidden else one.note
        event = Event(
            number=len(self._events) + 1, at=one.at, clock=clock, session=session.name,
            agent=session.agent or "unknown", kind=one.kind, frame=None if hidden else one.frame, note=about,
            exchange=session.asking, phase=session.phase, binary=one.binary, memory=self._memory,
        )  # fmt: skip
        self._events.append(event)
        return event

    def _close(self, clock: float, one: Heard, session: _Session) -> None:
        if session.asking is not None and (one.note or "").startswith(BY_THEM):
            self._exchanges[session.asking] = replace(self._exchanges[session.asking], closed=True)
        self._leave(clock, session, None)
        if session.agent is not None:
            self._carried.setdefault(session.agent, []).extend(session.pending)
        session.pending.clear()

    def _leave(self, clock: float, session: _Session, phase: Phase | None) -> None:
        """A login, a logout or an end: what comes now answers no request."""
        self._end_window(session, clock)
        session.asking, session.phase = None, phase

    def _end_window(self, session: _Session, clock: float) -> None:
        if session.asking is not None:
            self._exchanges[session.asking] = replace(self._exchanges[session.asking], ended=clock)

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
        needed = self._customs.silence + max(answered, default=0.0)
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

    def _value(self, one: Heard) -> dict[str, Any]:
        value = unwrap(parse(one.frame or "")).value
        return value if isinstance(value, dict) else {}

    def _login(self, one: Heard) -> str | None:
        """The ID of the agent who logs in with a message, empty where it names none; None where it is no login."""
        if one.kind is not Kind.SENT:
            return None
        value = self._value(one)
        for template in self._customs.logins:
            found = matched(template, value)
            if found is not None:
                return found.get("user_id", "")
        return None

    def _role(self, user_id: str) -> str | None:
        """The role of an agent; one is made up for each ID where no profile says who the agents are."""
        if user_id and user_id not in self._roles and not self._customs.knows_agents:
            number = len(self._roles)
            self._roles[user_id] = _INVENTED[number] if number < len(_INVENTED) else f"agent-{number + 1}"
        return self._roles.get(user_id)


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
