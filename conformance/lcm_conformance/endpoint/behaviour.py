"""How one embedded endpoint behaves: its version, its readings, its latencies, its faults and variants.

Named by the selftest and the `mock` command; `plan` looks the names up for the Campaign
Manager and refuses those that do not exist.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lcm_conformance.catalogue.verdict import UsageError
from lcm_conformance.endpoint.faults import fault, open_row, variant
from lcm_conformance.endpoint.latency import Range
from lcm_conformance.endpoint.mutations import Phase, Step
from lcm_conformance.endpoint.readings import DEFAULTS, check_readings

LAST_VERSION = 2308
_VERSION = re.compile(r"(\d+)(\.\d+)*")


@dataclass(frozen=True)
class Behaviour:
    """What to serve.

    `readings` maps a reading to `table` or `sample`; it outdoes those that a variant brings.
    `latency` maps `login`, `reply` and `logout` to bounds in seconds, between which each is drawn
    by chance; equal seeds draw equal ones. `open` names rows that can neither pass nor fail.
    """

    cm_version: str = "2308"
    readings: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    latency: Mapping[str, Range] = field(default_factory=dict)
    seed: int = 0


@dataclass(frozen=True)
class Plan:
    """A behaviour with its names looked up."""

    offered: bool
    readings: Mapping[str, str]
    steps: Mapping[Phase, tuple[Step, ...]]


def plan(behaviour: Behaviour) -> Plan:
    """Look up everything a behaviour names. UsageError for a name or a version that is none."""
    rows = [
        *map(fault, behaviour.faults),
        *map(variant, behaviour.variants),
        *map(open_row, behaviour.open),
    ]
    check_readings(behaviour.readings)
    readings = dict(DEFAULTS)
    for row in rows:
        readings |= row.readings
    readings |= behaviour.readings
    steps = [step for row in rows for step in row.steps]
    return Plan(
        _offered(behaviour.cm_version),
        readings,
        {phase: tuple(step for step in steps if step.phase is phase) for phase in Phase},
    )


def _offered(version: str) -> bool:
    """Whether this version still has the call: up to and including 2308 (the page's Note)."""
    match = _VERSION.fullmatch(version)
    if not match:
        raise UsageError(f"cm version {version!r} is none: write 2308, or with a patch 2308.1")
    return int(match[1]) <= LAST_VERSION
