"""Requests under test that were asked in a row with proper ones: what the count of their session says. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from lcm_conformance.judge.evidence import Evidence, once
from lcm_conformance.judge.silences import Group
from lcm_conformance.record.tally import Tally, contacts, tally
from lcm_conformance.record.transcript import Exchange


@dataclass(frozen=True)
class Row:
    """The count of one session until its silence was over; `whole` where nothing but a form ended it before."""

    count: Tally
    asked: tuple[Exchange, ...]
    until: float
    whole: bool

    @property
    def is_regular(self) -> bool:
        return self.whole and self.count.is_regular

    @property
    def surplus(self) -> int:
        return self.count.surplus

    @property
    def due(self) -> int:
        return sum(step.due for step in self.count.steps)

    @cached_property
    def came(self) -> int:
        return sum(contacts(x, self.until) for x in self.asked)

    @property
    def all_came(self) -> bool:
        """Whether every proper request was handed its contact, and not only something that may be a refusal."""
        return self.came == self.due > 0

    @cached_property
    def suspects(self) -> Sequence[Exchange]:
        """The requests under test that may have brought too many."""
        return self.count.surplus_suspects()

    @cached_property
    def odd(self) -> Sequence[Exchange]:
        """All in whose step something did not add up."""
        return self.count.suspects()

    @cached_property
    def exchanges(self) -> frozenset[str]:
        return frozenset(x.id for x in self.asked)


def row_of(evidence: Evidence, group: Group) -> Row:
    """The count of the session on which a group of requests was asked."""
    return _row(evidence, group.tests[0].id)


@once
def _row(evidence: Evidence, first: str) -> Row:
    group = next(group for group in evidence.groups if group.tests[0].id == first)
    asked = evidence.recording.on(group.session)
    return Row(tally(asked, group.until, evidence.habits.copies), asked, group.until, group.whole)
