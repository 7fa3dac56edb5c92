"""The selftest's score with one, two and forty sessions at once: the verdict must not depend on how many there are.

.venv/bin/python benchmarks/scores.py [NAME ...]
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence

from lcm_conformance.run import selftest

CONNECTIONS = (1, 2, 40)


def main(names: Sequence[str]) -> None:
    """Measure and print."""
    chosen = selftest.choose(names)
    print(
        f"{'connections':>11}{'faults':>8}{'exact':>7}{'variants':>10}{'false':>7}{'open':>6}{'closed':>8}{'seconds':>9}"
    )
    for number in CONNECTIONS:
        begun = time.monotonic()
        scores = selftest.run(chosen, processes=os.cpu_count() or 1, connections=number)
        score = selftest.tally(scores)
        print(
            f"{number:>11}{score['faults']:>8}{score['exact']:>7}{score['variants']:>10}{score['false_alarms']:>7}"
            f"{score['open']:>6}{score['closed']:>8}{time.monotonic() - begun:>9.0f}",
            flush=True,
        )
        for wrong in (found for found in scores if not found.is_right):
            print(
                f"{'':>11}  {wrong.word}: {wrong.subject.name}: failed {', '.join(sorted(wrong.failed)) or 'nothing'}"
            )


if __name__ == "__main__":
    main(sys.argv[1:])
