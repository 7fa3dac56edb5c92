"""What the plugin costs a pytest session that has nothing to do with the suite: with it, against `-p no:` it.

    .venv/bin/python benchmarks/plugin_cost.py [ROUNDS]

Both sessions collect one empty test, in turn, ROUNDS times (default 15); what is counted is processor time, for the
waiting of a busy machine is nobody's cost. Aim: 30 ms at most. Another plugin that loads what the suite needs is the
session's own.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

SESSION = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
WITHOUT = ["-p", "no:lcm_conformance"]


def milliseconds(arguments: list[str], folder: Path) -> float:
    """Processor time of one session; ends the benchmark if its test does not pass."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LCM_", "PYTEST_"))}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(arguments, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"status {done.returncode}:\n{done.stdout}{done.stderr}")
    return (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime) * 1000


def main(rounds: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "test_nothing.py").write_text("def test_nothing():\n    pass\n", encoding="utf-8")
        for arguments in (SESSION, [*SESSION, *WITHOUT]):
            milliseconds(arguments, folder)  # once in vain: compiled files and the disk's cache
        pairs = [(milliseconds(SESSION, folder), milliseconds([*SESSION, *WITHOUT], folder)) for _ in range(rounds)]
    with_it, without = (median(column) for column in zip(*pairs, strict=True))
    print(f"with the plugin      {with_it:.0f} ms  (median of {rounds})")
    print(f"without the plugin   {without:.0f} ms")
    print(f"its cost             {with_it - without:.0f} ms")
    print(f"ratio                {with_it / without:.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
