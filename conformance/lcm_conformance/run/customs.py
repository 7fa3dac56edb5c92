"""What is known of the environment of a capture: from a profile, or what the vendor documents where there is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lcm_conformance.catalogue.verdict import UsageError
from lcm_conformance.judge.terms import Terms
from lcm_conformance.profile import Profile, Timing
from lcm_conformance.profile.login_section import presets
from lcm_conformance.record.customs import Customs
from lcm_conformance.run.settings import terms_of


def customs_of(profile: Profile | None, timing: Timing) -> Customs:
    """By what logins, logouts and agents are known."""
    if profile is None:
        pairs = presets().values()
        logins, logouts = ([pair[name]["request"] for pair in pairs] for name in ("login", "logout"))
    else:
        logins, logouts = ([way.request] if way is not None else [] for way in (profile.login, profile.logout))
    return Customs(
        logins=tuple(_without(login, "source") for login in logins),
        logouts=tuple(_without(logout, "source", "data") for logout in logouts),
        roles={agent.user_id: role for role, agent in profile.agents.items()} if profile else {},
        knows_agents=profile is not None,
        by_headers=profile is not None and profile.login is None,
        reply=timing.reply,
        silence=timing.silence,
    )


def terms_for(profile: Profile | None, cm_version: str | None, timing: Timing) -> Terms:
    """What a capture is judged by; raises `UsageError`. Without a profile nobody vouches for a reservation."""
    if profile is not None:
        return terms_of(profile)
    if cm_version is None:
        raise UsageError("a capture does not say which Campaign Manager it is of: add --cm-version, or --profile")
    return Terms(cm_version=cm_version, reply=timing.reply, silence=timing.silence)


def _without(message: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """A template without what differs from one application to the next."""
    return {name: content for name, content in message.items() if name not in names}
