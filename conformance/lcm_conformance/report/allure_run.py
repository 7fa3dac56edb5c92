"""What an Allure report says about the whole run: its environment and the categories of its failures.
Called by the Allure writer, first: it also clears away what the suite wrote in an earlier run.

The folder may be shared with other test frameworks. What is the suite's there is known by its name's first letters.
"""

from __future__ import annotations

import json
import shutil
import uuid
from pathlib import Path

from allure_commons.model2 import TestResult
from attr import asdict

from lcm_conformance.judge.result import Result
from lcm_conformance.report.files import json_text, write_whole
from lcm_conformance.report.headline import facts
from lcm_conformance.report.legible import one_line

OURS = "lcm-"
_CATEGORIES, _ENVIRONMENT = "categories.json", "environment.properties"
WRITTEN = (f"{OURS}*-result.json", f"{OURS}*-attachment.txt", f"{OURS}*.tmp")
"""Patterns of what is the suite's alone."""
SHARED = (_CATEGORIES, _ENVIRONMENT)
"""Of which a folder has one each; somebody else's is left as it is."""
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


class AllureWriter:
    """Writes test results and attachments, each whole or not at all, under names that are known as the suite's."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write_result(self, result: TestResult) -> None:
        """Write one test result, as Allure's own writer does: without what is empty."""
        name = OURS + TestResult.file_pattern.format(prefix=uuid.uuid4())
        text = json_text(asdict(result, filter=lambda _, value: value or value is False))
        write_whole(self._folder / name, text, synced=False)

    def attach(self, body: str) -> str:
        """Write one attachment; returns the name of its file."""
        name = f"{OURS}{uuid.uuid4()}-attachment.txt"
        write_whole(self._folder / name, body, synced=False)
        return name


def clear(folder: Path) -> None:
    """Delete what the suite wrote into the folder, and nothing else."""
    for path in (path for pattern in WRITTEN for path in folder.glob(pattern)):
        path.unlink()
    for path in (folder / name for name in SHARED):
        if path.exists() and _is_ours(path):
            path.unlink()


def ours_in(folder: Path) -> list[Path]:
    """The files in the folder that the suite wrote."""
    shared = [path for name in SHARED if (path := folder / name).is_file() and _is_ours(path)]
    return [*(path for pattern in WRITTEN for path in folder.glob(pattern)), *shared]


def share(folder: Path, other: Path) -> None:
    """Put what the suite wrote into one folder into another one, beside what is there."""
    other.mkdir(parents=True, exist_ok=True)
    if folder.samefile(other):
        return
    for path in (path for pattern in WRITTEN for path in folder.glob(pattern)):
        shutil.copyfile(path, other / path.name)
    for name in SHARED:
        if not (other / name).exists() or _is_ours(other / name):
            shutil.copyfile(folder / name, other / name)


def write_run(result: Result, folder: Path) -> AllureWriter:
    """Begin `folder` anew with the facts of the run, and return the writer of its test results."""
    writer = AllureWriter(folder)
    clear(folder)
    named = facts(result)
    if not result.complete:
        named["verdict"] += " (the run did not finish)"
    lines = [f"{name}={_property(value)}\n" for name, value in named.items() if value]
    for name, text in ((_CATEGORIES, json_text(CATEGORIES, indent=1)), (_ENVIRONMENT, "".join(lines))):
        if not (folder / name).exists():
            write_whole(folder / name, text)
    return writer


def _is_ours(path: Path) -> bool:
    """Whether the suite wrote one of the files of which a folder has one each."""
    text = path.read_text(encoding="utf-8", errors="replace")
    if path.name == _ENVIRONMENT:
        return all(f"\n{name}=" in f"\n{text}" for name in ("suite_version", "catalogue", "cm_version"))
    try:
        found = {row.get("name") for row in json.loads(text)}
    except (ValueError, AttributeError, TypeError):
        return False
    return found <= {row["name"] for row in CATEGORIES}


def _property(value: str) -> str:
    """A value as Java reads it from a properties file: ASCII, the rest as UTF-16 escapes."""
    text = one_line(value, 2_000).replace("\\", "\\\\")
    units = text.encode("utf-16-be")
    codes = [int.from_bytes(units[i : i + 2], "big") for i in range(0, len(units), 2)]
    return "".join(chr(code) if code < 0x7F else f"\\u{code:04x}" for code in codes)
