"""How fast recorded traffic is judged, and in how much memory, beside the mere reading of its JSON.

    python benchmarks/judging.py [REPLIES] [CAPTURE…]

Makes captures of so many replies (10,000 unless said; 1,000,000 is what the README quotes): `different` in ContactID,
phone, account and times, `alike`, and `wrong` in every reply. Prints of each way messages a second of one core, peak
memory of a process of its own, and the ratio to `json.loads` of each line and of the frame in it. Needs orjson
(`pip install orjson`), which nothing else does.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

KINDS = ("different", "alike", "wrong")
_BEGUN = datetime(2026, 11, 27, 6, tzinfo=UTC)
_A_SESSION = 2_000  # replies
_AGENTS = 8
_READ = "import sys, json, {name}\nloads = {loads}\nfor line in open(sys.argv[1], 'rb'):\n    row = loads(line)\n"
_READ += "    if 'frame' in row:\n        loads(row['frame'])\n"
WAYS = {
    "json.loads": ["-c", _READ.format(name="json", loads="json.loads"), "FILE"],
    "orjson": ["-c", _READ.format(name="orjson", loads="orjson.loads"), "FILE"],
    "msgspec": ["-c", _READ.format(name="msgspec", loads="msgspec.json.Decoder().decode"), "FILE"],
    "judge_recording": [
        "-c",
        "import sys; from lcm_conformance import judge_recording; judge_recording(sys.argv[1], cm_version='2308')",
        "FILE",
    ],
    "the command": [
        "-m", "lcm_conformance", "judge", "FILE", "--cm-version", "2308", "--no-allure-html", "--quiet",
        "--out", "OUT",
    ],
}  # fmt: skip


def capture(replies: int, kind: str) -> Iterator[str]:
    """The lines: sessions of some agents in turn, each with its login and proper requests, each of them answered."""
    at = _BEGUN
    for first in range(0, replies, _A_SESSION):
        number = first // _A_SESSION
        name, agent = f"s-{number + 1}", 0 if kind == "alike" else number % _AGENTS
        yield _line(at, "opened", name)
        yield _line(at, "sent", name, _login(agent))
        for reply in range(first, min(first + _A_SESSION, replies)):
            at += timedelta(milliseconds=300 + reply % 40)
            yield _line(at, "sent", name, _request(agent))
            at += timedelta(milliseconds=20 + reply % 90)
            yield _line(at, "received", name, _reply(0 if kind == "alike" else reply, kind == "wrong"))
        yield _line(at, "closed", name)


def _line(at: datetime, event: str, session: str, message: object = None) -> str:
    row: dict[str, object] = {"at": at.isoformat(timespec="milliseconds"), "event": event, "session": session}
    return json.dumps(row if message is None else row | {"frame": json.dumps(message)})


def _login(agent: int) -> dict[str, object]:
    data = {"username": f"agent-{agent}", "password": f"made-up-{agent}", "extension": f"50{agent:02}"}
    return {"channel": "Cisco", "topic": "Agent", "subtopic": "SetUserInfo", "data": data}


def _request(agent: int) -> dict[str, object]:
    data = {"UserID": f"agent-{agent}"}
    return {"channel": "LCM", "topic": "WebService", "subtopic": "GetReservedContactOD", "data": data}


def _reply(number: int, wrong: bool) -> dict[str, object]:
    until = datetime(2036, 1, 1) + timedelta(minutes=number)
    time = f"{until:%b} {until.day} {until.year} {until:%I:%M%p}"
    contact: dict[str, object] = {
        "PhoneNumber": f"555{number:07}", "AccountNumber": f"{number}|1|3|0|0|84|1",
        "CampaignId": "SpringRenewal-ACQ", "Mode": "Home", "ContactId": str(100_000 + number),
        "ExpiryTime": f"Feb 30 {until.year} {until:%I:%M%p}" if wrong else time, "CallbackTime": time,
        "CallType": "Regular Call", "Prefix": "", "Suffix": "", "Queue": 1 if wrong else "Queue1",
    }  # fmt: skip
    return {"channel": "LCM", "topic": "WebService", "subtopic": "ContactOD", "message": {"response": contact}}


def measured(arguments: list[str]) -> tuple[float, float]:
    """Seconds of CPU, and peak memory in MB, of a Python process with these arguments."""
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in {0, 1, 3}:
        sys.exit(f"{arguments[:2]} ended with {process.returncode}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main(replies: int, kinds: tuple[str, ...]) -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        for kind in kinds:
            file, messages = Path(folder) / f"{kind}.ndjson", 0
            with file.open("w", encoding="utf-8") as written:
                for line in capture(replies, kind):
                    messages += '"frame"' in line
                    written.write(line + "\n")
            print(f"{kind}: {replies} replies, {messages} messages, {file.stat().st_size / 1e6:.0f} MB", flush=True)
            usual = 0.0
            for name, way in WAYS.items():
                places = {"FILE": str(file), "OUT": str(Path(folder) / "out")}
                seconds, memory = measured([places.get(argument, argument) for argument in way])
                usual = usual or seconds
                print(
                    f"  {name:16} {messages / seconds:>9,.0f} messages/s  {seconds:7.2f} s  {memory:6.0f} MB  "
                    f"{seconds / usual:6.2f} × json.loads",
                    flush=True,
                )
            file.unlink()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000, tuple(sys.argv[2:]) or KINDS)
