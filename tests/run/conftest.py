"""Real runs, for tests of what they leave behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from lcm_conformance.endpoint import Host
from reported import Driven


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Driven]:
    """Runs the features for real: see `reported`."""
    with Host() as host:
        yield Driven(host, tmp_path)
