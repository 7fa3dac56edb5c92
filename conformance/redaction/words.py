"""Which member names carry personal data, and which words are too common to be taken for a person's.

Names are compared by letters and digits only: `Contact ID`, `contact_id` and `CONTACTID` are one.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from conformance import page

AGENT_MEMBERS = frozenset({"userid", "agentid", "username"})
CALLBACK = "callbacktime"
NUMBERED = frozenset({"phonenumber", "accountnumber", "contactid"})
PERSONAL_MEMBERS = NUMBERED | {CALLBACK} | AGENT_MEMBERS

SECRET_MEMBERS = frozenset(
    {"password", "passwd", "pwd", "passcode", "passphrase", "pin", "token", "accesstoken", "refreshtoken", "idtoken"}
    | {"authtoken", "sessiontoken", "bearertoken", "jwt", "authorization", "proxyauthorization", "cookie", "setcookie"}
    | {"secret", "clientsecret", "apikey", "xapikey", "credential", "pass", "psw", "pw", "otp", "auth"}
    | {"xauthtoken", "accesskey", "secretkey", "privatekey", "sessionkey", "sessionid"}
)
"""Members whose values are never shown, revealed or not, whoever sends them."""

NAME = (
    r"(?:phone(?:[\s_.-]{0,3}n(?:umber|o))?|account[\s_.-]{0,3}n(?:umber|o)|contact[\s_.-]{0,3}id|callback[\s_.-]{0,3}time"
    r"|(?:user|agent)[\s_.-]{0,3}id|user[\s_.-]{0,3}name"
    r"|pass(?:word|wd|code|phrase)|(?:access|refresh|id|auth|session|bearer)?[\s_.-]{0,3}token|jwt"
    r"|(?:proxy[\s_.-]{0,3})?authorization|(?:set[\s_.-]{0,3})?cookie|(?:client[\s_.-]{0,3})?secret"
    r"|(?:x[\s_.-]{0,3})?api[\s_.-]{0,3}key|credential)s?\d{0,2}"
)
"""The same names as a pattern, for text that is not JSON."""

LITERALS = frozenset({"true", "false", "null", "none", "nan", "infinity", "-infinity", "undefined"})
"""Bare words that say a type rather than a value; they are kept where they stand."""

_ABOUT = ("type", "kind", "format", "count", "index", "statu", "length")  # what a member says of a value, not the value
_ENDINGS = tuple(sorted(name for name in PERSONAL_MEMBERS | SECRET_MEMBERS if len(name) > 4))
_LONG = tuple(name for name in _ENDINGS if len(name) > 5)

_ENVELOPE = ("message", "response", "channel", "topic", "subtopic", "data", "source", "SubscriberID", "ResponseUrl")
_TYPES = ("string", "number", "boolean", "object", "array")
_CALL_TYPES = ("regular call", "regular callback", "normal callback", "personal callback", "regular", "callback")

VOCABULARY = (
    frozenset(
        "".join(filter(str.isalnum, word.casefold()))
        for word in (
            *page.MEMBERS,
            *page.TOPICS.values(),
            page.CHANNEL,
            page.REQUEST,
            page.REPLY,
            page.SOURCE,
            str(page.LAST_SUPPORTED_VERSION),
            "[secret]",
            *_ENVELOPE,
            *_TYPES,
            *_CALL_TYPES,
        )
    )
    | PERSONAL_MEMBERS
    | LITERALS - {"-infinity"}
)
"""Skeletons of values that are never learnt: replacing them in prose would garble every report."""


@lru_cache(maxsize=4096)
def personal_member(name: str) -> str:
    """The plain form of a member name whose value is personal data or a secret, else the empty string.

    A plural, a numbered, a longer and a misspelt name count too: `PhoneNumber2`, `UserIDs`, `CustomerPhone` and
    `ContctID` hold the same kind of thing.
    """
    plain = "".join(c for c in unicodedata.normalize("NFKC", name[:200]).casefold() if c.isalnum())
    plain = plain.rstrip("0123456789")
    plain = plain if plain in SECRET_MEMBERS else plain.removesuffix("s")
    if plain in PERSONAL_MEMBERS or plain in SECRET_MEMBERS:
        return plain
    if plain.endswith(_ABOUT):
        return ""
    if "phone" in plain:
        return "phonenumber"
    ending = next(filter(plain.endswith, _ENDINGS), "")
    return ending or next((known for known in _LONG if _nearly(plain, known)), "")


def _nearly(name: str, known: str) -> bool:
    """Whether one letter is missing, added or another, or two have changed places."""
    if abs(len(name) - len(known)) > 1:
        return False
    first = _alike(name, known)
    last = _alike(name[first:][::-1], known[first:][::-1])
    here, there = name[first : len(name) - last], known[first : len(known) - last]
    return max(len(here), len(there)) <= 1 or (len(here) == 2 and here == there[::-1])


def _alike(one: str, other: str) -> int:
    """How many letters they begin with are the same."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((k for k, (a, b) in pairs if a != b), min(len(one), len(other)))


def is_secret(name: str) -> bool:
    """Whether a member name says that its value is a password, a token or the like."""
    return personal_member(name) in SECRET_MEMBERS
