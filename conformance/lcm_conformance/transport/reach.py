"""Climbs from a name to a socket that speaks: name resolution, TCP, proxy, TLS. Called by the WebSocket transport.

Each rung that fails is one line: what is wrong and what to change.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from lcm_conformance.catalogue.system_error import trouble
from lcm_conformance.profile import Endpoint
from lcm_conformance.transport import CannotConnect, Climbed, Rung
from lcm_conformance.transport.address import address_of, bracketed
from lcm_conformance.transport.proxy import ask
from lcm_conformance.transport.tls import secured

_Address = tuple[socket.AddressFamily, tuple[object, ...]]


class _Unreached(CannotConnect):
    """A name or an address leads nowhere: the problem, and what to check where it is the endpoint's."""

    def __init__(self, rung: Rung, where: str, problem: str, check: str) -> None:
        super().__init__(rung, f"{where}: {problem}: {check}")
        self.problem = problem


def reach(endpoint: Endpoint, seconds: float, climbed: Callable[[Climbed], None]) -> socket.socket:
    """A socket on which the WebSocket handshake can begin; raises `CannotConnect`. `seconds` are for all of it."""
    deadline = time.monotonic() + seconds
    address = address_of(endpoint.url)
    host, port = address.host, address.port
    if endpoint.proxy is None:
        sock = _connected(host, port, deadline, climbed)
    else:
        sock = _through(endpoint.proxy, host, port, deadline, climbed)
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if address.scheme == "wss":
            began = time.monotonic()
            sock, found = secured(sock, endpoint.tls, host, deadline)
            climbed(Climbed(Rung.TLS, time.monotonic() - began, found))
    except BaseException:  # Ctrl-C too must not leave the socket open; it is raised again
        sock.close()
        raise
    return sock


def _connected(host: str, port: int, deadline: float, climbed: Callable[[Climbed], None]) -> socket.socket:
    began = time.monotonic()
    addresses = _addresses(host, port, deadline)
    found = ", ".join(dict.fromkeys(str(address[0]) for _, address in addresses))
    climbed(Climbed(Rung.NAME, time.monotonic() - began, f"{host} is {found}"))
    began = time.monotonic()
    sock, address = _dialled(addresses, host, port, deadline)
    climbed(Climbed(Rung.TCP, time.monotonic() - began, f"connected to {address} port {port}"))
    return sock


def _dialled(addresses: Sequence[_Address], host: str, port: int, deadline: float) -> tuple[socket.socket, str]:
    """A socket that is connected to the first address that answers, and that address."""
    problem = ""
    for left, (family, address) in zip(range(len(addresses), 0, -1), addresses, strict=True):
        try:
            sock = socket.socket(family, socket.SOCK_STREAM)
        except OSError as error:
            what = trouble(error, "no socket can be opened", "check this machine's network")
            raise CannotConnect(Rung.TCP, str(what)) from None
        try:
            # A black hole among the addresses must leave time for the others.
            sock.settimeout(max((deadline - time.monotonic()) / left, 0.01))
            sock.connect(address)
        except OSError as error:
            sock.close()
            problem = "no answer in time" if isinstance(error, TimeoutError) else str(error.strerror or error)
            continue
        return sock, str(address[0])
    raise _Unreached(
        Rung.TCP,
        f"{host} port {port}",
        problem,
        "check the port, that the endpoint is running, and whether a firewall or a proxy is in between",
    )


def _addresses(host: str, port: int, deadline: float) -> list[_Address]:
    """The addresses of a name. Resolvers know no deadline, so a thread waits for them, and is left behind."""
    found: list[_Address] = []
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
        raise _Unreached(Rung.NAME, host, problem, "check the host name, the DNS server and the VPN")
    return list(found)


def _through(proxy: str, host: str, port: int, deadline: float, climbed: Callable[[Climbed], None]) -> socket.socket:
    began = time.monotonic()
    address = address_of(proxy)
    at = address.host, address.port
    shown = f"{address.scheme}://{bracketed(address.host)}:{address.port}"

    def resolve(name: str) -> str:
        _, found = min(_addresses(name, port, deadline), key=lambda each: each[0])  # IPv4 first
        return str(found[0])

    try:
        sock, _ = _dialled(_addresses(*at, deadline), *at, deadline)
    except _Unreached as error:
        raise CannotConnect(
            Rung.PROXY,
            f"{shown} cannot be reached ({error.problem}): check endpoint.proxy, or the proxy of your environment",
        ) from None
    try:
        ask(sock, urlsplit(proxy), shown, host, port, deadline - time.monotonic(), resolve)
    except BaseException:  # Ctrl-C too must not leave the socket open; it is raised again
        sock.close()
        raise
    climbed(Climbed(Rung.PROXY, time.monotonic() - began, f"{shown} connects to {host} port {port}"))
    return sock
