"""Verdicts to files. Called by the command line and the pytest plugin, at the start of a run
(`begin`) and at its end (`write_all`). No writer here judges, asks an endpoint, or sees
personal data: `write_all` redacts everything first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from lcm_conformance.catalogue.system_error import Trouble, trouble
from lcm_conformance.judge.result import Result
from lcm_conformance.judge.terms import Terms
from lcm_conformance.record.transcript import Recording
from lcm_conformance.report import badge, ctrf
from lcm_conformance.report.allure import write_allure_results
from lcm_conformance.report.allure_html import write_allure_html
from lcm_conformance.report.allure_run import SHARED, WRITTEN, clear, ours_in, share
from lcm_conformance.report.files import clear_drafts
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
from lcm_conformance.report.result_json import mark_incomplete, result_text, write_result_json
from lcm_conformance.report.transcript_file import write_transcript

_PAGES = (ctrf.NAME, badge.NAME, "junit.xml", "report.html", "transcript.ndjson", "allure-report/index.html")
FOLDERS = ("allure-results", "allure-report")
FILES = ("result.json", *_PAGES, *(f"allure-results/{pattern}" for pattern in (*WRITTEN, *SHARED)))
"""All that a run may write, and takes away of an earlier one: paths in `out`, the files as patterns."""


@dataclass(frozen=True)
class Written:
    """What came of the writing: lines about what is there beyond the usual, and what could not be written."""

    notes: list[str]
    unwritten: list[Trouble]


def begin(out: Path, result: Result) -> None:
    """Take away an earlier run's reports, and write a result that is no verdict; raises what the writing raises.

    Whenever this run dies, nothing in `out` can be mistaken for what it found: as long as anything of the earlier run
    is there, its own result is there too, and says that it is not complete.
    """
    mark_incomplete(out)
    for name in _PAGES:
        (out / name).unlink(missing_ok=True)
    clear(out / "allure-results")
    clear_drafts(out)
    write_result_json(replace(public(result), complete=False), out)


def write_all(
    result: Result,
    recording: Recording,
    terms: Terms,
    out: Path,
    redactor: Redacts,
    allure_html: bool,
    allure_dir: Path | None = None,
    whole: bool = True,
) -> Written:
    """Write every report that can be written; `allure_dir` is another folder that is to have the Allure results too.

    Not `whole` is a recording of which something could not be read.

    `result.json` comes last: one that is complete implies that the reports beside it are. Where one of them cannot
    be written it is not complete and says so, and where it cannot be written itself, `begin`'s stays.
    """
    # The frames first: a redactor may learn from them what to look for in free text.
    heard = redact_recording(recording, redactor)
    shown = redact_result(result, redactor)
    written = Written([], [])
    results = out / "allure-results"
    # Those that say red or green come last: they are to know whether the others could be written.
    for path, write in (
        (out / "transcript.ndjson", lambda _: write_transcript(heard, terms, shown, redactor, out, whole)),
        (results, lambda told: write_allure_results(told, heard, out)),
        *([(allure_dir, lambda _: share(results, allure_dir))] if allure_dir is not None else []),
        (out / "junit.xml", lambda told: write_junit(told, out)),
        (out / ctrf.NAME, lambda told: ctrf.write_ctrf(told, out)),
        (out / badge.NAME, lambda told: badge.write_badge(told, out)),
    ):
        _try(path, write, shown, written)
    # After all but `result.json`, whose SHA-256 it prints.
    _try(out / "report.html", lambda told: write_html(told, heard, out, _digests(told, out)), shown, written)
    if allure_html:
        written.notes.append(write_allure_html(out))
    _try(out / "result.json", lambda told: write_result_json(told, out), shown, written)
    return written


def reports_in(out: Path) -> list[Path]:
    """The files of a run that has written its reports there."""
    single = [path for name in ("result.json", *_PAGES) if (path := out / name).is_file()]
    return [*single, *ours_in(out / "allure-results")]


def _try(path: Path, write: Callable[[Result], None], result: Result, written: Written) -> None:
    """Write one report; a result of which something could not be written is not complete, and says so."""
    lines = tuple(map(str, written.unwritten))
    told = replace(result, complete=False, notices=(*result.notices, *lines)) if lines else result
    try:
        write(told)
    except OSError as error:
        written.unwritten.append(trouble(error, f"cannot write {path}", "name another folder"))


def _digests(result: Result, out: Path) -> dict[str, str]:
    """The SHA-256 of the evidence, by file: of `result.json` before it is there, since it is written last."""
    text = result_text(result).encode("utf-8", "backslashreplace")
    digests = {"result.json": hashlib.sha256(text).hexdigest()}
    transcript = out / "transcript.ndjson"
    if transcript.is_file():
        with transcript.open("rb") as file:
            digests[transcript.name] = hashlib.file_digest(file, "sha256").hexdigest()
    return digests


__all__ = [
    "FILES",
    "FOLDERS",
    "Redacts",
    "Written",
    "begin",
    "redact_options",
    "redact_record",
    "redact_result",
    "reports_in",
    "write_all",
]
