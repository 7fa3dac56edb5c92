"""A capture of which only examples are kept comes to what it comes to where everything is: clause by clause."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from command import quick_profile
from ended import called
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lcm_conformance.judge.result import Result
from lcm_conformance.record import folding
from lcm_conformance.record.folded import Contacts, Samples
from lcm_conformance.run import recorded as recorded_module
from lcm_conformance.run.judge_settings import settings_for
from lcm_conformance.run.judging import result_of
from lcm_conformance.run.recorded import Recorded, read

BEGUN = datetime(2026, 11, 27, 10, tzinfo=UTC)
REQUEST = {"channel": "LCM", "topic": "WebService", "subtopic": "GetReservedContactOD"}
LOGIN = {"channel": "Cisco", "topic": "Agent", "subtopic": "SetUserInfo"}
LOGOUT = {"channel": "Cisco", "topic": "Agent", "subtopic": "Logout"}
USUAL = ("contact",) * 12
ODD = (
    "nothing", "twice", "late", "empty", "other", "unasked", "refusal", "no json", "no id", "colleague", "sibling",
    "close", "login", "logout", "other text", "respelt", "wrong topic", "wrong member", "over", "unreal", "together",
    "ping", "extra", "number", "false id", "escaped", "no id, nothing",
)  # fmt: skip
Turn = tuple[int, str, int]
"""Session, what happens, and which contact."""


def contact(number: int, **changed: Any) -> dict[str, Any]:
    row = {
        "PhoneNumber": f"555010{number:04}", "AccountNumber": f"{number}|1|3", "CampaignId": "Spring", "Mode": "Home",
        "ContactId": str(100 + number), "ExpiryTime": "Oct 7 2036 11:59PM", "CallbackTime": "",
        "CallType": "Regular Call", "Prefix": "", "Suffix": "", "Queue": "Queue1",
    }  # fmt: skip
    return {name: value for name, value in (row | changed).items() if value != "absent"}


def reply(content: dict[str, Any], **changed: Any) -> str:
    whole = {"channel": "LCM", "topic": "WebService", "subtopic": "ContactOD", "message": {"response": content}}
    return json.dumps(whole | changed)


CHANGED: dict[str, dict[str, Any]] = {
    "wrong member": {"Queue": "absent"},
    "over": {"ExpiryTime": "Oct 7 2021 11:59PM"},
    "unreal": {"ExpiryTime": "Feb 30 2036 11:59PM"},
    "extra": {"More": 1, "Mode": "Cell"},
    "number": {"ContactId": 7},
}
ANSWERS = {
    "empty": '{"channel":"LCM","topic":"WebService","subtopic":"ContactOD","message":{"response":{}}}',
    "other": '{"channel":"X","topic":"Y","subtopic":"Z"}',
    "refusal": '{"channel":"LCM","topic":"Error","subtopic":"Error","message":"no"}',
    "no json": "pong 17",
}


def told(turns: list[Turn], several: bool) -> Iterator[dict[str, Any]]:
    """The lines of a capture; with `several` each session is of an agent of its own."""
    at = BEGUN

    def line(event: str, session: int, frame: str | None = None, seconds: float = 0.25, **more: Any) -> dict[str, Any]:
        nonlocal at
        at += timedelta(seconds=seconds)
        row = {"at": at.isoformat(), "event": event, "session": f"s-{session}", **more}
        return row if frame is None else row | {"frame": frame}

    def ask(session: int, **changed: Any) -> str:
        own = {"UserID": f"agent-{session if several else 0}"}
        return json.dumps({**REQUEST, "data": own} | changed)

    def login(session: int) -> str:
        data = {"username": f"agent-{session if several else 0}", "password": "made-up", "extension": "5001"}
        return json.dumps({**LOGIN, "data": data})

    for session in sorted({session for session, _, _ in turns}):
        yield line("opened", session)
        yield line("sent", session, login(session))
    for session, what, number in turns:
        if what in {"login", "logout"}:
            yield line("sent", session, login(session) if what == "login" else json.dumps(LOGOUT))
        elif what == "close":
            yield line("closed", session, note="by the endpoint: 1000")
        elif what == "unasked":
            yield line("received", session, reply(contact(number)))
        elif what == "ping":
            yield line("sent", session, '{"channel":"X","topic":"Y","subtopic":"Ping"}')
        elif what == "together":
            other = 1 - session
            yield line("sent", session, ask(session))
            yield line("sent", other, ask(other), seconds=0)
            yield line("received", other, reply(contact(number)))
            yield line("received", session, reply(contact(number + 1)), seconds=0)
        else:
            yield line("sent", session, asked(what, ask, session), seconds=0.3)
            yield from (line("received", session, text, seconds=0.06) for text in answers(what, number))
            if what == "late":
                yield line("received", session, reply(contact(number)), seconds=6)
    yield line("opened", 0, seconds=20)


def asked(what: str, ask: Any, session: int) -> str:
    changed: dict[str, dict[str, Any]] = {
        "no id": {"data": {}},
        "no id, nothing": {"data": {}},
        "false id": {"data": {"UserID": "nobody"}},
        "colleague": {"data": {"UserID": "agent-1"}},
        "sibling": {"subtopic": "GetContactOD"},
        "other text": {"source": "widget"},
        "respelt": {"topic": "Webservice"},
    }
    return str(ask(session, **changed.get(what, {})))


def answers(what: str, number: int) -> list[str]:
    if what in {"nothing", "late", "no id, nothing"}:
        return []
    if what == "escaped":
        return [reply(contact(number, Prefix="Zürich"))]
    if what == "wrong topic":
        return [reply(contact(number), topic="webservice")]
    one = ANSWERS.get(what) or reply(contact(number, **CHANGED.get(what, {})))
    return [one, one] if what == "twice" else [one]


def result(recorded: Recorded, file: Path, profile: Path | None) -> Result:
    return result_of(settings_for((str(file),), str(profile) if profile else None, "2308", {}), recorded)


def compared(turns: list[Turn], several: bool, folder: Path, profile: Path | None = None) -> tuple[int, Result]:
    """How many exchanges were folded, and the result, which is the same without folding."""
    file = folder / "capture.ndjson"
    file.write_text("\n".join(map(json.dumps, told(turns, several))) + "\n")
    capture = settings_for((str(file),), str(profile) if profile else None, "2308", {}).capture
    whole, examples = read([str(file)], replace(capture, every=True)), read([str(file)], capture)
    first, second = (result(recorded, file, profile) for recorded in (whole, examples))
    for one, other in zip(first.clauses, second.clauses, strict=True):
        assert (other.id, other.verdict, other.reason, other.asked) == (one.id, one.verdict, one.reason, one.asked)
        assert (other.findings_total, other.blockers) == (one.findings_total, one.blockers)
        assert set(other.findings) <= set(one.findings) or len(one.findings) == 100
        assert other.findings[:1] == one.findings[:1]
    for name in (
        "verdict", "attribution", "readings", "depends_on", "observations", "latency", "trouble", "wire", "seconds",
        "asked_as", "notices", "ledger",
    ):  # fmt: skip
        assert getattr(second, name) == getattr(first, name), name
    kept = {x.id: x for x in whole.recording.exchanges}
    assert all(kept[x.id] == x for x in examples.recording.exchanges)
    assert len(kept) == len(examples.recording.exchanges) + examples.recording.folded.count
    return examples.recording.folded.count, second


def profile_in(folder: Path) -> Path:
    """A profile that expects the contacts 0 and 1 of two agents; the third has nothing reserved."""
    agents = (("agent-7", "agent-0"), ("agent-8", "agent-1"), ("agent-10", "agent-2"))
    contacts = (("5550104711", "5550100000"), ("137|1|3|0|0|84|1", "0|1|3"), ("SpringRenewal-ACQ", "Spring"))
    others = (("5550104822", "5550100001"), ("138|1|3|0|0|85|1", "1|1|3"), ("AutumnSurvey-RET", "Spring"))
    return quick_profile(folder, *((f'"{old}"', f'"{new}"') for old, new in (*agents, *contacts, *others)))


TURNS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from((*USUAL, *ODD)), st.integers(0, 4)), min_size=1, max_size=40
)
RUNS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(ODD), st.integers(0, 3), st.integers(3, 9), st.booleans()),
    min_size=1,
    max_size=6,
)


@pytest.fixture(autouse=True)
def few_examples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "EXAMPLES", 2)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=TURNS, several=st.booleans())
def test_examples_come_to_what_everything_comes_to(turns: list[Turn], several: bool, tmp_path: Path) -> None:
    compared(turns, several, tmp_path)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(runs=RUNS, several=st.booleans(), profiled=st.booleans())
def test_so_they_do_where_something_odd_happens_among_very_many_alike(
    runs: list[tuple[int, str, int, int, bool]], several: bool, profiled: bool, tmp_path: Path
) -> None:
    turns: list[Turn] = []
    for session, odd, number, times, alike in runs:
        turns += [(session, "contact", number if alike else 10 + len(turns)) for _ in range(times)]
        turns += [(session, odd, number)]
    compared(turns, several, tmp_path, profile_in(tmp_path) if profiled else None)


@pytest.fixture(scope="module")
def long_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty contacts on one session, and then an error that speaks of the fifth."""
    turns = [(0, "contact", number) for number in range(30)]
    spoken_of = {"subtopic": "Trouble", "said": "no line to 555-010-0005 (agent of 5550100006)"}
    rows = [*told(turns, several=True)]
    rows.insert(-1, {**rows[-2], "frame": json.dumps(spoken_of)})
    file = tmp_path_factory.mktemp("long") / "capture.ndjson"
    file.write_text("\n".join(map(json.dumps, rows)) + "\n")
    return file


