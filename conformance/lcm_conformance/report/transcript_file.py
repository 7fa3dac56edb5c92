"""Writes `transcript.ndjson`: what was judged by, every frame and event in order, what was listened to and left out.

Called by `write_all`; the recording that it is given is already redacted.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lcm_conformance.judge.heading import heading
from lcm_conformance.judge.result import Result
from lcm_conformance.judge.terms import Terms
from lcm_conformance.record.lines import lines
from lcm_conformance.record.transcript import Recording
from lcm_conformance.report.files import json_text, rfc3339, write_whole
from lcm_conformance.report.redacts import Redacts, redact_recording


def write_transcript(
    recording: Recording, terms: Terms, result: Result, redactor: Redacts, out: Path, whole: bool = True
) -> None:
    """Write `out/transcript.ndjson`, whole or not at all."""
    first = _heading(terms, result, redactor, recording.folded.count) | ({} if whole else {"whole": False})
    told = lines(recording, first, result.complete)
    write_whole(out / "transcript.ndjson", (json_text(line) + "\n" for line in told))


def shown_lines(recording: Recording, terms: Terms, redactor: Redacts) -> Iterator[dict[str, Any]]:
    """The lines of a recording as they may be shown, without what only a finished run can say."""
    return lines(redact_recording(recording, redactor), _shown(terms, redactor), complete=True)


def _shown(terms: Terms, redactor: Redacts) -> dict[str, Any]:
    shown: dict[str, Any] = json.loads(redactor.frame(json_text(heading(terms))))
    return shown


def _heading(terms: Terms, result: Result, redactor: Redacts, folded: int) -> dict[str, Any]:
    """`folded` exchanges are like some of those in the transcript, and not in it."""
    about: dict[str, Any] = {"suite": result.suite_version, "catalogue": result.catalogue, "label": result.label}
    about |= {"started": rfc3339(result.started), "url": result.url, "embedded": result.embedded}
    about |= {"statement": dict(result.statement)} if result.statement else {}
    about |= {"folded": folded} if folded else {}
    return about | _shown(terms, redactor) | _unexecuted(terms, result)


def _unexecuted(terms: Terms, result: Result) -> dict[str, Any]:
    """The scenarios that a selection of pytest's, a mark or an early end left out, as does whoever judges again."""
    rows = [
        {"feature": record.feature_file, "scenario": record.name, "reason": record.reason}
        for record in result.scenarios
        if record.started is None and (terms.selected is None or record.clause in terms.selected)
    ]
    return {"unexecuted": rows} if rows else {}
