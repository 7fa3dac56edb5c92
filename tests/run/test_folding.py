"""A capture of which only examples are kept comes to what it comes to where everything is: clause by clause."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from command import quick_profile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lcm_conformance.judge.result import Result
from lcm_conformance.record import folding
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
    "ping", "extra", "number", "false id", "escaped",
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
        "false id": {"data": {"UserID": "nobody"}},
        "colleague": {"data": {"UserID": "agent-1"}},
        "sibling": {"subtopic": "GetContactOD"},
        "other text": {"source": "widget"},
        "respelt": {"topic": "Webservice"},
    }
    return str(ask(session, **changed.get(what, {})))


def answers(what: str, number: int) -> list[str]:
    if what in {"nothing", "late"}:
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


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=TURNS, several=st.booleans())
def test_examples_come_to_what_everything_comes_to(turns: list[Turn], several: bool, tmp_path: Path) -> None:
    compared(turns, several, tmp_path)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(runs=RUNS, several=st.booleans(), profiled=st.booleans())
def test_so_they_do_where_something_odd_happens_among_very_many_alike(
    runs: list[tuple[int, str, int, int, bool]], several: bool, profiled: bool, tmp_path: Path
) -> None:
    turns: list[Turn] = []
    for session, odd, number, times, alike in runs:
        turns += [(session, "contact", number if alike else 10 + len(turns)) for _ in range(times)]
        turns += [(session, odd, number)]
    compared(turns, several, tmp_path, profile_in(tmp_path) if profiled else None)
