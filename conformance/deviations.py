"""Known deviations (`--known FILE`): failures that a release is known for, each with a reason and an end.

The clause still runs. Its failure is shown as known and does not decide the verdict; an entry whose
clause passes, or that has expired, fails the run until it is removed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from conformance.catalogue import Catalogue
from conformance.profile import release
from conformance.result import ClauseResult
from conformance.verdict import UsageError, Verdict

_KEYS = {"clause", "until", "reason", "ticket", "expires"}


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


def load(path: Path, catalogue: Catalogue) -> tuple[Deviation, ...]:
    """Read a file of deviations; raises `UsageError`."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UsageError(f"cannot read --known {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"--known {path} is not TOML: {error}") from error
    rows = table.get("deviation", [])
    if set(table) - {"deviation"} or not isinstance(rows, list):
        raise UsageError(f"--known {path}: write each entry as a [[deviation]] table, and nothing else")
    deviations = tuple(_entry(f"--known {path}, entry {number}", row, catalogue) for number, row in enumerate(rows, 1))
    clauses = [deviation.clause for deviation in deviations]
    for clause in clauses:
        if clauses.count(clause) > 1:
            raise UsageError(f"--known {path}: {clause} has two entries: keep one")
    return deviations


def _entry(where: str, row: dict[str, Any], catalogue: Catalogue) -> Deviation:
    for key in row:
        if key not in _KEYS:
            raise UsageError(f"{where}: unknown key {key}: known here: {', '.join(sorted(_KEYS))}")
    for key in ("clause", "reason"):
        if not isinstance(row.get(key), str) or not row[key].strip():
            raise UsageError(f"{where}: {key} is missing: add it")
    for key in ("until", "ticket"):
        if key in row and not isinstance(row[key], str):
            raise UsageError(f"{where}: {key} must be a text")
    if row["clause"] not in catalogue.clauses:
        raise UsageError(f"{where}: unknown clause {row['clause']!r}: `lcm-conformance clauses` lists all")
    if "until" in row:
        release(row["until"])
    if "expires" in row and (not isinstance(row["expires"], date) or isinstance(row["expires"], datetime)):
        raise UsageError(f"{where}: expires must be a date such as 2027-01-31, without quotes")
    return Deviation(**row)


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
