"""One session over a connection that the test makes up: what is sent, what is written down, when it stops."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from lcm_conformance.catalogue.probes import Part
from lcm_conformance.catalogue.verdict import EnvironmentTrouble
from lcm_conformance.drive.login import log_in, log_out
from lcm_conformance.drive.recorder import Notebook
from lcm_conformance.drive.session import Session
from lcm_conformance.drive.waits import Until
from lcm_conformance.profile import Agent, Exchangeable, holds
from lcm_conformance.record.strictjson import parse
from lcm_conformance.record.transcript import Exchange, Kind
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


def session(*frames: object) -> tuple[Session, Script, Notebook]:
    notebook, script = Notebook(), Script(frames)
    return Session(script, "reserved", notebook), script, notebook


def until(seconds: float, word: str = "on", settle: float = 0) -> Until:
    return Until(seconds, settle, lambda _: word)


def asked(one: Session, wait: Until) -> Exchange:
    return one.receive(one.send("{}", Part.DUE, "ask", "reserved"), wait)


def kinds(notebook: Notebook) -> list[str]:
    return [str(event.kind) for event in notebook.journal.events()]


def test_a_login_is_filled_in_sent_once_and_its_answer_found_among_other_traffic() -> None:
    one, script, notebook = session({"hello": 1}, "no json", {"ready": True, "more": 1})
    log_in(one, AGENT, LOGIN, 5)

    assert [json.loads(frame) for frame in script.sent] == [{"who": "agent-7", "pin": "word-of-the-test"}]
    assert kinds(notebook) == ["opened", "sent", "received", "received", "received"]


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
    one, script, notebook = session({"ready": False})
    log_in(one, AGENT, Exchangeable(LOGIN.request), 5)
    assert len(script.sent) == 1
    assert kinds(notebook) == ["opened", "sent"]


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
    one, _, notebook = session({"n": 1}, {"n": 2}, {"n": 3})
    exchange = asked(one, Until(5, 0, lambda read: "now" if len(read) == 2 else "on"))

    assert [event.frame for event in exchange.received] == ['{"n": 1}', '{"n": 2}']
    assert (exchange.closed, exchange.trouble, exchange.session, exchange.agent) == (False, None, "s-1", "reserved")
    assert notebook.exchanges() == (exchange,)
    assert {event.exchange for event in notebook.journal.events()} == {None, exchange.id}


def test_silence_ends_when_its_time_is_over() -> None:
    one, _, _ = session()
    begun = time.monotonic()
    exchange = asked(one, until(0.05))
    assert (exchange.received, exchange.closed) == ((), False)
    assert 0.05 <= time.monotonic() - begun < 5


def test_what_may_be_the_reply_is_given_a_little_longer() -> None:
    one, _, _ = session({"n": 1}, {"n": 2})
    begun = time.monotonic()
    exchange = asked(one, until(60, "soon", settle=0.05))
    assert len(exchange.received) == 2
    assert time.monotonic() - begun < 10


def test_the_end_of_the_session_ends_the_waiting_and_is_written_down() -> None:
    one, _, notebook = session({"n": 1}, None)
    exchange = asked(one, until(60))
    assert (len(exchange.received), exchange.closed, one.closed) == (1, True, True)
    last = notebook.journal.events()[-1]
    assert (last.kind, last.note, last.exchange) == (Kind.CLOSED, "by the endpoint: close frame 1000", exchange.id)


def test_on_a_session_that_has_ended_nothing_more_is_sent() -> None:
    one, script, notebook = session(None)
    asked(one, until(60))
    exchange = asked(one, until(60))
    assert (exchange.received, exchange.closed) == ((), True)
    assert len(script.sent) == 1
    assert kinds(notebook).count("sent") == 1


def test_an_aborted_exchange_says_that_the_run_ended() -> None:
    one, _, _ = session()
    sent = one.send("{}", Part.DUE, "ask", "reserved")
    one.abort()
    assert one.receive(sent, until(0.05)).trouble == "the run ended before its answer"


def test_it_is_closed_once() -> None:
    one, script, notebook = session()
    one.close()
    one.close()
    assert script.ended
    assert kinds(notebook) == ["opened", "closed"]


def test_a_binary_frame_is_noted_as_one() -> None:
    one, script, notebook = session()
    one.send(b"\x00\xff", Part.HOSTILE, "binary-frame", None)
    assert script.sent == [b"\x00\xff"]
    assert notebook.journal.events()[-1].note == "binary frame"


def test_an_oversized_frame_is_sent_whole_and_kept_short() -> None:
    one, script, notebook = session()
    one.send("A" * 1_000_000, Part.HOSTILE, "oversized", None)
    assert len(script.sent[0]) == 1_000_000
    kept = notebook.journal.events()[-1].frame
    assert kept is not None
    assert len(kept) < 2_000
    assert kept.endswith("… (1000000 characters)")


def test_sessions_and_exchanges_are_counted_through_the_run() -> None:
    notebook = Notebook()
    sessions = [Session(Script(), "reserved", notebook) for _ in range(2)]
    exchanges = [one.send("{}", Part.DUE, "ask", None).exchange for one in sessions]
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
    one = Session(Chatter(), "reserved", Notebook())
    assert one.hear(0.01)
    assert (one.closed, one.harm) == (False, None)


def test_what_has_arrived_already_is_heard_without_waiting() -> None:
    one, _, _ = session({"a": 1}, {"b": 2})
    assert [message.parsed.value for message in one.hear()] == [{"a": 1}, {"b": 2}]
