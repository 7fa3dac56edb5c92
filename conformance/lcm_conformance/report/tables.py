"""All clauses in tables, one a class, the worst first: what `report.html` lists below its findings. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from lcm_conformance.judge.result import ClauseResult, Result
from lcm_conformance.report.headline import WORST_FIRST

_CLASSES = ("normative", "robustness", "advisory", "observation", "scope")
_ABOUT = {
    "scope": "Whether the page binds this version at all.",
    "normative": "What a Campaign Manager must show to conform. These decide the verdict.",
    "advisory": "Reported, does not decide the verdict.",
    "robustness": "A grade of its own: bad input, then a valid request that must still be answered.",
    "observation": "What the endpoint does where the page is silent.",
}


@dataclass(frozen=True)
class Row:
    """One clause; `above`: it has a place of its own among the findings."""

    clause: ClauseResult
    above: bool


@dataclass(frozen=True)
class Table:
    """The clauses of one class."""

    klass: str
    about: str
    rows: tuple[Row, ...]


def tables(result: Result, above: Collection[str]) -> list[Table]:
    """One table for each class that occurs."""
    others = sorted({clause.klass for clause in result.clauses} - set(_CLASSES))
    found = []
    for klass in (*_CLASSES, *others):
        clauses = [clause for clause in result.clauses if clause.klass == klass]
        clauses.sort(key=lambda c: (WORST_FIRST.index(c.verdict), c.excuse is not None))
        if clauses:
            rows = tuple(Row(clause, clause.id in above) for clause in clauses)
            found.append(Table(klass, _ABOUT.get(klass, ""), rows))
    return found
