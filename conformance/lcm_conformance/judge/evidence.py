"""A recording, read for judging: every reply and every contact of the run, and what the profile vouches for.

Nobody changes it, though it remembers what was asked of it; the steps hand it to the checks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from lcm_conformance.catalogue.probes import Part
from lcm_conformance.catalogue.verdict import Inconclusive, Untested
from lcm_conformance.record.reply import Message, Reply, Shape, messages, reply_among
from lcm_conformance.record.transcript import Event, Exchange, Kind, Recording

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Evidence:
    """What the judge may know. `expected` is, by role, what the profile says of each contact that may come.

    `roles` are those of the profile, `asserted` those for which it vouches that a contact is reserved; `pins` are the
    readings that the user pinned; `reply_seconds` how long a due reply may take; `supported` is False for a version
    that the page no longer covers; `logs_in_by_headers` where a session is logged in from the start, or never.
    """

    recording: Recording
    pins: Mapping[str, str] = field(default_factory=dict)
    expected: Mapping[str, tuple[Mapping[str, str], ...]] = field(default_factory=dict, repr=False)
    asserted: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    reply_seconds: float = 5.0
    supported: bool = True
    logs_in_by_headers: bool = False

    @cached_property
    def _answers(self) -> dict[object, Any]:
        return {}

    @cached_property
    def replies(self) -> tuple[Reply, ...]:
        """What the clauses about the reply are judged over, in order of arrival.

        Every reply to a proper request, and every `ContactOD` with a contact, whatever was asked. A
        contact under another name counts only where it answers a proper request: elsewhere the
        clause that forbids it has it already.
        """
        parts = {x.id: x.part for x in self.recording.exchanges}
        return tuple(
            reply
            for reply in self._arrivals
            if reply.message.shape is Shape.CONTACT or parts.get(reply.exchange or "") in {Part.DUE, Part.CONTROL}
        )

    @cached_property
    def _arrivals(self) -> tuple[Reply, ...]:
        """Every reply to a proper request and every contact handed out in the run, in whatever form."""
        by_event = {event.number: x for x in self.recording.exchanges for event in x.received}
        chosen = [
            event
            for event in self.recording.events
            if event.kind is Kind.RECEIVED and self._counts(event, by_event.get(event.number))
        ]
        return tuple(
            self._reply(number, event, by_event.get(event.number)) for number, event in enumerate(chosen, start=1)
        )

    def reply_of(self, exchange: Exchange) -> Reply | None:
        """The reply to one exchange's request, as it is numbered in the run."""
        message = self._chosen.get(exchange.id)
        return None if message is None else self._by_number.get(message.event.number)

    def answered(self, exchange: Exchange) -> bool:
        """Whether anything at all answered the request, if only ill-formed."""
        return exchange.id in self._chosen

    def exchanges(self, *parts: Part, probe: str | None = None) -> tuple[Exchange, ...]:
        """The exchanges of some parts, of one probe or of all."""
        return tuple(
            x
            for x in self.recording.exchanges
            if (not parts or x.part in parts) and (probe is None or x.probe == probe)
        )

    def controls(self, exchange: Exchange) -> tuple[Exchange, ...]:
        """The proper requests that were sent to give this exchange's silence a meaning."""
        return tuple(x for x in self.recording.exchanges if x.controls == exchange.id)

    def handed_out(self, exchange: Exchange) -> tuple[Reply, ...]:
        """The contacts that came in this exchange."""
        return tuple(
            reply
            for event in exchange.received
            if (reply := self._by_number.get(event.number)) and reply.message.hands_out
        )

    def require_asked(self, probe: str) -> tuple[Exchange, ...]:
        """The exchanges of a probe; raises `Untested` or `Inconclusive` where it could not be asked."""
        if probe in self.recording.untested:
            raise Untested(self.recording.untested[probe])
        trouble = self.recording.trouble or self.recording.troubles.get(probe)
        if trouble is not None:
            raise Inconclusive(f"environment: {trouble}")
        exchanges = self.exchanges(probe=probe)
        if not exchanges:
            raise Inconclusive("not asked: the run ended before")
        return exchanges

    @cached_property
    def _by_number(self) -> dict[int, Reply]:
        return {reply.message.event.number: reply for reply in self._arrivals}

    @cached_property
    def _chosen(self) -> dict[str, Message]:
        return {x.id: message for x in self.recording.exchanges if (message := reply_among(messages(x.received)))}

    def _counts(self, event: Event, exchange: Exchange | None) -> bool:
        message = Message(event)
        if exchange is not None and exchange.part in {Part.DUE, Part.CONTROL}:
            chosen = self._chosen.get(exchange.id)
            if chosen is not None and chosen.event is event:
                return True
            if message.shape is Shape.NOT_JSON and not message.is_unread:
                return True
        if exchange is not None and exchange.part in {Part.HOSTILE, Part.REVIVAL, Part.OPEN}:
            return message.hands_out and message.shape is not Shape.NOT_JSON
        return message.hands_out

    def _reply(self, number: int, event: Event, exchange: Exchange | None) -> Reply:
        return Reply(
            number=number,
            message=Message(event),
            exchange=exchange.id if exchange else None,
            agent=exchange.asks_for if exchange else event.agent,
            after_ms=None if exchange is None else (event.clock - exchange.sent) * 1000,
            standard_way=exchange is None or exchange.standard_way,
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
