"""Which member names carry personal data, and which words are too common to be taken for a person's.

Names are compared by letters and digits only: `Contact ID`, `contact_id` and `CONTACTID` are one.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

from lcm_conformance.catalogue import page

_BETWEEN = r"[\s_.-]{0,3}"
_NUMBERS = ("phone number", "account number", "contact id")
_AGENTS = ("user id", "agent id", "user name")
_LOGIN = ("user", "login", "login id", "login name", "extension")
_LOGIN_MORE = (
    "agent",
    "agent name",
    "logon",
    "logon id",
    "logon name",
    "operator",
    "operator id",
    "ext",
    "dn",
    "station",
)
_KEPT = ("expiry time", "call type")
_SECRETS = (
    *("password", "passwd", "pwd", "pass", "psw", "pw", "passcode", "passphrase", "pin", "otp", "jwt", "auth"),
    *("token", "access token", "refresh token", "id token", "auth token", "x auth token", "session token"),
    *("bearer token", "authorization", "proxy authorization", "cookie", "set cookie", "session id", "session key"),
    *("secret", "client secret", "secret key", "private key", "access key", "api key", "x api key", "credential"),
)


def _plain(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.replace(" ", "") for name in names)


def _branches(names: Iterable[str]) -> str:
    """The names as a pattern, by their first letters: at most places in a text none of them fits."""
    first: dict[str, list[str]] = defaultdict(list)
    for name in sorted(names, key=len, reverse=True):
        first[name[0]].append(name[1:].replace(" ", _BETWEEN))
    branches = (f"{letter}(?:{'|'.join(rest)})" for letter, rest in first.items())
    return f"(?=[{''.join(first)}])(?:{'|'.join(branches)})"


CALLBACK = "callbacktime"
KEPT = _plain(_KEPT)
"""Members that are no personal data, and whose values a clause reads: nothing in them is taken for somebody's."""

LOGIN_MEMBERS = _plain((*_LOGIN, *_LOGIN_MORE))
"""Under which a login says who logs in, and where; elsewhere they hold objects, and those are nobody's name."""

EXPIRY, CALL_TYPE = "expirytime", "calltype"
SCALAR_MEMBERS = KEPT | LOGIN_MEMBERS
AGENT_MEMBERS = _plain(_AGENTS) | LOGIN_MEMBERS
NUMBERED = _plain(_NUMBERS)
PERSONAL_MEMBERS = NUMBERED | {CALLBACK} | _plain(_AGENTS)

SECRET_MEMBERS = _plain(_SECRETS)
"""Members whose values are never shown, revealed or not, whoever sends them."""

OWN_CREDENTIALS = SECRET_MEMBERS | {"code", "key", "word", "hash", "sid"}
"""What an agent's table in the profile may call a secret, though in a frame it may be another thing."""

_ALL_NAMES = (*_NUMBERS, "phone no", "phone", "account no", "callback time", *_AGENTS, *_LOGIN, *_KEPT, *_SECRETS)
NAME = rf"(?:{_branches(_ALL_NAMES)})s?\d{{0,2}}"
"""The same names as a pattern, for text that is not JSON."""

LITERALS = frozenset({"true", "false", "null", "none", "nan", "infinity", "-infinity", "undefined"})
"""Bare words that say a type rather than a value; they are kept where they stand."""

_ABOUT = ("type", "kind", "format", "count", "index", "status", "length")  # what a member says of a value
_ENDINGS = tuple(sorted(name for name in PERSONAL_MEMBERS | SECRET_MEMBERS if len(name) > 4))
_LONG = tuple(name for name in _ENDINGS if len(name) > 5)

_ENVELOPE = ("message", "response", "channel", "topic", "subtopic", "data", "source", "SubscriberID", "ResponseUrl")
_TYPES = ("string", "number", "boolean", "object", "array")
_ERRORS = ("error", "success", "errorMessage", "errorType")
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
            *_ERRORS,
        )
    )
    | PERSONAL_MEMBERS
    | LITERALS - {"-infinity"}
)
"""Skeletons of values that are never learnt: replacing them in prose would garble every report."""


KIND_WORDS = frozenset({"call", "back", "normal", "personal"})
"""What a name of a kind of call is made of: no pseudonym may make one."""

_LONGEST = {max(name.split(), key=len) for name in _ALL_NAMES}
STEMS = tuple(sorted(stem for stem in _LONGEST if not any(other in stem for other in _LONGEST - {stem})))
"""A text without any of these holds none of the names, whatever stands between their words."""


@lru_cache(maxsize=4096)
def personal_member(name: str) -> str:
    """The plain form of a member name whose value is personal data, a secret, or to be kept; else the empty string.

    A plural, a numbered, a longer and a misspelt name count too: `PhoneNumber2`, `UserIDs`, `CustomerPhone` and
    `ContctID` hold the same kind of thing.
    """
    plain = "".join(c for c in unicodedata.normalize("NFKC", name[:200]).casefold() if c.isalnum())
    plain = plain.rstrip("0123456789")
    if plain in SCALAR_MEMBERS:
        return plain
    if plain.endswith(_ABOUT):
        return ""
    plain = plain if plain in SECRET_MEMBERS else plain.removesuffix("s")
    if plain in PERSONAL_MEMBERS or plain in SECRET_MEMBERS:
        return plain
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


def is_credential(name: str) -> bool:
    """Whether a key of an agent's table says that its value is a password, a token or the like."""
    return personal_member(name) in SECRET_MEMBERS or name.casefold() in OWN_CREDENTIALS
