"""What an endpoint is in the habit of: how often it sends a contact, and whether late or unasked. Pure.

Learnt from proper requests alone, so that it can be told from what a wrong request brought.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import inf

from lcm_conformance.judge.arrivals import Arrivals, is_proper
from lcm_conformance.record.tally import contacts
from lcm_conformance.record.transcript import Event, Exchange, Kind


@dataclass(frozen=True)
class Habits:
    """Of one endpoint in one run. `reply` is the time, in seconds, within which answers are due."""

    arrivals: Arrivals
    reply: float = 5.0

    @cached_property
    def copies(self) -> int:
        """How many contacts one proper request brings; 1 where nothing says otherwise."""
        rates = Counter(came // asked for asked, came in self._listened if asked and came and came % asked == 0)
        most = max(rates.values(), default=0)
        return min((rate for rate, times in rates.items() if times == most), default=1)

    @cached_property
    def sends_unasked(self) -> str | None:
        """Where a contact came on a session on which nothing had been asked: the session."""
        begun = {session: asked[0].sent for session, asked in self._sessions.items() if asked}
        found = (m.event for m in self.arrivals.unasked if m.hands_out)
        return next((e.session for e in found if e.clock < begun.get(e.session, inf)), None)

    @cached_property
    def sends_late(self) -> str | None:
        """Where contacts came late, or more than proper requests bring, with nothing else asked before: the session."""
        for session, asked in self._proper.items():
            came = [self.arrivals.contacts([x]) for x in asked]
            if max(came, default=0) > self.copies or self._is_late(asked):
                return session
        return None

    @cached_property
    def answers_again(self) -> bool:
        """Whether sessions answer more than their first request; True where none shows that they do not."""
        chosen = self.arrivals.chosen
        later = [x for asked in self._sessions.values() for x in asked[1:] if is_proper(x)]
        once = [asked for asked in self._proper.values() if len(asked) > 1 and asked[0].id in chosen]
        return not once or any(x.id in chosen for x in later)

    @cached_property
    def drops_equal(self) -> bool:
        """Whether a frame that equals the one before it on its session was never answered, and some came so."""
        equal = [x for x in self.arrivals.recording.exchanges if x.id in self._equal and is_proper(x)]
        return bool(equal) and not any(x.id in self.arrivals.chosen for x in equal)

    def equals_the_one_before(self, exchange: Exchange) -> bool:
        """Whether the same text was sent just before it on the same session."""
        return exchange.id in self._equal

    @cached_property
    def _equal(self) -> frozenset[str]:
        """Whose request is the very text before it on its session; a login or logout between two makes a difference."""
        sent: dict[str, list[Event]] = defaultdict(list)
        for event in self.arrivals.recording.events:
            if event.kind is Kind.SENT:
                sent[event.session].append(event)
        pairs = (pair for events in sent.values() for pair in pairwise(events))
        return frozenset(second.exchange for first, second in pairs if second.exchange and first.frame == second.frame)

    @cached_property
    def _sessions(self) -> dict[str, tuple[Exchange, ...]]:
        recording = self.arrivals.recording
        return {session: recording.on(session) for session in dict.fromkeys(x.session for x in recording.exchanges)}

    @cached_property
    def _proper(self) -> dict[str, list[Exchange]]:
        """By session, the proper requests before anything else was asked there."""
        return {session: list(_leading(asked)) for session, asked in self._sessions.items()}

    @property
    def _listened(self) -> list[tuple[int, int]]:
        """Where a session had carried proper requests only, and a silence was listened to: requests, and contacts."""
        found = []
        for silence in self.arrivals.recording.silences:
            asked = [x for x in self._sessions.get(silence.session, ()) if x.sent <= silence.start]
            if all(map(is_proper, asked)):
                found.append((len(asked), sum(contacts(x, silence.end) for x in asked)))
        return found

    def _is_late(self, asked: list[Exchange]) -> bool:
        first = [(x, next((m for m in self.arrivals.read[x.id] if m.hands_out), None)) for x in asked]
        return any(message is not None and message.event.clock - x.sent > self.reply for x, message in first)


def _leading(asked: tuple[Exchange, ...]) -> Iterator[Exchange]:
    for exchange in asked:
        if not is_proper(exchange):
            return
        yield exchange
