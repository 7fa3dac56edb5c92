"""How long to listen, from the profile's times and from how slow the endpoint was seen to be."""

from __future__ import annotations

import threading
from statistics import median

from lcm_conformance.profile import Timing

SLOW = 0.3
"""Seconds: where a proper request usually takes longer, waiting for each answer would make a run long."""
_BEAT = (0.005, 0.05)
_LATELY = 10


class Pace:
    """Learns from every answer; safe for many threads. `timing` are the profile's times."""

    def __init__(self, timing: Timing) -> None:
        self.timing = timing
        self._lock = threading.Lock()
        self._answers: list[float] = []

    def took(self, seconds: float) -> None:
        """A proper request was answered after so long."""
        with self._lock:
            self._answers.append(seconds)

    @property
    def usual(self) -> float:
        """How long a proper request usually takes; 0 before any was answered."""
        with self._lock:
            return median(self._answers) if self._answers else 0.0

    @property
    def slowest(self) -> float:
        """How long the slowest answer of the run took."""
        with self._lock:
            return max(self._answers, default=0.0)

    @property
    def is_slow(self) -> bool:
        """Whether proper requests usually take long."""
        return self.usual > SLOW

    @property
    def silence(self) -> float:
        """A silence: who takes time over a proper request may take as long over any other."""
        return self.timing.silence + self.slowest

    @property
    def beat(self) -> float:
        """The time between an answer and the next request: what comes with the answer comes within it.

        Three usual answers, or the slowest of the last few: who was held up once may be held up again.
        """
        with self._lock:
            lately = max(self._answers[-_LATELY:], default=0.0)
        return min(max(3 * self.usual, lately, _BEAT[0]), _BEAT[1])
