"""One session over a connection that the test makes up: what is sent, what is written down, when it stops."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from lcm_conformance.catalogue.probes import Part
from lcm_conformance.catalogue.verdict import EnvironmentTrouble
from lcm_conformance.drive.login import log_in, log_out
from lcm_conformance.drive.recorder import Recorder
from lcm_conformance.drive.session import Session
from lcm_conformance.profile import Agent, Exchangeable, holds
from lcm_conformance.record.strictjson import parse
from lcm_conformance.record.transcript import Exchange, Kind, Phase
from lcm_conformance.transport import ConnectionEnded

AGENT = Agent("reserved", "agent-7", {"user_id": "agent-7", "password": "word-of-the-test"})
LOGIN = Exchangeable({"who": "${user_id}", "pin": "${password}"}, {"ready": True}, {"ready": False})


class Script:
    """A connection that hands out these frames one by one, then is silent, or ends where the last is None."""

    def __init__(self, frames: Iterable[object] = ()) -> None:
        self._frames = [frame if frame is None or isinstance(frame, str) else json.dumps(frame) for frame in frames]
        self.sent: list[str | bytes] = []
        self.ended = False

    def send(self, frame: str | bytes) -> None:
        if self.ended:
            raise ConnectionEnded("gone")
        self.sent.append(frame)

    def receive(self, timeout: float) -> str | None:
        if not self._frames:
            time.sleep(min(max(timeout, 0), 0.01))
            return None
        frame = self._frames.pop(0)
        if frame is None:
            self.ended = True
            raise ConnectionEnded("close frame 1000")
        return frame

    def close(self) -> None:
        self.ended = True

    def abort(self) -> None:
        self.ended = True


def session(*frames: object) -> tuple[Session, Script, Recorder]:
    recorder, script = Recorder(), Script(frames)
    return Session(script, "reserved", recorder, threading.Event()), script, recorder


def request(one: Session, part: Part = Part.DUE, form: str | None = None) -> Exchange:
    now = time.monotonic()
    return Exchange("", "ask", part, one.id, "reserved", "reserved", "{}", now, (), now, form=form)


def asked(one: Session, recorder: Recorder, seconds: float, enough: int = 1_000) -> Exchange:
    """One request, and what comes for so long or until so much has come."""
    name = one.ask("{}", request(one))
    one.listen(seconds, lambda heard: len(heard) >= enough)
    return recorder.exchange(name)


def kinds(recorder: Recorder) -> list[str]:
    return [str(event.kind) for event in recorder.events()]


def test_a_login_is_filled_in_sent_once_and_its_answer_found_among_other_traffic() -> None:
    one, script, recorder = session({"hello": 1}, "no json", {"ready": True, "more": 1})
    log_in(one, AGENT, LOGIN, 5)

    assert [json.loads(frame) for frame in script.sent] == [{"who": "agent-7", "pin": "word-of-the-test"}]
    assert kinds(recorder) == ["opened", "sent", "received", "received", "received"]


@pytest.mark.parametrize(
    ("frames", "how"),
    [
        ([{"ready": False}], "was refused: check the agent's credentials"),
        ([{"hello": 1}, None], "ended with the endpoint closing the session: check the agent's credentials"),
        ([{"ready": 1}], "was not answered as login.success says within 0.05 s: correct it, or describe a refusal"),
        ([], "was not answered within 0.05 s"),
    ],
)
def test_a_login_that_fails_is_the_environments_trouble(frames: list[object], how: str) -> None:
    one, script, _ = session(*frames)
    with pytest.raises(EnvironmentTrouble) as trouble:
        log_in(one, AGENT, LOGIN, 0.05)

    assert str(trouble.value).startswith(f"the login of agents.reserved {how}")
    assert "word-of-the-test" not in str(trouble.value)
    assert len(script.sent) == 1


def test_a_login_without_an_answer_to_wait_for_goes_on_at_once() -> None:
    one, script, recorder = session({"ready": False})
    log_in(one, AGENT, Exchangeable(LOGIN.request), 5)
    assert len(script.sent) == 1
    assert kinds(recorder) == ["opened", "sent"]


def test_a_logout_that_is_not_confirmed_is_the_environments_trouble() -> None:
    one, _, _ = session()
    with pytest.raises(
        EnvironmentTrouble, match=r"logout of agents\.reserved was not confirmed: check logout\.success"
    ):
        log_out(one, AGENT, Exchangeable({"bye": 1}, {"gone": True}), 0.05)


def test_a_logout_may_be_answered_by_the_end_of_the_session() -> None:
    one, _, _ = session(None)
    log_out(one, AGENT, Exchangeable({"bye": 1}, {"gone": True}), 5)
    assert one.closed


def test_all_that_comes_until_it_is_enough_belongs_to_the_exchange() -> None:
    one, _, recorder = session({"n": 1}, {"n": 2}, {"n": 3})
    exchange = asked(one, recorder, 5, enough=2)

    assert [event.frame for event in exchange.received] == ['{"n": 1}', '{"n": 2}']
    assert (exchange.closed, exchange.trouble, exchange.session, exchange.agent) == (False, None, "s-1", "reserved")
    assert recorder.exchanges() == (exchange,)
    assert {event.exchange for event in recorder.events()} == {None, exchange.id}


def test_what_comes_later_is_added_until_the_next_request() -> None:
    one, _, recorder = session({"n": 1}, {"n": 2}, {"n": 3})
    first = asked(one, recorder, 5, enough=1)
    one.listen(5, lambda heard: True)
    second = asked(one, recorder, 5, enough=1)
    assert [event.frame for event in recorder.exchange(first.id).received] == ['{"n": 1}', '{"n": 2}']
    assert [event.frame for event in second.received] == ['{"n": 3}']
    assert recorder.exchange(first.id).ended <= second.sent


def test_silence_ends_when_its_time_is_over() -> None:
    one, _, recorder = session()
    begun = time.monotonic()
    exchange = asked(one, recorder, 0.05)
    assert (exchange.received, exchange.closed) == ((), False)
    assert time.monotonic() - begun >= 0.05
    assert exchange.ended - exchange.sent >= 0.05


def test_the_end_of_the_session_ends_the_waiting_and_is_written_down() -> None:
    one, _, recorder = session({"n": 1}, None)
    exchange = asked(one, recorder, 60)
    assert (len(exchange.received), exchange.closed, one.closed) == (1, True, True)
    last = recorder.events()[-1]
    assert (last.kind, last.note, last.exchange) == (Kind.CLOSED, "by the endpoint: close frame 1000", exchange.id)


def test_on_a_session_that_has_ended_nothing_more_is_sent() -> None:
    one, script, recorder = session(None)
    asked(one, recorder, 60)
    exchange = asked(one, recorder, 60)
    assert (exchange.received, exchange.closed) == ((), True)
    assert len(script.sent) == 1
    assert kinds(recorder).count("sent") == 1


def test_whoever_stops_the_run_ends_all_waiting() -> None:
    stop, recorder = threading.Event(), Recorder()
    one = Session(Script(), "reserved", recorder, stop)
    stop.set()
    assert asked(one, recorder, 60).received == ()
    assert not one.closed


def test_after_that_a_farewell_is_listened_to_all_the_same() -> None:
    stop = threading.Event()
    one = Session(Script([{"gone": True}]), "reserved", Recorder(), stop)
    stop.set()
    one.take_leave(5)
    log_out(one, AGENT, Exchangeable({"bye": 1}, {"gone": True}), 60)
    assert not one.closed


def test_a_farewell_that_is_not_answered_is_not_waited_for_longer() -> None:
    one, script, _ = session()
    one.take_leave(0)
    with pytest.raises(EnvironmentTrouble, match="was not confirmed"):
        log_out(one, AGENT, Exchangeable({"bye": 1}, {"gone": True}), 10**6)
    assert len(script.sent) == 1


def test_what_is_said_for_a_login_or_logout_belongs_to_no_request() -> None:
    one, _, recorder = session({"n": 1}, {"ready": True}, {"n": 2})
    exchange = asked(one, recorder, 5, enough=1)
    with one.during(Phase.LOGIN):
        log_in(one, AGENT, LOGIN, 5)
    one.listen(5, lambda heard: True)
    assert len(recorder.exchange(exchange.id).received) == 1
    assert [event.phase for event in recorder.events()] == [None, None, None, Phase.LOGIN, Phase.LOGIN, None]


@pytest.mark.parametrize(
    ("part", "form", "clean"),
    [(Part.DUE, None, True), (Part.OPEN, None, True), (Part.TEST, None, False), (Part.HOSTILE, None, False)],
)
def test_a_session_is_clean_until_something_improper_is_asked(part: Part, form: str | None, clean: bool) -> None:
    one, _, _ = session()
    one.ask("{}", request(one, part, form))
    assert one.is_clean is clean


def test_a_logout_that_nobody_here_asked_for_is_noticed() -> None:
    one, _, _ = session({"hello": 1}, {"gone": True, "why": "elsewhere"})
    one.expects_logout({"gone": True})
    one.listen(5, lambda heard: len(heard) == 2)
    assert one.was_put_out


def test_it_is_closed_once() -> None:
    one, script, recorder = session()
    one.close()
    one.close()
    assert script.ended
    assert kinds(recorder) == ["opened", "closed"]


def test_a_binary_frame_is_noted_as_one() -> None:
    one, script, recorder = session()
    one.ask(b"\x00\xff", request(one, Part.HOSTILE))
    assert script.sent == [b"\x00\xff"]
    assert (recorder.events()[-1].note, recorder.events()[-1].binary) == ("binary frame", True)


def test_an_oversized_frame_is_sent_whole_and_kept_short() -> None:
    one, script, recorder = session()
    one.ask("A" * 1_000_000, request(one, Part.HOSTILE))
    assert len(script.sent[0]) == 1_000_000
    kept = recorder.events()[-1].frame
    assert kept is not None
    assert len(kept) < 2_000
    assert kept.endswith("… (1000000 characters)")


def test_sessions_and_exchanges_are_counted_through_the_run() -> None:
    recorder = Recorder()
    sessions = [Session(Script(), "reserved", recorder, threading.Event()) for _ in range(2)]
    exchanges = [recorder.exchange(one.ask("{}", request(one))) for one in sessions]
    assert [(x.session, x.id) for x in exchanges] == [("s-1", "x-0001"), ("s-2", "x-0002")]


@pytest.mark.parametrize(
    ("subset", "value", "answer"),
    [
        ({}, {"a": 1}, True),
        ({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}, "d": 3}, True),
        ({"a": [1]}, {"a": [1]}, True),
        ({"a": [1]}, {"a": [1, 2]}, False),
        ({"a": 1}, {"b": 1}, False),
        ({"a": 1}, {"a": "1"}, False),
        ({"a": None}, {}, False),
        ({"a": True}, {"a": 1}, False),
        ({"a": 0}, {"a": False}, False),
        ({"a": {}}, {"a": 1}, False),
        ({}, [], False),
        ({"a": 0.1}, parse('{"a": 0.1}').value, True),
        ({"a": 0.1}, parse('{"a": 0.2}').value, False),
        ({"a": 0.1}, {"a": "0.1"}, False),
    ],
)
def test_a_json_subset_is_held_member_by_member(subset: Mapping[str, Any], value: object, answer: bool) -> None:
    assert holds(subset, value) is answer


class Chatter(Script):
    """A connection on which the next frame always comes within a moment."""

    def receive(self, timeout: float) -> str | None:
        return '{"hello": 1}' if timeout > 0 else None


def test_listening_ends_also_where_somebody_always_talks() -> None:
    one = Session(Chatter(), "reserved", Recorder(), threading.Event())
    assert one.listen(0.01)
    assert (one.closed, one.harm) == (False, None)


def test_the_next_message_is_heard_alone() -> None:
    one, _, _ = session({"a": 1}, {"b": 2})
    messages = [one.hear_one(5), one.hear_one(5), one.hear_one(0.01)]
    assert [message and message.parsed.value for message in messages] == [{"a": 1}, {"b": 2}, None]
