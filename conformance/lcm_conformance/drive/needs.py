"""What a probe needs of an environment, and why one cannot be asked there. Asks nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from lcm_conformance.catalogue.probes import Part, Probe
from lcm_conformance.profile import Profile


def missing(probe: Probe, profile: Profile, agents: Collection[str], role: str, sends_bad_input: bool) -> str | None:
    """Why a probe, whose agent is played by this role, cannot be asked; None where it can."""
    if probe.part is Part.HOSTILE and not sends_bad_input:
        return "bad input is sent to an endpoint that is not the suite's own only with --allow-hostile"
    by_headers = profile.login is None and not profile.login_command
    if probe.login == "never" and by_headers and "logged_out" not in agents:
        return "every session is logged in here, and the profile names no agents.logged_out"
    if probe.login == "out" and profile.logout is None:
        return "the profile has no logout"
    for needed in (role, probe.asks_as, *probe.together):
        if needed is not None and needed not in agents:
            return f"the profile names no agents.{needed}"
    return None


def left_out(
    probes: Sequence[Probe],
    profile: Profile,
    agents: Collection[str],
    role_of: Callable[[str], str],
    sends_bad_input: bool,
) -> Mapping[str, str]:
    """The probes that cannot be asked, each with the reason."""
    reasons = {probe.name: missing(probe, profile, agents, role_of(probe.agent), sends_bad_input) for probe in probes}
    return {name: why for name, why in reasons.items() if why is not None}
