"""Writes `transcript.ndjson`: every frame and event in order, one JSON object a line, in the form
that `judge` reads back. Called by `write_all`; what it is given is already redacted.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from lcm_conformance.record.transcript import Event
from lcm_conformance.report.files import json_text, rfc3339, write_whole


def write_transcript(events: Iterable[Event], out: Path) -> None:
    """Write `out/transcript.ndjson`, whole or not at all."""
    write_whole(out / "transcript.ndjson", (json_text(transcript_line(event)) + "\n" for event in events))


def transcript_line(event: Event) -> dict[str, str | None]:
    """One event with the contract's names; an event without a frame has `frame` null."""
    return {
        "exchange": event.exchange,
        "probe": event.probe,
        "session": event.session,
        "agent": event.agent,
        "at": rfc3339(event.at),
        "event": event.kind.value,
        "frame": event.frame,
        "note": event.note,
    }
