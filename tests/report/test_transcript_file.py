"""`transcript.ndjson`: one event a line, in the form that `judge` reads."""

from __future__ import annotations

import json
from dataclasses import replace

from lcm_conformance.report.transcript_file import write_transcript


def test_one_line_an_event_in_order(recording, out):
    write_transcript(recording.events, out)
    lines = (out / "transcript.ndjson").read_text(encoding="utf-8").split("\n")
    assert lines.pop() == ""
    told = [json.loads(line) for line in lines]
    assert [event["event"] for event in told] == ["opened", "sent", "received"]
    assert list(told[1]) == ["exchange", "probe", "session", "agent", "at", "event", "frame", "note"]
    assert told[1]["at"] == "2026-03-04T05:06:07.131Z"
    assert told[1]["frame"] == recording.events[1].frame
    assert told[0]["frame"] is None


def test_no_reader_takes_a_character_of_a_frame_for_the_end_of_a_line(recording, out):
    frame = "a\u2028b\u2029c\x85d\r\ne"
    write_transcript((replace(recording.events[1], frame=frame),), out)
    text = (out / "transcript.ndjson").read_text(encoding="utf-8")
    assert len(text.splitlines()) == 1
    assert json.loads(text)["frame"] == frame


def test_an_empty_recording_is_an_empty_file(out):
    write_transcript((), out)
    assert (out / "transcript.ndjson").read_bytes() == b""
