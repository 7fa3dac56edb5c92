"""Reads a file of known deviations (`--known FILE`)."""

from __future__ import annotations

import tomllib
from datetime import date, datetime
from pathlib import Path
from typing import Any

from lcm_conformance.catalogue.clauses import Catalogue
from lcm_conformance.catalogue.cm_version import release
from lcm_conformance.catalogue.verdict import UsageError
from lcm_conformance.judge.deviations import Deviation

_KEYS = {"clause", "until", "reason", "ticket", "expires"}


def read_known(path: Path, catalogue: Catalogue) -> tuple[Deviation, ...]:
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
