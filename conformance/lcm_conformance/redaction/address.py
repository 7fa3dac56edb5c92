"""An address as it may be shown: a URL keeps secrets in its query and before the `@`."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit, urlunsplit

_BROKEN = re.compile(r"[^\[:/?#@]*:(?:[0-9]{1,5}/[^?#@]*@|(?![0-9]{0,5}(?:[/?#]|\Z))[^@]*@)")
WORDY = 8
"""Characters below which a header's or a query's value may be an ordinary word: looked for anywhere, it would garble
paths and commands that a person is to copy."""
_TELLING = 4  # characters below which a query value, such as `v=2`, is no token


def public_url(url: str) -> str:
    """An address without user name, password, fragment and the values of its query, where tokens are kept."""
    _, rest = _divided(url)
    try:
        parts = urlsplit(rest)
    except ValueError:
        return "(not an address)"
    query = "&".join(f"{pair.split('=', 1)[0]}=…" if "=" in pair else "…" for pair in parts.query.split("&") if pair)
    return urlunsplit(SplitResult(parts.scheme, parts.netloc, parts.path, query, ""))


def url_secrets(url: str) -> list[str]:
    """What must not be shown of an address wherever it turns up: user name, password, query values, fragment."""
    credentials, rest = _divided(url)
    user, _, password = credentials.partition(":")
    found = [user, unquote(user), password, unquote(password)]
    try:
        parts = urlsplit(rest)
    except ValueError:
        return [text for text in dict.fromkeys(found) if len(text) >= _TELLING]
    query = [parts.fragment, *(pair.split("=", 1)[-1] for pair in parts.query.split("&"))]
    query += [value for _, value in parse_qsl(parts.query)]
    found += [text for text in query if len(text) >= WORDY or not text.isalpha()]
    return [text for text in dict.fromkeys(found) if len(text) >= _TELLING]


def _divided(url: str) -> tuple[str, str]:
    """User name and password of an address, and the address without them.

    A password may hold `/`, `?` or `#` where it ought to hold their escapes: what looks like a host with a port is
    the beginning of it then, if there is an `@` further on.
    """
    scheme, mark, rest = url.partition("://")
    if not mark:
        scheme, rest = "", url
    rest = rest.lstrip("/")
    authority = rest[: min((rest.find(sign) for sign in "/?#" if sign in rest), default=len(rest))]
    if "@" not in authority and not _BROKEN.match(rest):
        return "", url
    credentials, _, host = (authority if "@" in authority else rest).rpartition("@")
    tail = rest[len(authority) :] if "@" in authority else ""
    return credentials, f"{scheme}{mark}{host}{tail}"
