"""What a full run costs: its wall time against (start-up of an empty pytest run + one silence window).

    .venv/bin/python benchmarks/full_run.py [ROUNDS]

The empty run loads the same plugins and collects one empty module. Both are measured in turn,
ROUNDS times (default 5); the ratio is that of the medians. Aim: 1.5 at most.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from lcm_conformance.run.settings import embedded_profile

FULL = ["-m", "lcm_conformance", "run", "--no-allure-html"]
EMPTY = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "pytest_bdd.plugin", "-p", "lcm_conformance.plugin"]
NOTHING_COLLECTED = 5


def seconds(arguments: list[str], folder: Path, status: int) -> float:
    """Wall time of one Python process; ends the benchmark if its exit status is not the one expected."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LCM_", "PYTEST_"))}
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    taken = time.perf_counter() - begun
    if done.returncode != status:
        sys.exit(f"status {done.returncode}, not {status}:\n{done.stdout}{done.stderr}")
    return taken


def main(rounds: int) -> None:
    """Measure and print."""
    window = embedded_profile().timing.silence
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "test_nothing.py").touch()
        pairs = [(seconds(FULL, folder, 0), seconds(EMPTY, folder, NOTHING_COLLECTED)) for _ in range(rounds)]
    full, empty = (median(column) for column in zip(*pairs, strict=True))
    print(f"full run           {full:.2f} s  (median of {rounds})")
    print(f"empty pytest run   {empty:.2f} s")
    print(f"silence window     {window:.2f} s")
    print(f"ratio              {full / (empty + window):.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
