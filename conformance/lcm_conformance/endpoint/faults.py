"""The faults and variants that the embedded endpoint can show, looked up by name.

`faults.toml` holds nonconformities, each with the clause that must catch it; `variants.toml`
holds what conforms but looks unusual. Read by behaviours, the selftest and `mock --list-faults`.
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


@dataclass(frozen=True)
class Row:
    """One fault or variant. `clauses` are those that must catch it; a variant's never decide a verdict."""

    name: str
    says: str
    clauses: tuple[str, ...]
    readings: Mapping[str, str]
    steps: tuple[Step, ...]


def all_faults() -> tuple[Row, ...]:
    """Every fault, in the order of `faults.toml`."""
    return tuple(_load("faults.toml").values())


def all_variants() -> tuple[Row, ...]:
    """Every variant, in the order of `variants.toml`."""
    return tuple(_load("variants.toml").values())


def faults_of(clause: str) -> tuple[Row, ...]:
    """The faults that this clause must catch."""
    return tuple(row for row in all_faults() if clause in row.clauses)


def fault(name: str) -> Row:
    """The fault of this name; UsageError with the nearest names if there is none."""
    return _find("fault", name, "variant")


def variant(name: str) -> Row:
    """The variant of this name; UsageError with the nearest names if there is none."""
    return _find("variant", name, "fault")


def _find(kind: str, name: str, other: str) -> Row:
    rows = _load(f"{kind}s.toml")
    if name in rows:
        return rows[name]
    if name in _load(f"{other}s.toml"):
        raise UsageError(f"unknown {kind} {name!r}: it is a {other}, use --{other} {name}")
    near = difflib.get_close_matches(name, rows, n=3, cutoff=0.5)
    hint = f": did you mean {', '.join(map(repr, near))}?" if near else ""
    raise UsageError(f"unknown {kind} {name!r}{hint} (lcm-conformance mock --list-faults prints all)")


@cache
def _load(file: str) -> dict[str, Row]:
    text = files(__package__).joinpath(file).read_text(encoding="utf-8")
    return read_rows(tomllib.loads(text)["row"])


def read_rows(tables: list[dict[str, Any]]) -> dict[str, Row]:
    """Rows by name; a row may combine rows above it. ValueError for a table that makes no sense."""
    rows: dict[str, Row] = {}
    for table in tables:
        name = table["name"]
        if name in rows:
            raise ValueError(f"{name} is there twice")
        rows[name] = _read_row(table, [rows[part] for part in table.get("combines", [])])
    return rows


def _read_row(table: dict[str, Any], parts: list[Row]) -> Row:
    readings = dict(table.get("readings", {}))
    check_readings(readings)
    clauses = table.get("clauses", [table["clause"]] if "clause" in table else [])
    steps = [*read_steps(table["name"], table), *(step for part in parts for step in part.steps)]
    for part in parts:
        clauses = [*clauses, *part.clauses]
        readings = {**part.readings, **readings}
    return Row(table["name"], table["says"], tuple(clauses), readings, tuple(steps))
