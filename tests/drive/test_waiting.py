"""How long a lane listens after a proper request, and what ends it early."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace

import pytest
from driving import embedded, inquiry, only
from lcm_conformance.catalogue import page
from lcm_conformance.drive.lane import Ask, Lane
from lcm_conformance.drive.session import Session
from lcm_conformance.profile import Timing
from lcm_conformance.record.transcript import Silence
from lcm_conformance.transport import ConnectionEnded

CONTACT = {"subtopic": "ContactOD", "message": {"response": dict.fromkeys(page.MEMBERS, "x")}}
ELSEWHERE = {**CONTACT, "subtopic": "Other"}
EMPTY = {"subtopic": "ContactOD", "message": {"response": {}}}
REFUSAL = {"subtopic": "WS_Error"}
CHAT = {"subtopic": "SetAgentState"}
GARBLED = "{NaN"
GARBLED_REPLY = json.dumps(EMPTY)[:-1]
TIMING = Timing(connect=1, reply=0.2, silence=0.05)


@dataclass
class Script:
    """A connection on which these frames come at once; None: nothing for as long as is listened.

    When they have come, it `ends` or stays open.
    """

    frames: list[str | None]
    ends: bool = False

    def send(self, frame: str | bytes) -> None:
        pass

    def receive(self, timeout: float) -> str | None:
        if self.ends and not self.frames:
            raise ConnectionEnded("closed with code 1000")
        return self.frames.pop(0) if self.frames else None

    def close(self) -> None:
        pass

    abort = close


def lane(*frames: object, timing: Timing = TIMING) -> tuple[Lane, Script]:
    profile = replace(only(embedded("ws://127.0.0.1:1/lcm"), "reserved"), timing=timing)
    asking = inquiry(profile)
    script = Script([frame if isinstance(frame, str) else json.dumps(frame) for frame in frames])
    session = Session(script, "reserved", asking.recorder, asking.pool.stop)
    session.logged_in = True
    return Lane(asking, "reserved", session), script


def came(one: Lane, names: Iterable[str]) -> list[int]:
    return [len(one.exchange(name).received) for name in names]


@pytest.mark.parametrize("frame", [CONTACT, GARBLED_REPLY])
def test_a_reply_ends_the_waiting_at_once(frame: object) -> None:
    one, script = lane(CHAT, frame, CHAT)
    name = one.proper(Ask("ask"))
    assert came(one, [name]) == [2]
    assert len(script.frames) == 1
    assert one.is_answered(name)


@pytest.mark.parametrize("frame", [CHAT, REFUSAL, GARBLED])
def test_other_traffic_does_not(frame: object) -> None:
    one, _ = lane(frame, CONTACT)
    assert came(one, [one.proper(Ask("ask"))]) == [2]


@pytest.mark.parametrize("frame", [EMPTY, ELSEWHERE])
def test_what_may_not_be_the_reply_is_listened_beyond(frame: object) -> None:
    one, script = lane(frame, CONTACT, CHAT)
    assert came(one, [one.proper(Ask("ask"))]) == [2]
    assert len(script.frames) == 1


def test_beyond_a_contact_under_another_subtopic_for_as_long_as_the_reply_may_take(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one, _ = lane(ELSEWHERE, timing=replace(TIMING, reply=1.5))
    assert one.session is not None
    listen, asked = one.session.listen, list[float]()
    monkeypatch.setattr(one.session, "listen", lambda seconds, *enough: asked.append(seconds) or listen(0.01, *enough))
    one.proper(Ask("ask"))
    assert asked == [1.5, 1.5]


def test_what_is_cut_beyond_a_contact_under_another_subtopic_teaches_nothing() -> None:
    one, script = lane(ELSEWHERE)
    assert one.session is not None
    script.ends = True
    one.proper(Ask("ask"))
    assert one.session.closed
    assert not one.inquiry.hearing.is_elsewhere


def test_beyond_a_contact_under_another_subtopic_only_until_no_more_came_once() -> None:
    one, script = lane(ELSEWHERE)
    one.proper(Ask("ask"))
    script.frames = [json.dumps(ELSEWHERE), json.dumps(CONTACT)]
    assert came(one, [one.proper(Ask("ask"))]) == [1]


def test_where_only_empty_ones_come_they_are_answers() -> None:
    one, script = lane(EMPTY, CHAT)
    one.inquiry.hearing.is_weak = True
    name = one.proper(Ask("ask"))
    assert one.is_answered(name)
    assert len(script.frames) == 1


def listened(one: Lane, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long it listens, each time; without waiting for it."""
    assert one.session is not None
    listen, asked = one.session.listen, list[float]()
    monkeypatch.setattr(one.session, "listen", lambda seconds, *enough: asked.append(seconds) or listen(0, *enough))
    return asked


def test_a_late_answer_is_listened_for_once_an_agent(monkeypatch: pytest.MonkeyPatch) -> None:
    one, _ = lane()
    asked = listened(one, monkeypatch)
    names = [one.proper(Ask("ask")) for _ in range(2)]
    assert asked == [TIMING.reply, pytest.approx(TIMING.reply, abs=0.3), TIMING.reply]
    assert asked[1] > TIMING.reply  # what takes exactly twice as long is heard
    assert not any(map(one.is_answered, names))


def test_where_answers_were_seen_to_come_late_it_is_listened_for_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    one, _ = lane()
    one.inquiry.pace.took(TIMING.reply * 1.5)
    asked = listened(one, monkeypatch)
    for _ in range(2):
        one.proper(Ask("ask"))
    assert len(asked) == 4


def test_a_silence_is_as_long_as_the_slowest_answer_and_more() -> None:
    one, _ = lane()
    one.inquiry.pace.took(0.15)
    name = one.send(Ask("ask"))
    one.pending.append(name)
    one.hush()
    (silence,) = one.inquiry.recorder.recording({}, {}).silences
    assert isinstance(silence, Silence)
    assert silence.end - silence.start >= TIMING.silence + 0.15
    assert silence.covers == (name,)
    assert one.pending == []
