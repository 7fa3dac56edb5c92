"""Which message is the reply, among whatever a session carries."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from lcm_conformance.catalogue import page
from lcm_conformance.record.reply import Message, Shape, messages, reply_among
from lcm_conformance.record.transcript import Event, Kind

CONTACT = dict.fromkeys(page.MEMBERS, "x") | {"PhoneNumber": "5550100123"}


ESCAPED = json.dumps(CONTACT).replace("o", "\\u006f").replace("e", "\\u0065")


def received(frame: object, number: int = 1) -> Message:
    text = frame if isinstance(frame, str) else json.dumps(frame)
    return Message(Event(number, datetime.now(UTC), float(number), "s-1", "reserved", Kind.RECEIVED, text))


def envelope(subtopic: object = "ContactOD", response: object = CONTACT) -> dict[str, object]:
    return {"channel": "LCM", "topic": "WebService", "subtopic": subtopic, "message": {"response": response}}


CHAT = received(
    {"channel": "Cisco", "topic": "Agent", "subtopic": "SetAgentState", "data": {"PhoneNumber": "5550100199"}}
)
EMPTY = received(envelope(response={"success": False, "msg": "Contact not found"}))
GARBLED = received("{NaN")
ELSEWHERE = received(envelope("GetReservedContactOD"))
PROPER = received(envelope())


def test_the_first_contact_od_is_the_reply_whatever_came_before() -> None:
    assert reply_among([CHAT, GARBLED, ELSEWHERE, PROPER, received(envelope(), 2)]) is PROPER


def test_a_contact_od_without_a_contact_is_a_reply_too() -> None:
    assert reply_among([CHAT, EMPTY, ELSEWHERE]) is EMPTY


def test_else_it_is_the_first_contact_under_another_name() -> None:
    assert reply_among([CHAT, GARBLED, ELSEWHERE]) is ELSEWHERE


def test_else_a_frame_that_is_no_json() -> None:
    assert reply_among([CHAT, GARBLED]) is GARBLED


def test_else_there_is_none() -> None:
    assert reply_among([CHAT]) is None
    assert reply_among([]) is None


@pytest.mark.parametrize(
    ("frame", "shape", "hands_out"),
    [
        (envelope(), Shape.CONTACT, True),
        (envelope(response={"PhoneNumber": "5550100123"}), Shape.CONTACT, True),
        ({"subtopic": "ContactOD", "data": CONTACT}, Shape.CONTACT, True),
        (envelope(response=[CONTACT]), Shape.CONTACT, True),
        (envelope(response=json.dumps(CONTACT)), Shape.CONTACT, True),
        (envelope(response={}), Shape.EMPTY, False),
        (envelope(response=None), Shape.EMPTY, False),
        (envelope(response=dict.fromkeys(page.MEMBERS, "")), Shape.EMPTY, False),
        (envelope(response=dict.fromkeys(page.MEMBERS)), Shape.EMPTY, False),
        (envelope("contactod"), Shape.ELSEWHERE, True),
        (envelope("GetReservedContactOD"), Shape.ELSEWHERE, True),
        (envelope(None), Shape.ELSEWHERE, True),
        (envelope(7), Shape.ELSEWHERE, True),
        (CONTACT, Shape.ELSEWHERE, True),
        ([{"deep": [CONTACT]}], Shape.ELSEWHERE, True),
        (json.dumps(ESCAPED), Shape.ELSEWHERE, True),
        (json.dumps(json.dumps(ESCAPED)), Shape.ELSEWHERE, True),
        (json.dumps("{" + json.dumps(CONTACT)), Shape.ELSEWHERE, True),
        (json.dumps(json.dumps(dict.fromkeys(page.MEMBERS, ""))), Shape.OTHER, False),
        ({name.upper(): "x" for name in page.MEMBERS}, Shape.ELSEWHERE, True),
        ({"subtopic": "CallEvent", "data": {"PhoneNumber": "5550100123", "Queue": "q"}}, Shape.OTHER, False),
        ({"subtopic": "WS_Error", "message": {"errorType": "WS_Error"}}, Shape.ERROR, False),
        ({"topic": "Error"}, Shape.ERROR, False),
        ({"subtopic": "x", "message": {"success": False}}, Shape.ERROR, False),
        ({"subtopic": "x"}, Shape.OTHER, False),
        ("7", Shape.OTHER, False),
        ("null", Shape.OTHER, False),
        ("[]", Shape.OTHER, False),
        ("", Shape.NOT_JSON, False),
        ("{NaN", Shape.NOT_JSON, False),
        (json.dumps(envelope())[:-1], Shape.NOT_JSON, True),
        (json.dumps(envelope()).replace('"', "”"), Shape.NOT_JSON, True),
    ],
)
def test_a_frame_is_taken_for_what_it_is(frame: object, shape: Shape, hands_out: bool) -> None:
    message = received(frame)
    assert (message.shape, message.hands_out) == (shape, hands_out)


def test_an_endpoint_that_nests_deeper_than_pythons_stack_is_read_all_the_same() -> None:
    nested = "[" * 800 + json.dumps(CONTACT) + "]" * 800
    assert received(nested).hands_out
    assert received("[" * 100_000).shape is Shape.NOT_JSON


def test_events_without_a_frame_are_no_messages() -> None:
    closed = Event(1, datetime.now(UTC), 1.0, "s-1", "reserved", Kind.CLOSED)
    assert messages([closed, PROPER.event]) == [PROPER]
