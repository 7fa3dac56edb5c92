"""Tells the CI server that a run ends in, where it is GitHub Actions: its summary and its annotations.

Called by whoever finishes a run, with the result as it may be shown. It never fails a run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from lcm_conformance.catalogue.folders import features_folder
from lcm_conformance.catalogue.scenarios import read
from lcm_conformance.judge.result import Result, ScenarioRecord
from lcm_conformance.report.github import error_commands, summary

_SERVER = re.compile(r"https://[\w.:-]+")
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")


def announce(result: Result, environment: Mapping[str, str], errors: TextIO) -> list[str]:
    """Append to the summary of the step, and print annotations; the answer is a line where that was not possible."""
    if environment.get("GITHUB_ACTIONS") == "true":
        workspace = environment.get("GITHUB_WORKSPACE")
        for line in error_commands(result, lambda scenario: _place(scenario, workspace)):
            print(line, file=errors)
    path = environment.get("GITHUB_STEP_SUMMARY")
    if not path:
        return []
    try:
        with Path(path).open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(summary(result, _artefacts(environment)))
    except OSError as error:
        return [f"the summary of the step is not written: {error.strerror}: check GITHUB_STEP_SUMMARY"]
    return []


def _artefacts(environment: Mapping[str, str]) -> str | None:
    """The address of the workflow's run; none where a part of it is not what it should be."""
    names = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")
    server, repository, number = (environment.get(name, "") for name in names)
    if not (_SERVER.fullmatch(server) and _REPOSITORY.fullmatch(repository) and number.isdecimal()):
        return None
    return f"{server}/{repository}/actions/runs/{number}#artifacts"


def _place(scenario: ScenarioRecord, workspace: str | None) -> tuple[str, int]:
    folder = features_folder()
    inside = bool(workspace) and folder.resolve().is_relative_to(Path(workspace or ".").resolve())
    home = folder.resolve().relative_to(Path(workspace or ".").resolve()) if inside else Path("features")
    key = (scenario.feature_file, scenario.name)
    line = next((written.line for written in read() if written.key == key), 1)
    return (home / scenario.feature_file).as_posix(), line
