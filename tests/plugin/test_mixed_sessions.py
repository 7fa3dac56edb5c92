"""The suite's scenarios beside somebody's own tests in one session: both are collected, neither hides the other."""

from __future__ import annotations

import pytest
from lcm_conformance.catalogue import scenarios
from others_project import Project

PASSES = "def test_theirs():\n    pass\n"
FAILS = "def test_theirs():\n    assert 0\n"
BROKEN = "import no_such_module\n"
BELOW_THRESHOLD = """\
import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session):  # as pytest-cov does with --cov-fail-under
    done = yield
    session.testsfailed += 1
    return done
"""
STALE = """\
[[deviation]]
clause = "VER-1"
until = "2308"
reason = "r"
ticket = "t"
expires = 2099-01-01
"""


@pytest.mark.parametrize(
    ("theirs", "options", "status"),
    [
        (PASSES, [], 0),
        (FAILS, ["--lcm-clause", "VER-1"], 1),
        (PASSES, ["--lcm-clause", "VER-1"], 3),
        (PASSES, ["-k", "theirs"], 3),
        (PASSES, ["--lcm-cm-version", "2309"], 4),
        (PASSES, ["--lcm-known", "known.toml"], 2),
        (FAILS, ["-x", "--lcm-clause", "VER-1"], 1),
        (BROKEN, ["--lcm-clause", "VER-1"], 2),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_the_session_is_green_only_where_both_are(
    project: Project, theirs: str, options: list[str], status: int
) -> None:
    project.write({"theirs/test_theirs.py": theirs, "known.toml": STALE})
    done = project.pytest("theirs", project.features, *options)
    printed = done.stdout + done.stderr
    assert done.returncode == status, printed
    assert "= lcm-conformance =" in printed
    result = project.result
    assert result["ledger"]["unaccounted"] == 0
    assert result["complete"] is (theirs is not BROKEN and "-x" not in options)


def test_both_are_collected_whatever_the_project_calls_its_tests(project: Project) -> None:
    project.write({"theirs/check_theirs.py": PASSES, "theirs/test_features.py": PASSES})
    ini = "[pytest]\npython_files = check_*.py\n"
    for text, number in ((ini, 1), ("[pytest]\npython_files = *.py\n", 2)):
        project.write({"pytest.ini": text})
        done = project.pytest("theirs", project.features, "--collect-only", "-q")
        assert done.returncode == 0, done.stdout + done.stderr
        assert f"{len(scenarios.read()) + number} tests collected" in done.stdout


def test_no_setting_of_the_suite_s_becomes_the_session_s(project: Project) -> None:
    project.write({"theirs/test_theirs.py": PASSES})
    done = project.pytest("theirs", project.features, "--collect-only", "-q", "-v")
    assert "configfile" not in done.stdout
    assert f"{len(scenarios.read()) + 1} tests collected" in done.stdout


def test_strict_marks_of_a_project_accept_those_of_the_scenarios(project: Project) -> None:
    project.write({"theirs/test_theirs.py": PASSES})
    done = project.pytest("theirs", project.features, "--strict-markers", "-m", "FLD-Queue-presence")
    assert done.returncode == 3, done.stdout + done.stderr
    assert project.result["ledger"]["executed"] == 1


def test_an_option_alone_has_a_result_written_which_is_not_green(project: Project) -> None:
    project.write({"test_theirs.py": PASSES})
    done = project.pytest("--lcm-out", "elsewhere")
    assert done.returncode == 3, done.stdout + done.stderr
    assert "1 passed" in done.stdout
    assert (project.folder / "elsewhere" / "result.json").is_file()


def test_the_default_written_out_is_an_option_too(project: Project) -> None:
    project.write({"test_theirs.py": PASSES})
    assert project.pytest("--lcm-out", "reports").returncode == 3
    assert project.result["verdict"] == "inconclusive"


def test_what_another_plugin_counts_as_a_failure_stays_one(project: Project) -> None:
    project.write({"threshold.py": BELOW_THRESHOLD})
    done = project.pytest(project.features, "-p", "threshold", PYTHONPATH=f"{project.site}:{project.folder}")
    assert done.returncode == 1, done.stdout + done.stderr
    assert project.result["verdict"] == "conformant"


@pytest.mark.parametrize(
    ("option", "name"),
    [
        ("--junitxml", "reports/junit.xml"),
        ("--log-file", "reports/result.json"),
        ("--junitxml", "elsewhere/junit.xml"),
    ],
)
def test_another_report_in_the_place_of_one_of_the_suite_s_is_refused(project: Project, option: str, name: str) -> None:
    free = name.startswith("elsewhere")
    project.write({"reports/junit.xml": "of an older run"})
    done = project.pytest(project.features, f"{option}={name}", "--lcm-clause", "VER-1")
    printed = done.stdout + done.stderr
    assert done.returncode == (3 if free else 2), printed
    assert ("where the suite writes its own" in printed) is not free
    assert "Traceback" not in printed
    assert (project.folder / "reports" / "transcript.ndjson").exists() is free
    if not free:
        assert (project.folder / "reports" / "junit.xml").read_text(encoding="utf-8") == "of an older run"
