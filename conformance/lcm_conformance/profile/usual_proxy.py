"""The proxy that the usual variables name for a URL, with the exceptions of `no_proxy` as curl and urllib read them.

Called where a profile says nothing of a proxy. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

_PORTS = {"ws": 80, "wss": 443}
_BETWEEN = re.compile(r"[\s,]+")
_BRACKETED = re.compile(r"\[([^\]]+)\](/\d+)?(?::(\d+))?")
_WITH_PORT = re.compile(r"([^:]*):(\d+)")

_Address = IPv4Address | IPv6Address | None


def usual_proxy(url: str, environment: Mapping[str, str]) -> tuple[str, str] | None:
    """The variable that counts and its value; None where no proxy is to be used. This machine never needs one."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    address = _address(host)
    if host == "localhost" or (address is not None and address.is_loopback):
        return None
    _, exempt = _variable(environment, "no_proxy") or ("", "")
    port = parts.port or _PORTS[parts.scheme]
    if any(_covers(entry.casefold(), host, port, address) for entry in _BETWEEN.split(exempt) if entry):
        return None
    return _variable(environment, "https_proxy" if parts.scheme == "wss" else "http_proxy") or _variable(
        environment, "all_proxy"
    )


def _variable(environment: Mapping[str, str], name: str) -> tuple[str, str] | None:
    return next(
        ((case, value) for case in (name, name.upper()) if (value := environment.get(case, "").strip())),
        None,
    )


def _covers(entry: str, host: str, port: int, address: _Address) -> bool:
    """Whether one entry, with a port or without, names the host: `*`, a name and all below it, address, network."""
    if entry == "*":
        return True
    name, wanted = _divided(entry)
    if wanted is not None and wanted != port:
        return False
    if address is not None:
        network = _network(name)
        return network is not None and address in network
    name = name.removeprefix("*").strip(".")
    return bool(name) and f".{host}".endswith(f".{name}")


def _divided(entry: str) -> tuple[str, int | None]:
    """An entry without its port, and that. An IPv6 address may stand in brackets, and needs them before a port."""
    if match := _BRACKETED.fullmatch(entry):
        return match[1] + (match[2] or ""), int(match[3]) if match[3] else None
    if match := _WITH_PORT.fullmatch(entry):
        return match[1], int(match[2])
    return entry, None


def _network(text: str) -> IPv4Network | IPv6Network | None:
    with suppress(ValueError):
        return ip_network(text, strict=False)
    return None


def _address(host: str) -> _Address:
    with suppress(ValueError):
        return ip_address(host)
    return None
