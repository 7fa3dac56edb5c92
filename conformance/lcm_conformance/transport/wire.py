"""A socket that keeps to a deadline however slowly the peer drips, and to an allowance of bytes while one is set.

Used by the transport's modules only; the client library takes it for a plain socket.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import time

_GRACE = 0.5
"""Seconds after the deadline in which what has arrived is still read."""


class TooMuch(Exception):
    """The peer sent more than was allowed."""


class Wire:
    """One socket, with a deadline over all that is received and sent."""

    def __init__(self, sock: socket.socket, seconds: float) -> None:
        self._sock = sock
        self.allowance: int | None = None
        self.until(seconds)

    def until(self, seconds: float, patience: float = 0) -> None:
        """Move the deadline: from now on so many seconds; what must be sent meanwhile may take `patience` longer."""
        self._deadline = time.monotonic() + seconds
        self._sent_by = self._deadline + patience

    def recv(self, size: int) -> bytes:
        """What has come, at most `size` bytes; raises TimeoutError once the deadline is over."""
        try:
            self._sock.settimeout(self._left())
            data = self._sock.recv(size)
        except (BlockingIOError, ssl.SSLWantReadError):
            raise TimeoutError("the time is over") from None
        if self.allowance is not None:
            self.allowance -= len(data)
            if self.allowance < 0:
                raise TooMuch
        return data

    def send(self, data: bytes) -> int:
        """Send some of it, and answer how much. A peer that reads nothing has broken the session."""
        try:
            self._sock.settimeout(max(self._sent_by - time.monotonic(), 0.001))
            return self._sock.send(data)
        except TimeoutError:
            raise ConnectionError("the peer reads nothing") from None

    def send_all(self, data: bytes) -> None:
        """Send all of it."""
        while data:
            data = data[self.send(data) :]

    def gettimeout(self) -> float:
        """What is left until the deadline; never 0, by which the client library would mean another way of reading."""
        return max(self._deadline - time.monotonic(), 0.001)

    def settimeout(self, seconds: float | None) -> None:
        """Only the deadline counts."""

    def fileno(self) -> int:
        return self._sock.fileno()

    def end(self) -> None:
        """End it in both directions, and wake whoever waits in another thread; never raises."""
        with contextlib.suppress(OSError, ValueError):
            # SSLSocket.shutdown would take the TLS state away from a thread that is reading.
            socket.socket.shutdown(self._sock, socket.SHUT_RDWR)
        with contextlib.suppress(OSError, ValueError):
            self._sock.close()

    def close(self) -> None:
        """Asked for by the client library. What the peer said last may still be unread, so `end` does it."""

    def _left(self) -> float:
        """0 means: only what is there already. A peer that always has something there gets a little grace."""
        left = self._deadline - time.monotonic()
        if left <= -_GRACE:
            raise TimeoutError("the time is over")
        return max(left, 0)
