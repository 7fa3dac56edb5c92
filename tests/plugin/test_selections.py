"""What is left out of a session, whoever leaves it out, is untested and accounted for; what is repeated counts once."""

from __future__ import annotations

import subprocess
import xml.etree.ElementTree as ET

import pytest
from lcm_conformance.catalogue import scenarios
from lcm_conformance.endpoint import Behaviour, Host
from others_project import Project

CACHE = ("-p", "cacheprovider", "-p", "stepwise", "--rootdir=.")
"""What `plain_pytest` blocks, and --lf and --stepwise need; the cache lies in the root."""
QUEUE = "test_features.py::test_queue_is_present"
REPEATS = """\
import pytest


@pytest.fixture
def repetition(request):
    return request.param


@pytest.hookimpl(trylast=True)
def pytest_generate_tests(metafunc):  # as pytest-repeat does
    metafunc.fixturenames.append("repetition")
    metafunc.parametrize("repetition", range(3), indirect=True)
"""
RERUNS = """\
import pytest
from _pytest.runner import runtestprotocol


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):  # as pytest-rerunfailures does
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for last in (False, True):
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
        if not last and any(report.failed for report in reports):
            item._initrequest()
            continue
        for report in reports:
            item.ihook.pytest_runtest_logreport(report=report)
        break
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True
"""
SKIPS = """\
import pytest


def pytest_collection_modifyitems(items):
    for item in items:
        if item.name != "test_queue_is_present":
            item.add_marker(pytest.mark.skip(reason="not today"))
"""


def wrong_queue(project: Project, host: Host) -> list[str]:
    """Options that drive an endpoint which leaves Queue out."""
    url = host.start(Behaviour(faults=("drops_queue",)))
    return ["--lcm-url", url, "--lcm-profile", str(project.site / "lcm_conformance" / "endpoint" / "profile.toml")]


def accounted(project: Project, done: subprocess.CompletedProcess[str], status: int, executed: int) -> None:
    printed = done.stdout + done.stderr
    assert done.returncode == status, printed
    ledger = project.result["ledger"]
    assert (ledger["executed"], ledger["unaccounted"]) == (executed, 0), printed
    assert ledger["untested"] == len(scenarios.read()) - executed
    assert "unaccounted" not in printed


@pytest.mark.parametrize("status", [3, 1])
def test_a_node_id_is_a_selection(project: Project, status: int) -> None:
    with Host() as host:
        options = wrong_queue(project, host) if status == 1 else []
        accounted(project, project.pytest(project.features / QUEUE, *options), status, 1)


def test_what_failed_last_is_a_selection(project: Project) -> None:
    with Host() as host:
        options = [*CACHE, *wrong_queue(project, host), "--lcm-clause", "FLD-Queue-presence", "FMT-CallType", "--"]
        assert project.pytest(*options, project.features).returncode == 1
        accounted(project, project.pytest("--lf", *options, project.features), 1, 1)


def test_a_module_that_is_passed_over_is_a_selection_of_nothing(project: Project) -> None:
    project.write({"theirs/test_theirs.py": "def test_theirs():\n    assert 0\n"})
    assert project.pytest(*CACHE, "theirs").returncode == 1
    accounted(project, project.pytest(*CACHE, "--lf", "theirs", project.features), 1, 0)


@pytest.mark.parametrize("option", ["--setup-plan", "--setup-only", "--ignore"])
def test_what_runs_nothing_asks_nothing_and_is_a_selection_of_nothing(project: Project, option: str) -> None:
    profile = project.site / "lcm_conformance" / "endpoint" / "profile.toml"
    option = f"--ignore={project.features / 'test_features.py'}" if option == "--ignore" else option
    done = project.pytest(project.features, "--lcm-url", "ws://127.0.0.1:1/lcm", "--lcm-profile", profile, option)
    accounted(project, done, 3, 0)
    assert project.result["trouble"] is None
    assert "environment: " not in done.stdout


def test_collecting_only_keeps_pytest_s_own_status_and_writes_nothing(project: Project) -> None:
    assert project.pytest(project.features, "--collect-only", "-q").returncode == 0
    assert project.pytest(project.features, "--collect-only", "-q", "-k", "nosuchthing").returncode == 5
    assert not (project.folder / "reports").exists()


def test_a_mark_that_skips_is_a_selection(project: Project) -> None:
    project.write({"skips.py": SKIPS})
    path = f"{project.site}:{project.folder}"
    accounted(project, project.pytest(project.features, "-p", "skips", PYTHONPATH=path), 3, 1)


def test_stepwise_ends_as_what_ran_came_to(project: Project) -> None:
    with Host() as host:
        options = [*wrong_queue(project, host), "--lcm-clause", "FLD-Queue-presence", "FMT-CallType"]
        done = project.pytest("--stepwise", *CACHE, project.features, *options)
    assert done.returncode == 1, done.stdout + done.stderr
    assert project.result["complete"] is False
    assert project.result["ledger"]["unaccounted"] == 0


@pytest.mark.parametrize(("name", "text"), [("repeats", REPEATS), ("reruns", RERUNS)])
def test_a_repeated_scenario_is_one_case(project: Project, name: str, text: str) -> None:
    project.write({f"{name}.py": text})
    path = f"{project.site}:{project.folder}"
    with Host() as host:
        clauses = ["--lcm-clause", "FLD-Queue-presence", "RES-1"]
        done = project.pytest(project.features, "-p", name, *wrong_queue(project, host), *clauses, PYTHONPATH=path)
    assert done.returncode == 1, done.stdout + done.stderr
    written = {(s.clause, s.name) for s in scenarios.read()}
    cases = [case.get("name") for case in ET.parse(project.folder / "reports" / "junit.xml").iter("testcase")]
    assert sorted(cases) == sorted(f"{clause} {name}" for clause, name in written)
    assert project.result["ledger"]["executed"] == len([c for c, _ in written if c in {"FLD-Queue-presence", "RES-1"}])


def test_of_a_clause_of_two_scenarios_none_stands_in_for_the_other(project: Project) -> None:
    (first, *others) = [s.name for s in scenarios.read() if s.clause == "RES-1"]
    assert others
    project.write({"repeats.py": REPEATS})
    path = f"{project.site}:{project.folder}"
    chosen = first.lower().replace(" ", "_").replace("'", "")
    done = project.pytest(project.features, "-p", "repeats", "-k", f"test_{chosen}", PYTHONPATH=path)
    accounted(project, done, 3, 1)
    (clause,) = [row for row in project.result["clauses"] if row["id"] == "RES-1"]
    assert clause["verdict"] == "untested"
