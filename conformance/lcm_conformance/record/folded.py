"""What a recording of very many exchanges alike holds in place of most of them: counts, times, and one example each.

Made by `record.folding`. Whoever counts exchanges or replies adds these; all else is seen in the examples. Pure.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Folded:
    """Proper requests that were each answered at once by one contact, like others that are kept.

    `times` says of a kept exchange how many more were like it; `latencies` are milliseconds, `numbers` those of the
    events that were the replies. `samples` are some of them over the time: agent, sent,
    answered. `frames` are the first texts, `more` says that there were others; `full`: more contacts than are
    remembered, so that not all were compared.
    """

    count: int = 0
    times: Mapping[str, int] = field(default_factory=dict)
    latencies: Sequence[float] = field(default=(), repr=False)
    numbers: Sequence[int] = field(default=(), repr=False)
    by_role: Mapping[str, int] = field(default_factory=dict)
    samples: Sequence[tuple[str, float, float]] = field(default=(), repr=False)
    frames: Sequence[str] = field(default=(), repr=False)
    more: bool = False
    full: bool = False

    def before(self, number: int) -> int:
        """How many of the replies came before an event."""
        return sum(reply < number for reply in self.numbers)


NOTHING = Folded()


def exchange_named(number: int) -> str:
    """The id of the exchange of that number in a recording of somebody else's."""
    return f"x-{number:04d}"


PROBE = "ask"
"""All of them are requests of this probe."""


class Samples:
    """Some of very many things, evenly spread over their order: at least half of `most`, once so many came."""

    def __init__(self, most: int) -> None:
        self._most, self._every, self._seen = most, 1, 0
        self.kept: list[tuple[str, float, float]] = []

    def add(self, agent: str, sent: float, came: float) -> None:
        """One more."""
        if self._seen % self._every == 0:
            self.kept.append((agent, sent, came))
            if len(self.kept) > self._most:
                del self.kept[1::2]
                self._every *= 2
        self._seen += 1


AGENTS = 2**12 - 1
"""Agents that are told apart by `Contacts`."""

_PARTS = 2**5
_DIGEST = 2**52 - 1


class Contacts:
    """Which agent was first handed what: eight bytes of each contact, of a digest and the number of the agent.

    Two that differ have the same digest once in a thousand readings of a million contacts: what follows from that they
    are the same must be looked at again.
    """

    def __init__(self, most: int) -> None:
        self._most, self._count = most, 0
        # In parts, so that not all of it is there twice while it grows.
        self._parts = [array("Q", bytes(8 * 64)) for _ in range(_PARTS)]
        self._counts = [0] * _PARTS
        self.full = False

    def first(self, digest: int, agent: int) -> int:
        """The agent who was handed it first; noted as this one where nobody was. Agents are numbered to `AGENTS`."""
        table, place, key = self._slot(digest)
        if table[place]:
            return table[place] & AGENTS
        if self._count >= self._most:
            self.full = True
            return agent
        table[place] = key << 12 | agent
        part = digest % _PARTS
        self._count += 1
        self._counts[part] += 1
        if self._counts[part] * 4 > (len(table) - 1) * 3:
            self._grow(part)
        return agent

    def known(self, digest: int) -> int | None:
        """The agent who was handed it first, if one was."""
        table, place, _ = self._slot(digest)
        return table[place] & AGENTS if table[place] else None

    def _slot(self, digest: int) -> tuple[array[int], int, int]:
        """The table in which a digest is looked for, where it stands there or may stand, and its key."""
        table = self._parts[digest % _PARTS]
        mask, key = len(table) - 1, digest & _DIGEST or 1
        place = key >> 5 & mask
        while table[place] and table[place] >> 12 != key:
            place = (place + 1) & mask
        return table, place, key

    def _grow(self, part: int) -> None:
        before = self._parts[part]
        self._parts[part] = table = array("Q", bytes(16 * len(before)))
        mask = len(table) - 1
        for entry in filter(None, before):
            place = entry >> 17 & mask
            while table[place]:
                place = (place + 1) & mask
            table[place] = entry
