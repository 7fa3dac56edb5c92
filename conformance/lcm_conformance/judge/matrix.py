"""Many results as one table: a column a result, a row a clause. Pure; a result is one of the past by then."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from lcm_conformance.catalogue.verdict import Verdict
from lcm_conformance.judge.past import Past

ABSENT = ""
KNOWN = "fail (known)"
NIGHTS = 30
"""Of how many of the last results a row says in how many of them its clause failed."""


@dataclass(frozen=True)
class Row:
    """One clause; `cells` are a word for each column, `ABSENT` where the result's catalogue lacks the clause."""

    name: str
    cells: tuple[str, ...]

    @property
    def differs(self) -> bool:
        """Whether the results to which it applies differ in it."""
        return len(set(self.applying)) > 1

    @property
    def applying(self) -> tuple[str, ...]:
        """The cells of the versions that the page covers."""
        return tuple(cell for cell in self.cells if cell != Verdict.NOT_APPLICABLE)

    def failed(self) -> tuple[int, int]:
        """In how many of the last results it failed, and of how many."""
        last = [cell for cell in self.cells if cell][-NIGHTS:]
        return sum(cell in {Verdict.FAIL, KNOWN} for cell in last), len(last)


@dataclass(frozen=True)
class Matrix:
    """The newest column stands on the right; `older` counts the results that a newer one of the same name covers."""

    columns: tuple[Past, ...]
    rows: tuple[Row, ...]
    older: int = 0

    def failing_since(self, row: Row) -> datetime | None:
        """When the failures began that last until now; None where it does not fail now."""
        since = None
        for past, cell in reversed(list(zip(self.columns, row.cells, strict=True))):
            if cell not in {Verdict.FAIL, KNOWN}:
                break
            since = past.started
        return since


def of_each(results: Iterable[Past]) -> Matrix:
    """Every result, in the order of time."""
    return Matrix(*_table(sorted(_distinct(results), key=lambda past: past.started)))


def of_newest(results: Iterable[Past]) -> Matrix:
    """The newest result of each version and label, the newest version on the right."""
    every = _distinct(results)
    newest: dict[str, Past] = {}
    for past in sorted(every, key=lambda past: past.started):
        newest[past.name] = past
    columns = sorted(newest.values(), key=lambda past: (_numbers(past.cm_version), past.started))
    return Matrix(*_table(columns), older=len(every) - len(columns))


def _distinct(results: Iterable[Past]) -> list[Past]:
    """A result that lies there twice (a copy named `latest`) counts once."""
    return list({(past.name, past.started, past.catalogue): past for past in results}.values())


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _table(columns: Sequence[Past]) -> tuple[tuple[Past, ...], tuple[Row, ...]]:
    names = dict.fromkeys(name for past in reversed(columns) for name in past.clauses)
    return tuple(columns), tuple(Row(name, tuple(_cell(past, name) for past in columns)) for name in names)


def _cell(past: Past, name: str) -> str:
    clause = past.clauses.get(name)
    if clause is None:
        return ABSENT
    return KNOWN if clause.known is not None and clause.verdict is Verdict.FAIL else clause.verdict.value
