"""Reservations that are used up: what a run says of them, and the program that makes new ones."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from driving import Judged, driver, judged
from lcm_conformance.catalogue.probes import load_probes
from lcm_conformance.drive.plan import Plan
from lcm_conformance.profile import Profile, load
from other_make import PROFILE, OtherMake, served

ASKED = ("ask", "asked-twice", "unknown-agent", "no-data", "nothing-reserved", "at-once")


def profile(url: str, folder: Path, *command: str) -> Profile:
    path = folder / "profile.toml"
    path.write_text(PROFILE.format(url=url, sessions=3), encoding="utf-8")
    return replace(load(path), prepare=command)


def stocked(folder: Path, contacts: int) -> Path:
    stock = folder / "stock"
    stock.mkdir()
    for number in range(contacts):
        for who in ("kim", "robin"):
            (stock / f"{who}.{number}").touch()
    return stock


def run(folder: Path, contacts: int, reserved: str = "asserted") -> Judged:
    stock = stocked(folder, contacts)
    with served(OtherMake(stock=stock)) as url:
        subject = profile(url, folder)
        agents = {
            role: replace(agent, reserved=reserved if role != "idle" else agent.reserved)
            for role, agent in subject.agents.items()
        }
        return judged(replace(subject, agents=agents), asked=ASKED)


@pytest.mark.parametrize("contacts", [2, 7])
def test_without_a_program_what_is_used_up_is_the_environment_s(tmp_path: Path, contacts: int) -> None:
    ended = run(tmp_path, contacts)
    assert ended.failed == set(), ended.unpassed
    assert ended.verdict == "inconclusive"
    assert re.match(
        f"environment: the reservation of agents.(reserved|other) was used up after {contacts} contacts: ",
        ended.reason("MAP-1"),
    )


def test_where_the_profile_says_that_it_stays_it_is_the_product_s(tmp_path: Path) -> None:
    assert run(tmp_path, 7, reserved="stays").failed == {"MAP-1"}


def test_with_a_program_such_an_environment_is_judged_in_full(tmp_path: Path) -> None:
    stock = stocked(tmp_path, 0)
    with served(OtherMake(stock=stock)) as url:
        ended = judged(profile(url, tmp_path, "mktemp", f"{stock}/${{user_id}}.XXXXXX"))
    assert ended.verdict == "conformant", ended.unpassed


def test_it_is_run_once_an_agent_who_has_a_contact_where_none_is_used_up(tmp_path: Path) -> None:
    stock = stocked(tmp_path, 0)
    with served(OtherMake()) as url:
        judged(profile(url, tmp_path, "mktemp", f"{stock}/${{user_id}}.XXXXXX"), asked=ASKED)
    assert sorted(path.stem for path in stock.iterdir()) == ["kim", "robin"]


@pytest.mark.parametrize(
    ("command", "connect", "said"),
    [
        (
            (sys.executable, "-c", "print('canary'); raise SystemExit(7)"),
            20,
            "prepare.command for agents.reserved ended with exit status 7: run it by hand to see why",
        ),
        (
            ("sleep", "60"),
            0.5,
            "prepare.command for agents.reserved did not end within 0.5 s: check it, or timing.connect",
        ),
        (
            ("no-such-program-anywhere",),
            5,
            "prepare.command for agents.reserved cannot be started: check prepare.command",
        ),
    ],
)
def test_a_program_that_fails_is_the_environment_s_and_named(
    tmp_path: Path, command: tuple[str, ...], connect: float, said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with served(OtherMake()) as url:
        subject = profile(url, tmp_path, *command)
        ended = judged(replace(subject, timing=replace(subject.timing, connect=connect)), asked=("ask",))
    assert ended.failed == set()
    assert ended.verdict == "inconclusive"
    assert ended.reason("MAP-1") == f"environment: {said}"
    assert "canary" not in "".join(capfd.readouterr())


def test_its_calls_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Plan, "most_calls", property(lambda _: 1))
    stock = stocked(tmp_path, 0)
    called = tmp_path / "called"
    called.mkdir()
    command = ("mktemp", f"{called}/XXXXXX")
    with served(OtherMake(stock=stock)) as url:
        recording = driver(profile(url, tmp_path, *command)).run([load_probes()[name] for name in ASKED])
    assert len(list(called.iterdir())) == 1
    said = [recording.trouble or "", *recording.troubles.values()]
    assert any("the 1 calls of prepare.command that a run may make are used up" in line for line in said)
