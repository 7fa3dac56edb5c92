"""One open WebSocket session: sends and receives within deadlines, answers pings, and sends its own.

Opened by the WebSocket transport. It knows nothing of what the messages say.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import Any

import websocket

from lcm_conformance.transport import ConnectionEnded, Harmful, LineCut
from lcm_conformance.transport.wire import Wire

CONTROL_FRAMES = 10_000
"""Pings and pongs taken on one session; more than this between two messages is a flood."""

_GOODBYE = 1.0
"""Seconds that the peer has to answer a close frame."""
BROKEN = (websocket.WebSocketException, OSError, ValueError, AttributeError)
"""What the client library and the socket raise when a session breaks."""


class WebSocketConnection:
    """One WebSocket session. `patience` are the seconds that sending may take, `keepalive` those between pings."""

    def __init__(self, client: websocket.WebSocket, wire: Wire, patience: float, keepalive: float | None) -> None:
        self._client = client
        self._wire = wire
        self._patience = patience
        self._keepalive = keepalive
        self._ping_at = time.monotonic() + keepalive if keepalive else float("inf")

    def send(self, frame: str | bytes) -> None:
        """Send one text message, or one binary message for bytes."""
        opcode = websocket.ABNF.OPCODE_BINARY if isinstance(frame, bytes) else websocket.ABNF.OPCODE_TEXT
        self._send(lambda: self._client.send(frame, opcode))

    def receive(self, timeout: float) -> str | None:
        """The next text or binary message; control frames are dealt with on the way."""
        deadline = time.monotonic() + max(timeout, 0.001)
        for _ in range(CONTROL_FRAMES):
            received = self._frame(min(deadline, self._ping_at))
            now = time.monotonic()
            if received is None and now >= self._ping_at and self._keepalive:
                self._ping_at = now + self._keepalive
                self._send(self._client.ping)
            if received is None:
                if now < deadline:
                    continue
                return None
            opcode, data = received
            if opcode in {websocket.ABNF.OPCODE_TEXT, websocket.ABNF.OPCODE_BINARY}:
                return bytes(data).decode("utf-8", "surrogateescape") if isinstance(data, bytes) else str(data)
            if opcode == websocket.ABNF.OPCODE_CLOSE:
                raise ConnectionEnded(_closing(bytes(data)))
            if now >= deadline:
                return None
        raise Harmful(f"{CONTROL_FRAMES} pings and pongs came without a message between them")

    def close(self) -> None:
        """Close with a close frame and wait a moment for the peer's, so that the session has ended there too.

        A next session of the same agent must not race with the end of this one.
        """
        with contextlib.suppress(*BROKEN, Harmful):
            self._wire.until(_GOODBYE)
            self._client.send_close()
            while self._client.recv_data(control_frame=True)[0] != websocket.ABNF.OPCODE_CLOSE:
                pass
        self.abort()

    def abort(self) -> None:
        """End the session at once."""
        self._wire.end()

    def _frame(self, deadline: float) -> tuple[int, Any] | None:
        try:
            self._wire.until(max(deadline - time.monotonic(), 0.001), self._patience)
            received: tuple[int, Any] = self._client.recv_data(control_frame=True)
        except (websocket.WebSocketTimeoutException, TimeoutError):
            return None
        except BROKEN as error:
            raise _ended(error) from error
        return received

    def _send(self, send: Callable[[], object]) -> None:
        try:
            self._wire.until(self._patience)
            send()
        except BROKEN as error:
            raise _ended(error) from error


def _ended(error: BaseException) -> ConnectionEnded:
    cut = isinstance(error, OSError | websocket.WebSocketConnectionClosedException)
    return (LineCut if cut else ConnectionEnded)(str(error) or type(error).__name__)


def _closing(data: bytes) -> str:
    if len(data) < 2:
        return "close frame"
    reason = data[2:].decode("utf-8", "backslashreplace")
    return f"close frame {int.from_bytes(data[:2], 'big')} {reason}".strip()
