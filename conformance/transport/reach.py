"""Climbs from a name to a socket that speaks: name resolution, TCP, proxy, TLS. Called by the WebSocket transport.

Each rung that fails is one line: what is wrong and what to change.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

from python_socks import ProxyConnectionError, ProxyError, ProxyTimeoutError, ProxyType
from python_socks.sync import Proxy

from conformance.profile import Endpoint
from conformance.transport import CannotConnect, Climbed, Rung
from conformance.transport.tls import secured

_PORTS = {"ws": 80, "wss": 443, "http": 80, "socks5": 1080, "socks5h": 1080}
_PROXY_TYPES = {"http": ProxyType.HTTP, "socks5": ProxyType.SOCKS5, "socks5h": ProxyType.SOCKS5}


def reach(endpoint: Endpoint, seconds: float, climbed: Callable[[Climbed], None]) -> socket.socket:
    """A socket on which the WebSocket handshake can begin; raises `CannotConnect`. `seconds` are for all of it."""
    deadline = time.monotonic() + seconds
    parts = urlsplit(endpoint.url)
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    if endpoint.proxy is None:
        sock = _connected(host, port, deadline, climbed)
    else:
        sock = _through(endpoint.proxy, host, port, deadline, climbed)
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if parts.scheme == "wss":
            began = time.monotonic()
            sock, found = secured(sock, endpoint.tls, host, deadline)
            climbed(Climbed(Rung.TLS, time.monotonic() - began, found))
    except BaseException:
        sock.close()
        raise
    return sock


def _connected(host: str, port: int, deadline: float, climbed: Callable[[Climbed], None]) -> socket.socket:
    began = time.monotonic()
    addresses = _addresses(host, port, deadline)
    found = ", ".join(dict.fromkeys(str(address[0]) for _, address in addresses))
    climbed(Climbed(Rung.NAME, time.monotonic() - began, f"{host} is {found}"))
    began = time.monotonic()
    problem = ""
    for left, (family, address) in zip(range(len(addresses), 0, -1), addresses, strict=True):
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            # A black hole among the addresses must leave time for the others.
            sock.settimeout(max((deadline - time.monotonic()) / left, 0.01))
            sock.connect(address)
        except OSError as error:
            sock.close()
            problem = "no answer in time" if isinstance(error, TimeoutError) else str(error.strerror or error)
            continue
        climbed(Climbed(Rung.TCP, time.monotonic() - began, f"connected to {address[0]} port {port}"))
        return sock
    raise CannotConnect(
        Rung.TCP,
        f"{host} port {port}: {problem}: check the port, that the endpoint is running, "
        "and whether a firewall or a proxy is in between",
    )


def _addresses(host: str, port: int, deadline: float) -> list[tuple[socket.AddressFamily, tuple[object, ...]]]:
    """The addresses of a name. Resolvers know no deadline, so a thread waits for them, and is left behind."""
    found: list[tuple[socket.AddressFamily, tuple[object, ...]]] = []
    problems: list[str] = []

    def ask() -> None:
        try:
            for family, _, _, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
                found.append((family, address))
        except (OSError, UnicodeError) as error:
            problems.append(error.strerror or "" if isinstance(error, OSError) else "it is no host name")

    thread = threading.Thread(target=ask, daemon=True, name="name resolution")
    thread.start()
    thread.join(max(deadline - time.monotonic(), 0))
    if not found:
        problem = problems[0] if problems else "no answer in time"
        raise CannotConnect(Rung.NAME, f"{host}: {problem}: check the host name, the DNS server and the VPN")
    return list(found)


def _through(proxy: str, host: str, port: int, deadline: float, climbed: Callable[[Climbed], None]) -> socket.socket:
    began = time.monotonic()
    parts = urlsplit(proxy)
    shown = f"{parts.scheme}://{parts.hostname}:{parts.port or _PORTS[parts.scheme]}"
    client = Proxy(
        _PROXY_TYPES[parts.scheme],
        parts.hostname or "",
        parts.port or _PORTS[parts.scheme],
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        rdns=parts.scheme != "socks5",
    )
    try:
        sock = client.connect(host, port, timeout=max(deadline - time.monotonic(), 0.01))
    except (ProxyTimeoutError, TimeoutError):
        raise CannotConnect(Rung.PROXY, f"{shown} did not answer in time: check endpoint.proxy") from None
    except ProxyConnectionError as error:
        raise CannotConnect(
            Rung.PROXY,
            f"{shown} cannot be reached ({error.strerror}): check endpoint.proxy, or the proxy of your environment",
        ) from None
    except ProxyError as error:
        raise CannotConnect(Rung.PROXY, _refusal(shown, host, port, error)) from None
    except (OSError, ValueError) as error:
        raise CannotConnect(Rung.PROXY, f"{shown} broke off ({error}): check endpoint.proxy") from None
    climbed(Climbed(Rung.PROXY, time.monotonic() - began, f"{shown} connects to {host} port {port}"))
    return sock


def _refusal(shown: str, host: str, port: int, error: ProxyError) -> str:
    if error.error_code == 407:
        return f"{shown} wants a user name and a password: write them into endpoint.proxy as http://name:password@host"
    code = f" with {error.error_code}" if error.error_code is not None else ""
    return f"{shown} refused to connect to {host} port {port}{code}: check the proxy's rules and endpoint.proxy"
