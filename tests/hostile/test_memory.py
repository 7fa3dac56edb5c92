"""What a run may hold in memory at most follows from its bounds, is stated in docs/staging.md, and is kept."""

from __future__ import annotations

import itertools
import json
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from command import CHECKOUT, environment
from hostile_peer import frame, peer, requests, shake_hands
from lcm_conformance.drive import recorder
from lcm_conformance.profile import LONGEST, MIB

PAGE = (CHECKOUT / "docs" / "staging.md").read_text(encoding="utf-8")
PROGRAM = 100 * MIB
EACH_BYTE = 3  # as it came, redacted, and once more while it is being redacted or written
EACH_VALUE = 256
EACH_FRAME = 4096
EACH_REDACTED = 36  # times the longest message: its characters, its layers and skeletons with their places
EACH_RECEIVED = 8  # times a message while it is received: pieces, the whole, and a text of four bytes a character
LOWERED = {"RUN_KEPT": 6 * MIB, "RUN_VALUES": 100_000, "RUN_FRAMES": 4000, "RUN_BYTES": 48 * MIB}
PROFILE = """
cm_version = "2308"
endpoint = {{ url = "{url}", max_connections = 2, max_message_bytes = {message}, max_frame_bytes = {message} }}
timing = {{ connect = 5, reply = 0.5, silence = 0.1 }}
login = {{ method = "preauthenticated" }}
agents.reserved.user_id = "agent-7"
"""
numbers = itertools.count()


def most(kept: int, values: int, frames: int) -> int:
    """What a run may hold, without what it is receiving."""
    return PROGRAM + EACH_BYTE * kept + EACH_VALUE * values + EACH_FRAME * frames


def long_texts() -> str:
    return json.dumps(f"{next(numbers)}😀" + "x" * 400_000, ensure_ascii=False)


def many_values() -> str:
    return json.dumps([next(numbers), *[{"": {}}] * 4000])


def many_frames() -> str:
    return json.dumps({"n": next(numbers)})


def many_personal_values() -> str:
    number = next(numbers)
    return json.dumps({"subtopic": "CallEvent", "PhoneNumber": f"{5550200000 + number}", "ContactID": number})


def test_the_figure_follows_from_the_bounds() -> None:
    (stated,) = re.findall(r"at most (\d+) MiB of memory", PAGE)
    (redacted,) = re.findall(r"(\d+) times `max_message_bytes` more", PAGE)
    (received,) = re.findall(r"received it takes (\d+) times", PAGE)
    (all_in_all,) = re.findall(r"(\d+) MiB with the defaults", PAGE)
    follows = most(recorder.RUN_KEPT, recorder.RUN_VALUES, recorder.RUN_FRAMES)
    assert follows <= int(stated) * MIB < follows * 1.1
    assert (int(redacted), int(received)) == (EACH_REDACTED, EACH_RECEIVED)
    assert int(all_in_all) * MIB == int(stated) * MIB + EACH_REDACTED * LONGEST


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells how much memory a process ever had")
@pytest.mark.parametrize("text", [long_texts, many_values, many_frames, many_personal_values])
def test_an_endpoint_that_sends_as_much_as_it_may_costs_no_more_memory(tmp_path: Path, text: Callable[[], str]) -> None:
    def worst(session: socket.socket, over: threading.Event) -> None:
        shake_hands(session)
        for _ in requests(session):
            session.sendall(b"".join(frame(text().encode()) for _ in range(1000 if len(text()) < 1000 else 4)))

    bounds = [f"{name}={number}" for name, number in LOWERED.items()]
    with peer(worst) as url:
        profile = tmp_path / "profile.toml"
        profile.write_text(PROFILE.format(url=url, message=2 * MIB), encoding="utf-8")
        arguments = ["run", "--profile", str(profile), "--no-allure-html"]
        done = subprocess.run(
            [sys.executable, str(Path(__file__).with_name("measured_run.py")), *bounds, "--", *arguments],
            cwd=tmp_path,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stderr) == (3, ""), done.stdout
    assert "the endpoint has sent more than" in done.stdout
    assert "Traceback" not in done.stdout
    (used,) = re.findall(r"most memory (\d+) KiB", done.stdout)
    bound = most(LOWERED["RUN_KEPT"], LOWERED["RUN_VALUES"], LOWERED["RUN_FRAMES"]) + EACH_REDACTED * 2 * MIB
    assert int(used) * 1024 < bound
