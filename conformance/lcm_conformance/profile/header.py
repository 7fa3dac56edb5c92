"""What may stand in the header of a handshake (RFC 9110, section 5; RFC 6455, section 4.1). Pure."""

from __future__ import annotations

import re

TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_OF_THE_HANDSHAKE = {
    "connection",
    "content-length",
    "sec-websocket-accept",
    "sec-websocket-extensions",
    "sec-websocket-key",
    "sec-websocket-version",
    "transfer-encoding",
    "upgrade",
}


def fault(name: str, value: str) -> str | None:
    """Why a header cannot be sent, and what to do; None for one that can. The value is not repeated."""
    if not TOKEN.fullmatch(name):
        return "is no name of a header: it takes letters, digits and hyphens, correct it"
    if name.casefold() in _OF_THE_HANDSHAKE:
        return "is the handshake's own: remove it"
    if not value.isprintable():
        return "holds a line break or another control character: remove it"
    return None
