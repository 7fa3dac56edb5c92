"""Counts what came on a session against what was asked there: no contact is matched to a request by guess.

Whoever asks decides by it whether a row of requests needs asking over; the judge, what the row proves. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate

from lcm_conformance.catalogue.probes import Part
from lcm_conformance.record.reply import Message, messages
from lcm_conformance.record.transcript import Exchange

PROPER = frozenset({Part.DUE, Part.CONTROL})


@dataclass(frozen=True)
class Step:
    """Requests under test and the proper ones after them: how many contacts were due in all, and how many came."""

    exchanges: tuple[Exchange, ...]
    due: int
    came: int

    @property
    def tests(self) -> tuple[Exchange, ...]:
        """The requests under test."""
        return tuple(x for x in self.exchanges if x.part is Part.TEST)

    @property
    def balance(self) -> int:
        """More than 0: contacts that nobody was due; less: contacts that are missing."""
        return self.came - self.due


@dataclass(frozen=True)
class Tally:
    """One session, step by step. `copies` is how many contacts a proper request brings on this endpoint."""

    steps: tuple[Step, ...]
    copies: int = 1
    _sums: tuple[int, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_sums", tuple(accumulate(step.balance for step in self.steps)))

    @property
    def surplus(self) -> int:
        """How many contacts came beyond those that were due, at the time when they were most."""
        return max((0, *self._sums))

    @property
    def loss(self) -> int:
        """How many contacts were missing in the end."""
        return max(0, -self._sums[-1]) if self._sums else 0

    @property
    def is_regular(self) -> bool:
        """Whether as many contacts came as were due, and never more."""
        return not self.surplus and not self.loss

    def suspects(self) -> tuple[Exchange, ...]:
        """The requests under test in whose step something did not add up; all, where it cannot be told which."""
        if self.is_regular:
            return ()
        odd = [step for step in self.steps if step.balance] if self.copies == 1 else []
        tests = tuple(x for step in odd for x in step.tests)
        return tests or tuple(x for step in self.steps for x in step.tests)

    def surplus_suspects(self) -> tuple[Exchange, ...]:
        """Those in whose step too many contacts came; all suspects, where it cannot be told."""
        more = tuple(x for step in self.steps if step.balance > 0 for x in step.tests)
        return (more if self.copies == 1 and more else self.suspects()) if self.surplus else ()


def tally(exchanges: Sequence[Exchange], until: float = float("inf"), copies: int = 1) -> Tally:
    """The steps of one session's exchanges; what came after `until`, on the clock of the events, is left out.

    A message that may be a refusal (a ContactOD without what makes a contact, a frame that is no JSON) is taken for the
    answer to a proper request only where contacts are missing in the end: one that is missing in a step may come late.
    """
    steps = [_step(step, until, copies) for step in _in_steps(exchanges, until)]
    missing = -sum(step.balance for step in steps)
    for place, step in enumerate(steps):
        if missing > 0 and step.balance < 0:
            weak = min(-step.balance, missing, _weak(step.exchanges, until))
            steps[place] = replace(step, came=step.came + weak)
            missing -= weak
    return Tally(tuple(steps), copies)


def contacts(exchange: Exchange, until: float = float("inf")) -> int:
    """How many contacts came in an exchange."""
    return sum(message.hands_out for message in _read(exchange, until))


def _in_steps(exchanges: Iterable[Exchange], until: float) -> list[list[Exchange]]:
    steps: list[list[Exchange]] = []
    for exchange in exchanges:
        if exchange.sent >= until:
            break
        begins = exchange.part is Part.TEST and (not steps or steps[-1][-1].part is not Part.TEST)
        if begins or not steps:
            steps.append([])
        steps[-1].append(exchange)
    return steps


def _step(exchanges: Sequence[Exchange], until: float, copies: int) -> Step:
    due = copies * sum(x.part in PROPER and x.trouble is None for x in exchanges)
    return Step(tuple(exchanges), due, sum(contacts(x, until) for x in exchanges))


def _weak(exchanges: Iterable[Exchange], until: float) -> int:
    """How many messages came for proper requests that may answer them, and hand out nothing."""
    return sum(m.may_answer and not m.hands_out for x in exchanges if x.part in PROPER for m in _read(x, until))


def _read(exchange: Exchange, until: float) -> list[Message]:
    return messages(event for event in exchange.received if event.clock <= until)
