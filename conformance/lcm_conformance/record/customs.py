"""What is known of an environment in which somebody else recorded, and what a login looks like there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lcm_conformance.record.heard import Heard
from lcm_conformance.record.packet import unwrap
from lcm_conformance.record.strictjson import parse
from lcm_conformance.record.template import matched
from lcm_conformance.record.transcript import Kind


@dataclass(frozen=True)
class Customs:
    """What is known of the environment: templates of logins and logouts, agents by ID, seconds to listen.

    `knows_agents`: the agents are those of a profile, and any other ID is nobody's.
    """

    logins: tuple[Mapping[str, Any], ...] = ()
    logouts: tuple[Mapping[str, Any], ...] = ()
    roles: Mapping[str, str] = field(default_factory=dict, repr=False)
    knows_agents: bool = False
    by_headers: bool = False
    reply: float = 5.0
    silence: float = 2.0


def value_of(one: Heard) -> dict[str, Any]:
    """The object that a message is; an empty one where it is none."""
    value = unwrap(parse(one.frame or "")).value
    return value if isinstance(value, dict) else {}


def is_login(one: Heard, customs: Customs) -> bool:
    """Whether somebody logs in with what was sent."""
    return login_in(one, customs) is not None


def login_in(one: Heard, customs: Customs) -> str | None:
    """The ID of the agent who logs in with a message, empty where it names none; None where it is no login."""
    if one.kind is not Kind.SENT:
        return None
    value = value_of(one)
    for template in customs.logins:
        found = matched(template, value)
        if found is not None:
            return found.get("user_id", "")
    return None
