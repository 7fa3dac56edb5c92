"""Waivers: a clause that an environment cannot test may stay untested, by name and with a reason."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from lcm_conformance.catalogue.verdict import UsageError
from lcm_conformance.endpoint import Behaviour, Host
from lcm_conformance.profile import load
from lcm_conformance.run.settings import resolve

TREE = Path(__file__).parents[2]
ALONE = """
cm_version = "2308"
[endpoint]
url = "ws://127.0.0.1:1/lcm"
max_connections = 20
[timing]
silence = 0.3
reply = 3
[login]
preset = "cisco"
[agents.reserved]
user_id = "agent-7"
password = "seven-of-hearts"
extension = "5069"
[agents.logged_out]
user_id = "agent-9"
password = "nine-of-spades"
extension = "5071"
[agents.idle]
user_id = "agent-10"
password = "ten-of-diamonds"
extension = "5072"
[waive]
RES-1 = "one agent only in this environment"
"""


def run(tmp_path: Path, profile: str, behaviour: Behaviour) -> tuple[int, str, dict[str, object]]:
    path = tmp_path / "profile.toml"
    path.write_text(profile, encoding="utf-8")
    with Host() as host:
        command = [
            sys.executable,
            "-m",
            "lcm_conformance",
            "run",
            "--url",
            host.start(behaviour),
            "--profile",
            str(path),
        ]
        done = subprocess.run(
            [*command, "--out", str(tmp_path / "out")],
            cwd=TREE,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    return done.returncode, done.stdout, json.loads((tmp_path / "out" / "result.json").read_text(encoding="utf-8"))


def test_a_waived_clause_may_stay_untested(tmp_path: Path) -> None:
    status, printed, result = run(tmp_path, ALONE, Behaviour())
    assert (status, result["verdict"]) == (0, "conformant"), printed
    waived = "waived: RES-1 (Each agent's own contact) was not tested: one agent only in this environment"
    assert waived in printed


def test_without_the_waiver_the_run_is_inconclusive(tmp_path: Path) -> None:
    status, printed, result = run(tmp_path, ALONE.partition("[waive]")[0], Behaviour())
    assert (status, result["verdict"]) == (3, "inconclusive")
    assert "untested: RES-1: the profile names no agents.other" in printed


def test_a_waiver_excuses_no_failure(tmp_path: Path) -> None:
    waived = ALONE + 'FLD-Queue-presence = "not needed here"\n'
    status, _, result = run(tmp_path, waived, Behaviour(faults=("drops_queue",)))
    assert (status, result["verdict"]) == (1, "non-conformant")
    because = "is needless, for the clause was tested and fails: remove it from [waive]"
    assert f"the waiver of FLD-Queue-presence {because}" in result["notices"]


def test_a_waiver_needs_a_reason_and_a_clause_that_exists(tmp_path: Path) -> None:
    path = tmp_path / "profile.toml"
    path.write_text(ALONE.replace('"one agent only in this environment"', '""'), encoding="utf-8")
    with pytest.raises(UsageError, match=r"waive\.RES-1 has no reason"):
        load(path)
    path.write_text(ALONE.replace("RES-1 =", "RES-9 ="), encoding="utf-8")
    options = type("Options", (), {"profile": str(path), "out": "x"})
    with pytest.raises(UsageError, match=r"waive\.RES-9"):
        resolve(options(), environment={})
