"""How long is listened after a request, and what ends it early."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from lcm_conformance.catalogue import page
from lcm_conformance.catalogue.probes import Part
from lcm_conformance.drive.waits import Waits
from lcm_conformance.profile import Timing
from lcm_conformance.record.reply import Message
from lcm_conformance.record.transcript import Event, Exchange, Kind

TIMING = Timing(connect=10, reply=5, silence=2)
CONTACT = {"subtopic": "ContactOD", "message": {"response": dict.fromkeys(page.MEMBERS, "x")}}
ELSEWHERE = {**CONTACT, "subtopic": "Other"}
EMPTY = {"subtopic": "ContactOD", "message": {"response": {}}}
REFUSAL = {"subtopic": "WS_Error"}
CHAT = {"subtopic": "SetAgentState"}
GARBLED = "{NaN"
GARBLED_REPLY = json.dumps(EMPTY)[:-1]


def message(frame: object, clock: float = 0) -> Message:
    text = frame if isinstance(frame, str) else json.dumps(frame)
    return Message(Event(1, datetime.now(UTC), clock, "s-1", "reserved", Kind.RECEIVED, text))


def exchange(*frames: object, after: float = 0) -> Exchange:
    received = tuple(message(frame, after).event for frame in frames)
    return Exchange("x-0001", "ask", Part.DUE, "s-1", "reserved", "reserved", "{}", 0.0, received, after)


@pytest.mark.parametrize("part", [Part.DUE, Part.CONTROL, Part.REVIVAL])
def test_where_an_answer_is_due_it_is_waited_for_as_long_as_it_may_take(part: Part) -> None:
    assert Waits(TIMING).of(part).seconds == TIMING.reply


@pytest.mark.parametrize("part", [Part.TEST, Part.OPEN])
def test_elsewhere_for_one_silence_window(part: Part) -> None:
    assert Waits(TIMING).of(part).seconds == TIMING.silence


def test_the_window_grows_with_the_slowest_answer_seen() -> None:
    waits = Waits(TIMING)
    for after in (0.5, 0.25):
        waits.took(exchange(CONTACT, after=after))
    assert waits.of(Part.TEST).seconds == waits.silence().seconds == waits.refusal().seconds == 2.5


def test_chat_teaches_nothing_about_how_slow_answers_are() -> None:
    waits = Waits(TIMING)
    waits.took(exchange(CHAT, after=1))
    assert waits.of(Part.TEST).seconds == 2


@pytest.mark.parametrize(
    ("frame", "word"),
    [
        (CONTACT, "now"),
        (EMPTY, "soon"),
        (GARBLED_REPLY, "now"),
        (ELSEWHERE, "soon"),
        (GARBLED, "soon"),
        (CHAT, "on"),
        (REFUSAL, "on"),
    ],
)
def test_a_due_answer_ends_the_waiting_and_what_may_be_one_ends_it_soon(frame: object, word: str) -> None:
    assert Waits(TIMING).of(Part.DUE).enough([message(CHAT), message(frame)]) == word


@pytest.mark.parametrize(
    ("frame", "word"), [(CONTACT, "now"), (ELSEWHERE, "now"), (EMPTY, "on"), (REFUSAL, "on"), (CHAT, "on")]
)
def test_a_test_is_over_early_only_where_a_contact_came(frame: object, word: str) -> None:
    assert Waits(TIMING).of(Part.TEST).enough([message(frame)]) == word


@pytest.mark.parametrize(("frame", "word"), [(CONTACT, "now"), (EMPTY, "now"), (REFUSAL, "now"), (CHAT, "on")])
def test_a_refusal_may_end_the_waiting_after_bad_input(frame: object, word: str) -> None:
    assert Waits(TIMING).refusal().enough([message(frame)]) == word


def test_silence_is_waited_out_whatever_comes() -> None:
    assert Waits(TIMING).silence().enough([message(CONTACT)]) == "on"


def test_a_burst_is_over_when_as_many_answers_came_as_requests_were_sent() -> None:
    until = Waits(TIMING).burst(3)
    answers = [message(CONTACT), message(CHAT), message(REFUSAL)]
    assert until.enough(answers) == "on"
    assert until.enough([*answers, message(EMPTY)]) == "now"
