"""The plan: lanes and costs, a bound that is kept, and that bad input goes to no strange endpoint unasked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from command import PACKAGED_PROFILE
from driving import QUICK, by_headers, driver, embedded, logins, only
from lcm_conformance import cli
from lcm_conformance.catalogue import scenarios
from lcm_conformance.catalogue.probes import Part, Probe, load_probes
from lcm_conformance.drive import plan
from lcm_conformance.drive.driver import Driver
from lcm_conformance.drive.plan import Plan
from lcm_conformance.endpoint import Behaviour, Host
from lcm_conformance.profile import Profile, Timing, load
from lcm_conformance.record.transcript import Kind, Phase, Recording
from lcm_conformance.transport.websocket import WebSocketTransport

PROFILE = PACKAGED_PROFILE
MOCKED = load(PROFILE)
ALL = list(load_probes().values())
IN_RUN = list({probe.name: probe for scenario in scenarios.read() for probe in scenario.probes}.values())
"""All probes in the order of the scenarios that need them."""
TIMING = Timing(connect=5, reply=0.5, silence=0.2)
AT_ONCE = 8
ODD: list[dict[str, Any]] = [
    {"faults": ("never_answers",)},
    {"faults": ("leaves_every_second_request_unanswered",)},
    {"variants": ("drops_equal_frames_in_a_row",)},
    {"variants": ("closes_on_every_refusal",)},
    {"variants": ("answers_once_a_session",)},
    {"variants": ("keeps_the_newest_session",)},
    {"variants": ("allows_one_connection_in_all",)},
    {"variants": ("replies_again_300_ms_later",)},
    {"open": ("uses_a_reservation_up_after_5_contacts",)},
    {"open": ("pushes_a_contact_every_400_ms",)},
    {"open": ("refuses_connections_after_60_requests",)},
]


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    with Host() as running:
        yield running


def requests(recording: Recording) -> int:
    """All that was asked, about contacts and about preconditions."""
    told = [event for event in recording.events if event.kind is Kind.SENT]
    return len([event for event in told if event.exchange or event.phase is Phase.PRECONDITION])


def planned(profile: Profile, probes: list[Probe]) -> Plan:
    return driver(profile).plan(probes)


def ran(profile: Profile, probes: list[Probe]) -> tuple[Plan, Recording]:
    return planned(profile, probes), driver(profile).run(probes)


def is_within(course: Plan, recording: Recording) -> bool:
    """Whether a run kept to its bound, and not because it was stopped there."""
    said = f"{recording.trouble}{recording.troubles}"
    return 0 < requests(recording) <= course.most_requests and "used up: " not in said and "are used up" not in said


@pytest.fixture(scope="module")
def odd_runs(host: Host) -> Iterator[list[Future[tuple[Plan, Recording]]]]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield [
            pool.submit(ran, embedded(host.start(Behaviour(**behaviour)), TIMING, max_connections=3), ALL)
            for behaviour in ODD
        ]


@pytest.mark.parametrize("number", range(len(ODD)), ids=[next(iter(row.values()))[0] for row in ODD])
def test_a_run_stays_within_its_bound(odd_runs: list[Future[tuple[Plan, Recording]]], number: int) -> None:
    course, recording = odd_runs[number].result()
    assert is_within(course, recording), (requests(recording), course.most_requests, recording.troubles)


@pytest.mark.parametrize("connections", [1, 2, 5, 40])
def test_where_all_is_well_it_costs_what_the_plan_says(host: Host, connections: int) -> None:
    profile = embedded(host.start(Behaviour()), TIMING, max_connections=connections)
    course, recording = ran(profile, ALL)
    assert recording.trouble is None
    assert recording.troubles == {}
    assert len(logins(recording)) <= course.usual_logins
    assert requests(recording) <= course.usual_requests


@pytest.fixture(scope="module")
def runs_of_one(host: Host) -> Iterator[dict[tuple[str, ...], dict[str, Future[tuple[Plan, Recording]]]]]:
    timing = Timing(connect=5, reply=1, silence=0.05)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {
            variants: {
                probe.name: pool.submit(
                    ran, embedded(host.start(Behaviour(variants=variants)), timing, max_connections=40), [probe]
                )
                for probe in ALL
            }
            for variants in ((), ("replies_to_all_sessions_of_the_agent",))
        }


@pytest.mark.parametrize("probe", ALL, ids=lambda probe: probe.name)
@pytest.mark.parametrize("variants", [(), ("replies_to_all_sessions_of_the_agent",)], ids=["plain", "to all"])
def test_a_run_for_one_probe_stays_within_its_bound(
    runs_of_one: dict[tuple[str, ...], dict[str, Future[tuple[Plan, Recording]]]],
    probe: Probe,
    variants: tuple[str, ...],
) -> None:
    course, recording = runs_of_one[variants][probe.name].result()
    assert recording.of(probe.name)
    assert is_within(course, recording), (requests(recording), course.most_requests, recording.troubles)


def test_the_bound_is_kept_even_if_it_is_wrong(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Plan, "most_requests", property(lambda _: 7))
    recording = driver(embedded(host.start(Behaviour()), QUICK, max_connections=40)).run(ALL)
    assert requests(recording) == 7
    said = [recording.trouble or "", *recording.troubles.values()]
    assert any("the 7 requests that a run may send are used up" in line for line in said)


def test_the_bound_counts_what_asks_after_preconditions() -> None:
    asking = {role: replace(agent, asks_call_count=True) for role, agent in MOCKED.agents.items()}
    more = (
        planned(replace(MOCKED, agents=asking), ALL).most_requests - planned(MOCKED, ALL).most_requests
    )  # before all else for those who have a contact and who has none, and at the end for all; in each spelling
    assert more == 2 * (3 + len(asking))
    assert planned(replace(MOCKED, agents=asking), []).most_requests == 0


def test_nothing_but_what_fits_the_plan_is_printed() -> None:
    course = planned(MOCKED, ALL)
    assert sum(deed.usual for deed in course.deeds) == course.usual_requests
    assert course.usual_requests <= course.most_requests
    assert course.usual_seconds == MOCKED.timing.silence  # what agents wait out, they wait out side by side
    alone = planned(replace(MOCKED, endpoint=replace(MOCKED.endpoint, max_connections=1)), ALL)
    assert alone.usual_seconds == MOCKED.timing.silence * sum(deed.silences for deed in alone.deeds)


def test_bad_input_comes_last_and_who_is_not_logged_in_first() -> None:
    course = planned(MOCKED, ALL)
    first = next(iter(course.lanes.values()))[0]
    assert (first.name, first.probe) == (plan.EARLY, "not-logged-in")
    hostile = {probe.name for probe in ALL if probe.part is Part.HOSTILE}
    assert {deed.probe for _, deed in course.last} == hostile | {"at-once"}
    assert course.last[0][1].name == plan.AT_ONCE


def test_bad_input_is_left_out_where_it_is_not_allowed(host: Host) -> None:
    profile = embedded(host.start(Behaviour()), QUICK, max_connections=40)
    asks = Driver(profile, WebSocketTransport(profile.endpoint, profile.timing), sends_bad_input=False)
    recording = asks.run(ALL)
    hostile = [probe.name for probe in ALL if probe.part is Part.HOSTILE]
    assert all("only with --allow-hostile" in recording.left_out[name] for name in hostile)
    assert not [x for x in recording.exchanges if x.part is Part.HOSTILE]


def test_the_plan_is_printed_without_connecting(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "reports"
    command = ["run", "--plan", "--url", "ws://127.0.0.1:1/lcm", "--profile", str(PROFILE), "--out", str(out)]
    assert cli.main(command) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "ws://127.0.0.1:1/lcm, at most 40 sessions at once; a refused login is its agent's last"
    assert lines[lines.index("left out") + 1].startswith("         not-json: bad input is sent")
    assert all("--allow-hostile" in line for line in lines[lines.index("left out") + 1 :])
    assert not out.exists()

    assert cli.main([*command, "--allow-hostile"]) == 0
    lines = capsys.readouterr().out.splitlines()
    course = planned(MOCKED, IN_RUN)
    assert lines[1] == (
        f"usually {course.usual_requests} requests, {course.usual_logins} logins, 2 s of silence; "
        f"at most {course.most_requests} requests, {course.most_seconds / 60:.0f} min, "
        "were all of it answered late and asked over (--max-seconds ends a run sooner)"
    )
    assert [line for line in lines if line.startswith("agents.")] == [f"agents.{role}" for role in course.lanes]
    assert "left out" not in lines
    printed = [re.fullmatch(r" +(\d+)  (.+)", line) for line in lines]
    assert [int(found[1]) for found in printed if found] == [deed.usual for deed in course.deeds]
    assert lines[-1].startswith("    101  100 requests arrive in one burst")
    last = [f"{deed.usual:>7}  {deed.says}  [{who}]" for who, deed in course.last]
    assert lines[lines.index("last") + 1 :] == last


def test_the_plan_tells_what_each_agent_does_and_waits_out() -> None:
    lines = plan.lines(planned(MOCKED, ALL), {})
    assert "      5  asks before any login, then logs in, a silence" in lines
    assert "      3  asks, with nothing reserved, a silence" in lines
    assert "      8  logs out and asks, on that session and on a new one, then logs in, a silence" in lines
    assert lines[lines.index("agents.reserved") + 1] == "      5  finds out how to ask"
    unconfirmed = replace(MOCKED, logout=MOCKED.logout and replace(MOCKED.logout, success=None))
    assert any(
        line.endswith("then logs in, 2 silences") for line in plan.lines(planned(unconfirmed, ALL), {})
    )  # before anything is asked after a logout that nothing confirms, and after it


def test_the_calls_of_a_program_that_prepares_are_told_and_bounded() -> None:
    course = planned(replace(MOCKED, prepare=("./reserve.sh",)), ALL)
    assert course.most_calls == course.most_requests
    assert f", {course.most_calls} calls of prepare.command, " in plan.lines(course, {})[0]
    assert planned(MOCKED, ALL).most_calls == 0


def test_the_plan_of_one_agent_begins_before_any_login() -> None:
    course = planned(only(MOCKED, "reserved"), ALL)
    assert list(course.lanes) == ["reserved"]
    assert [deed.name for deed in course.lanes["reserved"]][:2] == [plan.EARLY, plan.FIND]
    assert plan.LATE not in {deed.name for deed in course.deeds}
    assert plan.LOGOUT in {deed.name for deed in course.lanes["reserved"]}


def test_where_there_is_no_stranger_or_leaver_others_take_their_parts() -> None:
    course = planned(only(MOCKED, "reserved", "other", "idle"), ALL)
    deeds = {role: [deed.name for deed in deeds] for role, deeds in course.lanes.items()}
    assert plan.EARLY in deeds["reserved"]
    assert {plan.LATE, plan.LOGOUT} <= set(deeds["other"])
    assert deeds["idle"] == [plan.IDLE]


def test_where_headers_log_in_nobody_asks_after_login_or_logout() -> None:
    course = planned(by_headers(MOCKED), ALL)
    assert [deed.name for deed in course.lanes["logged_out"]] == [plan.EARLY]
    assert not {plan.LATE, plan.LOGOUT} & {deed.name for deed in course.deeds}


def test_where_a_program_logs_in_an_agent_without_its_token_asks_early() -> None:
    course = planned(replace(MOCKED, login=None, logout=None, login_command=("print-token",)), ALL)
    assert course.lanes["stranger"][0].name == plan.EARLY


def test_who_asks_after_preconditions_logs_in_for_that_too(host: Host) -> None:
    profile = only(embedded(host.start(Behaviour()), TIMING, max_connections=1), "reserved", "idle")
    asking = {role: replace(agent, asks_call_count=True) for role, agent in profile.agents.items()}
    course, recording = ran(replace(profile, agents=asking), [load_probes()["nothing-reserved"], load_probes()["ask"]])
    assert course.usual_logins == len(logins(recording)) == 4
    assert requests(recording) <= course.usual_requests


def test_a_run_logs_in_and_out_as_the_plan_says(host: Host) -> None:
    profile = embedded(host.start(Behaviour()), QUICK, max_connections=1)
    recording = driver(profile).run([load_probes()["logged-out"]])
    deeds = [
        _deed(event.frame or "") for event in recording.events if event.kind is Kind.SENT and event.agent == "leaver"
    ]
    # Logged in and answered, logged out and asked on that session and on a new one, in again; and out at the end.
    assert deeds == ["login", "request", "logout", *["request"] * 6, "login", "request", "logout"]


def _deed(frame: str) -> str:
    return {"SetUserInfo": "login", "Logout": "logout"}.get(json.loads(frame)["subtopic"], "request")


def test_where_nothing_can_be_asked_nothing_is(host: Host) -> None:
    profile = only(embedded(host.start(Behaviour()), QUICK), "reserved")
    recording = driver(profile).run([load_probes()["nothing-reserved"]])
    assert recording.left_out == {"nothing-reserved": "the profile names no agents.idle"}
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
