"""Judges a transcript again by the installed suite, and says what is judged otherwise than a result says.

Called by the check of a bundle, once nothing in it is other than what is attested.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lcm_conformance.catalogue.verdict import Verdict
from lcm_conformance.judge.comparison import compare
from lcm_conformance.judge.past import Past, PastClause, as_past
from lcm_conformance.report.past_file import past_of
from lcm_conformance.run.judge_settings import settings_for
from lcm_conformance.run.judging import result_of
from lcm_conformance.run.recorded import read

_NO_RESULT = (KeyError, TypeError, ValueError, AttributeError, OverflowError)


@dataclass(frozen=True)
class Rejudged:
    """The verdicts of then and of now. `differences`: what is judged otherwise; `changes`: which clauses came or went.

    `accepted` names what did not pass and does not decide, for somebody has excused it: a deviation, or a waiver.
    """

    then: Past = field(repr=False)
    now: Past = field(repr=False)
    suite: str
    differences: tuple[str, ...]
    changes: tuple[str, ...]
    accepted: tuple[str, ...]

    @property
    def other_catalogue(self) -> bool:
        """Whether the clauses are not those of then."""
        return self.then.catalogue != self.now.catalogue


def then_of(result: Mapping[str, Any]) -> Past:
    """What a `result.json` says; raises `ValueError` where it is not a whole one."""
    try:
        then = past_of(result)
        if len(then.clauses) == len(result["clauses"]):
            return then
    except _NO_RESULT:
        pass
    raise ValueError("not a whole result")


def judged_again(then: Past, suite: str, transcript: Path) -> Rejudged:
    """Judge the transcript, and compare; raises `UsageError` where it holds nothing to judge."""
    settings = settings_for((str(transcript),), None, None, {})
    now = as_past(result_of(settings, read(settings.files, settings.capture)))
    differences, changes = tuple(_differences(then, now)), tuple(_changes(then, now))
    if then.catalogue == now.catalogue:  # then no clause can have come or gone
        differences, changes = (*differences, *changes), ()
    return Rejudged(then, now, suite, differences, changes, tuple(_accepted(now)))


def _differences(then: Past, now: Past) -> Iterator[str]:
    """What the verdict of now says otherwise, from the whole to the single clauses."""
    for what, before, after in (
        ("the verdict", then.verdict, now.verdict),
        ("Campaign Manager", then.cm_version, now.cm_version),
        ("whether the run ended", str(then.complete).lower(), str(now.complete).lower()),
    ):
        if before != after:
            yield f"{what}  {before} → {after}"
    changed = compare(then, now)
    for change in (*changed.worse, *changed.better, *changed.beside, *changed.readings):
        yield f"{change.what}  {change.before} → {change.after}"
    for clause in (name for name in then.clauses if name in now.clauses):
        yield from _excused_otherwise(then.clauses[clause], now.clauses[clause])


def _excused_otherwise(then: PastClause, now: PastClause) -> Iterator[str]:
    for word, before, after in (("accepted", then.known, now.known), ("waived", then.waived, now.waived)):
        if (before is None) != (after is None):
            yield f"{then.id}  {'' if before else 'not '}{word} → {'' if after else 'not '}{word}"


def _changes(then: Past, now: Past) -> Iterator[str]:
    yield from (f"{clause} is new" for clause in now.clauses if clause not in then.clauses)
    yield from (f"{clause} is no clause any more" for clause in then.clauses if clause not in now.clauses)


def _accepted(now: Past) -> Iterator[str]:
    for clause in now.clauses.values():
        if clause.known is not None:
            yield f"{clause.id}  {clause.verdict}, a known deviation: {clause.known}"
        elif clause.waived is not None and clause.verdict is Verdict.UNTESTED:
            yield f"{clause.id}  {clause.verdict}, waived: {clause.waived}"
