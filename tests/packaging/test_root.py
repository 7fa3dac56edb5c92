"""What the package's root exports is there, and costs nothing until it is asked for."""

from __future__ import annotations

import subprocess
import sys

import lcm_conformance
import pytest
from command import environment
from lcm_conformance.version import VERSION


def test_importing_the_root_loads_nothing_else_of_the_package() -> None:
    code = "import sys, lcm_conformance; print([name for name in sys.modules if name.startswith('lcm_conformance.')])"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"


def test_all_that_is_exported_is_there() -> None:
    for name in lcm_conformance.__all__:
        assert getattr(lcm_conformance, name) is not None, name
        assert name in dir(lcm_conformance)
    assert set(lcm_conformance.__all__) == set(lcm_conformance._HOMES)
    assert lcm_conformance.__version__ == VERSION


def test_what_is_not_exported_is_named() -> None:
    with pytest.raises(AttributeError, match="module 'lcm_conformance' has no attribute 'nothing'"):
        _ = lcm_conformance.nothing
