"""One HTTP/1.1 request and the head of its answer, read and written by h11. Called for a handshake and for a proxy."""

from __future__ import annotations

import h11

from lcm_conformance.transport.wire import Wire

HEAD_BYTES = 65536
"""What the answer to a request may bring."""
_AT_ONCE = 4096
_PROVISIONAL = set(range(100, 200)) - {101}

Answer = h11.InformationalResponse | h11.Response


class BrokenOff(Exception):
    """The other side ended the connection in place of an answer."""


def answer(wire: Wire, request: h11.Request) -> tuple[Answer, bytes]:
    """The answer that counts, which is final or 101, and the bytes that came behind its head.

    Raises `BrokenOff`, `TooMuch` once more than the wire's allowance has come, `h11.RemoteProtocolError` for what
    is no HTTP, and what the socket raises.
    """
    wire.allowance = HEAD_BYTES
    http = h11.Connection(h11.CLIENT, max_incomplete_event_size=2 * HEAD_BYTES)
    wire.send_all(http.send(request) or b"")
    http.send(h11.EndOfMessage())
    while True:
        event = http.next_event()
        if event is h11.NEED_DATA:
            data = wire.recv(_AT_ONCE)
            if not data:
                raise BrokenOff
            http.receive_data(data)
        elif isinstance(event, h11.Response | h11.InformationalResponse) and event.status_code not in _PROVISIONAL:
            wire.allowance = None
            return event, http.trailing_data[0]
