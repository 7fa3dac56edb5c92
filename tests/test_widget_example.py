"""The example of a widget's tests, run as its author runs them."""

from __future__ import annotations

import shutil
from pathlib import Path

from command import CHECKOUT, plain_pytest


def test_the_widgets_tests_pass(tmp_path: Path) -> None:
    project = shutil.copytree(CHECKOUT / "examples" / "widget", tmp_path / "widget")
    done = plain_pytest("-q", cwd=project)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout
