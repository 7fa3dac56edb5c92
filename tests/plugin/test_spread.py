"""A session that pytest-xdist spreads over processes: refused once where a scenario of the suite is in it."""

from __future__ import annotations

import pytest
from others_project import Project

pytest.importorskip("xdist")
LINE = "run the suite without -n: its waiting overlaps already, and the endpoint is asked once"
TELLS_OF_ITSELF = "from pathlib import Path\n\n\ndef test_theirs():\n    Path('{ran}').touch()\n"
SPREAD = (["-n", "2"], ["--dist", "load", "--tx", "2*popen"], ["--dist", "each", "--tx", "popen"])


@pytest.mark.parametrize("how", SPREAD, ids=" ".join)
def test_it_is_refused_in_one_line_before_any_test_runs(project: Project, how: list[str]) -> None:
    ran = project.folder / "ran"
    project.write({"theirs/test_theirs.py": TELLS_OF_ITSELF.format(ran=ran)})
    done = project.pytest("theirs", project.features, *how)
    printed = done.stdout + done.stderr
    assert done.returncode == 2, printed
    assert printed.count(LINE) == 1, printed
    assert "Traceback" not in printed
    assert not ran.exists()
    assert not (project.folder / "reports").exists()


def test_an_option_of_the_suite_changes_nothing_of_that(project: Project) -> None:
    done = project.pytest(project.features, "-n", "2", "--lcm-strict")
    assert done.returncode == 2, done.stdout + done.stderr
    assert (done.stdout + done.stderr).count(LINE) == 1
    assert not (project.folder / "reports").exists()


def test_with_an_option_and_no_scenario_the_others_run_and_nothing_is_green(project: Project) -> None:
    project.write({"test_theirs.py": "def test_theirs():\n    pass\n"})
    done = project.pytest("-n", "2", "--lcm-strict")
    assert done.returncode == 3, done.stdout + done.stderr
    assert "1 passed" in done.stdout
    assert (project.result["verdict"], project.result["ledger"]["executed"]) == ("inconclusive", 0)


def test_a_process_for_each_test_is_refused_too(project: Project) -> None:
    text = "def pytest_addoption(parser):\n    parser.addoption('--forked', action='store_true')\n"  # as pytest-forked
    project.write({"forks.py": text, "test_theirs.py": "def test_theirs():\n    pass\n"})
    path = f"{project.site}:{project.folder}"
    assert project.pytest("-p", "forks", "--forked", PYTHONPATH=path).returncode == 0
    done = project.pytest("-p", "forks", "--forked", project.features, PYTHONPATH=path)
    assert done.returncode == 2, done.stdout + done.stderr
    assert LINE.replace("-n", "--forked") in done.stdout + done.stderr
    assert not (project.folder / "reports").exists()


def test_no_spreading_at_all_is_a_session_like_any_other(project: Project) -> None:
    done = project.pytest(project.features, "-n", "0", "--lcm-clause", "VER-1")
    assert done.returncode == 3, done.stdout + done.stderr
    assert project.result["ledger"]["executed"] == 1
