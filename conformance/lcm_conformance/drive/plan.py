"""What a run would ask, in order, and how many requests it sends at most. Connects to nothing; used by `run --plan`.

The bound is also kept by the desk: a run that came to it would stop there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from lcm_conformance.catalogue.probes import Part, Probe
from lcm_conformance.catalogue.request import candidates
from lcm_conformance.drive import precondition
from lcm_conformance.profile import Profile

ASKED_TOGETHER = 3
"""Requests that each of several agents sends on one session: some faults show only on a later one."""

_DISCOVERY = 2 * (len(candidates()) + 1) + 3
"""Each way of asking, the answered one again, all that again after a contact that came unasked, and two sessions."""


def in_order(selected: Iterable[Probe]) -> list[Probe]:
    """The probes as a run comes to them: who is not logged in first, bad input last."""

    def place(probe: Probe) -> int:
        return 2 if probe.part is Part.HOSTILE else 0 if probe.login == "never" else 1

    order = sorted(selected, key=place)
    at_once = max((number for number, probe in enumerate(order) if probe.together), default=-1)
    early_out = [probe for probe in order[: at_once + 1] if probe.login == "out"]  # the driver waits with these
    kept = [probe for probe in order[: at_once + 1] if probe.login != "out"]
    return [*kept, *early_out, *order[at_once + 1 :]]


def most_requests(selected: Sequence[Probe], profile: Profile) -> int:
    """How many requests a run for these probes sends at most; logins and logouts come on top, one a session."""
    if not selected:
        return 0
    again = max(_DISCOVERY, *map(most_of, selected))  # where the line was cut once
    return _DISCOVERY + precondition.most_requests(profile) + sum(map(most_of, selected)) + again


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


def lines(
    selected: Sequence[Probe], profile: Profile, missing: Mapping[str, str | None], role_of: Callable[[str], str]
) -> list[str]:
    """All of a run in order, as `--plan` prints it: who logs in, asks and logs out, and the most requests of each part.

    `missing` says by name why a probe cannot be asked; `role_of` is the role that plays a probe's agent.
    """
    of_probes = [_line_of(probe, profile, missing[probe.name], role_of) for probe in in_order(selected)]
    if all(why is not None for why in missing.values()):
        return of_probes
    asks = "request"
    login = _login(profile)
    count = precondition.MOST_OF_ONE
    first = [
        _line(count, f"{precondition.REQUEST}, before all other requests", [(role, *login, asks)])
        for role in precondition.asked_before(profile)
    ]
    first.append(_line(_DISCOVERY, "how to ask is found out", [("reserved", *login, asks)]))
    last = [
        _line(count, f"{precondition.REQUEST}, again if the agent was handed nothing", [(role, *login, asks)])
        for role in precondition.asked_after(profile)
    ]
    # Who may count as logged in for good asks before any login.
    early = sum(probe.login == "never" and role_of(probe.agent) == "reserved" for probe in selected)
    return [*of_probes[:early], *first, *of_probes[early:], *last]


def _line_of(probe: Probe, profile: Profile, missing: str | None, role_of: Callable[[str], str]) -> str:
    if missing is not None:
        return f"     -  {probe.when}  (left out: {missing})"
    role, login, asks = role_of(probe.agent), _login(profile), "request"
    if probe.together:
        return _line(most_of(probe), probe.when, [(each, *login, asks) for each in probe.together])
    if probe.login == "out":
        return _line(most_of(probe), probe.when, [(role, *login, asks, "logout", asks, *login, asks)])
    if probe.login == "never" and profile.login is not None:
        return _line(most_of(probe), probe.when, [(role, asks, *login, asks)])
    if probe.login == "never":
        control = "reserved" if role == "logged_out" else role
        return _line(most_of(probe), probe.when, [(role, asks), (control, *login, asks)])
    turns = [(role, *login, asks)]
    if role == "idle":
        turns.append(("reserved", *login, asks))
    if probe.watched and profile.endpoint.max_connections > 1 and "other" in profile.agents:
        turns.append(("other", *login, asks))
    return _line(most_of(probe), probe.when, turns)


def _login(profile: Profile) -> tuple[str, ...]:
    return ("login",) if profile.login else ("login by program",) if profile.login_command else ()


def _line(most: int, what: str, turns: Iterable[tuple[str, ...]]) -> str:
    who = "; ".join(f"agents.{role}: {', '.join(deeds)}" for role, *deeds in turns)
    return f"{most:>6}  {what}  [{who}]"
