"""`judge` on what others recorded: captures line by line and HAR files. What was not heard makes no verdict."""

from __future__ import annotations

import base64
import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command import LONGEST, environment, quick_profile
from ended import Ended, called
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lcm_conformance.catalogue.verdict import UsageError
from lcm_conformance.endpoint import Behaviour, Host
from lcm_conformance.run.recorded import Capture, read

UNDER_CONTROL = (
    "import runpy, signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "runpy.run_module('lcm_conformance', run_name='__main__')"
)
"""The command, which hears Ctrl-C even where the tests themselves run in the background."""
CHROMIUM = Path(__file__).parents[1] / "har" / "widget.har"
"""Recorded by `tests/har/record.py`."""
CONTACT = {
    "PhoneNumber": "5550104711", "AccountNumber": "137|1|3|0|0|84|1", "CampaignId": "SpringRenewal-ACQ", "Mode": "Home",
    "ContactId": "137", "ExpiryTime": "Oct 7 2036 11:59PM", "CallbackTime": "Oct 7 2036 11:59PM",
    "CallType": "Regular Call", "Prefix": "", "Suffix": "", "Queue": "Queue1",
}  # fmt: skip
REPLY = {"channel": "LCM", "topic": "WebService", "subtopic": "ContactOD", "message": {"response": CONTACT}}
REQUEST = {"channel": "LCM", "topic": "WebService", "subtopic": "GetReservedContactOD", "data": {"UserID": "agent-7"}}
LOGIN = {
    "channel": "Cisco", "topic": "Agent", "subtopic": "SetUserInfo",
    "data": {"username": "agent-7", "password": "seven-of-hearts", "extension": "5069"},
}  # fmt: skip


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    with Host() as running:
        yield running


def line(event: str, second: float, message: object = None, **more: object) -> dict[str, Any]:
    minutes, rest = divmod(second, 60)
    row: dict[str, Any] = {"at": f"2026-11-27T10:{int(minutes):02}:{rest:06.3f}Z", "event": event, **more}
    if message is not None:
        row["frame"] = message if isinstance(message, str) else json.dumps(message)
    return row


def captured(folder: Path, *lines: dict[str, Any]) -> Path:
    file = folder / "capture.ndjson"
    file.write_text("\n".join(map(json.dumps, lines)))
    return file


def judged(folder: Path, file: Path, *options: str | Path) -> Ended:
    return called(folder, "judge", file, "--no-allure-html", *options)


def verdicts(ended: Ended) -> dict[str, str]:
    return {row["id"]: row["verdict"] for row in ended.result["clauses"]}


@pytest.mark.parametrize(
    ("faults", "failing"),
    [
        ((), set()),
        (("drops_queue",), {"FLD-Queue-presence"}),
        (("answers_without_user_id",), {"REQ-5"}),
    ],
)
def test_a_run_seen_as_a_capture_is_never_judged_otherwise_than_the_run(
    host: Host, tmp_path: Path, faults: tuple[str, ...], failing: set[str]
) -> None:
    profile = quick_profile(tmp_path)
    ran = called(
        tmp_path, "run", "--url", host.start(Behaviour(faults=faults)), "--profile", profile, "--reveal",
        "--no-allure-html",
    )  # fmt: skip
    kept = ("at", "event", "session", "frame", "note")
    lines = [{name: row[name] for name in kept if name in row} for row in ran.transcript if "at" in row]
    again = judged(tmp_path, captured(tmp_path, *lines), "--profile", profile, "--out", "again")
    then, now = verdicts(ran), verdicts(Ended(again.status, "", "", tmp_path / "again"))
    open_ones = {"inconclusive", "untested"}
    assert {id_: (then[id_], now[id_]) for id_ in now if now[id_] not in {then[id_], *open_ones}} == {}
    assert {id_ for id_, verdict in then.items() if verdict == "fail"} == failing
    assert {id_ for id_, verdict in now.items() if verdict == "fail"} == failing
    passed = [id_ for id_, verdict in now.items() if verdict == "pass"]
    assert len(passed) >= 48
    assert {"MAP-1", "PRE-1", "REQ-1", "REQ-4"} <= set(passed)


def test_one_asking_without_a_profile_is_judged_by_what_came(tmp_path: Path) -> None:
    file = captured(
        tmp_path, line("opened", 0), line("sent", 1, LOGIN), line("sent", 2, REQUEST), line("received", 2.1, REPLY)
    )
    refused = judged(tmp_path, file)
    assert (refused.status, refused.complaint) == (
        2, "lcm-conformance judge: a capture does not say which Campaign Manager it is of: add --cm-version, or "
        "--profile\n",
    )  # fmt: skip
    ended = judged(tmp_path, file, "--cm-version", "2308")
    found = verdicts(ended)
    assert (found["MAP-1"], found["FLD-Queue-presence"], found["RSP-1"]) == ("pass", "pass", "pass")
    assert (found["RES-1"], found["RES-2"], found["REQ-5"], found["PRE-1"]) == ("untested",) * 4
    assert ended.status == 3
    everything = "".join(path.read_text() for path in ended.out.iterdir() if path.is_file())
    assert "seven-of-hearts" not in everything
    assert "5550104711" not in everything
    assert "agent-7" not in everything


