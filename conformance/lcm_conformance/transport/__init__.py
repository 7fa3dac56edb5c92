"""The seam to the wire: open, send, receive, close. The suite above it never sees a socket."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from lcm_conformance.catalogue.verdict import EnvironmentTrouble


class Rung(StrEnum):
    """What has to work, one after the other, until a session is open."""

    NAME = "name resolution"
    TCP = "TCP connection"
    PROXY = "proxy"
    TLS = "TLS"
    HANDSHAKE = "WebSocket handshake"


@dataclass(frozen=True)
class Climbed:
    """A rung that held: how long it took, and what was found there, in a few words."""

    rung: str
    seconds: float
    found: str


class CannotConnect(EnvironmentTrouble):
    """No session could be opened: which rung failed, and the HTTP status where one refused the handshake."""

    def __init__(self, rung: Rung, what: str, status: int | None = None) -> None:
        super().__init__(f"{rung} failed: {what}")
        self.rung = rung
        self.what = what
        self.status = status


class ConnectionEnded(Exception):
    """The peer ended the session, or the wire broke. The text says how, for the transcript."""


class LineCut(ConnectionEnded):
    """The wire broke: no close frame came (RFC 6455, section 7.1.5: status 1006)."""


class Harmful(ConnectionEnded):
    """The suite ended the session, because the peer sent more than it takes."""


class Connection(Protocol):
    """One open session."""

    def send(self, frame: str | bytes) -> None:
        """Send one message; raises `ConnectionEnded`."""

    def receive(self, timeout: float) -> str | None:
        """The next message as text, or None after `timeout` seconds; raises `ConnectionEnded`."""

    def close(self) -> None:
        """Close; never raises."""

    def abort(self) -> None:
        """Wake a `receive` that waits in another thread, and end the session; never raises."""


class Transport(Protocol):
    """Opens sessions to one endpoint."""

    def connect(
        self, headers: Mapping[str, str] | None = None, climbed: Callable[[Climbed], None] | None = None
    ) -> Connection:
        """Open one, with these headers instead of the profile's; raises `CannotConnect`.

        `climbed` is told of each rung that held.
        """