def test_what_is_folded_stands_in_no_report_and_is_counted(long_file: Path, tmp_path: Path) -> None:
    ended = called(tmp_path, "judge", long_file, "--cm-version", "2308", "--no-allure-html")
    asked = {row["id"]: row["asked"] for row in ended.result["clauses"]}
    assert asked["MAP-1"] == 29  # the last one is to tell whose contact it is
    assert ended.result["latency"]["count"] == 30
    sent = [row for row in ended.transcript if row["event"] == "sent" and "exchange" in row]
    assert len(sent) < 10
    assert ended.transcript[0]["folded"] == 30 - len(sent)
    everything = "".join(path.read_text() for path in ended.out.rglob("*") if path.is_file())
    assert not re.search("555-?010-?0005|5550100006", everything)


def test_a_bundle_holds_all_of_it(long_file: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "evidence.zip"
    ended = called(tmp_path, "judge", long_file, "--cm-version", "2308", "--bundle", bundle, "--no-allure-html")
    assert "folded" not in ended.transcript[0]
    assert bundle.exists()


def test_a_transcript_of_examples_is_no_whole_recording(long_file: Path, tmp_path: Path) -> None:
    ended = called(tmp_path, "judge", long_file, "--cm-version", "2308", "--no-allure-html")
    again = called(tmp_path, "judge", ended.out / "transcript.ndjson", "--no-allure-html", "--out", "again")
    result = json.loads((tmp_path / "again" / "result.json").read_text())
    assert again.status == 3
    assert {row["verdict"] for row in result["clauses"] if row["id"] == "MAP-1"} == {"inconclusive"}
    assert any("judge what this transcript was made from" in line for line in result["notices"])


def test_lines_that_do_not_lie_in_the_order_of_time_are_put_in_order(tmp_path: Path) -> None:
    turns = [(0, "contact", number) for number in range(9)]
    rows = [*told(turns, several=True)]
    later = [*told([(1, "contact", 50)], several=True)]
    file, files = tmp_path / "one.ndjson", []
    for name, half in (("first", rows), ("second", later)):  # the second begins when the first does
        files.append(tmp_path / f"{name}.ndjson")
        files[-1].write_text("\n".join(map(json.dumps, half)) + "\n")
    file.write_text("\n".join(map(json.dumps, sorted([*rows, *later], key=lambda row: row["at"]))) + "\n")
    capture = settings_for((str(file),), None, "2308", {}).capture
    together, apart = read([str(file)], capture), read([*map(str, files)], capture)
    assert apart.recording.exchanges == together.recording.exchanges
    assert len(apart.recording.exchanges) + apart.recording.folded.count == 10
    one, other = (result(recorded, file, None) for recorded in (together, apart))
    assert [(c.id, c.verdict, c.reason) for c in one.clauses] == [(c.id, c.verdict, c.reason) for c in other.clauses]


def test_a_login_after_a_request_on_its_session_is_known_from_the_beginning(tmp_path: Path) -> None:
    rows = [*told([(0, "contact", 1), (0, "contact", 2)], several=True)]
    login = rows.pop(1)
    rows.insert(3, login | {"at": rows[2]["at"]})
    file = tmp_path / "capture.ndjson"
    file.write_text("\n".join(map(json.dumps, rows)) + "\n")
    recording = read([str(file)], settings_for((str(file),), None, "2308", {}).capture).recording
    assert [x.probe for x in recording.exchanges] == ["not-logged-in", "not-logged-in"]


def test_where_more_contacts_came_than_are_remembered_nobody_says_that_all_were_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folding, "MOST_CONTACTS", 10)
    file = tmp_path / "capture.ndjson"
    turns = [(number % 2, "contact", number) for number in range(40)]
    turns.sort(key=lambda turn: turn[0])
    file.write_text("\n".join(map(json.dumps, told(turns, several=True))) + "\n")
    recorded = read([str(file)], settings_for((str(file),), None, "2308", {}).capture)
    (row,) = (c for c in result(recorded, file, None).clauses if c.id == "RES-1")
    assert (row.verdict, "more contacts came than are remembered" in row.reason) == ("inconclusive", True)


