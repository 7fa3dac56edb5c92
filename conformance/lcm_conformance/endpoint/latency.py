"""How long the embedded endpoint takes: for logins, logouts and replies, drawn by chance between two bounds.

`read_latency` reads what `mock --latency` takes; the Campaign Manager draws.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping

from lcm_conformance.catalogue.verdict import UsageError

KINDS = ("login", "reply", "logout")
LONGEST = 3600.0
Range = tuple[float, float]
"""Seconds: at least, at most."""


class Chance:
    """Draws latencies. Equal seeds draw equal seconds."""

    def __init__(self, latency: Mapping[str, Range], seed: int) -> None:
        for name, bounds in latency.items():
            _check(name, bounds, f"latency {name}={bounds[0]:g}-{bounds[1]:g}")
        self._latency = latency
        self._random = random.Random(seed)  # noqa: S311  no secret

    def seconds(self, kind: str) -> float:
        """How long the next of this kind takes."""
        low, high = self._latency.get(kind, (0.0, 0.0))
        return self._random.uniform(low, high) if high else 0.0


def read_latency(pairs: Iterable[str]) -> dict[str, Range]:
    """`login=1.2` and `reply=0-1.2` as bounds in seconds. UsageError, in one line, for anything else."""
    latency: dict[str, Range] = {}
    for pair in pairs:
        name, _, text = pair.partition("=")
        low, dash, high = text.partition("-")
        try:
            bounds = float(low), float(high if dash else low)
        except ValueError:
            raise UsageError(f"--latency {pair}: write NAME=SECONDS or NAME=LOW-HIGH, such as reply=0-1.2") from None
        _check(name, bounds, f"--latency {pair}")
        if name in latency:
            raise UsageError(f"--latency {pair}: {name} is there twice, give it once")
        latency[name] = bounds
    return latency


def _check(name: str, bounds: Range, what: str) -> None:
    if name not in KINDS:
        raise UsageError(f"{what}: there is no latency {name!r}, choose from {', '.join(KINDS)}")
    if not 0 <= bounds[0] <= bounds[1] <= LONGEST:
        raise UsageError(f"{what}: give seconds from 0 to {LONGEST:g}, the lower bound first")
