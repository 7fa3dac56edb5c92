"""Plain pytest drives the suite as the command does, and the command is not disturbed by anybody's pytest."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command import CHECKOUT, conformance, plain_pytest, quick_profile
from lcm_conformance.catalogue import scenarios
from lcm_conformance.catalogue.clauses import load_catalogue
from lcm_conformance.endpoint import Behaviour, Host


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    with Host() as running:
        yield running


class Pytest:
    """Runs plain pytest over the features against one endpoint; its reports come to `out`."""

    def __init__(self, url: str, folder: Path) -> None:
        self.out = folder / "out"
        self._lcm = ["--lcm-url", url, "--lcm-profile", str(quick_profile(folder)), "--lcm-out", str(self.out)]
        self.status = 0
        self.printed = ""

    def __call__(self, *options: str) -> Pytest:
        done = plain_pytest("features", *self._lcm, *options)
        self.status, self.printed = done.returncode, done.stdout + done.stderr
        return self

    @property
    def result(self) -> dict[str, Any]:
        return dict(json.loads((self.out / "result.json").read_text(encoding="utf-8")))

    @property
    def verdicts(self) -> dict[str, str]:
        return {row["id"]: row["verdict"] for row in self.result["clauses"]}

    def having(self, verdict: str) -> set[str]:
        return {name for name, found in self.verdicts.items() if found == verdict}


@pytest.fixture
def plain(host: Host, tmp_path: Path) -> Pytest:
    return Pytest(host.start(), tmp_path)


@pytest.fixture(scope="module", params=[None, "drops_queue"])
def both(request: pytest.FixtureRequest, host: Host, tmp_path_factory: pytest.TempPathFactory) -> tuple[Pytest, Pytest]:
    """One endpoint driven by plain pytest, and by the command."""
    folder = tmp_path_factory.mktemp("both")
    url = host.start(Behaviour(faults=(request.param,) if request.param else ()))
    by_command = Pytest(url, folder)
    by_command.out = folder / "reports"
    done = conformance("run", "--url", url, "--profile", quick_profile(folder), cwd=folder)
    by_command.status, by_command.printed = done.returncode, done.stdout + done.stderr
    return Pytest(url, folder)(), by_command


def test_it_comes_to_the_verdicts_and_the_status_of_the_command(both: tuple[Pytest, Pytest]) -> None:
    plain, command = both
    assert plain.status == command.status in {0, 1}, plain.printed
    assert plain.verdicts == command.verdicts
    for name in ("verdict", "robustness", "complete", "ledger", "readings", "depends_on", "attribution"):
        assert plain.result[name] == command.result[name], name


def test_it_prints_the_same_verdict_and_a_failure_as_a_block_without_a_traceback(both: tuple[Pytest, Pytest]) -> None:
    for run in both:
        assert f"{run.result['verdict']}  Campaign Manager 2308  " in run.printed
        assert "Traceback" not in run.printed
        assert "Nonconformity" not in run.printed
        assert ("FLD-Queue-presence  " in run.printed) == (run.status == 1)
        assert ("  repeat    lcm-conformance run " in run.printed) == (run.status == 1)


@pytest.mark.parametrize(
    ("options", "passed"),
    [
        (["-k", "Queue and String"], {"FLD-Queue-type"}),
        (["-m", "FLD-Queue-type"], {"FLD-Queue-type"}),
        (["--lcm-clause", "FLD-Queue"], {"FLD-Queue-presence", "FLD-Queue-type", "FLD-Queue-value"}),
    ],
)
def test_what_a_selection_leaves_out_is_untested_and_accounted_for(
    plain: Pytest, options: list[str], passed: set[str]
) -> None:
    plain(*options)
    ledger = plain.result["ledger"]

    assert (plain.status, plain.result["verdict"], plain.result["complete"]) == (3, "inconclusive", True)
    assert plain.having("pass") == passed
    assert plain.having("untested") == set(load_catalogue().clauses) - passed
    assert (ledger["executed"], ledger["unaccounted"]) == (len(passed), 0)
    assert ledger["untested"] == len(scenarios.read()) - len(passed)


def test_a_selection_that_leaves_nothing_is_no_verdict(plain: Pytest) -> None:
    plain("-k", "nosuchscenario")
    assert (plain.status, plain.result["verdict"]) == (3, "inconclusive")
    assert plain.result["ledger"]["unaccounted"] == 0


def test_a_run_that_stops_at_the_first_failure_is_unfinished(host: Host, tmp_path: Path) -> None:
    plain = Pytest(host.start(Behaviour(faults=("drops_queue",))), tmp_path)(
        "-x", "--lcm-clause", "FLD-Queue-presence", "FMT-CallType"
    )
    assert plain.status == 1
    assert plain.result["complete"] is False
    assert plain.having("fail") == {"FLD-Queue-presence"}
    assert plain.result["ledger"]["unaccounted"] == 0
    assert "not judged: pytest was stopped before (-x, --maxfail)" in plain.printed


def test_collecting_only_asks_nothing_and_writes_nothing(tmp_path: Path) -> None:
    plain = Pytest("ws://127.0.0.1:1/lcm", tmp_path)("--collect-only", "-q")
    assert plain.status == 0
    assert f"{len(scenarios.read())} tests collected" in plain.printed
    assert not plain.out.exists()


def test_wrong_use_is_one_line_and_status_2(plain: Pytest) -> None:
    plain("--lcm-cm-version", "banana")
    assert plain.status == 2
    assert plain.printed.count("unknown Campaign Manager version 'banana': write it like 2308 or 2308.1") == 1
    assert "Traceback" not in plain.printed
    assert "INTERNALERROR" not in plain.printed
    assert not plain.out.exists()


@pytest.mark.parametrize(
    ("option", "path"), [("--lcm-clause", "features"), ("--lcm-reading", "features/test_features.py::test_x")]
)
def test_a_path_that_an_option_took_is_named(option: str, path: str) -> None:
    value = {"--lcm-clause": "FLD", "--lcm-reading": "topic=table"}[option]
    done = plain_pytest(option, value, path)
    assert done.returncode == 2
    assert f"{option} took the path {path} for a {option[6:]}: write paths before {option}" in done.stdout + done.stderr


def test_an_out_that_cannot_be_written_is_wrong_use(plain: Pytest) -> None:
    plain.out.write_text("taken", encoding="utf-8")
    plain()
    assert plain.status == 2
    assert "cannot write to --out" in plain.printed
    assert "INTERNALERROR" not in plain.printed


def test_the_plugin_leaves_other_peoples_tests_alone(tmp_path: Path) -> None:
    (tmp_path / "test_theirs.py").write_text("def test_theirs():\n    pass\n", encoding="utf-8")
    done = plain_pytest("test_theirs.py", cwd=tmp_path)
    assert done.returncode == 0
    assert "1 passed" in done.stdout
    assert "= lcm-conformance =" not in done.stdout
    assert not (tmp_path / "reports").exists()


HOSTILE = {
    "pytest.ini": "[pytest]\naddopts = --no-such-option\npython_files = no_such_*.py\n",
    "tox.ini": "[pytest]\naddopts = --no-such-option\n",
    "conftest.py": "raise SystemExit('a conftest of the user was loaded')\n",
}


def test_the_users_own_pytest_setup_does_not_disturb_the_command(host: Host, tmp_path: Path) -> None:
    profile = quick_profile(tmp_path)
    shutil.copytree(CHECKOUT / "features", tmp_path / "features", ignore=shutil.ignore_patterns("__pycache__"))
    for name, text in HOSTILE.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = conformance(
        *("run", "--url", host.start(), "--profile", profile),
        cwd=tmp_path,
        PYTEST_ADDOPTS="--no-such-option",
        PYTEST_PLUGINS="no_such_plugin",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert not list(tmp_path.rglob("__pycache__"))
    assert not (tmp_path / ".pytest_cache").exists()


def test_the_command_leaves_the_environment_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    from lcm_conformance.cli.run import _isolated

    monkeypatch.setenv("PYTEST_ADDOPTS", "-v")
    monkeypatch.delenv("PYTEST_PLUGINS", raising=False)
    before = dict(os.environ)
    with _isolated():
        assert os.environ["PYTEST_ADDOPTS"] == ""
    assert dict(os.environ) == before
