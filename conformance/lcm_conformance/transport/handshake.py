"""The opening handshake (RFC 6455, sections 4.1 and 4.2.2): the request that a profile asks for, and its answer.

Called by the WebSocket transport. Nothing is sent that neither the handshake needs nor the profile names.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping

import h11

from lcm_conformance.profile import Endpoint
from lcm_conformance.transport.address import address_of
from lcm_conformance.transport.http_head import Answer, answer
from lcm_conformance.transport.wire import Wire

_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_SUBPROTOCOL = "sec-websocket-protocol"


NO_ENDPOINT = "was not answered by a WebSocket endpoint: check the path and the port"


class NotOpened(Exception):
    """The answer opens no session: its HTTP status, and in the text what is wrong with it where that is 101."""

    def __init__(self, status: int, wrong: str = "") -> None:
        super().__init__(wrong)
        self.status = status


def shake_hands(wire: Wire, endpoint: Endpoint, headers: Mapping[str, str]) -> tuple[str | None, bytes]:
    """The subprotocol that was agreed, and what came behind the answer; raises `NotOpened` and what `answer` raises."""
    key = base64.b64encode(secrets.token_bytes(16)).decode()
    fields = _fields(endpoint, headers, key)
    target = address_of(endpoint.url).resource
    found, rest = answer(
        wire,
        h11.Request(
            method="GET",
            target=target.encode(),
            headers=[(name.encode(), text.strip().encode()) for name, text in fields.items()],
        ),
    )
    if found.status_code != 101:
        raise NotOpened(found.status_code)
    offered = next((text for name, text in fields.items() if name.casefold() == _SUBPROTOCOL), "")
    return _subprotocol(found, key, [name.strip() for name in offered.split(",") if name.strip()]), rest


def _fields(endpoint: Endpoint, headers: Mapping[str, str], key: str) -> dict[str, str]:
    """The header fields, each once: what is given by name stands above what follows from the rest of the profile."""
    own = {
        "Host": address_of(endpoint.url).authority,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": key,
        "Sec-WebSocket-Version": "13",
        "Origin": endpoint.origin or "",
        "Sec-WebSocket-Protocol": ",".join(endpoint.subprotocols),
    }
    given = {name.casefold() for name in headers}
    return {name: text for name, text in own.items() if text and name.casefold() not in given} | dict(headers)


def _subprotocol(found: Answer, key: str, offered: list[str]) -> str | None:
    accept = base64.b64encode(hashlib.sha1((key + _GUID).encode(), usedforsecurity=False).digest()).decode()
    if "websocket" not in map(str.casefold, _items(found, b"upgrade")):
        raise NotOpened(101, f"{NO_ENDPOINT} (its answer has no Upgrade: websocket)")
    if "upgrade" not in map(str.casefold, _items(found, b"connection")):
        raise NotOpened(101, f"{NO_ENDPOINT} (its answer has no Connection: Upgrade)")
    if accept not in _items(found, b"sec-websocket-accept"):
        raise NotOpened(101, f"{NO_ENDPOINT} (its answer has another Sec-WebSocket-Accept than this request needs)")
    agreed = {item.casefold() for item in _items(found, _SUBPROTOCOL.encode())}
    chosen = [name for name in offered if name.casefold() in agreed]
    if offered and not chosen:
        raise NotOpened(101, "was answered without any of the subprotocols offered: check endpoint.subprotocols")
    return chosen[0] if chosen else None


def _items(found: Answer, name: bytes) -> list[str]:
    """The items of a header that is a list (RFC 9110, section 5.3), from all of its lines."""
    lines = [value.decode("latin-1") for header, value in found.headers if header == name]
    return [item.strip() for line in lines for item in line.split(",")]
