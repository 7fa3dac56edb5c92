"""A recording, read for judging: every reply and every contact of the run, and what the profile vouches for.

Nobody changes it, though it remembers what was asked of it; the steps hand it to the checks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from lcm_conformance.catalogue.probes import Part
from lcm_conformance.catalogue.request import Way
from lcm_conformance.catalogue.verdict import Inconclusive, Untested
from lcm_conformance.judge.arrivals import Arrivals, asks_properly
from lcm_conformance.judge.habits import Habits
from lcm_conformance.judge.silences import Group, groups
from lcm_conformance.record.folded import PROBE
from lcm_conformance.record.reply import Message, Reply, Shape
from lcm_conformance.record.tally import PROPER
from lcm_conformance.record.transcript import Event, Exchange, Kind, Recording

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Evidence:
    """What the judge may know. `expected` is, by role, what the profile says of each contact that may come.

    `roles` are those of the profile, `asserted` those for which it vouches that a contact is reserved: `by_default`
    where it only does not say otherwise, `stays` where the reservation outlasts the run. `pins` are the readings that
    the user pinned; `reply_seconds` how long a due reply may take; `supported` is False for a version that the page no
    longer covers; `logs_in_by_headers` where a session is logged in from the start, or never.
    """

    recording: Recording
    pins: Mapping[str, str] = field(default_factory=dict)
    expected: Mapping[str, tuple[Mapping[str, str], ...]] = field(default_factory=dict, repr=False)
    asserted: frozenset[str] = frozenset()
    by_default: frozenset[str] = frozenset()
    stays: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    reply_seconds: float = 5.0
    supported: bool = True
    logs_in_by_headers: bool = False

    @cached_property
    def _answers(self) -> dict[object, Any]:
        return {}

    @cached_property
    def arrivals(self) -> Arrivals:
        return Arrivals(self.recording)

    @cached_property
    def habits(self) -> Habits:
        return Habits(self.arrivals, self.reply_seconds)

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The requests that must not be answered, as they were asked."""
        return groups(self.recording)

    @cached_property
    def replies(self) -> tuple[Reply, ...]:
        """What the clauses about the reply are judged over, in order of arrival.

        Every reply to a proper request, and every `ContactOD` with a contact, whatever was asked. A
        contact under another name counts only where it answers a proper request: elsewhere the
        clause that forbids it has it already.
        """
        return tuple(reply for reply in self.handed if self._is_judged(reply))

    @cached_property
    def handed(self) -> tuple[Reply, ...]:
        """Every reply to a proper request and every contact handed out in the run, in whatever form."""
        chosen = [e for e in self.recording.events if e.kind is Kind.RECEIVED and self.arrivals.counts(e)]
        return tuple(self._reply(number, event) for number, event in enumerate(chosen, start=1))

    @cached_property
    def tried_ways(self) -> tuple[Way, ...]:
        """The ways in which proper requests were made, in order."""
        return tuple(dict.fromkeys(x.way for x in self.recording.exchanges if x.way and asks_properly(x)))

    @cached_property
    def answered_ways(self) -> tuple[Way, ...]:
        """The ways of asking that were answered, in the order of their first answer: the first is the run's."""
        asked = [x for x in self.recording.exchanges if x.way and asks_properly(x) and self.answered(x)]
        asked.sort(key=lambda x: self.arrivals.chosen[x.id].event.number)
        return tuple(dict.fromkeys(x.way for x in asked if x.way))

    @cached_property
    def together(self) -> bool:
        """Whether two agents, each on a session of its own, both had asked before either was answered."""
        asked = [(x, message) for x in self.exchanges(probe="at-once") if (message := self.arrivals.chosen.get(x.id))]
        return any(
            x.asks_for != y.asks_for and x.session != y.session and x.sent <= y.sent < answer.event.clock
            for x, answer in asked
            for y, _ in asked
        )

    def asked(self, probe: str) -> int:
        """How often the request of a probe was made: what is under test, where it has such a part."""
        made = [x for x in self.exchanges(probe=probe) if x.trouble is None]
        folded = self.recording.folded.count if probe == PROBE else 0
        return folded + sum(x.part not in {Part.CONTROL, Part.REVIVAL} for x in made)

    def reply_of(self, exchange: Exchange) -> Reply | None:
        """The reply to one exchange's request, as it is numbered in the run."""
        message = self.arrivals.chosen.get(exchange.id)
        return None if message is None else self._by_number.get(message.event.number)

    def answered(self, exchange: Exchange) -> bool:
        """Whether anything at all answered the request, if only ill-formed."""
        return exchange.id in self.arrivals.chosen

    def gives_meaning(self, exchange: Exchange) -> bool:
        """Whether a proper request was handed a contact, or something ill-formed in its place."""
        message = self.arrivals.chosen.get(exchange.id)
        return message is not None and message.shape is not Shape.EMPTY

    def is_certain(self, exchange: Exchange) -> bool:
        """Whether the first contact in an exchange answers its request: all before it had brought what was due."""
        return exchange.id in self._certain

    @cached_property
    def _certain(self) -> frozenset[str]:
        found: set[str] = set()
        for session in dict.fromkeys(x.session for x in self.recording.exchanges):
            due = came = 0
            lost = False
            for x in self.recording.on(session):
                if not lost and came == self.habits.copies * due:
                    found.add(x.id)
                came += self.arrivals.contacts([x])
                if asks_properly(x):
                    due += 1
                    lost = lost or not self.answered(x)
        return frozenset(found)

    def exchanges(self, *parts: Part, probe: str | None = None) -> tuple[Exchange, ...]:
        """The exchanges of some parts, of one probe or of all."""
        key = (Exchange, parts, probe)
        if key not in self._answers:
            self._answers[key] = tuple(
                x
                for x in self.recording.exchanges
                if (not parts or x.part in parts) and (probe is None or x.probe == probe)
            )
        return cast(tuple[Exchange, ...], self._answers[key])

    @cached_property
    def by_id(self) -> dict[str, Exchange]:
        """Each exchange by its id."""
        return {x.id: x for x in self.recording.exchanges}

    @cached_property
    def group_of(self) -> dict[str, Group]:
        """By the id of a request under test, the group in which it was asked."""
        return {test.id: group for group in reversed(self.groups) for test in group.tests}

    def controls(self, exchange: Exchange) -> tuple[Exchange, ...]:
        """The proper requests that were sent to give this exchange's silence a meaning."""
        return self._controls.get(exchange.id, ())

    def handed_out(self, exchange: Exchange) -> tuple[Reply, ...]:
        """The contacts that came in this exchange."""
        return tuple(
            reply
            for event in exchange.received
            if (reply := self._by_number.get(event.number)) and reply.message.hands_out
        )

    def require_asked(self, probe: str) -> tuple[Exchange, ...]:
        """The exchanges of a probe; raises `Untested` or `Inconclusive` where it could not be asked."""
        if probe in self.recording.left_out:
            raise Untested(self.recording.left_out[probe])
        trouble = self.recording.trouble or self.recording.troubles.get(probe)
        if trouble is not None:
            raise Inconclusive(f"environment: {trouble}")
        exchanges = self.exchanges(probe=probe)
        if not exchanges:
            raise Inconclusive("not asked: the run ended before")
        return exchanges

    @cached_property
    def _by_number(self) -> dict[int, Reply]:
        return {reply.message.event.number: reply for reply in self.handed}

    @cached_property
    def _controls(self) -> dict[str, tuple[Exchange, ...]]:
        found: dict[str, tuple[Exchange, ...]] = {}
        for x in self.recording.exchanges:
            for name in x.controls:
                found[name] = (*found.get(name, ()), x)
        return found

    def _is_judged(self, reply: Reply) -> bool:
        exchange = self.arrivals.window.get(reply.message.event.number)
        if exchange is None or exchange.part not in PROPER:
            return reply.message.shape is Shape.CONTACT
        is_chosen = self.arrivals.chosen.get(exchange.id) == reply.message
        return is_chosen or reply.message.shape in {Shape.CONTACT, Shape.NOT_JSON}

    def _reply(self, number: int, event: Event) -> Reply:
        exchange = self.arrivals.window.get(event.number)
        folded = self.recording.folded
        reply = self.arrivals.chosen.get(exchange.id) if exchange else None
        certain = exchange is not None and reply is not None and reply.event is event and self.is_certain(exchange)
        return Reply(
            number=number + (folded.before(event.number) if exchange is None else 0),
            message=Message(event),
            exchange=exchange.id if exchange else None,
            agent=exchange.asks_for if exchange else event.agent,
            after_ms=None if exchange is None else (event.clock - exchange.sent) * 1000,
            way=exchange.way if exchange and certain else None,
            times=1 + folded.times.get(exchange.id, 0) if exchange else 1,
        )


def once(question: Callable[Concatenate[Evidence, P], T]) -> Callable[Concatenate[Evidence, P], T]:
    """For a question that many checks ask of the same evidence: its answer is found once, for the same arguments."""

    @wraps(question)
    def remembered(evidence: Evidence, /, *arguments: P.args, **named: P.kwargs) -> T:
        answers, key = evidence._answers, (question, *arguments, *named.items())
        if key not in answers:
            answers[key] = question(evidence, *arguments, **named)
        return cast(T, answers[key])

    return remembered
