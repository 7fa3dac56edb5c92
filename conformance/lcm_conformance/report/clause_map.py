"""The map of all clauses: one cell each, by section of the page. Pure; the template draws it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lcm_conformance.judge.result import ClauseResult
from lcm_conformance.report.names import name_of

SHAPES = {"pass": "✓", "fail": "✕", "inconclusive": "?", "untested": "–", "error": "!", "not-applicable": "·"}
"""A verdict's shape, for whoever sees no colours."""

_MEMBER = re.compile(r"FLD-(\w+)-(\w+)")
_BEYOND = "beyond the page"
_TITLES = {_BEYOND: "Robustness (not on the page)", "Note": "Note on versions"}


@dataclass(frozen=True)
class Cell:
    """One clause: `label` is what the cell shows, `name` what is read out."""

    id: str
    verdict: str
    label: str
    name: str
    decides: bool

    @property
    def shape(self) -> str:
        return SHAPES[self.verdict]


@dataclass(frozen=True)
class Block:
    """The cells of one section of the page, or of one member of the reply."""

    title: str
    cells: tuple[Cell, ...]


def sections(clauses: Iterable[ClauseResult]) -> list[Block]:
    """The sections of the page, in its order, without the clauses of single members."""
    found: dict[str, list[Cell]] = {}
    for clause in clauses:
        if _MEMBER.fullmatch(clause.id) is None:
            section = re.split(r",| and ", clause.section)[0]
            found.setdefault(section, []).append(_cell(clause, name_of(clause.id)))
    return [Block(_TITLES.get(section, section), tuple(cells)) for section, cells in found.items()]


def members(clauses: Iterable[ClauseResult]) -> list[Block]:
    """The members of the contact, each with its clauses."""
    found: dict[str, list[Cell]] = {}
    for clause in clauses:
        match = _MEMBER.fullmatch(clause.id)
        if match is not None:
            found.setdefault(match[1], []).append(_cell(clause, match[2]))
    return [Block(member, tuple(cells)) for member, cells in found.items()]


def _cell(clause: ClauseResult, label: str) -> Cell:
    decides = clause.klass in {"scope", "normative"} and clause.excuse is None
    return Cell(clause.id, clause.verdict.value, label, name_of(clause.id), decides)
