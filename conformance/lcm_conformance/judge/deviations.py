"""Known deviations: failures that a release is known for, each with a reason and an end.

The clause still runs. Its failure is shown as known and does not decide the verdict. An entry whose clause passes is
stale: wrong use, until it is removed. One that has expired accepts nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from lcm_conformance.catalogue.cm_version import release
from lcm_conformance.catalogue.verdict import Verdict
from lcm_conformance.judge.result import ClauseResult, ScenarioRecord

SOON = timedelta(days=30)
"""How long before its end an entry is a notice."""


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

    def ended(self, cm_version: str, today: date) -> str | None:
        """Why it accepts nothing any more, if so."""
        if self.expires is not None and today > self.expires:
            return f"has expired on {self.expires}"
        if self.until is not None and release(cm_version) > release(self.until):
            return f"was accepted until {self.until} only"
        return None

    def line(self, what: str) -> str:
        """One line about it."""
        return f"known deviation of {self.clause}, {self.words}, {what}"


@dataclass(frozen=True)
class Applied:
    """The clauses, the failures marked that are known; `stale` are the entries to remove, `notices` those to renew."""

    clauses: tuple[ClauseResult, ...]
    stale: tuple[str, ...]
    notices: tuple[str, ...]


def apply(clauses: Sequence[ClauseResult], entries: Sequence[Deviation], cm_version: str, today: date) -> Applied:
    """Mark the failures that are known, and what follows from nothing else."""
    reasons = {entry.clause: entry.words for entry in entries if entry.ended(cm_version, today) is None}
    marked = [
        replace(clause, known=reasons.get(clause.id)) if clause.verdict is Verdict.FAIL else clause
        for clause in clauses
    ]
    passing = {clause.id for clause in clauses if clause.verdict is Verdict.PASS}
    stale = [entry.line("passes now: remove its entry") for entry in entries if entry.clause in passing]
    notices = [_notice(entry, cm_version, today) for entry in entries if entry.clause not in passing]
    return Applied(
        tuple(replace(clause, known=clause.known or follows(clause, marked)) for clause in marked),
        tuple(stale),
        tuple(filter(None, notices)),
    )


def follows(item: ClauseResult | ScenarioRecord, clauses: Iterable[ClauseResult]) -> str | None:
    """What could not be judged for nothing but known failures decides nothing either: the words that say so."""
    if item.verdict is not Verdict.INCONCLUSIVE or not item.blockers:
        return None
    known = {clause.id for clause in clauses if clause.known is not None}
    return f"follows from {', '.join(sorted(item.blockers))}" if item.blockers <= known else None


def _notice(entry: Deviation, cm_version: str, today: date) -> str:
    ended = entry.ended(cm_version, today)
    if ended is not None:
        return entry.line(f"{ended} and accepts nothing any more: remove its entry, or renew it")
    if entry.expires is not None and entry.expires - today <= SOON:
        return entry.line(f"expires on {entry.expires}")
    return ""
