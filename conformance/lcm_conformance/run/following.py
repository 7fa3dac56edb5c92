"""Judges a recording while it grows: says when a verdict changes. Called by `judge --follow`, until Ctrl-C."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from lcm_conformance.catalogue.verdict import UsageError, Verdict
from lcm_conformance.record.source import STANDARD_INPUT
from lcm_conformance.run.judge_settings import JudgeSettings
from lcm_conformance.run.judging import redactor_for, result_of
from lcm_conformance.run.recorded import Recorded, read

_LOOKS = 0.5  # seconds between two looks at the files


def follow(settings: JudgeSettings, say: Callable[[str], None]) -> Recorded:
    """Say each change of a verdict until interrupted; returns what was recorded by then.

    Raises `UsageError` where a file cannot be read, or holds nothing to judge in the end.
    """
    if STANDARD_INPUT in settings.files:
        raise UsageError("--follow needs files that it can read again: name one in place of -")
    before: dict[str, Verdict] = {}
    try:
        for recorded in _growing(settings):
            result = result_of(settings, recorded)
            shown = redactor_for(settings, recorded)
            for clause in result.clauses:
                was = before.get(clause.id, Verdict.UNTESTED)
                if clause.verdict is not was:
                    why = f": {shown.text(clause.reason)}" if clause.reason else ""
                    say(f"{datetime.now():%H:%M:%S}  {clause.id}  {was} → {clause.verdict}{why}")
                before[clause.id] = clause.verdict
    except KeyboardInterrupt:
        pass
    return read(settings.files, settings.capture)


def _growing(settings: JudgeSettings) -> Iterator[Recorded]:
    """What the files say, whenever they have grown; a line that is still being written is not looked at."""
    size = -1
    while True:
        now = sum(os.stat(name).st_size for name in settings.files if Path(name).exists())
        if now != size:
            size = now
            try:
                yield read(settings.files, settings.capture, growing=True)
            except UsageError:
                if not all(Path(name).exists() for name in settings.files):
                    raise
        time.sleep(_LOOKS)
