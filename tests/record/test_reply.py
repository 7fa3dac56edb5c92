"""Which message is the reply, among whatever a session carries."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from lcm_conformance.catalogue import page
from lcm_conformance.record.reply import Message, Shape, is_reply_at_once, messages, reply_among
from lcm_conformance.record.transcript import Event, Kind

CONTACT = dict.fromkeys(page.MEMBERS, "x") | {"PhoneNumber": "5550100123"}


SERIALISED_EMPTY: dict[str, object] = {
    **dict.fromkeys(("PhoneNumber", "AccountNumber", "CampaignId", "Mode", "Prefix", "Suffix", "Queue")),
    **{"ContactId": 0, "CallType": 0, "ExpiryTime": "0001-01-01T00:00:00", "CallbackTime": "1/1/1900 12:00:00 AM"},
}
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


def test_else_a_frame_that_is_no_json_and_plainly_meant() -> None:
    cut = received(json.dumps(envelope())[:80])
    assert reply_among([CHAT, GARBLED, cut]) is cut


def test_a_frame_that_is_no_json_is_a_reply_only_to_who_takes_it_for_one() -> None:
    assert reply_among([CHAT, GARBLED]) is None
    assert reply_among([CHAT, GARBLED], takes=lambda message: True) is GARBLED
    assert reply_among([received("h"), GARBLED], takes=lambda message: message.likeness != "h") is GARBLED


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
        # A language's nothing is no contact, and one member with a value of its own makes one where it is due.
        (envelope(response=SERIALISED_EMPTY), Shape.EMPTY, False),
        (envelope("Nothing", SERIALISED_EMPTY), Shape.OTHER, False),
        (envelope(response=SERIALISED_EMPTY | {"Queue": "Queue1"}), Shape.CONTACT, False),
        (envelope(response=SERIALISED_EMPTY | {"ContactId": 7}), Shape.CONTACT, True),
        (envelope(response=SERIALISED_EMPTY | {"ContactId": -1}), Shape.EMPTY, False),
        (envelope(response=SERIALISED_EMPTY | {"account_number": "137|1"}), Shape.CONTACT, True),
        # Under another subtopic: one that identifies, and two more.
        (envelope("x", {"PhoneNumber": "5550100123", "Mode": "Home"}), Shape.OTHER, False),
        (envelope("x", {"PhoneNumber": "5550100123", "Mode": "Home", "Queue": ""}), Shape.ELSEWHERE, True),
        (envelope("x", {"Prefix": "9", "Mode": "Home", "Queue": "q", "CampaignId": "c"}), Shape.OTHER, False),
        # A refusal may name every member.
        (envelope("WS_Error", dict.fromkeys(page.MEMBERS, "is required")), Shape.ERROR, False),
        (envelope("x", {"errors": dict.fromkeys(page.MEMBERS, "missing")}), Shape.ERROR, False),
        (envelope("x", {"missing": list(page.MEMBERS)}), Shape.OTHER, False),
        (
            envelope(response={"success": False, "msg": "no", **dict.fromkeys(page.MEMBERS, "required")}),
            Shape.EMPTY,
            False,
        ),
        (envelope(response={"success": False, **CONTACT}), Shape.CONTACT, True),
        ('Error: "PhoneNumber": missing, "AccountNumber": missing, "ContactID": missing', Shape.NOT_JSON, False),
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


@pytest.mark.parametrize(
    ("frame", "meant"),
    [
        (envelope(response={}), True),
        (envelope("x"), False),
        ('{"subtopic": "ContactOD", "message": {"resp', True),
        ("{“subtopic”: “ContactOD”}", True),
        ('{"PhoneNumber": "1", "Mode": "", "Queue": ', True),
        ('{"PhoneNumber": "1", "Mode": ', False),
        ("h", False),
        ("", False),
        ("ContactOD", False),
        ('{"subtopic": "GetReservedContactOD", "data": {"Us', False),
    ],
)
def test_what_is_plainly_meant_as_a_reply(frame: object, meant: bool) -> None:
    assert received(frame).may_answer is meant


def test_waiting_ends_with_a_contact_and_with_what_is_plainly_a_garbled_one() -> None:
    cut = received('{"subtopic": "ContactOD", "message": {"resp')
    assert is_reply_at_once(PROPER)
    assert is_reply_at_once(cut)
    assert not any(map(is_reply_at_once, (CHAT, EMPTY, ELSEWHERE, GARBLED, received("h"), received(""))))


def test_waiting_does_not_end_with_what_repeats_the_suites_own_text() -> None:
    sent = '{"subtopic": "ContactOD", "x": 1'
    assert not is_reply_at_once(received(f"echo {sent}"), [sent])
    assert not is_reply_at_once(received(sent[:25]), [sent])
    assert is_reply_at_once(received(f"echo {sent}"), ["something else", ""])


def test_waiting_ends_with_a_frame_like_one_that_was_taken_before() -> None:
    assert is_reply_at_once(received("<contact 17/>"), taken={received("<contact 4/>").likeness})
    assert not is_reply_at_once(received("<contact 17/>"), taken={received("<contacts 4/>").likeness})
