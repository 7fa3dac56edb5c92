"""These tests need npm's packages (`tox -e npm`): elsewhere they are not collected."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

NPM = "NPM_PACKAGES"
"""The variable that names the folder in which `npm install` put what `package.json` lists."""

collect_ignore_glob = [] if NPM in os.environ else ["test_*.py"]


@pytest.fixture(scope="session")
def npm_packages() -> Path:
    return Path(os.environ[NPM]) / "node_modules"
