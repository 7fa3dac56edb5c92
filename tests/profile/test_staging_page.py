"""docs/staging.md is true: its bounds, messages and outputs are the product's."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import lcm_conformance
from command import CHECKOUT, environment, quick_profile
from lcm_conformance.catalogue.verdict import MOST_FINDINGS
from lcm_conformance.drive.recorder import RUN_BYTES, RUN_FRAMES, RUN_KEPT, RUN_VALUES
from lcm_conformance.drive.room import IN_VAIN
from lcm_conformance.drive.session import SESSION_BYTES, SESSION_FRAMES
from lcm_conformance.endpoint import Behaviour, Host
from lcm_conformance.profile import facts
from lcm_conformance.record.strictjson import DEEPEST, MOST_VALUES
from lcm_conformance.transport import Rung
from lcm_conformance.transport.connection import CONTROL_FRAMES
from lcm_conformance.transport.http_head import HEAD_BYTES

PAGE = (CHECKOUT / "docs" / "staging.md").read_text(encoding="utf-8")
BOUNDS = dict(re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", PAGE[PAGE.index("| bound |") :], re.M))
VARIES = re.compile(r" +\d+\.\d ms|port \d+")


def test_every_bound_is_the_one_that_is_kept() -> None:
    mib = facts.MIB
    assert f"{HEAD_BYTES} bytes" in BOUNDS["handshake answer"]
    assert BOUNDS["one session"] == f"{SESSION_FRAMES} frames, {SESSION_BYTES // mib} MiB"
    assert BOUNDS["pings and pongs between two messages"] == str(CONTROL_FRAMES)
    assert BOUNDS["connections in a row that come to nothing"].startswith(f"{IN_VAIN}, ")
    assert BOUNDS["one run"] == f"{RUN_BYTES // mib} MiB received"
    assert BOUNDS["frames in one run"] == str(RUN_FRAMES)
    assert f"{RUN_KEPT // mib} MiB, {RUN_VALUES} JSON values" in BOUNDS["different frames in one run"]
    assert f"{DEEPEST} levels of nesting, {MOST_VALUES} values" in BOUNDS["JSON in one frame"]
    assert BOUNDS["findings of one scenario"] == str(MOST_FINDINGS)
    assert f"{HEAD_BYTES} bytes" in BOUNDS["proxy's answer"]
    default = facts.Endpoint(url="ws://127.0.0.1/")
    assert default.max_frame_bytes == default.max_message_bytes == 4 * mib
    assert "4 MiB each" in BOUNDS["one frame, one message"]


def test_every_message_that_is_explained_is_one_that_there_is() -> None:
    package = Path(lcm_conformance.__file__).parent
    said = "\n".join(path.read_text(encoding="utf-8") for path in package.rglob("*.py"))
    said += "\n".join(f"environment: {rung} failed" for rung in Rung)
    table = PAGE[PAGE.index("| it says |") : PAGE.index("An environment's fault is never")]
    messages = [part for cell in re.findall(r"^\| ([^|]+) \|", table, re.M) for part in re.findall("`([^`]+)`", cell)]
    assert len(messages) >= 9
    for message in messages:
        for part in message.replace("HTTP status 401", "HTTP status ").split("…"):
            assert part.strip() in said or part.removeprefix("environment: ").strip() in said, message


def test_doctor_prints_what_is_quoted(tmp_path: Path) -> None:
    (quoted,) = re.findall(r"<!-- doctor -->\n```text\n(.*?)```", PAGE, re.DOTALL)
    with Host() as host:
        command = ["doctor", "--profile", str(quick_profile(tmp_path)), "--url", host.start(Behaviour())]
        done = subprocess.run(
            [sys.executable, "-m", "lcm_conformance", *command],
            env=environment(),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert VARIES.sub("#", done.stdout) == VARIES.sub("#", quoted)
    assert done.returncode == 0
