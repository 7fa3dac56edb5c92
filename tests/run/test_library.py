"""What a program imports: one reply judged, and recorded traffic."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lcm_conformance
import pytest
from command import PACKAGED_PROFILE
from hypothesis import given, settings
from hypothesis import strategies as st
from lcm_conformance import judge_recording, judge_reply
from lcm_conformance.catalogue.verdict import UsageError

HAR = Path(__file__).parents[1] / "har" / "widget.har"
RESPONSE = {
    "PhoneNumber": "5550104711", "AccountNumber": "137|1|3|0|0|84|1", "CampaignId": "SpringRenewal-ACQ", "Mode": "Home",
    "ContactId": "137", "ExpiryTime": "Oct 7 2036 11:59PM", "CallbackTime": "Oct 7 2036 11:59PM",
    "CallType": "Regular Call", "Prefix": "", "Suffix": "", "Queue": "Queue1",
}  # fmt: skip


def reply(**changes: object) -> dict[str, Any]:
    response = {name: value for name, value in {**RESPONSE, **changes}.items() if value is not ...}
    return {"channel": "LCM", "topic": "WebService", "subtopic": "ContactOD", "message": {"response": response}}


def failed(frame: object, **options: Any) -> set[str]:
    return {row.clause for row in judge_reply(frame, **options) if row.verdict == "fail" and row.decides}  # type: ignore[arg-type]


def test_a_reply_that_conforms_has_no_findings() -> None:
    assert judge_reply(reply()) == ()
    assert judge_reply(json.dumps(reply(ContactId=..., ContactID=137, CallType=1))) == ()


def test_so_it_is_with_its_bytes_unless_they_are_no_text() -> None:
    assert judge_reply(json.dumps(reply()).encode()) == ()
    with pytest.raises(UsageError, match="the reply is no UTF-8 at byte 2: "):
        judge_reply(b"{\xff")


def test_what_is_wrong_with_a_reply_is_told_by_clause() -> None:
    assert failed(reply(Queue=...)) == {"FLD-Queue-presence"}
    assert failed(reply(Mode=7)) == {"FLD-Mode-type"}
    assert failed(reply(ExpiryTime="soon")) == {"FMT-ExpiryTime"}
    assert failed({**reply(), "channel": "lcm"}) == {"RSP-2"}
    assert failed("no JSON at all") == {"RSP-1"}
    assert failed({"channel": "LCM", "subtopic": "Other"}) == {"MAP-1"}
    [row] = [row for row in judge_reply(reply(Queue=...)) if row.verdict == "fail"]
    assert row.findings[0].expected == "the member Queue"


def test_a_reading_holds_it_to_one_side_of_the_page() -> None:
    assert failed(reply(), reading={"contact-id-name": "table"}) == {"FLD-ContactID-presence"}
    with pytest.raises(UsageError, match="unknown reading"):
        judge_reply(reply(), reading={"colour": "table"})


@settings(max_examples=40, deadline=None)
@given(st.text() | st.recursive(st.none() | st.booleans() | st.text(), st.lists).map(json.dumps))
def test_whatever_came_is_judged(frame: str) -> None:
    assert "error" not in {row.verdict for row in judge_reply(frame)}


def test_recorded_traffic_is_judged_without_writing_anything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = {row.clause: row.verdict for row in judge_recording(HAR, profile=PACKAGED_PROFILE)}
    assert (found["FLD-Queue-presence"], found["MAP-1"]) == ("fail", "pass")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(UsageError, match="cannot read gone"):
        judge_recording("gone")


def test_a_widgets_test_has_it_as_a_fixture(lcm_judge: Callable[..., Any]) -> None:
    assert lcm_judge(reply()) == ()


def test_the_names_are_listed() -> None:
    assert {"judge_reply", "judge_recording", "Judged"} <= set(dir(lcm_conformance))
