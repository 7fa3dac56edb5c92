"""Sessions that have nothing to do with the suite, in an environment where it is installed: none notices."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from others_project import Project

PASSES = "def test_theirs():\n    pass\n"
SEES = """\
import sys


def test_nothing_of_the_suite_is_loaded_but_its_look_out():
    ours = {name for name in sys.modules if name.startswith("lcm_conformance")}
    assert ours <= {
        "lcm_conformance",
        "lcm_conformance.catalogue",
        "lcm_conformance.catalogue.folders",
        "lcm_conformance.plugin",
        "lcm_conformance.plugin.collection",
        "lcm_conformance.run",
        "lcm_conformance.run.options",
    }
    assert "lcm_conformance.plugin" in ours
    assert not {"websocket", "websockets", "ahocorasick_rs", "jinja2", "rich.console", "tomllib"} & set(sys.modules)
"""
UNTOUCHED = """\
import logging

from websocket import _handshake
from websocket._cookiejar import SimpleCookieJar

before = _handshake.CookieJar, dict(vars(logging.getLogger("websocket"))), logging.getLogger("websocket").filters[:]

import lcm_conformance.cli  # all there is
import lcm_conformance.plugin.hooks


def test_importing_the_suite_changes_nothing_of_the_client_library_s():
    logger = logging.getLogger("websocket")
    assert (_handshake.CookieJar, dict(vars(logger)), logger.filters) == before
    assert type(_handshake.CookieJar) is SimpleCookieJar
    assert logger.isEnabledFor(logging.ERROR)
"""
OWN_STEPS = """\
from pytest_bdd import scenarios

scenarios("theirs.feature")
"""
OWN_FEATURE = """\
Feature: Theirs

  Scenario: A sentence that the suite defines and they don't
    Then no contact is handed out
"""


@pytest.fixture
def project(tmp_path: Path, environment_of_others: Path) -> Project:
    return Project(tmp_path, environment_of_others, forks=False)


def ended(done: subprocess.CompletedProcess[str], status: int, says: str) -> str:
    printed = done.stdout + done.stderr
    assert done.returncode == status, printed
    assert says in printed
    return printed


def test_a_spread_session_of_a_project_with_its_environment_inside_is_untouched(project_with_venv: Project) -> None:
    project = project_with_venv.write({"test_theirs.py": PASSES, "tests/test_more.py": PASSES})
    printed = ended(project.pytest("-n", "2"), 0, "2 passed")
    assert "= lcm-conformance =" not in printed
    assert not (project.folder / "reports").exists()


def test_nothing_of_the_suite_is_loaded(project: Project) -> None:
    ended(project.write({"test_sees.py": SEES}).pytest(), 0, "1 passed")


def test_importing_all_of_the_suite_touches_nothing_outside(project: Project) -> None:
    ended(project.write({"test_untouched.py": UNTOUCHED}).pytest(), 0, "1 passed")


def test_folders_of_any_name_on_the_path_are_the_project_s_own(project: Project) -> None:
    names = ("conformance", "features", "steps", "tests", "benchmarks")
    for name in names:
        project.write({f"{name}/__init__.py": "whose = 'theirs'\n", f"{name}/part.py": ""})
    lines = [f"import {name}.part\n" for name in names]
    asserts = [f"    assert {name}.whose\n" for name in names]
    project.write({"checks/test_theirs.py": "".join([*lines, "\n\ndef test_it():\n", *asserts])})
    ended(project.pytest("checks", PYTHONPATH=f"{project.folder}:{project.site}"), 0, "1 passed")


def test_a_mark_of_the_suite_s_is_unknown_to_a_project_with_strict_marks(project: Project) -> None:
    text = "import pytest\n\n\n@pytest.mark.normative\ndef test_it():\n    pass\n"
    ended(project.write({"test_marked.py": text}).pytest("--strict-markers"), 2, "'normative' not found in `markers`")
    assert "normative" not in project.pytest("--markers").stdout


@pytest.mark.parametrize("beside", [False, True], ids=["alone", "beside the suite's features"])
def test_sentences_and_fixtures_of_the_suite_s_are_its_own_scenarios_alone(project: Project, beside: bool) -> None:
    names = ("evidence", "clause", "remarks")
    fixtures = "".join(f"\n\ndef test_{name}({name}):\n    pass\n" for name in names)
    project.write({"theirs/test_theirs.py": OWN_STEPS + fixtures, "theirs/theirs.feature": OWN_FEATURE})
    chosen = [project.features, "--lcm-clause", "VER-1"] if beside else []
    printed = ended(project.pytest("theirs", *chosen), 1, "StepDefinitionNotFoundError")
    assert [name for name in names if f"fixture '{name}' not found" not in printed] == []
