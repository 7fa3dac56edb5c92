"""The five places where the page's table and its sample differ, as an endpoint shows them.

Used by the Campaign Manager to spell a contact, and by behaviours to check what was asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lcm_conformance.catalogue.verdict import UsageError
from lcm_conformance.endpoint.world import Contact, World

SIDES = ("table", "sample")
TOPIC = {"table": "Webservice", "sample": "WebService"}
DEFAULTS: Mapping[str, str] = {
    "topic": "sample",
    "source": "sample",
    "contact-id-name": "sample",
    "contact-id-type": "sample",
    "call-type-type": "sample",
}
_SAMPLE_ORDER = (
    *("PhoneNumber", "AccountNumber", "CampaignId", "Mode", "ContactID", "ExpiryTime"),
    *("CallbackTime", "CallType", "Prefix", "Suffix", "Queue"),
)


def check_readings(readings: Mapping[str, str]) -> None:
    """Raise UsageError unless every name and side is one of those known here."""
    for name, side in readings.items():
        if name not in DEFAULTS:
            raise UsageError(f"unknown reading {name!r}: choose from {', '.join(DEFAULTS)}")
        if side not in SIDES:
            raise UsageError(f"reading {name}={side}: choose {name}=table or {name}=sample")


def flipped(side: str) -> str:
    """The other side of the page."""
    return "table" if side == "sample" else "sample"


def member_name(member: str, readings: Mapping[str, str]) -> str:
    """How a member of the table is spelt under these readings."""
    if member == "ContactID" and readings["contact-id-name"] == "sample":
        return "ContactId"
    return member


def spell(contact: Contact, readings: Mapping[str, str], world: World) -> dict[str, Any]:
    """The `response` object that tells of this contact, its members in the sample's order."""
    return {member_name(name, readings): _typed(name, contact[name], readings, world) for name in _SAMPLE_ORDER}


def _typed(name: str, value: Any, readings: Mapping[str, str], world: World) -> Any:
    if name == "ContactID" and readings["contact-id-type"] == "sample":
        return str(value)
    if name == "CallType" and readings["call-type-type"] == "table":
        return world.call_types.get(value, value)
    return value
