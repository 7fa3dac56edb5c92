"""Which of all that came in a run is a reply, and which is other traffic (heartbeats, banners, acknowledgements). Pure.

It is looked at over the whole run: a frame that is no JSON is a reply only where no frame alike came when nothing was
asked or beside a proper answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from lcm_conformance.catalogue.probes import Part
from lcm_conformance.record.reply import Message, Shape, messages, reply_among
from lcm_conformance.record.tally import PROPER
from lcm_conformance.record.transcript import Event, Exchange, Kind, Recording

_OFTEN = 3
"""Frames alike after one request: so many answer nothing."""

_DUE = PROPER | {Part.OPEN, Part.REVIVAL}


def is_proper(exchange: Exchange) -> bool:
    """Whether a contact is due: nothing is wrong with the request, and its own agent sent it."""
    return exchange.part in PROPER and exchange.form is None and exchange.trouble is None


def asks_properly(exchange: Exchange) -> bool:
    """Whether an agent asked with the agent's own ID and nothing amiss, if only to find something else out."""
    return exchange.part in PROPER | {Part.OPEN} and exchange.form is None and exchange.agent == exchange.asks_for


def is_weak(message: Message) -> bool:
    """Whether it hands out nothing that names a person: as an answer it may as well be a refusal."""
    return not message.hands_out and message.shape in {Shape.CONTACT, Shape.EMPTY, Shape.NOT_JSON}


@dataclass(frozen=True)
class Arrivals:
    """What came in a run, read once."""

    recording: Recording

    @cached_property
    def read(self) -> dict[str, list[Message]]:
        """By exchange, the messages that came in it."""
        return {x.id: messages(x.received) for x in self.recording.exchanges}

    @cached_property
    def window(self) -> dict[int, Exchange]:
        """By the number of an event, the exchange in which it came."""
        return {event.number: x for x in self.recording.exchanges for event in x.received}

    @cached_property
    def unasked(self) -> tuple[Message, ...]:
        """The messages that came when nothing had been asked on their session."""
        events = self.recording.events
        return tuple(messages(e for e in events if e.kind is Kind.RECEIVED and e.number not in self.window))

    @cached_property
    def chosen(self) -> dict[str, Message]:
        """By exchange, the reply to its request, where one came."""
        found = {x.id: reply_among(self.read[x.id], self._takes) for x in self.recording.exchanges}
        taken = {name: message for name, message in found.items() if message is not None}
        return {x.id: taken[x.id] for x in self.recording.exchanges if x.id in taken and self._holds(x, taken[x.id])}

    @cached_property
    def chatter(self) -> frozenset[str]:
        """The likenesses of frames that are no JSON and answer nothing."""
        found = [message for message in self.unasked if message.shape is Shape.NOT_JSON]
        for x in self.recording.exchanges:
            garbled = [message for message in self.read[x.id] if message.shape is Shape.NOT_JSON]
            if x.part in _DUE and any(message.shape in _ANSWERS for message in self.read[x.id]):
                found += garbled
            often = Counter(message.likeness for message in garbled)
            found += [message for message in garbled if often[message.likeness] >= _OFTEN]
        return frozenset(message.likeness for message in found if not message.may_answer)

    @cached_property
    def refusals(self) -> frozenset[str]:
        """The likenesses of what came to requests that must not be answered, and may look like an answer."""
        tests = [x for x in self.recording.exchanges if x.part in {Part.TEST, Part.HOSTILE}]
        return frozenset(m.likeness for x in tests for m in self.read[x.id] if is_weak(m))

    def contacts(self, exchanges: Iterable[Exchange]) -> int:
        """How many contacts came in some exchanges."""
        return sum(message.hands_out for x in exchanges for message in self.read[x.id])

    def counts(self, event: Event) -> bool:
        """Whether the clauses about the reply are judged over this: a reply, or a contact that was handed out."""
        message, exchange = Message(event), self.window.get(event.number)
        if exchange is None:
            return message.hands_out
        is_chosen = exchange.id in self.chosen and self.chosen[exchange.id].event is event
        if exchange.part in PROPER and is_chosen:
            return True
        if exchange.part in {Part.HOSTILE, Part.REVIVAL, Part.OPEN}:
            return message.hands_out and message.shape is not Shape.NOT_JSON
        return message.hands_out

    def _takes(self, message: Message) -> bool:
        """Whether a frame that is no JSON may be taken for a reply, where no other came."""
        return message.may_answer or message.likeness not in self.chatter

    def _holds(self, exchange: Exchange, message: Message) -> bool:
        """Whether it stays a reply: after a request that must not be answered it may be that one's refusal."""
        if exchange.part not in PROPER or not is_weak(message) or exchange.id not in self._after_others:
            return True
        asked = self.recording.on(exchange.session)
        missing = sum(map(is_proper, asked)) - self.contacts(asked)
        return missing > 0 and message.likeness not in self.refusals

    @cached_property
    def _after_others(self) -> frozenset[str]:
        """The exchanges before which something else than a proper request was sent on their session."""
        found: set[str] = set()
        tainted: set[str] = set()
        for x in self.recording.exchanges:
            if x.session in tainted:
                found.add(x.id)
            if x.part in {Part.TEST, Part.HOSTILE}:
                tainted.add(x.session)
        return frozenset(found)

    def is_first_asked(self, exchange: Exchange) -> bool:
        """Whether nothing improper was asked on its session before."""
        return exchange.id not in self._after_others


_ANSWERS = frozenset({Shape.CONTACT, Shape.EMPTY, Shape.ELSEWHERE})
