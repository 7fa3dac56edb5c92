"""What a run costs on endpoints that are narrow or slow: seconds, logins, and silences that followed one another.

    .venv/bin/python benchmarks/slow_endpoints.py [ROUNDS]

Each endpoint is the embedded one, over a real WebSocket, with the latency that its row says; bad input is not sent,
as to any endpoint that is not the suite's own. Where answers take their time by chance, the median of ROUNDS counts
(default 3). The last row is `benchmarks/full_run.py`'s ratio.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from statistics import median

import full_run
from lcm_conformance.catalogue.probes import load_probes
from lcm_conformance.drive.driver import Driver
from lcm_conformance.endpoint import Behaviour, Host
from lcm_conformance.profile import Profile, Timing, at
from lcm_conformance.record.transcript import Kind, Phase, Recording, Silence
from lcm_conformance.run.selftest import verdicts_on
from lcm_conformance.run.settings import embedded_profile, terms_of
from lcm_conformance.transport.websocket import WebSocketTransport

THREE = ("reserved", "other", "idle")
SLOW = Timing(connect=10, reply=2.5, silence=0.6)


@dataclass(frozen=True)
class Case:
    """One endpoint: what is said of it, how it is asked, and the goal in seconds. `roles`: the agents, None for all."""

    says: str
    goal: float
    connections: int
    timing: Timing = field(default_factory=Timing)
    latency: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    faults: tuple[str, ...] = ()
    roles: tuple[str, ...] | None = None
    rounds: int = 1


CASES = (
    Case("mock, one connection, silence 2 s", 16, 1),
    Case("mock, four connections, silence 2 s", 6, 4),
    Case("a login takes 1.2 s", 12, 8, SLOW, {"login": (1.2, 1.2)}, roles=THREE),
    Case("answers take 0 to 1.2 s by chance", 15, 8, SLOW, {"reply": (0.0, 1.2)}, roles=THREE, rounds=3),
    Case("every answer takes 1.9 s of 2.5", 25, 8, SLOW, {"reply": (1.9, 1.9)}, roles=THREE),
    Case("the second agent is never answered", 20, 8, SLOW, {}, ("never_answers_the_second_agent",), THREE),
)


def profile_of(case: Case, url: str) -> Profile:
    """The packaged profile as the case has it."""
    profile = at(embedded_profile(), url)
    endpoint = replace(profile.endpoint, max_connections=case.connections)
    agents = {role: a for role, a in profile.agents.items() if case.roles is None or role in case.roles}
    return replace(profile, endpoint=endpoint, timing=case.timing, agents=agents)


def drive(case: Case, seed: int) -> tuple[float, Recording, Profile]:
    """One run: its seconds, and what it learnt."""
    behaviour = Behaviour(faults=case.faults, latency=case.latency, seed=seed)
    with Host() as host:
        profile = profile_of(case, host.start(behaviour))
        driver = Driver(profile, WebSocketTransport(profile.endpoint, profile.timing), sends_bad_input=False)
        begun = time.monotonic()
        recording = driver.run(load_probes().values())
        return time.monotonic() - begun, recording, profile


def in_turn(silences: tuple[Silence, ...]) -> int:
    """How many silences followed one another at most: those that overlap are one."""
    number, end = 0, 0.0
    for silence in sorted(silences, key=lambda silence: silence.end):
        if silence.start >= end:
            number, end = number + 1, silence.end
    return number


def main(rounds: int) -> None:
    """Measure and print."""
    print(f"{'endpoint':<38}{'seconds':>9}{'goal':>6}{'logins':>8}{'silences':>10}{'requests':>10}  not passed")
    for case in CASES:
        runs = [drive(case, seed) for seed in range(max(1, case.rounds and rounds if case.rounds > 1 else 1))]
        seconds, recording, profile = sorted(runs, key=lambda run: run[0])[len(runs) // 2]
        seconds = median(run[0] for run in runs)
        logins = sum(e.kind is Kind.SENT and e.phase is Phase.LOGIN for e in recording.events)
        verdicts, _ = verdicts_on(recording, terms_of(profile))
        odd = ", ".join(f"{name} {v}" for name, v in verdicts.items() if v not in {"pass", "untested"})
        print(
            f"{case.says:<38}{seconds:>9.1f}{case.goal:>6.0f}{logins:>8}{in_turn(recording.silences):>10}"
            f"{len(recording.exchanges):>10}  {odd or '-'}",
            flush=True,
        )
    full_run.main(rounds)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
