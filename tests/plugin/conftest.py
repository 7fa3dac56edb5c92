"""A project of somebody else's, in whose environment the suite is installed."""

from __future__ import annotations

from pathlib import Path

import pytest
from others_project import Project, install


@pytest.fixture(scope="session")
def environment_of_others(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `site-packages` is elsewhere."""
    return install(tmp_path_factory.mktemp("environment"), tmp_path_factory.mktemp("scratch"))


@pytest.fixture
def project(tmp_path: Path, environment_of_others: Path) -> Project:
    """An empty project; the environment lies elsewhere."""
    return Project(tmp_path, environment_of_others)


@pytest.fixture
def project_with_venv(tmp_path: Path) -> Project:
    """An empty project with its environment at `./.venv`."""
    return Project(tmp_path, install(tmp_path / ".venv" / "lib" / "site-packages", tmp_path.parent))
