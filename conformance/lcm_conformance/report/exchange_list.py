"""The exchanges that a page shows frame by frame: those of findings, and as many others as keep it readable."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from lcm_conformance.judge.result import Result
from lcm_conformance.record.asked import asked_in_words
from lcm_conformance.record.transcript import Exchange, Recording
from lcm_conformance.report.frames import Frames
from lcm_conformance.report.legible import legible
from lcm_conformance.report.sequence_picture import steps

MOST = 1_000
_FRAME, _TEXT = 2_000, 6_000


@dataclass(frozen=True)
class Entry:
    """One exchange in a line, with its frames as text behind it."""

    id: str
    agent: str
    seconds: float
    asked: str
    came: str
    failing: bool
    frames: str


class ExchangeList:
    """Which exchanges are shown, in the order of the run; `left_out` counts the others."""

    def __init__(self, recording: Recording, result: Result, frames: Frames) -> None:
        findings = chain.from_iterable(clause.findings for clause in result.clauses)
        self.failing = {finding.exchange for finding in findings if finding.exchange is not None}
        known = [x.id for x in recording.exchanges]
        first = [name for name in known if name in self.failing][:MOST]
        rest = [name for name in known if name not in self.failing][: MOST - len(first)]
        self._shown = {*first, *rest}
        self.left_out = len(known) - len(self._shown) + recording.folded.count
        self._recording, self._frames = recording, frames

    def __contains__(self, name: object) -> bool:
        return name in self._shown

    def __iter__(self) -> Iterator[Entry]:
        first = min((event.clock for event in self._recording.events), default=0.0)
        for exchange in self._recording.exchanges:
            if exchange.id in self._shown:
                yield self._entry(exchange, first)

    def _entry(self, exchange: Exchange, first: float) -> Entry:
        told = steps(exchange)[1:]
        more = f" and {len(told) - 1} more" if len(told) > 1 else ""
        return Entry(
            id=exchange.id,
            agent=exchange.agent,
            seconds=exchange.sent - first,
            asked=asked_in_words(exchange),
            came=f"{told[0].label}, {told[0].ms:.0f} ms{more}" if told else "could not be asked",
            failing=exchange.id in self.failing,
            frames=legible(self._frames.text(exchange.id, _FRAME), _TEXT),
        )
