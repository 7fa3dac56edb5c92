"""`doctor` climbs rung by rung, says what is wrong and what to change, and `run` names the same rung."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from command import PACKAGED_PROFILE
from driving import QUICK, by_headers, embedded, inquiry, judged, most_sessions, sent
from lcm_conformance import cli
from lcm_conformance.drive.diagnosis import Step, climb, watched
from lcm_conformance.drive.inquiry import Inquiry
from lcm_conformance.endpoint import Behaviour, Host
from lcm_conformance.profile import Profile
from lcm_conformance.record.transcript import Recording
from lcm_conformance.transport.websocket import WebSocketTransport
from other_make import PROFILE as PROFILE_OF_OTHER
from other_make import OtherMake, served

RUNGS = ["name resolution", "TCP connection", "WebSocket handshake", "login", "first answer"]
OTHERS = ["other", "stranger", "leaver", "idle"]
AND_ALL_AGENTS = [*RUNGS, "logout", *(f"{what} of {role}" for role in OTHERS for what in ("login", "logout"))]
PROFILE = PACKAGED_PROFILE


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    with Host() as running:
        yield running


def asking_of(profile: Profile, steps: list[Step]) -> Inquiry:
    return inquiry(profile, watched(WebSocketTransport(profile.endpoint, QUICK), steps.append))


def climbed(profile: Profile) -> list[Step]:
    steps: list[Step] = []
    asking = asking_of(profile, steps)
    held = climb(asking, steps.append)
    asking.pool.close()
    assert held is steps[-1].held
    assert all(step.held for step in steps[:-1])
    return steps


def test_every_rung_is_told_with_its_time(host: Host) -> None:
    steps = climbed(embedded(host.start(Behaviour())))
    assert [step.rung for step in steps] == AND_ALL_AGENTS
    assert all(0 < step.seconds < 10 for step in steps)
    assert steps[4].says == "a contact, asked under topic WebService with source"
    assert steps[5].says == "agents.reserved is logged out"
    assert [step.says for step in steps[6:8]] == ["agents.other is logged in", "agents.other is logged out"]


def test_nobody_listening_ends_it_at_tcp() -> None:
    steps = climbed(embedded("ws://127.0.0.1:1/lcm"))
    assert [step.rung for step in steps] == RUNGS[:2]
    assert "Connection refused: check the port" in steps[-1].says


def test_a_wrong_path_ends_it_at_the_handshake() -> None:
    with served(OtherMake()) as url:
        steps = climbed(embedded(url.replace("/bus", "/elsewhere")))
    assert [step.rung for step in steps] == RUNGS[:3]
    assert "was refused with HTTP status 404: check the path" in steps[-1].says


def test_a_wrong_password_ends_it_at_the_login(host: Host) -> None:
    profile = embedded(host.start(Behaviour()))
    agent = profile.agents["reserved"]
    wrong = replace(agent, keys={**agent.keys, "password": "wrong"})
    steps = climbed(replace(profile, agents={**profile.agents, "reserved": wrong}))
    assert [step.rung for step in steps] == RUNGS[:4]
    assert "the login of agents.reserved was refused: check the agent's credentials" in steps[-1].says


def test_a_wrong_password_of_another_agent_ends_it_there_and_is_sent_once(host: Host) -> None:
    profile = embedded(host.start(Behaviour()), max_connections=1)
    agent = profile.agents["other"]
    wrong = replace(agent, keys={**agent.keys, "password": "wrong"})
    steps: list[Step] = []
    asking = asking_of(replace(profile, agents={**profile.agents, "other": wrong}), steps)
    assert not climb(asking, steps.append)
    asking.pool.close()
    assert [step.rung for step in steps] == [*RUNGS, "logout", "login of other"]
    assert "the login of agents.other was refused: check the agent's credentials" in steps[-1].says
    recording = Recording(asking.recorder.events())
    assert most_sessions(recording) == 1
    assert [event.agent for event in sent(recording, subtopic="SetUserInfo")] == ["reserved", "other"]


def test_who_is_never_logged_in_by_headers_is_not_tried(host: Host) -> None:
    profile = embedded(host.start(Behaviour(faults=("answers_without_login",))))
    steps = climbed(by_headers(profile))
    assert [step.rung for step in steps] == [*RUNGS, "login of other", "login of leaver", "login of idle"]
    assert steps[-1].says == "made with the handshake's headers"


def test_a_logout_that_is_not_confirmed_ends_it(host: Host) -> None:
    profile = embedded(host.start(Behaviour()), replace(QUICK, reply=0.3))
    assert profile.logout is not None
    steps = climbed(replace(profile, logout=replace(profile.logout, success={"subtopic": "NoSuchEvent"})))
    assert [step.rung for step in steps] == [*RUNGS, "logout"]
    assert "the logout of agents.reserved was not confirmed: check logout.success" in steps[-1].says


def test_silence_ends_it_at_the_first_answer(host: Host) -> None:
    profile = embedded(host.start(Behaviour(faults=("never_answers",))))
    steps = climbed(replace(profile, timing=replace(QUICK, reply=0.1, silence=0.05)))
    assert [step.rung for step in steps] == RUNGS
    assert "no answer, however it was asked: check that a contact is reserved for the agent" in steps[-1].says


def test_a_profile_without_a_login_is_told_so(host: Host) -> None:
    profile = replace(embedded(host.start(Behaviour())), login=None, logout=None, says_login=False)
    steps = climbed(replace(profile, timing=replace(QUICK, reply=0.1, silence=0.05)))
    assert [step.rung for step in steps] == RUNGS
    assert steps[-2].says.startswith("none, for the profile has no [login]: say how agents log in")
    assert "; the profile has no [login]: say how agents log in" in steps[-1].says


def test_a_run_names_the_same_rung() -> None:
    run = judged(embedded("ws://127.0.0.1:1/lcm"), asked=("ask",))
    assert run.recording.trouble is not None
    assert run.recording.trouble.startswith("TCP connection failed: 127.0.0.1 port 1: Connection refused")
    assert run.failed == set()


def test_the_command_prints_the_ladder_and_ends_with_its_status(host: Host, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["doctor", "--url", host.start(Behaviour()), "--profile", str(PROFILE)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0] for line in lines[:-1]] == ["ok"] * len(AND_ALL_AGENTS)
    assert lines[-1] == "all of it works: the suite can run"

    assert cli.main(["doctor", "--url", "ws://127.0.0.1:1/lcm", "--profile", str(PROFILE)]) == 3
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2].startswith("FAILED  TCP connection ")
    assert lines[-1].startswith("environment: not ready for a run")


def test_without_an_environment_it_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["doctor"]) == 2
    assert "there is no environment to look at: add --profile FILE" in capsys.readouterr().err


def test_no_secret_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "profile.toml"
    text = PROFILE_OF_OTHER.format(url="URL", sessions=1)
    text = text.replace("[timing]\n", 'headers = { X = "header-canary" }\n[timing]\n').replace(
        "1-2-3", "password-canary"
    )
    with served(OtherMake()) as url:
        path.write_text(text.replace("URL", url + "?t=header-canary"), encoding="utf-8")
        assert cli.main(["doctor", "--profile", str(path)]) == 3
    printed = capsys.readouterr()
    assert "was refused" in printed.out
    assert "canary" not in printed.out + printed.err
