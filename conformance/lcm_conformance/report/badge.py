"""Writes `badge.json`, the verdict as shields.io's endpoint badge reads it. Called by `write_all`."""

from __future__ import annotations

from pathlib import Path

from lcm_conformance.judge.fold import exit_status
from lcm_conformance.judge.result import Result
from lcm_conformance.report.comparison_sheet import headline
from lcm_conformance.report.files import json_text, write_whole
from lcm_conformance.report.headline import GREEN
from lcm_conformance.report.legible import one_line

NAME = "badge.json"
_LONGEST = 60  # characters
_COLOURS = {0: "brightgreen", 1: "red", 4: "lightgrey"}
_ERROR = "orange"


def write_badge(result: Result, out: Path) -> None:
    """Write `out/badge.json`, whole or not at all."""
    write_whole(out / NAME, json_text(badge(result), indent=1) + "\n")


def badge(result: Result) -> dict[str, object]:
    """Red where something fails, orange where the run proves nothing."""
    status = exit_status(result) if result.complete else None
    name = f"Campaign Manager {result.cm_version}{f' {result.label}' if result.label else ''}"
    return {
        "schemaVersion": 1,
        "label": one_line(name, _LONGEST),
        "message": _message(result),
        "color": _ERROR if status is None else _COLOURS.get(status, _ERROR),
        "isError": status not in GREEN,
    }


def _message(result: Result) -> str:
    if not result.complete:
        return "unfinished"
    if result.suite_errors:
        return "suite error"
    if result.decided_by == "worse" and result.baseline is not None:
        return headline(result.baseline)
    return "a known deviation passes" if result.decided_by == "known" else result.verdict.replace("-", " ")
