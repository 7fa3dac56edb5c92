"""Where a URL leads: the host and port to connect to, and what a request line and a Host header say of it. Pure."""

from __future__ import annotations

import string
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

_PORTS = {"ws": 80, "wss": 443, "http": 80, "socks5": 1080, "socks5h": 1080}


@dataclass(frozen=True)
class Address:
    """A URL, taken apart; `host` is in ASCII, `resource` path and query."""

    scheme: str
    host: str
    port: int
    resource: str

    @property
    def authority(self) -> str:
        """Host and port as the Host header has them (RFC 9110, section 7.2): without the scheme's own port."""
        host = bracketed(self.host)
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def bracketed(host: str) -> str:
    """A host as it stands before a port."""
    return f"[{host}]" if ":" in host else host


def address_of(url: str) -> Address:
    """The address in a URL that the profile has checked."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    with suppress(UnicodeError):  # a name that cannot be written so is refused when it is looked up
        host = host if host.isascii() else host.encode("idna").decode()
    resource = quote(parts.path or "/", safe=string.printable) + (f"?{parts.query}" if parts.query else "")
    return Address(parts.scheme, host, parts.port or _PORTS[parts.scheme], quote(resource, safe=string.printable))
