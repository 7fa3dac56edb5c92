"""What the machine does not give is the user's or the environment's matter, said in one line, and never the suite's."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from command import CHECKOUT, LONGEST, environment, quick_profile
from lcm_conformance.endpoint import Behaviour, Host

FREE = "free some space, or name"
QUICK = ("run", "--no-allure-html")
HOLD = (
    "import os, sys; "
    "[os.set_inheritable(os.open(os.devnull, os.O_RDONLY), True) for _ in range(int(sys.argv[1]))]; "
    "os.execv(sys.executable, [sys.executable, *sys.argv[2:]])"
)
"""Opens so many files and becomes Python with the arguments after it."""

Ended = subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    with Host() as running:
        yield running


def shell(script: str, *arguments: str | Path, cwd: Path) -> Ended:
    """A shell sets limits or folders up, and becomes the command with these arguments."""
    command = ["sh", "-c", f'{script} exec "$@"', "sh", sys.executable, "-m", *map(str, arguments)]
    return subprocess.run(command, env=environment(), cwd=cwd, capture_output=True, text=True, timeout=LONGEST)


def asked(host: Host, tmp_path: Path, *faults: str, whole: bool = False) -> list[str | Path]:
    """Options of a run, a short one unless `whole`, which fails where `drops_queue` is among the faults."""
    url = host.start(Behaviour(faults=faults))
    clause = [] if whole else ["--clause", "FLD-Queue"]
    return [*QUICK, "--url", url, "--profile", quick_profile(tmp_path), *clause]


def is_one_line(ended: Ended) -> bool:
    everything = ended.stdout + ended.stderr
    return ended.stderr.count("\n") == 1 and not any(w in everything for w in ("suite error", "Traceback", "report it"))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, with room for 96 KiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=96k", "none", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("mounting a small file system takes root; the tests beside this one limit the size of files")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize(("faults", "status"), [((), 2), (("drops_queue",), 1)])
def test_a_full_disk_is_said_with_the_path_and_a_known_failure_stays_one(
    host: Host, tmp_path: Path, small_disk: Path, faults: tuple[str, ...], status: int
) -> None:
    out = small_disk / "reports"
    ended = shell("", "lcm_conformance", *asked(host, tmp_path, *faults), "--strict", "--out", out, cwd=tmp_path)
    told = json.loads((out / "result.json").read_text(encoding="utf-8"))
    if not faults:  # one clause alone is inconclusive, which a disk that is full is worse than
        assert told["verdict"] == "inconclusive"
    assert ended.returncode == status
    assert f"cannot write {out}" in ended.stderr
    assert f"No space left on device: {FREE} another folder" in ended.stderr
    assert "suite error" not in ended.stdout + ended.stderr
    assert told["complete"] is False


@pytest.mark.parametrize(("faults", "status"), [((), 2), (("drops_queue",), 1)])
def test_what_can_be_written_is_and_says_what_could_not(
    host: Host, tmp_path: Path, faults: tuple[str, ...], status: int
) -> None:
    options = asked(host, tmp_path, *faults, whole=True)
    blocks = 850  # of 512 bytes: enough for what was heard, and not for the page about it
    ended = shell(f"ulimit -f {blocks};", "lcm_conformance", *options, "--allow-hostile", cwd=tmp_path)
    out = tmp_path / "reports"
    line = "cannot write reports/report.html: File too large: raise the limit on the size of files (ulimit -f), or"
    assert (ended.returncode, line in ended.stderr, is_one_line(ended)) == (status, True, True)
    told = json.loads((out / "result.json").read_text(encoding="utf-8"))
    assert (told["complete"], line in told["notices"][-1]) == (False, True)
    assert (out / "junit.xml").is_file()
    assert (out / "transcript.ndjson").is_file()
    assert not (out / "report.html").exists()
    assert [path.name for path in out.rglob(".*")] == []


def test_where_nothing_can_be_written_nothing_is_asked(host: Host, tmp_path: Path) -> None:
    ended = shell("ulimit -f 2;", "lcm_conformance", *asked(host, tmp_path), cwd=tmp_path)
    assert ended.returncode == 2
    assert ended.stderr.startswith(
        "lcm-conformance run: cannot write to --out reports: File too large: raise the limit"
    )
    assert is_one_line(ended)


@pytest.mark.parametrize(
    ("blocks", "line"),
    [(400, "cannot write reports/transcript.ndjson: File too large"), (2, "cannot write to --out rep")],
)
def test_so_it_is_by_pytest(tmp_path: Path, blocks: int, line: str) -> None:
    pytest_itself = ("pytest", "-q", "-p", "no:cacheprovider", CHECKOUT / "features")
    ended = shell(f"ulimit -f {blocks};", *pytest_itself, cwd=tmp_path)
    assert (ended.returncode, line in ended.stdout + ended.stderr) == (2, True), ended.stdout + ended.stderr
    assert "suite error" not in ended.stdout + ended.stderr


@pytest.mark.parametrize(
    ("files", "held", "line"),
    [
        (
            14,
            0,
            "environment: only 14 files can be open at once: raise the limit on open files (ulimit -n) to 64 or more",
        ),
        (64, 46, "no socket can be opened: Too many open files: raise the limit on open files (ulimit -n)"),
    ],
)
def test_too_many_open_files_are_the_environments_trouble(tmp_path: Path, files: int, held: int, line: str) -> None:
    """`held` are open already when the command begins."""
    script = f'ulimit -n {files}; exe=$1; shift; set -- "$exe" -c "{HOLD}" {held} "$@";'
    ended = shell(script, "lcm_conformance", *QUICK, "--clause", "RES", "PRE", "MAP", "REQ", cwd=tmp_path)
    everything = ended.stdout + ended.stderr
    assert (ended.returncode, line in everything) == (3, True), everything
    assert not any(words in everything for words in ("suite error", "Traceback", "INTERNALERROR"))


def test_a_low_limit_that_may_be_raised_is_no_trouble(host: Host, tmp_path: Path) -> None:
    ended = shell("ulimit -S -n 32;", "lcm_conformance", *asked(host, tmp_path, "drops_queue"), cwd=tmp_path)
    assert (ended.returncode, ended.stderr) == (1, "")


def test_a_working_folder_that_has_gone_is_said(tmp_path: Path) -> None:
    gone = 'mkdir gone && cd gone && rmdir "$PWD";'
    ended = shell(gone, "lcm_conformance", *QUICK, "--out", tmp_path / "out", cwd=tmp_path)
    assert (ended.returncode, ended.stderr) == (
        2,
        "lcm-conformance run: the working directory has gone: change into one that is there\n",
    )
    ended = shell(gone, "lcm_conformance", *QUICK, cwd=tmp_path)
    assert (ended.returncode, is_one_line(ended)) == (2, True)
    assert "cannot write to --out reports: No such file or directory: name a folder that can be written" in ended.stderr


def test_a_folder_that_is_taken_meanwhile_is_said(host: Host, tmp_path: Path) -> None:
    """A login program takes the folder of the reports away and puts a file there."""
    out = tmp_path / "reports"
    program = (
        "import pathlib, shutil, sys; p = pathlib.Path(sys.argv[1]); shutil.rmtree(p); p.write_text(''); print('x')"
    )
    login = f"[login]\ncommand = {json.dumps([sys.executable, '-c', program, str(out)])}\n"
    text = quick_profile(tmp_path).read_text(encoding="utf-8")
    head, tail = text[: text.index("[login]")], text[text.index("[agents.reserved]") :]
    path = tmp_path / "taken.toml"
    one = tail[: tail.index("[agents.other]")].replace('"asserted"', '"unknown"')
    path.write_text(head + login + one, encoding="utf-8")
    url = host.start(Behaviour())
    ended = shell(
        "", "lcm_conformance", *QUICK, "--url", url, "--profile", path, "--clause", "MAP-1", "--out", out, cwd=tmp_path
    )
    assert ended.returncode == 2
    assert f"lcm-conformance run: cannot write {out / 'result.json'}: " in ended.stderr
    assert "suite error" not in ended.stdout + ended.stderr
