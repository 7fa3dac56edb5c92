"""The plan: what a run would ask, its bound, and that bad input goes to no strange endpoint unasked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from driving import QUICK, driver, embedded

from conformance import cli, plan, probes
from conformance.driver import Driver
from conformance.endpoint import Behaviour, Host
from conformance.probes import Probe
from conformance.profile import Timing, load
from conformance.transcript import Part, Recording
from conformance.transport.websocket import WebSocketTransport

PROFILE = Path(__file__).parents[1] / "conformance/endpoint/profile.toml"
MOCKED = load(PROFILE)
ALL = list(probes.load().values())


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
    monkeypatch.setattr("conformance.driver.most_requests", lambda selected, profile: 7)
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
    assert lines[0] == "ws://127.0.0.1:1/lcm, at most 40 sessions at once, each logged in once at most"
    assert any("--allow-hostile" in line and line.startswith("     -  100 requests arrive") for line in lines)
    assert not out.exists()

    assert cli.main([*command, "--allow-hostile"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert f"at most {plan.most_requests(ALL, MOCKED)} requests in all" in lines[1]
    assert [line[8:].split("  (")[0] for line in lines[2:]] == [probe.when for probe in plan.in_order(_in_run())]


def test_allow_hostile_sends_bad_input_to_a_strange_endpoint(host: Host, tmp_path: Path) -> None:
    command = ["run", "--url", host.start(Behaviour()), "--profile", str(PROFILE), "--clause", "ROB-7", "RES-3"]
    verdicts = {}
    for flag in ([], ["--allow-hostile"]):
        out = tmp_path / str(len(flag))
        cli.main([*command, "--out", str(out), "--no-allure-html", *flag])
        result = json.loads((out / "result.json").read_text(encoding="utf-8"))
        verdicts[len(flag)] = next(row["verdict"] for row in result["clauses"] if row["id"] == "ROB-7")
    assert verdicts == {0: "untested", 1: "pass"}


def _in_run() -> list[probes.Probe]:
    """All probes in the order of the scenarios that need them."""
    from conformance import scenarios

    return list({probe.name: probe for scenario in scenarios.read() for probe in scenario.probes}.values())
