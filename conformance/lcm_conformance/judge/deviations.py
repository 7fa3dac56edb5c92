"""Known deviations: failures that a release is known for, each with a reason and an end.

The clause still runs. Its failure is shown as known and does not decide the verdict; an entry whose
clause passes, or that has expired, fails the run until it is removed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from lcm_conformance.catalogue.cm_version import release
from lcm_conformance.catalogue.verdict import Verdict
from lcm_conformance.judge.result import ClauseResult


@dataclass(frozen=True)
class Deviation:
    """One entry. `until` is the last version it is known for, `expires` the last day it is accepted."""

    clause: str
    reason: str
    until: str | None = None
    ticket: str | None = None
    expires: date | None = None

    @property
    def words(self) -> str:
        """The reason, with the ticket where there is one."""
        return f"{self.reason} ({self.ticket})" if self.ticket else self.reason


def apply(
    clauses: Sequence[ClauseResult], deviations: Sequence[Deviation], cm_version: str, today: date
) -> tuple[tuple[ClauseResult, ...], tuple[str, ...]]:
    """Mark the failures that are known; the lines say which entries have become wrong."""
    entries = {deviation.clause: deviation for deviation in deviations}
    lines = [
        line for clause in clauses if (line := _wrong(entries.get(clause.id), clause, cm_version, today)) is not None
    ]
    marked = tuple(
        replace(clause, known=entries[clause.id].words)
        if clause.id in entries
        and clause.verdict is Verdict.FAIL
        and _wrong(entries[clause.id], clause, cm_version, today) is None
        else clause
        for clause in clauses
    )
    known = {clause.id for clause in marked if clause.known is not None}
    return tuple(_follow(clause, known) for clause in marked), tuple(lines)


def _follow(clause: ClauseResult, known: set[str]) -> ClauseResult:
    """A clause that could not be judged for nothing but known failures decides nothing either."""
    if clause.verdict is Verdict.INCONCLUSIVE and clause.blockers and clause.blockers <= known:
        return replace(clause, known=f"follows from {', '.join(sorted(clause.blockers))}")
    return clause


def _wrong(deviation: Deviation | None, clause: ClauseResult, cm_version: str, today: date) -> str | None:
    if deviation is None:
        return None
    name = f"known deviation of {deviation.clause}, {deviation.words},"
    if deviation.expires is not None and today > deviation.expires:
        return f"{name} has expired on {deviation.expires}: remove its entry"
    if deviation.until is not None and release(cm_version) > release(deviation.until):
        return f"{name} was accepted until {deviation.until} only: remove its entry"
    if clause.verdict is Verdict.PASS:
        return f"{name} passes now: remove its entry"
    return None
