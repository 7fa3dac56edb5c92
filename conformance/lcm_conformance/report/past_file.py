"""Reads a `result.json` back, of any release: names that are missing there are taken as nothing was said of them.

Called by whoever compares results. What is no result, or no whole one, is wrong use in one line.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from lcm_conformance.catalogue.cm_version import is_version
from lcm_conformance.catalogue.verdict import UsageError, Verdict
from lcm_conformance.judge.past import Past, PastClause
from lcm_conformance.judge.result import Member
from lcm_conformance.report.result_json import SCHEMA

NAME = "result.json"
_VERDICTS = {"conformant", "non-conformant", "inconclusive", "not-applicable"}


def read_past(path: Path) -> Past:
    """A complete result from its file, or from the folder that holds it; raises `UsageError`."""
    file = path / NAME if path.is_dir() else path
    try:
        value = json.loads(file.read_bytes())
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}: name a result.json or the folder of a run") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{file} is not JSON: name a result.json or the folder of a run") from error
    if not isinstance(value, dict) or value.get("schema") != SCHEMA:
        raise UsageError(f"{file} is no result of this suite: its schema is not {SCHEMA}")
    if value.get("complete") is not True:
        raise UsageError(f"{file} is incomplete and so no verdict: name the result of a run that ended")
    try:
        return past_of(value, str(path))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(f"{file} is not a whole result: {error}") from error


def past_of(value: Mapping[str, Any], source: str = "") -> Past:
    """What a result says. Where it is not a whole one: `KeyError`, `TypeError`, `ValueError` or `AttributeError`."""
    version, verdict = value["sut"]["cm_version"], value["verdict"]
    if not isinstance(version, str) or not is_version(version) or verdict not in _VERDICTS:
        raise ValueError("its version or verdict is none")
    label, latency = value.get("label"), value.get("latency") or {}
    return Past(
        source=source,
        verdict=verdict,
        cm_version=version,
        started=datetime.fromisoformat(value["started"]),
        catalogue=str(value["suite"]["catalogue"]),
        complete=value.get("complete") is True,
        clauses=_clauses(value["clauses"]),
        robustness=str(value.get("robustness", "untested")),
        label=None if label is None else str(label),
        readings={str(name): str(side) for name, side in value.get("readings", {}).items()},
        observations={str(row["id"]): str(row["seen"]) for row in value.get("observations", [])},
        latency={name: float(latency[name]) for name in ("p50_ms", "p95_ms", "max_ms")} if latency.get("count") else {},
        wire={str(name): _member(row) for name, row in value.get("wire", {}).items()},
    )


def _clauses(rows: Iterable[Mapping[str, Any]]) -> dict[str, PastClause]:
    return {
        row["id"]: PastClause(
            str(row["id"]),
            str(row["class"]),
            Verdict(row["verdict"]),
            str(row["reason"]),
            row.get("known"),
            row.get("waived"),
        )
        for row in rows
    }


def _member(row: Mapping[str, Any]) -> Member:
    words = row["words"]
    return Member(
        types={str(kind): int(number) for kind, number in row["types"].items()},
        present=int(row["present"]),
        replies=int(row["replies"]),
        words=None if words is None else tuple(map(str, words)),
    )
