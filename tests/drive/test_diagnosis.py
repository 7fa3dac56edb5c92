"""`doctor` climbs rung by rung, says what is wrong and what to change, and `run` names the same rung."""

from __future__ import annotations

import re
import sys
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
from lcm_conformance.transport.websocket import WebSocketTransport
from other_make import PROFILE as PROFILE_OF_OTHER
from other_make import OtherMake, served

RUNGS = ["name resolution", "TCP connection", "WebSocket handshake", "login", "first answer"]
WITH_A_CONTACT = ["other", "stranger", "leaver"]
AND_ALL_AGENTS = [
    *(*RUNGS, "logout"),
    *(f"{what} {role}" for role in WITH_A_CONTACT for what in ("login of", "answer to", "logout of")),
    *("login of idle", "logout of idle"),
]
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
    assert [step.says for step in steps[6:9]] == [
        "agents.other is logged in",
        "a contact, asked under topic WebService with source",
        "agents.other is logged out",
    ]


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
    recording = asking.recording()
    assert most_sessions(recording) == 1
    assert [event.agent for event in sent(recording, subtopic="SetUserInfo")] == ["reserved", "other"]


def test_who_is_never_logged_in_by_headers_is_not_tried(host: Host) -> None:
    profile = embedded(host.start(Behaviour(faults=("answers_without_login",))))
    steps = climbed(by_headers(profile))
    others = (f"{what} {role}" for role in ("other", "leaver") for what in ("login of", "answer to"))
    assert [step.rung for step in steps] == [*RUNGS, *others, "login of idle"]
    assert steps[-1].says == "made with the handshake's headers"


def test_a_logout_that_is_not_confirmed_ends_it(host: Host) -> None:
    profile = embedded(host.start(Behaviour()), replace(QUICK, reply=0.3))
    assert profile.logout is not None
    steps = climbed(replace(profile, logout=replace(profile.logout, success={"subtopic": "NoSuchEvent"})))
    assert [step.rung for step in steps] == [*RUNGS, "logout"]
    assert "the logout of agents.reserved was not confirmed: check logout.success" in steps[-1].says


@pytest.mark.parametrize("role", ["reserved", "other", "leaver"])
def test_a_contact_that_the_profile_does_not_expect_ends_it_there(host: Host, role: str) -> None:
    profile = embedded(host.start(Behaviour()))
    expects = replace(profile.agents[role], expect=({"PhoneNumber": "5550100100"},))
    steps = climbed(replace(profile, agents={**profile.agents, role: expects}))
    assert steps[-1].rung == ("first answer" if role == "reserved" else f"answer to {role}")
    assert f"but none that agents.{role}.expect names: correct the profile or reserve it" in steps[-1].says
    assert "555" not in steps[-1].says


def test_a_second_agent_for_whom_nothing_is_reserved_ends_it_there(host: Host) -> None:
    profile = embedded(host.start(Behaviour()))
    without = replace(profile.agents["idle"], role="other")
    steps = climbed(replace(profile, agents={**profile.agents, "other": without}))
    assert steps[-1].rung == "answer to other"
    assert steps[-1].says.startswith("a ContactOD without a contact, asked under topic")
    assert steps[-1].says.endswith(": check that one is reserved for agents.other")


def test_a_second_agent_who_is_not_answered_ends_it_there(host: Host) -> None:
    profile = embedded(
        host.start(Behaviour(faults=("never_answers_the_second_agent",))), replace(QUICK, reply=0.2, silence=0.05)
    )
    steps = climbed(profile)
    assert steps[-1].rung == "answer to other"
    assert "check that a contact is reserved for the agent" in steps[-1].says


def test_an_answer_that_is_late_is_told_with_the_time_that_would_do(host: Host) -> None:
    url = host.start(Behaviour(latency={"reply": (0.4, 0.4)}))
    steps = climbed(embedded(url, replace(QUICK, reply=0.25)))
    assert steps[-1].rung == "first answer"
    late = re.fullmatch(r"a contact, .*, but only after ([\d.]+) s: set timing.reply above \1", steps[-1].says)
    assert late is not None
    assert float(late[1]) >= 0.4


PREPARES = "import pathlib, sys; pathlib.Path(sys.argv[1]).open('a').write(sys.argv[2] + chr(10)); print('canary')"


def test_the_program_that_prepares_is_run_for_each_agent_with_a_contact(host: Host, tmp_path: Path) -> None:
    called = tmp_path / "called"
    command = (sys.executable, "-c", PREPARES, str(called), "${user_id}")
    steps = climbed(replace(embedded(host.start(Behaviour())), prepare=command))
    told = [step for step in steps if step.rung == "prepare"]
    assert [step.says for step in told] == [
        f"prepare.command was run for agents.{role}" for role in ("reserved", *WITH_A_CONTACT)
    ]
    assert called.read_text(encoding="utf-8").split() == ["agent-7", "agent-8", "agent-9", "agent-11"]


def test_a_program_that_prepares_and_fails_is_named(host: Host) -> None:
    command = (sys.executable, "-c", "print('canary'); raise SystemExit(7)")
    steps = climbed(replace(embedded(host.start(Behaviour())), prepare=command))
    assert steps[-1].rung == "first answer"
    assert steps[-1].says == "prepare.command for agents.reserved ended with exit status 7: run it by hand to see why"


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


def test_the_command_ends_with_what_a_run_could_not_judge(
    host: Host, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = PROFILE.read_text(encoding="utf-8")
    alone = text[: text.index("[agents.other]")].replace(text[text.index("[logout]") : text.index("[agents")], "")
    path = tmp_path / "profile.toml"
    path.write_text(alone, encoding="utf-8")
    assert cli.main(["doctor", "--url", host.start(Behaviour()), "--profile", str(path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    gaps = [line for line in lines if line.startswith("not judged with this profile: ")]
    assert "not judged with this profile: PRE-2: the profile has no logout" in gaps
    assert "not judged with this profile: RES-2: the profile names no agents.idle" in gaps
    assert any("RES-1" in line and line.endswith(": the profile names no agents.other") for line in gaps)
    assert lines[-1] == "the suite can run"


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
