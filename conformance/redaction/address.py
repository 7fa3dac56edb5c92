"""An address as it may be shown: a URL keeps secrets in its query and before the `@`."""

from __future__ import annotations

from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit, urlunsplit

_TELLING = 4  # characters below which a query value, such as `v=2`, is no token


def public_url(url: str) -> str:
    """An address without user name, password, fragment and the values of its query, where tokens are kept."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "(not an address)"
    query = "&".join(f"{pair.split('=', 1)[0]}=…" if "=" in pair else "…" for pair in parts.query.split("&") if pair)
    return urlunsplit(SplitResult(parts.scheme, parts.netloc.rpartition("@")[2], parts.path, query, ""))


def url_secrets(url: str) -> list[str]:
    """What must not be shown of an address wherever it turns up: user name, password, query values, fragment."""
    try:
        parts = urlsplit(url)
        user, password = parts.username or "", parts.password or ""
    except ValueError:
        return []
    pairs = parts.query.split("&")
    found = [user, unquote(user), password, unquote(password), parts.fragment]
    found += [pair.split("=", 1)[-1] for pair in pairs] + [value for _, value in parse_qsl(parts.query)]
    return [text for text in dict.fromkeys(found) if len(text) >= _TELLING]