def test_digests_say_who_was_handed_a_contact_first() -> None:
    contacts, first = Contacts(5_000), dict[int, int]()
    for number in range(6_000):
        digest, agent = hash(("ContactID", str(number % 4_000))), number % 7
        first.setdefault(digest, agent)
        assert contacts.first(digest, agent) == first[digest]
    assert {digest: contacts.known(digest) for digest in first} == first
    assert contacts.known(hash("none of them")) is None
    assert not contacts.full
    for number in range(2_000):
        contacts.first(hash(("other", number)), 0)
    assert contacts.full


def test_samples_are_spread_over_all() -> None:
    samples = Samples(100)
    for number in range(10_000):
        samples.add("reserved", float(number), number + 0.5)
    clocks = [sent for _, sent, _ in samples.kept]
    assert 50 <= len(clocks) <= 100
    assert {round(b - a) for a, b in pairwise(clocks)} == {128}


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("again", [True, False])
def test_each_thing_that_is_odd_is_seen_between_what_is_folded(
    odd: str, again: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a file cannot be read again, so that all of it is held."""
    monkeypatch.setattr(recorded_module, "_can_be_read_again", lambda name: again)
    alike: list[Turn] = [(number % 2, "contact", 10 + number) for number in range(12)]
    between: list[Turn] = [(0, odd, 11), (0, odd, 40), (1, "contact", 30), (0, "contact", 31)]
    after: list[Turn] = [(number % 2, "contact", 50 + number) for number in range(10)]
    compared([*alike, *between, *after], several=True, folder=tmp_path)


def test_a_contact_that_is_handed_to_another_agent_long_afterwards_is_seen(tmp_path: Path) -> None:
    turns: list[Turn] = [(number // 20, "contact", number if number != 30 else 5) for number in range(40)]
    folded, ended = compared(turns, several=True, folder=tmp_path)
    (row,) = (clause for clause in ended.clauses if clause.id == "RES-1")
    assert folded > 20
    assert (row.verdict, "handed the same contact" in row.reason) == ("fail", True)
