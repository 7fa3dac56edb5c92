"""The seam to the wire: open, send, receive, close. The suite above it never sees a socket."""

from __future__ import annotations

from typing import Protocol

from conformance.verdict import EnvironmentTrouble


class CannotConnect(EnvironmentTrouble):
    """No session could be opened: unreachable, or the handshake was refused."""


class ConnectionEnded(Exception):
    """The peer ended the session, or the wire broke. The text says how, for the transcript."""


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

    def connect(self) -> Connection:
        """Open one; raises `CannotConnect`."""
