"""Verdicts to files. Called by the command line and the pytest plugin, at the start of a run
(`begin`) and at its end (`write_all`). No writer here judges, asks an endpoint, or sees
personal data: `write_all` redacts everything first.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from lcm_conformance.judge.result import Result
from lcm_conformance.record.transcript import Recording
from lcm_conformance.report import badge, ctrf
from lcm_conformance.report.allure import write_allure_results
from lcm_conformance.report.allure_html import write_allure_html
from lcm_conformance.report.allure_run import SHARED, WRITTEN, clear, share
from lcm_conformance.report.html import write_html
from lcm_conformance.report.junit import write_junit
from lcm_conformance.report.redacts import (
    Redacts,
    public,
    redact_options,
    redact_record,
    redact_recording,
    redact_result,
)
from lcm_conformance.report.result_json import write_result_json
from lcm_conformance.report.transcript_file import write_transcript

_PAGES = (ctrf.NAME, badge.NAME, "junit.xml", "report.html", "transcript.ndjson", "allure-report/index.html")
FOLDERS = ("allure-results", "allure-report")
FILES = ("result.json", *_PAGES, *(f"allure-results/{pattern}" for pattern in (*WRITTEN, *SHARED)))
"""All that a run may write, and takes away of an earlier one: paths in `out`, the files as patterns."""


def begin(out: Path, result: Result) -> None:
    """Write a result that is no verdict, and take away an earlier run's reports.

    If this run dies, nothing in `out` can be mistaken for what it found.
    """
    write_result_json(replace(public(result), complete=False), out)
    for name in _PAGES:
        (out / name).unlink(missing_ok=True)
    clear(out / "allure-results")


def write_all(
    result: Result,
    recording: Recording,
    out: Path,
    redactor: Redacts,
    allure_html: bool,
    allure_dir: Path | None = None,
) -> list[str]:
    """Write every report; the answer is lines about what was written beyond the usual, or could not be.

    `allure_dir` is another folder that is to have the Allure results too.

    `result.json` comes last: one that is complete implies that the reports beside it are. What
    cannot be written (a full disk) raises OSError and leaves the one that `begin` wrote.
    """
    # The frames first: a redactor may learn from them what to look for in free text.
    heard = redact_recording(recording, redactor)
    shown = redact_result(result, redactor)
    write_transcript(heard.events, out)
    write_junit(shown, out)
    ctrf.write_ctrf(shown, out)
    badge.write_badge(shown, out)
    write_html(shown, heard, out)
    write_allure_results(shown, heard, out)
    if allure_dir is not None:
        share(out / "allure-results", allure_dir)
    notes = [write_allure_html(out)] if allure_html else []
    write_result_json(shown, out)
    return notes


__all__ = ["FILES", "FOLDERS", "Redacts", "begin", "redact_options", "redact_record", "redact_result", "write_all"]
