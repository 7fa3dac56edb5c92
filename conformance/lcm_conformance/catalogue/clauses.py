"""The clauses as data: loads `clauses.toml` and checks it. Standard library only."""

from __future__ import annotations

import difflib
import hashlib
import json
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from lcm_conformance.catalogue.verdict import SuiteError, UsageError

_EXPLAINS = {"why", "settle"}
CLASSES = ("scope", "normative", "advisory", "robustness")


@dataclass(frozen=True)
class Clause:
    """One row: what must hold, where the page says so, and the names of the scenarios that ask it.

    `why` is, for a clause that decides, the reason why no reading of the page allows otherwise.
    """

    id: str
    klass: str
    section: str
    statement: str
    scenarios: tuple[str, ...]
    why: str = ""


@dataclass(frozen=True)
class Reading:
    """A place where the page's table and its samples disagree; `settle` is the wording that would end it."""

    name: str
    table: str
    sample: str
    clauses: tuple[str, ...]
    settle: str = ""


@dataclass(frozen=True)
class Silence:
    """An observation: what is recorded where the page is silent; `settle` is the wording that would end it."""

    id: str
    statement: str
    scenarios: tuple[str, ...]
    settle: str = ""


@dataclass(frozen=True)
class Defect:
    """A place where the page is wrong or silent, and nothing can be tested."""

    id: str
    says: str
    settle: str


@dataclass(frozen=True)
class Catalogue:
    """All of it; `digest` is the SHA-256 of what the data file says of judging, however its lines end."""

    clauses: dict[str, Clause]
    readings: dict[str, Reading]
    observations: dict[str, Silence]
    digest: str
    defects: tuple[Defect, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all clauses and observations, in the order of the file."""
        return (*self.clauses, *self.observations)

    def scenarios(self, name: str) -> tuple[str, ...]:
        """The scenarios that ask a clause or fill an observation."""
        return (self.clauses.get(name) or self.observations[name]).scenarios

    def select(self, wanted: list[str]) -> set[str]:
        """The ids that are named, or that begin with one of the given prefixes; raises `UsageError`."""
        chosen: set[str] = set()
        for text in wanted:
            matches = {name for name in self.ids if name == text or name.startswith(f"{text.rstrip('-')}-")}
            if not matches:
                known = {name.casefold(): name for name in (*self.ids, *(name.split("-")[0] for name in self.ids))}
                near = [known[name] for name in difflib.get_close_matches(text.casefold(), known, n=3)]
                fix = f"did you mean {', '.join(near)}?" if near else "`lcm-conformance clauses` lists all"
                raise UsageError(f"unknown clause {text!r}: {fix}")
            chosen |= matches
        return chosen

    def pins(self, texts: list[str]) -> dict[str, str]:
        """Readings pinned as `name=table` or `name=sample`; raises `UsageError`."""
        pins: dict[str, str] = {}
        for text in texts:
            name, _, side = text.partition("=")
            if name not in self.readings:
                near = difflib.get_close_matches(name, self.readings, n=1) or list(self.readings)
                raise UsageError(f"unknown reading {name!r}: did you mean {', '.join(near)}?")
            if side not in {"table", "sample"}:
                raise UsageError(f"reading {name} has no side {side!r}: write {name}=table or {name}=sample")
            if pins.setdefault(name, side) != side:
                raise UsageError(f"reading {name} is pinned to both sides: give one of them")
        return pins


@cache
def load_catalogue() -> Catalogue:
    """The catalogue that travels with the package; raises `SuiteError` where it is not sound."""
    return read_catalogue(files(__package__).joinpath("clauses.toml").read_bytes())


def read_catalogue(content: bytes) -> Catalogue:
    """A catalogue from the bytes of its file."""
    table = tomllib.loads(content.decode())
    try:
        digest = _digest(table)
        clauses = [_clause(row) for row in table["clause"]]
        readings = [Reading(clauses=tuple(row.pop("clauses")), **row) for row in table["reading"]]
        observations = [Silence(scenarios=tuple(row.pop("scenarios")), **row) for row in table["observation"]]
        defects = tuple(Defect(**row) for row in table.get("defect", []))
    except (KeyError, TypeError) as error:
        raise SuiteError(f"clauses.toml: a row is not sound: {error}") from error
    _check_unique([clause.id for clause in clauses] + [row.id for row in observations])
    for clause in clauses:
        if clause.klass not in CLASSES:
            raise SuiteError(f"clauses.toml: {clause.id} has the unknown class {clause.klass!r}")
    for name, scenarios in [(row.id, row.scenarios) for row in clauses] + [
        (row.id, row.scenarios) for row in observations
    ]:
        if not scenarios:
            raise SuiteError(f"clauses.toml: {name} names no scenario")
    return Catalogue(
        clauses={clause.id: clause for clause in clauses},
        readings={reading.name: reading for reading in readings},
        observations={row.id: row for row in observations},
        digest=digest,
        defects=defects,
    )


def _digest(table: dict[str, Any]) -> str:
    """Of what is judged: the words that only explain are left out, so that bettering them makes no other catalogue."""
    judged = {
        kind: [{key: value for key, value in row.items() if key not in _EXPLAINS} for row in rows]
        for kind, rows in table.items()
        if kind != "defect"
    }
    text = json.dumps(judged, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def _clause(row: dict[str, Any]) -> Clause:
    return Clause(klass=row.pop("class"), scenarios=tuple(row.pop("scenarios")), **row)


def _check_unique(ids: list[str]) -> None:
    for name in ids:
        if ids.count(name) > 1:
            raise SuiteError(f"clauses.toml: {name} stands there twice")
