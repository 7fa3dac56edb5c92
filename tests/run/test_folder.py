"""The folder of the reports: made, tried, and held by one run at a time."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from command import CHECKOUT, conformance, environment, plain_pytest
from lcm_conformance.catalogue.verdict import UsageError
from lcm_conformance.run.folder import LOCK, held, locked_by_file

HOLDER = """
import sys
from pathlib import Path
from lcm_conformance.run import folder
with getattr(folder, sys.argv[1])(Path(sys.argv[2])):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def held_elsewhere(folder: Path, lock: str = "held") -> Iterator[None]:
    """Another process has taken this lock on the folder."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, lock, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment(),
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        yield
        other.communicate("")


def test_the_folder_is_made_and_nothing_stays_in_it(tmp_path: Path) -> None:
    with held(tmp_path / "a" / "b"):
        pass
    assert list((tmp_path / "a" / "b").iterdir()) == []


@pytest.mark.parametrize("out", ["taken", "taken/reports"])
def test_a_file_in_its_place_is_refused(tmp_path: Path, out: str) -> None:
    (tmp_path / "taken").write_text("", encoding="utf-8")
    with (
        pytest.raises(UsageError, match=r"cannot write to --out .*: name a folder that can be written"),
        held(tmp_path / out),
    ):
        pass


IN_THE_WAY = [
    ("result.json/", "result.json in it is a folder: remove it, or name another folder"),
    ("report.html/x/", "report.html in it is a folder: remove it, or name another folder"),
    ("junit.xml/", "junit.xml in it is a folder: remove it, or name another folder"),
    ("transcript.ndjson/", "transcript.ndjson in it is a folder: remove it, or name another folder"),
    ("allure-report/index.html/", "allure-report/index.html in it is a folder: remove it, or name another folder"),
    ("allure-results/categories.json/", "allure-results/categories.json in it is a folder: remove it"),
    ("allure-results", "allure-results in it: File exists: name a folder that can be written"),
    ("allure-report", "allure-report in it: File exists: name a folder that can be written"),
]


@pytest.mark.parametrize(("path", "line"), IN_THE_WAY)
def test_what_stands_in_the_way_of_a_report_is_refused(tmp_path: Path, path: str, line: str) -> None:
    if path.endswith("/"):
        (tmp_path / path).mkdir(parents=True)
    else:
        (tmp_path / path).write_text("", encoding="utf-8")
    with pytest.raises(UsageError) as caught, held(tmp_path):
        pass
    assert str(caught.value).startswith(f"cannot write to --out {tmp_path}: {line}")


@pytest.mark.parametrize(("command", "prefix"), [(conformance, "--"), (plain_pytest, "--lcm-")])
def test_that_is_wrong_use_and_nothing_is_asked(
    tmp_path: Path, command: Callable[..., subprocess.CompletedProcess[str]], prefix: str
) -> None:
    (tmp_path / "out" / "report.html").mkdir(parents=True)
    what = ["run"] if command is conformance else [str(CHECKOUT / "features"), "-q"]
    ended = command(*what, f"{prefix}out", "out", cwd=tmp_path)
    assert ended.returncode == 2
    assert "cannot write to --out out: report.html in it is a folder: remove it" in ended.stdout + ended.stderr
    assert "suite error" not in ended.stdout + ended.stderr
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["report.html"]


def test_one_run_after_another_may_use_it(tmp_path: Path) -> None:
    for _ in range(2):
        with held(tmp_path):
            pass


@pytest.mark.parametrize(("command", "prefix"), [(conformance, "--"), (plain_pytest, "--lcm-")])
def test_a_run_beside_another_is_wrong_use_and_leaves_its_reports_alone(
    tmp_path: Path, command: Callable[..., subprocess.CompletedProcess[str]], prefix: str
) -> None:
    out = tmp_path / "out"
    with held_elsewhere(out):
        (out / "result.json").write_text("the other run's", encoding="utf-8")
        what = ["run"] if command is conformance else [str(CHECKOUT / "features"), "-q"]
        ended = command(*what, f"{prefix}out", str(out), cwd=tmp_path)
    assert ended.returncode == 2
    assert f"another run is writing to --out {out}: wait for it, or name another folder" in ended.stdout + ended.stderr
    assert (out / "result.json").read_text(encoding="utf-8") == "the other run's"


def test_a_lock_on_a_file_holds_where_a_folder_cannot_be_locked(tmp_path: Path) -> None:
    with (
        held_elsewhere(tmp_path, "locked_by_file"),
        pytest.raises(UsageError, match="another run is writing to --out"),
        locked_by_file(tmp_path),
    ):
        pass
    with locked_by_file(tmp_path):
        pass
    assert {path.name for path in tmp_path.iterdir()} <= {LOCK}
