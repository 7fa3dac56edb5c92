"""Whatever is awaited and does not come: it is said what came instead, and in what that differs; nothing personal."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web
from command import conformance
from driving import judged
from lcm_conformance.drive.mismatch import instead, listed
from lcm_conformance.profile import load
from lcm_conformance.record.reply import Message
from lcm_conformance.record.transcript import Event, Kind
from makes_of_login import SMALL, InPackets
from other_make import PROFILE, OtherMake, _reply, served

OK_AS_TEXT = (", ok = true }\nfailure", ', ok = "true" }\nfailure')
WRONG_PIN = ("1-2-3", "pin-canary")
NO_FAILURE = ("failure = { ok = false }\n", "")
CONFIRMED = ('request = { op = "sign-off" }', 'request = { op = "sign-off" }\nsuccess = { op = "signed-off" }')


def written(folder: Path, url: str, *changes: tuple[str, str]) -> Path:
    text = PROFILE.format(url=url, sessions=2).replace("reply = 2", "reply = 0.3")
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path = folder / "staging.toml"
    path.write_text(text, encoding="utf-8")
    return path


def run(path: Path) -> subprocess.CompletedProcess[str]:
    return conformance("run", "--profile", path, "--clause", "MAP-1", "--no-allure-html", cwd=path.parent)


def doctor(path: Path) -> subprocess.CompletedProcess[str]:
    return conformance("doctor", "--profile", path, cwd=path.parent)


@dataclass
class Talks(OtherMake):
    """Confirms a login with a text and a token, refuses it with a reason, and tells other things in between."""

    async def attend(self, request: web.Request) -> web.StreamResponse:
        session = web.WebSocketResponse()
        await session.prepare(request)
        async for frame in session:
            told = json.loads(frame.data)
            await session.send_str("h")
            await session.send_json({"event": "queue", "length": 3})
            good = told.get("pin") == "1-2-3"
            answer = {"op": "sign-on", "ok": "true" if good else "no", "sessionToken": "token-canary"}
            await session.send_json(
                answer | {"phoneNumber": "5550107788", "reason": "" if good else "seat 12 is locked"}
            )
        return session


@pytest.mark.parametrize("command", [run, doctor])
@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ((), '$.ok is "true", not true in {"op": "sign-on"'),
        ((WRONG_PIN, NO_FAILURE), '$.ok is "no", not true in {"op": "sign-on"'),
        ((WRONG_PIN, ("{ ok = false }", '{ ok = "no" }')), '"reason": "seat 12 is locked"'),
    ],
)
def test_what_answered_a_login_is_said_in_run_and_doctor_and_no_secret_in_it(
    tmp_path: Path,
    command: Callable[[Path], subprocess.CompletedProcess[str]],
    changes: tuple[tuple[str, str], ...],
    says: str,
) -> None:
    with served(Talks()) as url:
        ended = command(written(tmp_path, url, *changes))
    assert ended.returncode == 3
    assert says in ended.stdout
    assert '"op": "sign-on"' in ended.stdout
    assert "was not answered within" not in ended.stdout
    everything = ended.stdout + ended.stderr + "".join(p.read_text("utf-8") for p in tmp_path.glob("reports/*.*"))
    assert "canary" not in everything
    assert "5550107788" not in everything


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (OK_AS_TEXT, '$.ok is true, not "true" in {"op": "sign-on", "ok": true}'),
        (
            (", ok = true }\nfailure", ", ok = true, who = 1, a.b = 2 }\nfailure"),
            'there is no $.who and there is no $.a in {"op": "sign-on", "ok": true}',
        ),
        (('success = { op = "sign-on"', 'success = { op = ["sign-on"]'), '$.op is "sign-on", not ["sign-on"]'),
    ],
)
def test_in_what_the_answer_differs_from_what_the_profile_describes(
    tmp_path: Path, change: tuple[str, str], says: str
) -> None:
    with served(OtherMake()) as url:
        ended = judged(load(written(tmp_path, url, change)))
    assert ended.recording.trouble is not None
    assert "was not answered as login.success says within 0.3 s: correct it, or describe a refusal as" in (
        ended.recording.trouble
    )
    assert says in ended.recording.trouble


def test_an_unconfirmed_logout_says_what_came(tmp_path: Path) -> None:
    @dataclass
    class SaysGoodbye(OtherMake):
        async def attend(self, request: web.Request) -> web.StreamResponse:
            session = web.WebSocketResponse()
            await session.prepare(request)
            async for frame in session:
                op = json.loads(frame.data).get("op")
                if op == "sign-on":
                    await session.send_json({"op": op, "ok": True})
                elif op == "sign-off":
                    await session.send_json({"op": "signed-of"})
                else:
                    await session.send_json(_reply("kim"))
            return session

    with served(SaysGoodbye()) as url:
        ended = doctor(written(tmp_path, url, CONFIRMED))
    assert "was not confirmed: check logout.success" in ended.stdout
    assert '$.op is "signed-of", not "signed-off" in {"op": "signed-of"}' in ended.stdout


def test_the_close_that_answers_a_login_is_said(tmp_path: Path) -> None:
    @dataclass
    class Closes(OtherMake):
        async def attend(self, request: web.Request) -> web.StreamResponse:
            session = web.WebSocketResponse()
            await session.prepare(request)
            await session.receive()
            await session.close(code=1008, message=b"no such seat")
            return session

    with served(Closes()) as url:
        ended = judged(load(written(tmp_path, url)))
    assert "; close frame 1008 no such seat came" in str(ended.recording.trouble)


def test_a_registration_without_its_id_says_what_came(tmp_path: Path) -> None:
    with served(InPackets()) as url:
        path = tmp_path / "staging.toml"
        packets = '[packet]\nregister = { subtopic = "Register" }\nsubscriber_id_from = "$.data.SubscriberID"\n'
        text = SMALL.replace("ws://127.0.0.1:1", url).replace("[timing]", f'framing = "packet"\n{packets}[timing]')
        path.write_text(
            f'{text}[login]\nmethod = "preauthenticated"\n[agents.reserved]\nuser_id = "kim"\n', encoding="utf-8"
        )
        ended = judged(load(path))
    assert '{"subtopic": "Registered", "data": {"ids": [{"SubscriberID": 66517761}]}} came, without $.data.Sub' in str(
        ended.recording.trouble
    )


def test_the_first_answer_that_is_none_is_said_by_doctor(tmp_path: Path) -> None:
    @dataclass
    class Refuses(OtherMake):
        async def attend(self, request: web.Request) -> web.StreamResponse:
            session = web.WebSocketResponse()
            await session.prepare(request)
            async for frame in session:
                told = json.loads(frame.data)
                await session.send_json({"op": "sign-on", "ok": True} if "op" in told else {"error": "no such topic"})
            return session

    with served(Refuses()) as url:
        ended = doctor(written(tmp_path, url))
    assert 'that the endpoint\'s URL is the bus itself; {"error": "no such topic"} came instead' in ended.stdout


def message(frame: object) -> Message:
    text = frame if isinstance(frame, str) else json.dumps(frame)
    return Message(Event(1, datetime.now(UTC), 0.0, Kind.RECEIVED, "s-1", "reserved", text))


def test_the_nearest_message_comes_first_and_equal_ones_once() -> None:
    heard = [message(frame) for frame in ("h", "h", {"a": 1}, {"a": 2, "b": {"c": 3}}, {"d": 1}, {"e": 1}, [])]
    assert instead(heard, {"a": 1, "b": {"c": 3, "d": 4}}) == (
        'there is no $.b in {"a": 1} and {"a": 2, "b": {"c": 3}} and {"d": 1} and 3 more'
    )


@pytest.mark.parametrize(
    ("frame", "shown"),
    [
        ("h", 'a frame that is no JSON, "h"'),
        ("x" * 500, "a frame that is no JSON, a text of 500 characters"),
        ({"text": "5550104711" * 40}, '{"text": a text of 400 characters}'),
        ({"n": 1.5, "none": None, "e": {}, "l": []}, '{"n": 1.5, "none": null, "e": {}, "l": []}'),
        ([list(range(100))], "[[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, …]]"),
        ({"a": {"b": {"c": {"d": {"e": 1}}}}}, '{"a": {"b": {"c": {"d": {…}}}}}'),
        ({"a": {str(n): "x" * 100 for n in range(9)}, "b": 1}, '{"a": {…}, "b": 1}'),
    ],
)
def test_a_message_is_shown_with_whole_texts_or_none(frame: object, shown: str) -> None:
    assert listed([message(frame)]) == shown
