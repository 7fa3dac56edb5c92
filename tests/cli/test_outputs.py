"""What `run` prints where asked: one line, or the result for programs; the exit status stays."""

from __future__ import annotations

from pathlib import Path

from command import conformance

ASKS_NOTHING = ("run", "--clause", "VER-1", "--out", "out", "--no-allure-html")
INCONCLUSIVE = 3


def test_json_is_result_json_as_it_was_written_and_nothing_else(tmp_path: Path) -> None:
    done = conformance(*ASKS_NOTHING, "--json", cwd=tmp_path)
    assert done.stdout == (tmp_path / "out" / "result.json").read_text(encoding="utf-8")
    assert (done.returncode, done.stderr) == (INCONCLUSIVE, "")


def test_quiet_is_one_line_with_the_verdict_first(tmp_path: Path) -> None:
    done = conformance(*ASKS_NOTHING, "--quiet", cwd=tmp_path)
    (line,) = done.stdout.splitlines()
    assert line.startswith("inconclusive  Campaign Manager 2308")
    assert (done.returncode, done.stderr) == (INCONCLUSIVE, "")
