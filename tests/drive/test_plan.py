"""The plan: what a run would ask, its bound, and that bad input goes to no strange endpoint unasked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from command import PACKAGED_PROFILE
from driving import QUICK, by_headers, driver, embedded, only
from lcm_conformance import cli
from lcm_conformance.catalogue.probes import Part, Probe, load_probes
from lcm_conformance.drive import plan
from lcm_conformance.drive.driver import Driver
from lcm_conformance.endpoint import Behaviour, Host
from lcm_conformance.profile import Profile, Timing, load
from lcm_conformance.record.transcript import Kind, Recording
from lcm_conformance.transport.websocket import WebSocketTransport

PROFILE = PACKAGED_PROFILE
MOCKED = load(PROFILE)
ALL = list(load_probes().values())


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    with Host() as running:
        yield running


def requests(recording: Recording) -> int:
    return len(recording.exchanges)


@pytest.mark.parametrize(
    "behaviour",
    [
        {},
        {"variants": ("replies_to_all_sessions_of_the_agent",)},
        {"variants": ("keeps_the_newest_session",)},
        {"faults": ("never_answers",)},
    ],
    ids=["plain", "to all", "newest only", "deaf"],
)
def test_a_run_stays_within_its_bound(host: Host, behaviour: dict[str, object]) -> None:
    timing = Timing(connect=5, reply=0.1 if "faults" in behaviour else 1, silence=0.05)
    profile = embedded(host.start(Behaviour(**behaviour)), timing, max_connections=40)
    recording = driver(profile).run(ALL)
    assert 0 < requests(recording) <= plan.most_requests(ALL, MOCKED)
    assert "used up" not in f"{recording.trouble}{recording.troubles}"


@pytest.mark.parametrize("probe", ALL, ids=lambda probe: probe.name)
@pytest.mark.parametrize("variants", [(), ("replies_to_all_sessions_of_the_agent",)], ids=["plain", "to all"])
def test_a_run_for_one_probe_stays_within_its_bound(host: Host, probe: Probe, variants: tuple[str, ...]) -> None:
    timing = Timing(connect=5, reply=1, silence=0.05)
    profile = embedded(host.start(Behaviour(variants=variants)), timing, max_connections=40)
    recording = driver(profile).run([probe])
    assert requests(recording) <= plan.most_requests([probe], MOCKED)
    assert "used up" not in f"{recording.trouble}{recording.troubles}"


def test_the_bound_is_kept_even_if_it_is_wrong(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lcm_conformance.drive.driver.most_requests", lambda selected, profile: 7)
    recording = driver(embedded(host.start(Behaviour()), max_connections=40)).run(ALL)
    assert requests(recording) == 7
    assert any("the 7 requests that a run may send are used up" in line for line in recording.troubles.values())


def test_the_bound_counts_what_asks_after_preconditions() -> None:
    asking = {role: replace(agent, asks_call_count=True) for role, agent in MOCKED.agents.items()}
    more = plan.most_requests(ALL, replace(MOCKED, agents=asking)) - plan.most_requests(ALL, MOCKED)
    assert more == 2 * (3 + len(asking))
    assert plan.most_requests([], replace(MOCKED, agents=asking)) == 0


def test_bad_input_comes_last_and_who_is_not_logged_in_first() -> None:
    order = plan.in_order(ALL)
    parts = [probe.part is Part.HOSTILE for probe in order]
    assert parts == sorted(parts)
    assert order[0].login == "never"


def test_bad_input_is_left_out_where_it_is_not_allowed(host: Host) -> None:
    profile = embedded(host.start(Behaviour()), QUICK, max_connections=40)
    asks = Driver(profile, WebSocketTransport(profile.endpoint, profile.timing), sends_bad_input=False)
    recording = asks.run(ALL)
    hostile = [probe.name for probe in ALL if probe.part is Part.HOSTILE]
    assert all("only with --allow-hostile" in recording.untested[name] for name in hostile)
    assert not [x for x in recording.exchanges if x.part is Part.HOSTILE]


def test_the_plan_is_printed_without_connecting(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "reports"
    command = ["run", "--plan", "--url", "ws://127.0.0.1:1/lcm", "--profile", str(PROFILE), "--out", str(out)]
    assert cli.main(command) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "ws://127.0.0.1:1/lcm, at most 40 sessions at once; a refused login is its agent's last"
    assert any("--allow-hostile" in line and line.startswith("     -  100 requests arrive") for line in lines)
    assert not out.exists()

    assert cli.main([*command, "--allow-hostile"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert f"at most {plan.most_requests(ALL, MOCKED)} requests in all" in lines[1]
    assert lines[2] == "    13  how to ask is found out  [agents.reserved: login, request]"
    assert [line[8:].split("  [")[0] for line in lines[3:]] == [probe.when for probe in plan.in_order(_in_run())]
    assert printed(lines, "an agent who has logged out asks for the reserved contact") == (
        "agents.leaver: login, request, logout, request, login, request"
    )


def printed(lines: list[str], when: str) -> str:
    """The turns that the plan prints for a probe."""
    (line,) = [line for line in lines if line[8:].startswith(f"{when}  [")]
    return line.split("  [")[1].removesuffix("]")


def lines_of(profile: Profile) -> list[str]:
    asks = driver(profile)
    return plan.lines(ALL, profile, {probe.name: asks.missing(probe) for probe in ALL}, asks.role)


def test_the_plan_tells_who_logs_in_asks_and_logs_out_in_order() -> None:
    lines = lines_of(MOCKED)
    turns = {probe.name: printed(lines, probe.when) for probe in ALL}
    assert turns["not-logged-in"] == "agents.stranger: request, login, request"
    assert turns["at-once"] == "agents.reserved: login, request; agents.other: login, request"
    assert turns["nothing-reserved"] == "agents.idle: login, request; agents.reserved: login, request"
    assert turns["hostile-userid"] == "agents.reserved: login, request; agents.other: login, request"
    assert turns["ask"] == "agents.reserved: login, request"


def test_the_plan_tells_what_asks_after_preconditions() -> None:
    asking = {
        role: replace(agent, asks_call_count=role in {"reserved", "idle"}) for role, agent in MOCKED.agents.items()
    }
    lines = lines_of(replace(MOCKED, agents=asking))
    before = "     2  GetAgentCallCount, before all other requests  [agents.{}: login, request]"
    after = "     2  GetAgentCallCount, again if the agent was handed nothing  [agents.{}: login, request]"
    assert lines[:2] == [before.format("reserved"), before.format("idle")]
    assert lines[-2:] == [after.format("reserved"), after.format("idle")]


def test_the_plan_of_one_agent_begins_before_any_login() -> None:
    lines = lines_of(only(MOCKED, "reserved"))
    assert lines[0].endswith("[agents.reserved: request, login, request]")
    assert "how to ask is found out" in lines[1]


def test_where_headers_log_in_the_plan_says_no_login() -> None:
    lines = lines_of(by_headers(MOCKED))
    assert not [line for line in lines if "login" in line.split("[")[-1]]
    assert printed(lines, load_probes()["not-logged-in"].when) == "agents.logged_out: request; agents.reserved: request"
    lines = lines_of(replace(MOCKED, login=None, login_command=("print-token",)))
    assert printed(lines, load_probes()["ask"].when) == "agents.reserved: login by program, request"


def test_a_run_logs_in_and_out_as_the_plan_says(host: Host) -> None:
    profile = embedded(host.start(Behaviour()), QUICK, max_connections=1)
    recording = driver(profile).run([load_probes()["logged-out"]])
    deeds = [
        _deed(event.frame or "") for event in recording.events if event.kind is Kind.SENT and event.agent == "leaver"
    ]
    wanted = printed(lines_of(profile), load_probes()["logged-out"].when).removeprefix("agents.leaver: ").split(", ")
    assert deeds == wanted


def _deed(frame: str) -> str:
    return {"SetUserInfo": "login", "Logout": "logout"}.get(json.loads(frame)["subtopic"], "request")


def test_where_nothing_can_be_asked_nothing_is(host: Host) -> None:
    profile = only(embedded(host.start(Behaviour()), QUICK), "reserved")
    recording = driver(profile).run([load_probes()["nothing-reserved"]])
    assert recording.untested == {"nothing-reserved": "the profile names no agents.idle"}
    assert not recording.events


def test_allow_hostile_sends_bad_input_to_a_strange_endpoint(host: Host, tmp_path: Path) -> None:
    command = ["run", "--url", host.start(Behaviour()), "--profile", str(PROFILE), "--clause", "ROB-7", "RES-3"]
    verdicts = {}
    for flag in ([], ["--allow-hostile"]):
        out = tmp_path / str(len(flag))
        cli.main([*command, "--out", str(out), "--no-allure-html", *flag])
        result = json.loads((out / "result.json").read_text(encoding="utf-8"))
        verdicts[len(flag)] = next(row["verdict"] for row in result["clauses"] if row["id"] == "ROB-7")
    assert verdicts == {0: "untested", 1: "pass"}


def _in_run() -> list[Probe]:
    """All probes in the order of the scenarios that need them."""
    from lcm_conformance.catalogue import scenarios

    return list({probe.name: probe for scenario in scenarios.read() for probe in scenario.probes}.values())