def test_without_a_profile_nobody_vouches_for_a_reservation(tmp_path: Path) -> None:
    file = captured(tmp_path, line("sent", 1, LOGIN), line("sent", 2, REQUEST), line("received", 30, {"topic": "x"}))
    ended = judged(tmp_path, file, "--cm-version", "2308")
    assert (ended.status, verdicts(ended)["MAP-1"]) == (3, "inconclusive")


def test_an_answer_that_nobody_waited_for_is_no_failure_and_one_that_was_is(tmp_path: Path) -> None:
    profile = quick_profile(tmp_path)
    said = [line("sent", 1, LOGIN), line("sent", 2, REQUEST)]
    hasty = judged(tmp_path, captured(tmp_path, *said, line("closed", 2.5)), "--profile", profile)
    assert verdicts(hasty)["MAP-1"] == "inconclusive"
    patient = judged(tmp_path, captured(tmp_path, *said, line("closed", 63)), "--profile", profile)
    assert verdicts(patient)["MAP-1"] == "fail"


def test_a_contact_for_a_request_without_userid_fails_only_alone_and_after_it_was_heard_out(tmp_path: Path) -> None:
    wrong = {**REQUEST, "data": {}}
    proper = [line("sent", 1, LOGIN), line("sent", 2, REQUEST), line("received", 2.1, REPLY)]
    after = [line("sent", 40, REQUEST), line("received", 40.1, REPLY), line("closed", 80)]
    profile = quick_profile(tmp_path)
    leaks = captured(tmp_path, *proper, line("sent", 10, wrong), line("received", 10.1, REPLY), *after)
    assert verdicts(judged(tmp_path, leaks, "--profile", profile))["REQ-5"] == "fail"
    silent = captured(tmp_path, *proper, line("sent", 10, wrong), *after)
    found = verdicts(judged(tmp_path, silent, "--profile", profile))
    assert found["REQ-5"] in {"pass", "untested"}  # untested: the other forms were not asked
    uncontrolled = captured(tmp_path, *proper, line("sent", 10, wrong), line("closed", 80))
    assert verdicts(judged(tmp_path, uncontrolled, "--profile", profile))["REQ-5"] in {"inconclusive", "untested"}


def test_two_things_wrong_are_no_form_and_a_siblings_contact_is_the_siblings(tmp_path: Path) -> None:
    twice = {**REQUEST, "channel": "LCMX", "data": {}}
    sibling = {**REQUEST, "subtopic": "GetContactOD"}
    broken = {**REPLY, "message": {"response": {**CONTACT, "Queue": 7}}}
    file = captured(
        tmp_path, line("sent", 1, LOGIN), line("sent", 2, REQUEST), line("received", 2.1, REPLY),
        line("sent", 10, twice), line("received", 10.1, REPLY),
        line("sent", 20, sibling), line("received", 20.1, broken), line("closed", 60),
    )  # fmt: skip
    found = verdicts(judged(tmp_path, file, "--profile", quick_profile(tmp_path)))
    assert "fail" not in found.values()
    assert (found["FLD-Queue-type"], found["REQ-1"]) == ("pass", "untested")


def test_another_agents_contact_is_a_failure_where_the_profile_says_whose_it_is(tmp_path: Path) -> None:
    theirs = {"PhoneNumber": "5550104822", "AccountNumber": "138|1|3|0|0|85|1", "CampaignId": "AutumnSurvey-RET"}
    reply = {**REPLY, "message": {"response": {**CONTACT, **theirs, "ContactId": "138"}}}
    said = [line("sent", 1, LOGIN)]
    for second in (2, 3):
        said += [line("sent", second, REQUEST), line("received", second + 0.1, reply)]
    file = captured(tmp_path, *said)
    assert verdicts(judged(tmp_path, file, "--profile", quick_profile(tmp_path)))["RES-1"] == "fail"
    assert verdicts(judged(tmp_path, file, "--cm-version", "2308"))["RES-1"] == "untested"


def har(*messages: tuple[str, float, int, str], **entry: object) -> dict[str, Any]:
    rows = [{"type": kind, "time": 1795773600 + at, "opcode": code, "data": data} for kind, at, code, data in messages]
    about = {"startedDateTime": "2026-11-27T10:00:00.000Z", "time": 90_000, "_resourceType": "websocket"}
    return {"log": {"version": "1.2", "entries": [{"request": {}}, {**about, "_webSocketMessages": rows, **entry}]}}


