"""The words of the vendor's page that requests are made of and replies are looked up by.

What must hold is said in the catalogue; this module only names things. The embedded endpoint
has its own copy on purpose: the two must not be right by construction.
"""

from __future__ import annotations

CHANNEL = "LCM"
TOPICS = {"table": "Webservice", "sample": "WebService"}
REQUEST = "GetReservedContactOD"
REPLY = "ContactOD"
SOURCE = "lcm-conformance"
LAST_SUPPORTED_VERSION = 2308

MEMBERS = (
    "PhoneNumber",
    "AccountNumber",
    "CampaignId",
    "Mode",
    "ContactID",
    "ExpiryTime",
    "CallbackTime",
    "CallType",
    "Prefix",
    "Suffix",
    "Queue",
)

SPELLINGS: dict[str, dict[str, str]] = {"ContactID": {"table": "ContactID", "sample": "ContactId"}}
"""Members that the table and the sample spell differently; all others are spelt alike."""


def spellings(member: str, pinned: str | None = None) -> tuple[str, ...]:
    """The documented spellings of a member; only one where the reading is pinned to a side."""
    sides = SPELLINGS.get(member)
    if sides is None:
        return (member,)
    return (sides[pinned],) if pinned else tuple(sides.values())
