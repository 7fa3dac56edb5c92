"""The vendor's packet: wrapped and unwrapped in both spellings, and a whole run against an endpoint that talks so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from driving import judged, sent
from lcm_conformance.catalogue.verdict import UsageError
from lcm_conformance.profile import Profile, load
from lcm_conformance.record import packet
from lcm_conformance.record.strictjson import parse
from lcm_conformance.record.transcript import Kind
from makes_of_login import InPackets
from other_make import PROFILE, served

MESSAGE = {"channel": "LCM", "topic": "WebService", "subtopic": "ContactOD", "message": {"response": {"Mode": "Home"}}}
TEXT = json.dumps(MESSAGE)


def profile(url: str, folder: Path, section: str) -> Profile:
    path = folder / "packets.toml"
    text = PROFILE.format(url=url, sessions=20).replace(
        "[timing]", f'framing = "packet"\n[packet]\n{section}\n[timing]'
    )
    path.write_text(
        text.replace("reply = 2", "reply = 0.5").replace("silence = 0.3", "silence = 0.1"), encoding="utf-8"
    )
    return load(path, environment={})


@pytest.mark.parametrize("spelling", ["table", "example"])
def test_what_is_wrapped_is_unwrapped_again(spelling: str) -> None:
    wrapped = packet.wrap(TEXT, spelling, "66517761", "https://desktop.example.test")
    assert packet.unwrap(parse(wrapped)).value == MESSAGE


def test_a_packet_is_spelt_as_in_the_table_or_as_in_the_example() -> None:
    table = json.loads(packet.wrap(TEXT, "table", "7", "u"))
    example = json.loads(packet.wrap(TEXT, "example", "7", "u"))
    outside = {"channel": "LCM", "topic": "", "ResponseUrl": "u"}
    assert table == {**outside, "subtopic": "", "SubscriberID": "7", "okmessage": MESSAGE}
    assert example == {**outside, "subTopic": "", "subscriberID": "7", "message": MESSAGE}


@pytest.mark.parametrize(
    "bare",
    [
        TEXT,
        "[]",
        "7",
        "no JSON",
        # An ill-formed reply is judged as it stands: nothing in it is a message.
        '{"channel": "LCM", "topic": "", "subtopic": "", "message": {"response": {"Mode": "Home"}}}',
        '{"channel": "LCM", "topic": "WebService", "subtopic": "ContactOD", "message": {"subtopic": "x"}}',
        '{"topic": "", "subtopic": "", "okmessage": "text"}',
    ],
)
def test_what_is_no_packet_is_left_as_it_is(bare: str) -> None:
    assert packet.unwrap(parse(bare)) == parse(bare)


@pytest.mark.parametrize("frame", ["no JSON", "[1]", "[" * 100_000])
def test_what_is_no_message_is_not_wrapped(frame: str) -> None:
    assert packet.wrap(frame, "table", "7", "u") == frame


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$.data.SubscriberID", "66517761"),
        ("$.list[1].id", "7"),
        ("$.list[9].id", None),
        ("$.data", None),
        ("$.data.flag", None),
        ("$.data.empty", None),
        ("$.no.such", None),
    ],
)
def test_a_subscriber_id_is_picked_by_its_path(path: str, found: str | None) -> None:
    value = {"data": {"SubscriberID": "66517761", "flag": True, "empty": ""}, "list": [{}, {"id": 7}]}
    assert packet.pick(path, value) == found


@pytest.mark.parametrize("spelling", ["table", "example"])
@pytest.mark.parametrize("answers_bare", [False, True])
def test_an_endpoint_that_talks_in_packets_conforms(tmp_path: Path, spelling: str, answers_bare: bool) -> None:
    make = InPackets(spelling=spelling, answers_bare=answers_bare)
    with served(make) as url:
        run = judged(profile(url, tmp_path, f'subscriber_id = "66517761"\nspelling = "{spelling}"'))
    assert run.verdict == "conformant", run.unpassed
    assert make.seen == {"66517761"}
    # The transcript keeps what was on the wire, and bad input goes out as it is.
    frames = [event.frame or "" for event in run.recording.events if event.kind is Kind.RECEIVED]
    assert any(("okmessage" in frame or "subTopic" in frame) is not answers_bare for frame in frames)
    assert any(event.frame == "this is no JSON" for event in run.recording.events)


def test_the_subscriber_id_may_come_from_a_registration(tmp_path: Path) -> None:
    make = InPackets()
    section = (
        'register = { subtopic = "Register", who = "${user_id}" }\nsubscriber_id_from = "$.data.ids[0].SubscriberID"'
    )
    with served(make) as url:
        run = judged(profile(url, tmp_path, section))
    assert run.verdict == "conformant", run.unpassed
    assert make.seen == {"66517761"}
    assert sent(run.recording, subtopic="Register", who="kim")


def test_a_registration_without_subscriber_id_is_the_environment_s_trouble(tmp_path: Path) -> None:
    section = 'register = { subtopic = "Nobody" }\nsubscriber_id_from = "$.id"'
    with served(InPackets()) as url:
        run = judged(profile(url, tmp_path, section))
    assert run.verdict == "inconclusive"
    assert run.recording.trouble is not None
    assert "brought no subscriber ID within 0.5 s: check packet.register" in run.recording.trouble


@pytest.mark.parametrize(
    ("section", "line"),
    [
        ("", "packet.subscriber_id or packet.register is needed"),
        ('subscriber_id = "1"\nspelling = "odd"', 'packet.spelling \'odd\' is unknown: use "table" or "example"'),
        ("register = { a = 1 }", "packet.register and packet.subscriber_id_from go together"),
        ('register = { a = "${b}" }\nsubscriber_id_from = "$.a"', "packet.register of agents.reserved: ${b}"),
        ('register = { a = 1 }\nsubscriber_id_from = "a"', "packet.subscriber_id_from must be a path like"),
        ('subscriber = "1"', "unknown key packet.subscriber: did you mean packet.subscriber_id?"),
    ],
)
def test_mistakes_in_the_packet_section_are_wrong_use(tmp_path: Path, section: str, line: str) -> None:
    with pytest.raises(UsageError) as caught:
        profile("ws://127.0.0.1:1", tmp_path, section)
    assert line in str(caught.value)
