"""What an Allure report says about the whole run: its environment and the categories of its failures.
Called by the Allure writer, first: it also clears away what Allure wrote in an earlier run.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from allure_commons.logger import AllureFileLogger
from allure_commons.model2 import TestResult

from lcm_conformance.judge.result import Result
from lcm_conformance.report.files import json_text, write_whole
from lcm_conformance.report.headline import facts
from lcm_conformance.report.legible import one_line

WRITTEN = (
    "*-result.json",
    "*-container.json",
    "*-globals.json",
    "*-attachment.*",
    "categories.json",
    "environment.properties",
)
# The first that matches is shown, so the narrower ones stand first.
CATEGORIES: list[dict[str, object]] = [
    {"name": "Nonconformity", "matchedStatuses": ["failed"]},
    {"name": "Suite error", "matchedStatuses": ["broken"], "messageRegex": "(?s)suite error: .*"},
    {"name": "Environment", "matchedStatuses": ["broken"], "messageRegex": "(?s)environment: .*"},
    {"name": "Inconclusive", "matchedStatuses": ["broken"], "messageRegex": "(?s)(?!suite error: |environment: ).*"},
    {"name": "Known deviation", "matchedStatuses": ["skipped"], "messageRegex": "(?s)known deviation: .*"},
    {
        "name": "Untested or not applicable",
        "matchedStatuses": ["skipped"],
        "messageRegex": "(?s)(untested|not-applicable): .*",
    },
    {
        "name": "Does not decide the verdict",
        "matchedStatuses": ["skipped"],
        "messageRegex": "(?s)(?!(known deviation|untested|not-applicable): ).*",
    },
]


class AllureWriter(Protocol):
    """Allure's own file writer, which has no types, as far as it is used here."""

    def report_result(self, result: TestResult) -> None:
        """Write one test result."""

    def report_attached_data(self, body: str, file_name: str) -> None:
        """Write one attachment."""


def clear(folder: Path) -> None:
    """Delete what Allure wrote into the folder, and nothing else."""
    for pattern in WRITTEN:
        for path in folder.glob(pattern):
            path.unlink()


def write_run(result: Result, folder: Path) -> AllureWriter:
    """Begin `folder` anew with the facts of the run, and return the writer of its test results."""
    writer: AllureWriter = AllureFileLogger(folder)  # type: ignore[no-untyped-call]  # it has no types
    clear(folder)
    write_whole(folder / "categories.json", json_text(CATEGORIES, indent=1))
    named = facts(result)
    if not result.complete:
        named["verdict"] += " (the run did not finish)"
    lines = [f"{name}={_property(value)}\n" for name, value in named.items() if value]
    write_whole(folder / "environment.properties", "".join(lines))
    return writer


def _property(value: str) -> str:
    """A value as Java reads it from a properties file: ASCII, the rest as UTF-16 escapes."""
    text = one_line(value, 2_000).replace("\\", "\\\\")
    units = text.encode("utf-16-be")
    codes = [int.from_bytes(units[i : i + 2], "big") for i in range(0, len(units), 2)]
    return "".join(chr(code) if code < 0x7F else f"\\u{code:04x}" for code in codes)
