"""Asks a proxy, over a socket that is connected to it, to go on to the endpoint: HTTP CONNECT or SOCKS5.

Called by `reach`. Libraries know the two protocols; deadline and allowance are the wire's.
"""

from __future__ import annotations

import base64
import socket
from collections.abc import Callable
from urllib.parse import SplitResult, unquote

import h11
from socksio import (
    ProtocolError,
    SOCKS5AType,
    SOCKS5AuthMethod,
    SOCKS5AuthMethodsRequest,
    SOCKS5AuthReply,
    SOCKS5Command,
    SOCKS5CommandRequest,
    SOCKS5Reply,
    SOCKS5ReplyCode,
    SOCKS5UsernamePasswordRequest,
)

from lcm_conformance.transport import CannotConnect, Rung
from lcm_conformance.transport.address import bracketed
from lcm_conformance.transport.http_head import HEAD_BYTES, BrokenOff, answer
from lcm_conformance.transport.wire import TooMuch, Wire

_NEEDS_CREDENTIALS = "wants a user name and a password: write them into endpoint.proxy as http://name:password@host"
_REFUSES_CREDENTIALS = "does not accept the user name and password: check endpoint.proxy"
_ADDRESS_BYTES = {bytes(SOCKS5AType.IPV4_ADDRESS): 4, bytes(SOCKS5AType.IPV6_ADDRESS): 16}
_PORT_BYTES = 2

Resolve = Callable[[str], str]


class _Refused(Exception):
    """The proxy does not do as asked: the text says why, and what to check."""


def ask(sock: socket.socket, proxy: SplitResult, shown: str, host: str, port: int, seconds: float, by: Resolve) -> None:
    """Have the proxy connect to the endpoint; raises `CannotConnect`. `by` resolves a name where the proxy must not."""
    wire = Wire(sock, seconds)
    try:
        if proxy.scheme == "http":
            _connect(wire, proxy, host, port)
        else:
            _connect_by_socks(wire, proxy, by(host) if proxy.scheme == "socks5" else host, port)
    except _Refused as error:
        raise CannotConnect(Rung.PROXY, f"{shown} {error}") from None
    except TimeoutError:
        raise CannotConnect(Rung.PROXY, f"{shown} did not answer in time: check endpoint.proxy") from None
    except TooMuch:
        what = f"{shown} answered with more than {HEAD_BYTES} bytes: check endpoint.proxy"
        raise CannotConnect(Rung.PROXY, what) from None
    except (h11.RemoteProtocolError, ProtocolError):
        what = f"{shown} does not answer as such a proxy does: check endpoint.proxy and its scheme"
        raise CannotConnect(Rung.PROXY, what) from None
    except OverflowError:
        what = f"{shown} takes no host, user name or password of more than 255 bytes: check endpoint.proxy"
        raise CannotConnect(Rung.PROXY, what) from None
    except (BrokenOff, OSError):
        raise CannotConnect(Rung.PROXY, f"{shown} broke off: check endpoint.proxy") from None


def _connect(wire: Wire, proxy: SplitResult, host: str, port: int) -> None:
    """HTTP CONNECT (RFC 9110, section 9.3.6)."""
    target = f"{bracketed(host)}:{port}"
    headers = [("Host", target)]
    if proxy.username:
        credentials = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
        headers.append(("Proxy-Authorization", "Basic " + base64.b64encode(credentials.encode()).decode()))
    found, _ = answer(wire, h11.Request(method="CONNECT", target=target, headers=headers))
    if found.status_code == 407:
        raise _Refused(_REFUSES_CREDENTIALS if proxy.username else _NEEDS_CREDENTIALS)
    if not 200 <= found.status_code < 300:
        raise _Refused(_refusal(host, port, str(found.status_code)))


def _connect_by_socks(wire: Wire, proxy: SplitResult, host: str, port: int) -> None:
    """SOCKS5 (RFC 1928), with a user name and a password (RFC 1929) where the proxy chooses so."""
    _log_in(wire, unquote(proxy.username or "").encode(), unquote(proxy.password or "").encode())
    wire.send_all(SOCKS5CommandRequest.from_address(SOCKS5Command.CONNECT, (host, port)).dumps())
    head = _exactly(wire, 4)
    code = head[1:2]
    if head[:1] == b"\x05" and code != SOCKS5ReplyCode.SUCCEEDED:
        known = next((each.name for each in SOCKS5ReplyCode if each == code), f"code {code.hex()}")
        raise _Refused(_refusal(host, port, known.replace("_", " ").lower()))
    kind = head[3:]
    size = _exactly(wire, 1) if kind == SOCKS5AType.DOMAIN_NAME else b""
    SOCKS5Reply.loads(head + _exactly(wire, (size[0] if size else _ADDRESS_BYTES.get(kind, 0)) + _PORT_BYTES))


def _log_in(wire: Wire, name: bytes, password: bytes) -> None:
    methods = [SOCKS5AuthMethod.NO_AUTH_REQUIRED, *([SOCKS5AuthMethod.USERNAME_PASSWORD] if name else [])]
    wire.send_all(SOCKS5AuthMethodsRequest(methods).dumps())
    chosen = SOCKS5AuthReply.loads(_exactly(wire, 2)).method
    if chosen not in methods:
        raise _Refused(_REFUSES_CREDENTIALS if name else _NEEDS_CREDENTIALS)
    if chosen is SOCKS5AuthMethod.USERNAME_PASSWORD:
        wire.send_all(SOCKS5UsernamePasswordRequest(name, password).dumps())
        if _exactly(wire, 2)[1:] != b"\0":
            raise _Refused(_REFUSES_CREDENTIALS)


def _exactly(wire: Wire, size: int) -> bytes:
    data = b""
    while len(data) < size:
        more = wire.recv(size - len(data))
        if not more:
            raise BrokenOff
        data += more
    return data


def _refusal(host: str, port: int, why: str) -> str:
    return f"refused to connect to {host} port {port} with {why}: check the proxy's rules and endpoint.proxy"
