"""Replies that are told to be alike come to the same in every clause; a fast reader reads what the strict one reads."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lcm_conformance.catalogue import page
from lcm_conformance.judge.checks import envelope, formats, members
from lcm_conformance.judge.checks.readings import SIDES
from lcm_conformance.record import alike as alike_module
from lcm_conformance.record.alike import Alike, read
from lcm_conformance.record.heard import Heard, heard_in, heard_quickly
from lcm_conformance.record.json_line import object_in
from lcm_conformance.record.notations import is_as_in_the_sample, is_date_time
from lcm_conformance.record.reply import Message, Reply
from lcm_conformance.record.strictjson import kind, parse
from lcm_conformance.record.transcript import Event, Kind
from msgspec.structs import asdict

AT = datetime(2026, 11, 27, 10, tzinfo=UTC)
CONTACT = {
    "PhoneNumber": "5550104711", "AccountNumber": "137|1|3", "CampaignId": "Spring", "Mode": "Home", "ContactId": "137",
    "ExpiryTime": "Oct 7 2036 11:59PM", "CallbackTime": "Oct 7 2036 11:59PM", "CallType": "Regular Call", "Prefix": "",
    "Suffix": "", "Queue": "Queue1",
}  # fmt: skip
CHECKS = (
    envelope.JSON_OBJECT, envelope.UNIQUE_NAMES, envelope.CONTACT_OD, envelope.CHANNEL, envelope.TOPIC,
    envelope.MESSAGE, envelope.RESPONSE, *formats.FORMATS.values(),
    *(ask(name) for ask in (members.present, members.typed, members.filled) for name in page.MEMBERS),
    *map(formats.written_as_in_the_sample, ("ExpiryTime", "CallbackTime")),
)  # fmt: skip
PINS = ({}, {"contact-id-name": "table", "contact-id-type": "table", "topic": "sample"})
TIMES = (
    "Oct 7 2036 11:59PM", "Feb 29 2035 11:59PM", "Feb 29 2036 1:05AM", "Oct  7 2036 11:59PM", "oct 7 2036 11:59PM",
    "2036-10-07T23:59:00", "11:59PM", "13:59PM", "Oct 7 2021 11:59PM", "Nov 26 2026 11:59PM", "Oct 7 2036", "0000", " ",
    "Oct 7 2036 0:59AM", "Oct 17 36 1:59AM", "", "Xyz 7 2036 11:59PM", "Sep 31 2036 10:00AM",
)  # fmt: skip
WORDS = ("", "Home", "Regular Call", "personal callback", "Nobody", '{"ContactID": 1}', "0001-01-01", "Work" * 20)
VALUES = (*WORDS, "0", "7", "00", None, True, False, 0, 1, -1, 10**30, 1.5, 137.0, [], {}, {"Queue": "x"}, ["x"], "a:b")
BLANK = {"PhoneNumber": "", "AccountNumber": "", "ContactId": ""}
DIFFERING = (
    *((CONTACT, name, TIMES) for name in ("ExpiryTime", "CallbackTime")),
    *((CONTACT, name, WORDS) for name in ("Mode", "CallType", "ContactID", "Extra")),
    *((CONTACT | BLANK, name, VALUES) for name in BLANK),
    *((CONTACT, name, ("", "x")) for name in CONTACT),
    *((CONTACT, name, VALUES) for name in ("ContactId", "Queue")),
    (CONTACT | {"ContactID": "7"}, "ContactId", VALUES),
    *((CONTACT, name, ("ok", "failed", True, False)) for name in ("status", "success", "error", "queue")),
    *((CONTACT | BLANK | {"ContactId": "none"}, name, ("ok", "failed", True, False)) for name in ("status", "success")),
)


def seen(text: str, at: datetime) -> list[object]:
    """All that a clause looks at, but for values that are only shown."""
    message = Message(Event(1, at, 0.0, "s-1", "reserved", Kind.RECEIVED, text))
    reply = Reply(1, message)
    asked: list[object] = [message.shape, message.hands_out, message.is_unread, message.may_answer]
    for pins in PINS:
        asked += [(check.clause, check.accepts(reply, pins)) for check in CHECKS]
        asked += [(name, side(reply, pins)) for name, side in SIDES.items()]
    asked += [type(reply.response.get("ExpiryTime")), _is_over(reply), message.members]
    asked += [(kind(reply.response.get(name)), str(reply.response.get(name))) for name in ("Mode", "CallType")]
    return [*asked, *reply.response, *(type(value) for value in reply.response.values())]


@pytest.mark.parametrize(("contact", "name", "values"), DIFFERING)
@pytest.mark.parametrize(("at", "patience"), [(AT, 200), (AT, 0), (AT.replace(year=2040), 200)])
def test_replies_alike_come_to_the_same_in_every_clause(
    contact: dict[str, Any],
    name: str,
    values: tuple[object, ...],
    at: datetime,
    patience: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(alike_module, "_PATIENCE", patience)
    alike, found = Alike(), dict[object, list[object]]()
    texts = [
        reply_of(contact | {name: value}, more)
        for value in values
        for more in ({}, {"topic": value}, {"channel": value}, {name: value})
    ]
    for text in [*texts, *(text.replace('"Queue"', '"Mode": "Cell", "Queue"', 1) for text in texts[:9])]:
        told = alike.told(text, at)
        if told is not None:
            assert (parse(text).error, parse(text).repeated) == (None, ())
            assert found.setdefault(told[0], seen(text, at)) == seen(text, at)


def _is_over(reply: Reply) -> bool:
    try:
        return until(reply) < reply.message.event.at.replace(tzinfo=None) - timedelta(days=2)
    except ValueError:
        return False


def until(reply: Reply) -> datetime:
    return datetime.strptime(str(reply.response.get("ExpiryTime")), "%b %d %Y %I:%M%p")


def reply_of(contact: dict[str, Any], more: dict[str, Any] | None = None) -> str:
    whole = {"channel": "LCM", "topic": "WebService", "subtopic": "ContactOD", "message": {"response": contact}}
    return json.dumps(whole | (more or {}))


def test_the_sample_is_told_and_what_differs_in_a_value_alone_is_alike() -> None:
    alike = Alike()
    key, contact = alike.told(reply_of(CONTACT), AT) or ((), None)
    other = CONTACT | {"ContactId": "138", "ExpiryTime": "Nov 8 2037 1:05AM"}
    assert asdict(contact) == CONTACT
    assert (alike.told(reply_of(other), AT) or ((),))[0] == key
    assert (alike.told(reply_of(CONTACT | {"Prefix": "1"}), AT) or (key,))[0] != key


@pytest.mark.parametrize("text", TIMES)
def test_a_time_is_real_where_its_day_and_its_clock_are(text: str) -> None:
    told = Alike().told(reply_of(CONTACT | {"CallbackTime": text}), AT)
    other = Alike().told(reply_of(CONTACT), AT)
    assert told is not None
    assert other is not None
    same = told[0] == other[0]
    assert same <= (is_date_time(text) and is_as_in_the_sample(text))


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
TEXTS = st.one_of(
    st.builds(json.dumps, JSON, ensure_ascii=st.booleans()),
    st.text(st.sampled_from('{}[]",:\\ue0123456789.-+EtrufalsnNI \t\n\x00\x0b\ud800é'), max_size=14),
    st.sampled_from(
        ("NaN", "-Infinity", "[1e999]", '"\\ud800"', "\ufeff1", "1" * 5000, "[" * 5000, "01", '{"a":1,"a":2}')
    ),
)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
@example('{"a": 1} ')
def test_what_the_fast_reader_takes_the_strict_one_takes_too(text: str) -> None:
    value = read(text)
    strict = parse(text)
    if value is not None and not strict.unread and not _has_float(value):
        assert strict.error is None
        assert strict.value == value


def _has_float(value: object) -> bool:
    """Fractions are not exact to the fast reader, so that no reply with one is told."""
    if isinstance(value, dict | list):
        return any(map(_has_float, value.values() if isinstance(value, dict) else value))
    return isinstance(value, float)


LINES = st.builds(
    lambda row, cut: json.dumps(row).encode()[: len(json.dumps(row)) - cut],
    st.fixed_dictionaries(
        {},
        optional={
            "at": st.sampled_from(
                ("2026-11-27T10:00:00Z", "2026-11-27T10:00:00.25+02:00", "2026-11-27", "1066-01-01", 7)
            ),
            "event": st.sampled_from(("sent", "received", "opened", "closed", "run", "", None)),
            "frame": st.one_of(st.text(max_size=5), st.none(), st.integers()),
            "session": st.one_of(st.text(max_size=3), st.none(), st.integers()),
            "agent": st.one_of(st.text(max_size=3), st.none(), st.booleans()),
            "note": st.text(max_size=3),
            "binary": st.just("AAAA"),
        },
    ),
    st.sampled_from((0, 0, 0, 1, 4)),
)


@settings(max_examples=300, deadline=None)
@given(LINES | st.binary(max_size=20))
@example(b'{"at":"2026-11-27T10:00:00Z","event":"sent","frame":"a","frame":"b"}\r\n')
@example(b'\xef\xbb\xbf{"at":"2026-11-27T10:00:00Z","event":"sent","frame":"a"}')
@example(b'{"at":"2026-11-27T10:00:00Z","event":"sent","frame":"\xff"}')
@example(b'{"at":"2026-11-27T10:00:00Z","event":"sent","frame":"a","session":null}')
def test_a_line_that_is_read_fast_says_what_it_says_to_the_thorough_reader(line: bytes) -> None:
    quick = heard_quickly(line, "capture")
    if quick is not None:
        assert _shown(quick) == _shown(heard_in(object_in(line), "capture"))


def _shown(one: Heard) -> tuple[object, ...]:
    return one.at, one.session, one.kind, one.frame, one.binary, one.agent, one.note
