"""Reads WebSocket frames within limits: the client library's own reader takes whatever length a frame claims.

Used by the WebSocket transport. A frame or message beyond its limit raises `Harmful` before it is read.
"""

from __future__ import annotations

from collections.abc import Callable

import websocket
from websocket._abnf import continuous_frame, frame_buffer

from lcm_conformance.transport import Harmful

_AT_ONCE = 65536


class FrameReader(frame_buffer):
    """Single frames of at most `limit` bytes; what has come of one is kept when the time is over, `held` at first."""

    def __init__(self, recv: Callable[[int], bytes], limit: int, held: bytes) -> None:
        super().__init__(recv, skip_utf8_validation=True)
        self._limit = limit
        self._held = bytearray(held)

    def recv_length(self) -> None:
        super().recv_length()
        if self.length is not None and self.length > self._limit:
            raise Harmful(f"a frame of {self.length} bytes is more than endpoint.max_frame_bytes = {self._limit}")

    def recv_strict(self, bufsize: int) -> bytes:
        # One buffer, not one object for each arrival: a peer may send byte by byte.
        while len(self._held) < bufsize:
            data = self.recv(min(_AT_ONCE, bufsize - len(self._held)))
            self._held += data
        taken = bytes(self._held[:bufsize])
        del self._held[:bufsize]
        return taken


class MessageReader(continuous_frame):
    """Messages of one or more frames, of at most `limit` bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(fire_cont_frame=False, skip_utf8_validation=True)
        self._limit = limit
        self._size = 0

    def add(self, frame: websocket.ABNF) -> None:
        self._size += len(frame.data)
        if self._size > self._limit:
            raise Harmful(f"a message of more than endpoint.max_message_bytes = {self._limit} came")
        super().add(frame)
        if frame.fin:
            self._size = 0
