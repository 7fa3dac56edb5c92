"""What a run would ask, in order, and how many requests it sends at most. Connects to nothing; used by `run --plan`.

The bound is also kept by the desk: a run that came to it would stop there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from conformance import precondition
from conformance.probes import Probe, candidates
from conformance.profile import Profile
from conformance.transcript import Part

ASKED_TOGETHER = 3
"""Requests that each of several agents sends on one session: some faults show only on a later one."""

_DISCOVERY = len(candidates()) + 5
"""Each way of asking once, once more, and three sessions' worth of finding out whether two disturb each other."""


def in_order(selected: Iterable[Probe]) -> list[Probe]:
    """The probes as a run comes to them: who is not logged in first, bad input last."""

    def place(probe: Probe) -> int:
        return 2 if probe.part is Part.HOSTILE else 0 if probe.login == "never" else 1

    return sorted(selected, key=place)


def most_requests(selected: Sequence[Probe], profile: Profile) -> int:
    """How many requests a run for these probes sends at most; logins and logouts come on top, one a session."""
    return _DISCOVERY + precondition.most_requests(profile) + sum(map(most_of, selected)) if selected else 0


def most_of(probe: Probe) -> int:
    """The requests of one probe at most, with the proper ones that give its silence a meaning."""
    variants = len(probe.variants)
    if probe.part is Part.HOSTILE:
        revivals = 2
        return probe.burst + revivals if probe.burst else variants * (1 + revivals + probe.watched)
    if probe.login == "never":
        return 3 * len(candidates())
    if probe.login == "out":
        return 8 * 2  # two rounds: a request before logout, the test (again where the session ended), its controls
    if probe.together:
        return 2 * probe.count * ASKED_TOGETHER * len(probe.together)
    # Where answers go astray, all of it is asked once more, one after the other.
    controls = 2 if probe.part is Part.TEST else 0
    return 2 * probe.count * variants * (1 + controls)


def line(probe: Probe, missing: str | None) -> str:
    """One probe as `--plan` prints it."""
    if missing is not None:
        return f"     -  {probe.when}  (left out: {missing})"
    return f"{most_of(probe):>6}  {probe.when}"