def test_a_har_with_messages_is_judged_and_one_without_is_wrong_use(tmp_path: Path) -> None:
    file = tmp_path / "capture.har"
    asked = ("send", 2.0, 1, json.dumps(REQUEST)), ("receive", 2.1, 1, json.dumps(REPLY))
    binary = ("receive", 3.0, 2, base64.b64encode(b"\0\1").decode())
    file.write_text(json.dumps(har(("send", 1.0, 1, json.dumps(LOGIN)), *asked, binary), indent=2))
    found = verdicts(judged(tmp_path, file, "--cm-version", "2308"))
    assert (found["MAP-1"], found["FLD-Queue-type"]) == ("pass", "pass")
    damaged = har(("send", 1.0, 1, json.dumps(LOGIN)), *asked, ("receive", 3.0, 2, "~"), ("x", 4.0, 1, "y"))
    file.write_text(json.dumps(damaged))
    told = judged(tmp_path, file, "--cm-version", "2308").printed
    assert f"notice: {file}, socket 1, message 4 is no WebSocket message, and is left out" in told
    for content, why in (
        ({"log": {"entries": [{"request": {}}]}}, "holds no WebSocket messages"), ({"log": {}}, "is no HAR"),
        ({"log": {"entries": 7}}, "is no HAR"), ({"log": []}, "is no HAR"),
    ):  # fmt: skip
        file.write_text(json.dumps(content))
        refused = judged(tmp_path, file, "--cm-version", "2308")
        assert (refused.status, refused.complaint.count("\n")) == (2, 1)
        assert f"{file} {why}" in refused.complaint


def test_what_chromium_saw_of_a_widget_is_judged(tmp_path: Path) -> None:
    ended = judged(tmp_path, CHROMIUM, "--profile", quick_profile(tmp_path))
    rows = {row["id"]: (row["verdict"], row["reason"]) for row in ended.result["clauses"]}
    assert {id_ for id_, (verdict, _) in rows.items() if verdict == "fail"} == {"FLD-Queue-presence"}
    assert [rows[id_][0] for id_ in ("MAP-1", "RSP-1", "FLD-Mode-type", "PRE-1")] == [
        "pass",
        "pass",
        "pass",
        "untested",
    ]
    assert ended.status == 1
    asked = [row for row in ended.transcript if row.get("probe") == "no-userid" and row["event"] == "sent"]
    assert [(row["part"], row["form"]) for row in asked] == [("test", "no UserID"), ("control", None)]
    [silence] = [row for row in ended.transcript if row["event"] == "silence"]
    assert silence["covers"] == [asked[0]["exchange"]]
    assert "seven-of-hearts" not in (ended.out / "transcript.ndjson").read_text()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_file_that_grows_is_followed_until_ctrl_c(tmp_path: Path, number: signal.Signals) -> None:
    file = captured(tmp_path, line("sent", 1, LOGIN))
    command = [sys.executable, "-c", UNDER_CONTROL, "judge", file.name, "--cm-version", "2308", "--follow"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            with file.open("a") as growing:
                growing.write(
                    "\n" + json.dumps(line("sent", 2, REQUEST)) + "\n" + json.dumps(line("received", 3, REPLY))
                )
                growing.flush()
                growing.write("\n")
            told = next(said for said in process.stdout if "MAP-1  " in said and "→ pass" in said)
            assert re.match(r"\d\d:\d\d:\d\d  MAP-1  \w+ → pass", told)
            broken = {**REPLY, "message": {"response": {**CONTACT, "Queue": 7}}}
            with file.open("a") as growing:
                for row in (line("sent", 10, REQUEST), line("received", 10.1, broken)):
                    growing.write(json.dumps(row) + "\n")
            assert next(said for said in process.stdout if "FLD-Queue-type  " in said and "→ fail" in said)
            process.send_signal(number)
            rest, complaint = process.communicate(timeout=LONGEST)
        finally:
            process.kill()
    assert (process.returncode, complaint) == (1, "")
    assert "non-conformant  Campaign Manager 2308" in rest
    assert json.loads((tmp_path / "reports" / "result.json").read_text())["complete"] is True


def test_what_cannot_be_followed_is_wrong_use(tmp_path: Path) -> None:
    assert "--follow needs files" in called(tmp_path, "judge", "-", "--follow").complaint
    assert called(tmp_path, "judge", "gone", "--follow").status == 2


VALUES = st.recursive(
    st.sampled_from([None, True, 7, -1, 1e308, "", "x", json.dumps(REQUEST), "2026-11-27T10:00:00Z", "sent", "closed"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["frame", "data", "at"]), inner),
    max_leaves=4,
)
ROWS = st.dictionaries(st.sampled_from(["at", "event", "frame", "session", "agent", "binary", "note"]), VALUES)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROWS, max_size=6))
def test_no_line_of_a_capture_ends_in_a_crash(tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    file = captured(tmp_path, *rows, line("sent", 1, REQUEST))
    assert read([str(file)], Capture(cm_version="2308")).recording.events


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entry=st.dictionaries(st.sampled_from(["startedDateTime", "time", "_webSocketMessages"]), VALUES), rows=VALUES)
def test_no_har_ends_in_a_crash(tmp_path: Path, entry: dict[str, Any], rows: object) -> None:
    file = tmp_path / "capture.har"
    whole = har(("send", 1.0, 1, json.dumps(REQUEST)))
    whole["log"]["entries"] += [entry, {"_webSocketMessages": [rows, {"type": "send", "time": rows, "data": rows}]}]
    file.write_text(json.dumps(whole))
    try:
        assert read([str(file)], Capture(cm_version="2308")).recording.events
    except UsageError as error:
        pytest.fail(str(error))
