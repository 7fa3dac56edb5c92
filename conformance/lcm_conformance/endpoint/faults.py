"""What the embedded endpoint can show, looked up by name: faults, variants, and what is open.

`faults.toml` holds nonconformities, each with the clause that must catch it; `variants.toml`
what conforms but looks unusual; `open.toml` endpoints of which nobody can tell. Read by
behaviours, the selftest and `mock --list-faults`.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from lcm_conformance.catalogue.verdict import UsageError
from lcm_conformance.endpoint.mutations import Step, read_steps
from lcm_conformance.endpoint.readings import check_readings

_FILES = {"fault": "faults.toml", "variant": "variants.toml", "open": "open.toml"}
ANY = "any"
"""In place of an open row's clauses: whichever of them may be left open."""


@dataclass(frozen=True)
class Row:
    """One of them. `clauses` are those that must catch a fault, may remark on a variant without
    deciding, or are left open by an open row (or `any`). `sessions` is how many must be open at once
    for it to show at all.
    """

    name: str
    says: str
    clauses: tuple[str, ...]
    readings: Mapping[str, str]
    steps: tuple[Step, ...]
    sessions: int = 1


def all_faults() -> tuple[Row, ...]:
    """Every fault, in the order of `faults.toml`."""
    return tuple(_load("fault").values())


def all_variants() -> tuple[Row, ...]:
    """Every variant, in the order of `variants.toml`."""
    return tuple(_load("variant").values())


def all_open() -> tuple[Row, ...]:
    """Every endpoint that can neither pass nor fail, in the order of `open.toml`."""
    return tuple(_load("open").values())


def faults_of(clause: str) -> tuple[Row, ...]:
    """The faults that this clause must catch."""
    return tuple(row for row in all_faults() if clause in row.clauses)


def fault(name: str) -> Row:
    """The fault of this name; UsageError with the nearest names if there is none."""
    return _find("fault", name)


def variant(name: str) -> Row:
    """The variant of this name; UsageError with the nearest names if there is none."""
    return _find("variant", name)


def open_row(name: str) -> Row:
    """The open row of this name; UsageError with the nearest names if there is none."""
    return _find("open", name)


def _find(kind: str, name: str) -> Row:
    rows = _load(kind)
    if name in rows:
        return rows[name]
    noun = "open row" if kind == "open" else kind
    for other in _FILES.keys() - {kind}:
        if name in _load(other):
            article = "an open row" if other == "open" else f"a {other}"
            raise UsageError(f"unknown {noun} {name!r}: it is {article}, use --{other} {name}")
    near = difflib.get_close_matches(name, rows, n=3, cutoff=0.5)
    hint = f": did you mean {', '.join(map(repr, near))}?" if near else ""
    raise UsageError(f"unknown {noun} {name!r}{hint} (lcm-conformance mock --list-faults prints all)")


@cache
def _load(kind: str) -> dict[str, Row]:
    return read_rows(_table(_FILES[kind])["row"])


@cache
def _table(file: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath(file).read_text(encoding="utf-8"))


def read_rows(tables: list[dict[str, Any]]) -> dict[str, Row]:
    """Rows by name; a row may combine rows above it. ValueError for a table that makes no sense."""
    rows: dict[str, Row] = {}
    for table in (each for written in tables for each in _with_narrower(written)):
        name = table["name"]
        if name in rows:
            raise ValueError(f"{name} is there twice")
        rows[name] = _read_row(table, [rows[part] for part in table.get("combines", [])])
    return rows


def _with_narrower(table: dict[str, Any]) -> list[dict[str, Any]]:
    """The row, and one for each of its `also`: the same at some occasions only, as `occasions.toml` says."""
    occasions = _table("occasions.toml") if "also" in table else {}
    return [table, *(_narrower(table, suffix, occasions[suffix]) for suffix in table.get("also", []))]


def _narrower(table: dict[str, Any], suffix: str, occasion: Mapping[str, Any]) -> dict[str, Any]:
    conditions = {key: {**table.get(key, {}), **occasion.get(key, {})} for key in ("when", "only")}
    names = {"name": f"{table['name']}_{suffix}", "says": f"{table['says']}, {occasion['says']}"}
    return {key: value for key, value in table.items() if key != "also"} | names | conditions


def _read_row(table: dict[str, Any], parts: list[Row]) -> Row:
    readings = dict(table.get("readings", {}))
    check_readings(readings)
    clauses = table.get("clauses", [table["clause"]] if "clause" in table else [])
    steps = [*read_steps(table["name"], table), *(step for part in parts for step in part.steps)]
    for part in parts:
        clauses = [*clauses, *part.clauses]
        readings = {**part.readings, **readings}
    return Row(table["name"], table["says"], tuple(clauses), readings, tuple(steps), table.get("sessions", 1))
