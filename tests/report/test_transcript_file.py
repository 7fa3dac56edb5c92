"""`transcript.ndjson`: what a run was judged by, one frame or event a line, in the form that `judge` reads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from command import quick_profile
from ended import Ended, called
from lcm_conformance.catalogue.probes import Part, load_probes
from lcm_conformance.endpoint import Behaviour, Host
from lcm_conformance.endpoint.world import load_world
from lcm_conformance.record.transcript import Phase, Recording
from lcm_conformance.report.transcript_file import write_transcript

HEADING = {
    "event", "schema", "suite", "catalogue", "label", "started", "url", "embedded", "cm_version", "timing", "readings",
    "agents", "logs_in_by_headers", "waived", "strict", "known", "clauses", "allow_hostile", "observe_unsupported",
    "baseline",
}  # fmt: skip
KNOWN = '[[deviation]]\nclause = "FLD-Queue-presence"\nuntil = "2308"\nreason = "known"\nexpires = 2099-01-31\n'


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ended]:
    """A real run of a few clauses, with one thing wrong, and no bad input."""
    folder = tmp_path_factory.mktemp("ran")
    (folder / "known.toml").write_text(KNOWN, encoding="utf-8")
    profile = quick_profile(folder)
    nobody_idle, _, _ = profile.read_text(encoding="utf-8").partition("[agents.idle]")
    profile.write_text(f"{nobody_idle}[waive]\nRES-2 = 'nobody is idle'\n", encoding="utf-8")
    with Host() as host:
        url = host.start(Behaviour(faults=("drops_queue",)))
        yield called(
            folder, "run", "--url", url, "--profile", profile, "--known", "known.toml", "--label", "build 14",
            "--reading", "contact-id-name=sample", "--no-allure-html",
            "--clause", "PRE-1", "MAP-1", "RES-2", "RES-3", "REQ-5", "ROB-1", "FLD-Queue",
        )  # fmt: skip


def of(ran: Ended, *kinds: str) -> list[dict[str, Any]]:
    return [line for line in ran.transcript if line["event"] in kinds]


def test_the_first_line_says_what_the_run_is_judged_by(ran: Ended) -> None:
    first = ran.transcript[0]
    assert (first["event"], first["schema"]) == ("run", "lcm-conformance/transcript/1")
    assert set(first) == HEADING
    assert first["suite"] == ran.result["suite"]["version"]
    assert first["catalogue"] == ran.result["suite"]["catalogue"]
    assert (first["label"], first["started"]) == ("build 14", ran.result["started"])
    assert (first["cm_version"], first["timing"]) == ("2308", {"reply": 2, "silence": 0.3})
    assert first["readings"] == {"contact-id-name": "sample"}
    assert first["waived"] == {"RES-2": "nobody is idle"}
    assert [entry["clause"] for entry in first["known"]] == ["FLD-Queue-presence"]
    assert {"PRE-1", "FLD-Queue-type"} < set(first["clauses"])
    assert (first["allow_hostile"], first["strict"], first["baseline"]) == (False, False, None)


def test_its_agents_are_there_in_disguise(ran: Ended) -> None:
    agents = ran.transcript[0]["agents"]
    assert {"reserved", "other"} <= set(agents)
    assert all(set(agent) == {"expect", "reserved", "by_default", "user_id"} for agent in agents.values())
    assert agents["reserved"]["expect"][0]["PhoneNumber"].isdigit()
    known = {value for agent in load_world().with_a_contact() for value in (agent.user_id, *_personal(agent.contact))}
    assert [value for value in known if f'"{value}"' in json.dumps(ran.transcript)] == []


def _personal(contact: Any) -> list[str]:
    return [str(contact[name]) for name in ("PhoneNumber", "AccountNumber")]


def test_a_request_is_told_with_all_that_its_frame_does_not_say(ran: Ended) -> None:
    asked = [line for line in of(ran, "sent") if "exchange" in line]
    for line in asked:
        assert {"exchange", "probe", "form", "lane", "part", "way", "session", "agent", "at", "frame"} <= set(line)
        assert datetime.fromisoformat(line["at"]).tzinfo is not None
        assert set(line["way"]) == {"topic", "source"}
    assert len({line["exchange"] for line in asked}) == len(asked)
    forms = {line["form"] for line in asked if (line["probe"], line["part"]) == ("no-userid", "test")}
    assert forms == {form.name for form in load_probes()["no-userid"].forms}
    controls = {name for line in asked for name in line.get("controls", ())}
    assert {line["exchange"] for line in asked if line["part"] == "test"} <= controls


def test_what_belongs_to_no_request_says_what_it_is_of(ran: Ended) -> None:
    lines = of(ran, "sent", "received", "opened", "closed")
    parts = {line["part"] for line in lines if "exchange" not in line and "part" in line}
    assert {Phase.LOGIN, Phase.LOGOUT} <= parts <= set(Phase)
    assert {line["part"] for line in lines if "exchange" in line} <= set(Part)
    sessions = {line["session"] for line in of(ran, "opened")}
    assert sessions == {line["session"] for line in of(ran, "closed")} == {line["session"] for line in lines}


def test_silences_say_what_they_cover(ran: Ended) -> None:
    silences = [line for line in of(ran, "silence") if line["covers"]]
    assert all(set(line) >= {"session", "from", "until", "covers"} for line in silences)
    assert all(datetime.fromisoformat(line["from"]) < datetime.fromisoformat(line["until"]) for line in silences)
    tests = {line["exchange"] for line in of(ran, "sent") if line.get("part") == "test"}
    assert tests == {name for line in silences for name in line["covers"]}


def test_what_was_left_out_is_said_with_its_reason(ran: Ended) -> None:
    told = {line["probe"]: line["reason"] for line in of(ran, "left-out")}
    assert told["nothing-reserved"] == "the profile names no agents.idle"
    assert "--allow-hostile" in told["not-json"]


def test_the_last_line_says_whether_the_run_was_whole(ran: Ended) -> None:
    assert ran.transcript[-1] == {"event": "end", "complete": True}
    assert len(of(ran, "run", "end")) == 2


def test_an_event_is_a_line_in_order(recording, terms, result, redactor, out):
    write_transcript(recording, terms, result, redactor, out)
    lines = (out / "transcript.ndjson").read_text(encoding="utf-8").split("\n")
    assert lines.pop() == ""
    _, *told, _ = map(json.loads, lines)
    assert [event["event"] for event in told] == ["opened", "sent", "received"]
    assert told[1]["at"] == "2026-03-04T05:06:07.131Z"
    assert (told[1]["exchange"], told[1]["frame"]) == ("x-0007", recording.events[1].frame)
    assert "frame" not in told[0]


def test_no_reader_takes_a_character_of_a_frame_for_the_end_of_a_line(recording, terms, result, redactor, out):
    frame = "a\u2028b\u2029c\x85d\r\ne"
    one = replace(recording, events=(replace(recording.events[1], frame=frame),))
    write_transcript(one, terms, result, redactor, out)
    lines = (out / "transcript.ndjson").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 3
    assert json.loads(lines[1])["frame"] == frame


def test_of_a_run_that_learnt_nothing_the_first_and_the_last_line_are_left(terms, result, redactor, out):
    write_transcript(Recording(), terms, replace(result, complete=False), redactor, out)
    first, last = map(json.loads, (out / "transcript.ndjson").read_text(encoding="utf-8").splitlines())
    assert (first["event"], last) == ("run", {"event": "end", "complete": False})
