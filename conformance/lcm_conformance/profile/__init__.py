"""The facts of one environment: what a profile says (`facts`), read from TOML and checked before anything is asked.

Every mistake is one line (`UsageError`) that names the key and the fix; a value that came from
the environment is never part of it.
"""

from lcm_conformance.catalogue.cm_version import release
from lcm_conformance.profile.facts import (
    LONGEST,
    MIB,
    ROLES,
    Agent,
    Endpoint,
    Exchangeable,
    Message,
    Packet,
    Profile,
    Timing,
    Tls,
    at,
    checked_url,
)
from lcm_conformance.profile.reader import load
from lcm_conformance.profile.templates import fill, fill_text, holds, template_values

__all__ = [
    "LONGEST",
    "MIB",
    "ROLES",
    "Agent",
    "Endpoint",
    "Exchangeable",
    "Message",
    "Packet",
    "Profile",
    "Timing",
    "Tls",
    "at",
    "checked_url",
    "fill",
    "fill_text",
    "holds",
    "load",
    "release",
    "template_values",
]
