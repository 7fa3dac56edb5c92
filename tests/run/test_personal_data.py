"""What a run brought to light is known before anything is written, values that frames tear apart among them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lcm_conformance.profile import load
from lcm_conformance.record.transcript import Event, Kind
from lcm_conformance.redaction import Redactor
from lcm_conformance.run.personal_data import learn_events, redactor_of

WHOLE = '{"PhoneNumber": "2125550142"}'


def shown(frames: Sequence[str], secrets: Sequence[str] = (), *, reveal: bool = False) -> list[str]:
    """The frames of one session as they would be written."""
    redactor = Redactor(key=b"a key for these tests", secrets=secrets, reveal=reveal)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    events = [
        Event(number, at, float(number), "s-1", "reserved", Kind.RECEIVED, frame)
        for number, frame in enumerate(frames, 1)
    ]
    learn_events(redactor, events)
    return [redactor.frame(frame) for frame in frames]


@pytest.mark.parametrize(
    "frames",
    [
        ['{"PhoneNumber": "21255', '50142"}'],
        ['{"PhoneNumber": "21255', '{"ping":1}', '50142"}'],
        ['{"PhoneNumber": 21255', "50142", "}"],
        ['{"PhoneNumber": 21255', "50142"],
        ['{"PhoneNumber": ', '"2125550142"', "}"],
        ['{"Phone', 'Number": "2125550142"}'],
        ['{"PhoneNumber"', ': "2125550142"}'],
        ['{"PhoneNumber"', '{"ping":1}', ":", '"2125550142"', "}"],
        [json.dumps({"seq": 1, "part": '{"PhoneNumber": "21255'}), json.dumps({"seq": 2, "part": '50142"}'})],
        [json.dumps(['{"PhoneNumber"']), json.dumps({"ping": 1}), json.dumps([': "2125550142"}'])],
        ["x" * 100_001 + '{"PhoneNumber": "21255', '50142"}' + "y" * 100_001],
        ['{"a":"' + "x" * 60_000, "y" * 50_000 + '","PhoneNumber": "21255', '50142"}'],
        ["-" * 4000] * 20 + ['{"PhoneNumber": "21255', '50142"}'],
        *([WHOLE[k : k + size] for k in range(0, len(WHOLE), size)] for size in (1, 2, 3, 4, 7)),
    ],
)
def test_a_value_that_is_torn_between_frames_is_in_none_of_them(frames: list[str]) -> None:
    written = shown(frames)
    assert list(map(len, written)) == list(map(len, frames))
    assert "2125550142" not in "".join(written).replace('{"ping":1}', "").replace('{"ping": 1}', "")
    for piece in ("21255", "50142", "125", "550"):
        assert not any(piece in frame for frame in written)
    assert shown(frames, reveal=True) == frames


def test_a_secret_that_is_torn_between_frames_is_in_none_of_them() -> None:
    for reveal in (False, True):
        written = shown(['{"echo": "tok-Mango', "-7", '78899"}'], ["tok-Mango-778899"], reveal=reveal)
        assert "Mango" not in "".join(written)
        assert "78899" not in "".join(written)
        assert written[1] != "-7"


def test_frames_that_are_whole_are_not_joined() -> None:
    frames = ['{"PhoneNumber": ""}', '{"Queue": "2125550142"}']
    assert shown(frames) == frames


def test_thousands_of_tiny_fragments_are_joined_in_reasonable_time() -> None:
    assert "2125550142" not in "".join(shown([*"x" * 20_000, *WHOLE]))


HEADERS = """
cm_version = "2308"
agents.reserved = {{ user_id = "agent-7", headers = {{ X-Own = "mine" }} }}
[endpoint]
url = "ws://h.example.test/lcm?env=staging&key=k7"
cookie = "sid=1"
headers = {{ X-Env = "run", X-Stage = "staging", X-Token = "{token}", X-Long = "eight888" }}
"""


def test_what_a_person_is_to_copy_stays_as_it_is_though_a_short_header_value_occurs_in_it(tmp_path: Path) -> None:
    path = tmp_path / "staging.toml"
    path.write_text(HEADERS.format(token="${TOKEN}"), encoding="utf-8")
    redactor = redactor_of(load(path, environment={"TOKEN": "tok-7"}))
    repeat = "lcm-conformance run --profile staging.toml --out mine --clause MAP-1 # sid=1"
    assert redactor.text(repeat) == repeat
    sent = 'X-Env: run, "x-stage": "staging", X-Own=mine, Cookie: sid=1, X-Token: tok-7'
    masked = 'X-Env: [secret], "x-stage": "[secret]", X-Own=[secret], Cookie: [secret], X-Token: [secret]'
    assert redactor.text(sent) == masked
    assert redactor.text("tok-7 and eight888") == "[secret] and [secret]"
