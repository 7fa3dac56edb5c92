"""A project of somebody else's, in whose environment the suite is installed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from filelock import FileLock
from others_project import Project, install


@pytest.fixture(scope="session")
def environment_of_others(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `site-packages` is elsewhere; one for all processes, so that it is compiled once."""
    base = tmp_path_factory.getbasetemp()
    site = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "environment"
    with FileLock(f"{site}.lock"):
        return site if site.exists() else install(site, tmp_path_factory.mktemp("scratch"))


@pytest.fixture
def project(tmp_path: Path, environment_of_others: Path) -> Project:
    """An empty project; the environment lies elsewhere."""
    return Project(tmp_path, environment_of_others)


@pytest.fixture
def project_with_venv(tmp_path: Path) -> Project:
    """An empty project with its environment at `./.venv`."""
    return Project(tmp_path, install(tmp_path / ".venv" / "lib" / "site-packages", tmp_path.parent))
