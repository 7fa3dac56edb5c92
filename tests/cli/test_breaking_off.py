"""A command that is broken off, or whose output is: the status, the one line, and what is kept of the run."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import tomllib
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from command import CHECKOUT, PACKAGED_PROFILE, conformance, environment, quick_profile
from ended import Ended, called, silent_endpoint
from lcm_conformance.catalogue.clauses import load_catalogue
from lcm_conformance.endpoint import Host

UNDER_CONTROL = (
    "import runpy, signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "runpy.run_module('lcm_conformance', run_name='__main__')"
)
"""`python -m conformance` that hears Ctrl-C even where the tests themselves run in the background."""


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    with Host() as running:
        yield running


@contextmanager
def started(*arguments: str | Path, cwd: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", UNDER_CONTROL, *map(str, arguments)]
    with subprocess.Popen(
        command, cwd=cwd, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def is_under_way(process: subprocess.Popen[str], arrived: threading.Event) -> None:
    while not arrived.wait(0.1):
        assert process.poll() is None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ctrl_c_ends_a_run_with_status_130_and_an_unfinished_result(tmp_path: Path, number: signal.Signals) -> None:
    profile = quick_profile(tmp_path, ("reply = 2", "reply = 60"))
    with (
        silent_endpoint() as (url, arrived),
        started("run", "--url", url, "--profile", profile, cwd=tmp_path) as process,
    ):
        is_under_way(process, arrived)
        process.send_signal(number)
        printed, complaint = process.communicate(timeout=20)

    run = Ended(process.returncode, printed, complaint, tmp_path / "reports")
    assert run.status == 130, complaint
    assert run.result["complete"] is False
    assert [row["id"] for row in run.result["clauses"]] == list(load_catalogue().clauses)
    assert run.logins
    assert "Traceback" not in printed + complaint
    # What is open is an error in every report, and nothing is a failure.
    junit = ET.parse(tmp_path / "reports" / "junit.xml").getroot()
    open_ones = [row for row in run.result["clauses"] if row["excuse"] is None and row["verdict"] == "inconclusive"]
    assert (junit.get("failures"), int(junit.get("errors") or 0) > len(open_ones) > 0) == ("0", True)
    ctrf = json.loads((tmp_path / "reports" / "ctrf-report.json").read_text(encoding="utf-8"))["results"]["summary"]
    assert (ctrf["failed"], ctrf["other"]) == (0, int(junit.get("errors") or 0))
    assert json.loads((tmp_path / "reports" / "badge.json").read_text(encoding="utf-8"))["color"] == "orange"


@pytest.mark.parametrize(
    "start",
    [["-m", "lcm_conformance"], ["-c", "import sys; from lcm_conformance.__main__ import main; sys.exit(main())"]],
)
def test_ctrl_c_while_it_is_still_importing_ends_it_the_same_way(tmp_path: Path, start: list[str]) -> None:
    lines = (
        "import signal",
        "signal.signal(signal.SIGINT, signal.default_int_handler)",
        "signal.raise_signal(signal.SIGINT)",
    )
    (tmp_path / "rich.py").write_text("\n".join(lines), encoding="utf-8")
    path = os.pathsep.join([str(tmp_path), str(CHECKOUT)])
    done = subprocess.run(
        [sys.executable, *start, "run"],
        env={**environment(), "PYTHONPATH": path},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_the_installed_command_goes_in_the_same_way() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["scripts"] == {"lcm-conformance": "lcm_conformance.__main__:main"}


def test_ctrl_c_in_the_middle_of_the_waiting_keeps_what_was_learnt(tmp_path: Path, host: Host) -> None:
    learnt = threading.Event()

    def heard(frame: str | bytes) -> None:
        if '"Logout"' in str(frame):  # of the leaver, who has been answered by then; all others still wait
            learnt.set()

    url = host.start(heard=heard)
    profile = quick_profile(tmp_path, ("silence = 0.3", "silence = 60"), ("reply = 2", "reply = 60"))
    with started("run", "--url", url, "--profile", profile, cwd=tmp_path) as process:
        is_under_way(process, learnt)
        process.send_signal(signal.SIGINT)
        printed, complaint = process.communicate(timeout=20)

    run = Ended(process.returncode, printed, complaint, tmp_path / "reports")
    assert run.status == 130, complaint
    assert run.result["complete"] is False
    assert run.result["sut"]["asked_as"] == {"topic": "WebService", "source": True}
    assert "pass" in {row["verdict"] for row in run.result["clauses"]}
    assert "fail" not in {row["verdict"] for row in run.result["clauses"]}
    assert " (unfinished)  Campaign Manager 2308  " in printed.splitlines()[0]


def test_a_run_that_may_last_so_long_ends_as_if_interrupted_and_everybody_is_logged_out(
    tmp_path: Path, host: Host
) -> None:
    profile = quick_profile(tmp_path, ("silence = 0.3", "silence = 60"), ("reply = 2", "reply = 60"))
    run = called(tmp_path, "run", "--url", host.start(), "--profile", profile, "--max-seconds", "3")

    assert run.status == 130, run.complaint
    assert (run.result["complete"], run.transcript[-1]["complete"]) == (False, False)
    assert "fail" not in {row["verdict"] for row in run.result["clauses"]}
    assert "notice: The asking was ended after --max-seconds 3: " in run.printed
    said: dict[str, set[str]] = {"login": set(), "logout": set()}
    for line in run.transcript:
        if line["event"] == "sent" and line.get("part") in said:
            said[line["part"]].add(line["session"])
    assert len(said["login"]) > 1
    assert said["login"] == said["logout"]


def test_a_run_that_is_killed_leaves_a_result_that_is_no_verdict(tmp_path: Path) -> None:
    with silent_endpoint() as (url, arrived):
        profile = quick_profile(tmp_path, ("reply = 2", "reply = 60"))
        with started("run", "--url", url, "--profile", profile, cwd=tmp_path) as process:
            is_under_way(process, arrived)
    result = json.loads((tmp_path / "reports" / "result.json").read_text(encoding="utf-8"))
    assert (process.returncode, result["complete"]) == (-signal.SIGKILL, False)


def test_the_mock_is_driven_through_the_packaged_profile_and_stopped_by_ctrl_c(tmp_path: Path) -> None:
    with started("mock", "--port", "0", cwd=tmp_path) as served:
        assert served.stdout is not None
        url = re.search(r"ws://\S+", served.stdout.readline())
        assert url is not None
        run = called(tmp_path, "run", "--url", url[0], "--profile", PACKAGED_PROFILE)
        served.send_signal(signal.SIGINT)
        printed, log = served.communicate(timeout=20)

    assert (run.status, run.result["verdict"]) == (0, "conformant")
    assert served.returncode == 0
    assert [line for line in log.splitlines() if not re.match(r"mock: session \d+: \S", line)] == []
    assert printed.endswith("mock: stopped\n")


@pytest.mark.parametrize("redirection", [">&-", ">&- 2>&-"])
def test_a_closed_output_changes_no_status(tmp_path: Path, redirection: str) -> None:
    shell = f'exec "{sys.executable}" -m lcm_conformance clauses VER-1 {redirection}'
    ended = subprocess.run(["sh", "-c", shell], cwd=tmp_path, env=environment(), capture_output=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_full_output_is_said_in_one_line(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "lcm_conformance", "clauses"]
        ended = subprocess.run(
            command, cwd=tmp_path, env=environment(), stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    line = "lcm-conformance clauses: cannot write the output: No space left on device\n"
    assert (ended.returncode, ended.stderr) == (2, line)


def test_a_letter_that_the_output_lacks_is_escaped(tmp_path: Path) -> None:
    folder = tmp_path / "é"
    ended = conformance("run", "--out", folder, "--clause", "VER-1", cwd=tmp_path, PYTHONIOENCODING="ascii")
    assert (ended.returncode, ended.stderr) == (3, "")
    assert "\\xe9/report.html" in ended.stdout


def test_a_file_that_cannot_be_written_is_found_before_the_selftest_begins(tmp_path: Path) -> None:
    for option in ("--json", "--record"):
        ended = conformance("selftest", option, tmp_path / "none" / "x.json", cwd=tmp_path)
        assert ended.returncode == 2
        assert ended.stderr.startswith(
            f"lcm-conformance selftest: cannot write {tmp_path / 'none' / 'x.json'}: No such"
        )
        assert ended.stdout == ""
