"""The vocabulary of steps, where many threads ask for it at once, as those of the selftest do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from command import LONGEST, environment

TOGETHER = """
import sys, threading
from lcm_conformance.catalogue import scenarios
from lcm_conformance.run import vocabulary
sys.setswitchinterval(1e-5)
written, together, found = list(scenarios.read()), threading.Barrier(8), []
def look():
    together.wait()
    found.extend(vocabulary.problems(written))
threads = [threading.Thread(target=look) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(len(found))
"""


def test_threads_that_ask_first_at_once_find_each_step_defined_once(tmp_path: Path) -> None:
    command = [sys.executable, "-c", TOGETHER]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=LONGEST, check=False
    )

    assert done.stdout == "0\n", done.stderr
