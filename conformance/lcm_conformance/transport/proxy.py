"""Asks a proxy, over a socket that is connected to it, to go on to the endpoint: HTTP CONNECT or SOCKS5.

Called by `reach`. The library knows the two protocols; deadline and allowance are ours, for its own
reading waits anew for each piece that a proxy drips, and takes the first piece for all of an answer.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from urllib.parse import SplitResult, unquote

from python_socks import ProxyType
from python_socks._abc import SyncResolver, SyncSocketStream
from python_socks._connectors.factory_sync import create_connector
from python_socks._protocols.errors import ReplyError

from lcm_conformance.transport import CannotConnect, Rung
from lcm_conformance.transport.wire import TooMuch, Wire

ANSWER_BYTES = 65536
_TYPES = {"http": ProxyType.HTTP, "socks5": ProxyType.SOCKS5, "socks5h": ProxyType.SOCKS5}

Resolve = Callable[[str], tuple[socket.AddressFamily, str]]


def ask(sock: socket.socket, proxy: SplitResult, shown: str, host: str, port: int, seconds: float, by: Resolve) -> None:
    """Have the proxy connect to the endpoint; raises `CannotConnect`. `by` resolves a name where the proxy must not."""
    wire = Wire(sock, seconds)
    wire.allowance = ANSWER_BYTES
    connector = create_connector(
        proxy_type=_TYPES[proxy.scheme],
        username=unquote(proxy.username) if proxy.username else None,
        password=unquote(proxy.password) if proxy.password else None,
        rdns=proxy.scheme != "socks5",
        resolver=_Resolver(by),
    )
    try:
        connector.connect(stream=_Stream(wire), host=host, port=port)
    except TimeoutError:
        raise CannotConnect(Rung.PROXY, f"{shown} did not answer in time: check endpoint.proxy") from None
    except ReplyError as error:
        raise CannotConnect(Rung.PROXY, _refusal(shown, host, port, error.error_code)) from None
    except TooMuch:
        what = f"{shown} answered with more than {ANSWER_BYTES} bytes: check endpoint.proxy"
        raise CannotConnect(Rung.PROXY, what) from None
    except _BrokeOff:
        raise CannotConnect(Rung.PROXY, f"{shown} broke off: check endpoint.proxy") from None
    except (OSError, ValueError) as error:
        raise CannotConnect(Rung.PROXY, f"{shown} broke off ({error}): check endpoint.proxy") from None


class _BrokeOff(Exception):
    """The proxy closed the connection."""


class _Stream(SyncSocketStream):
    """What the library reads and writes by."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def write(self, data: bytes) -> None:
        while data:
            data = data[self._wire.send(data) :]

    def read(self, max_bytes: int = ANSWER_BYTES) -> bytes:  # noqa: ARG002  # as the library declares it
        """All of an HTTP answer's head, however many pieces it comes in; what follows is left for the endpoint's."""
        head = bytearray(self._some(1))
        while not head.endswith(b"\r\n\r\n") and (byte := self._wire.recv(1)):
            head += byte
        return bytes(head)

    def read_exactly(self, n: int) -> bytes:
        data = b""
        while len(data) < n:
            data += self._some(n - len(data))
        return data

    write_all, read_exact = write, read_exactly  # their names in older releases of the library

    def _some(self, size: int) -> bytes:
        data = self._wire.recv(size)
        if not data:
            raise _BrokeOff
        return data


class _Resolver(SyncResolver):
    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve

    def resolve(
        self,
        host: str,
        port: int = 0,  # noqa: ARG002  # as the library declares it
        family: socket.AddressFamily = socket.AF_UNSPEC,  # noqa: ARG002  # likewise
    ) -> tuple[socket.AddressFamily, str]:
        return self._resolve(host)


def _refusal(shown: str, host: str, port: int, code: int | None) -> str:
    if code == 407:
        return f"{shown} wants a user name and a password: write them into endpoint.proxy as http://name:password@host"
    with_code = f" with {code}" if code is not None else ""
    return f"{shown} refused to connect to {host} port {port}{with_code}: check the proxy's rules and endpoint.proxy"
