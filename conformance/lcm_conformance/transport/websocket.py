"""Sessions over WebSocket, with the websocket-client library.

The library reads and writes frames; how the socket comes about, the handshake, deadlines and limits are ours.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress

import h11
import websocket

from lcm_conformance.profile import Endpoint, Timing
from lcm_conformance.redaction.address import public_url
from lcm_conformance.transport import CannotConnect, Climbed, Rung
from lcm_conformance.transport.address import address_of
from lcm_conformance.transport.connection import WebSocketConnection
from lcm_conformance.transport.frames import FrameReader, MessageReader
from lcm_conformance.transport.handshake import NO_ENDPOINT, NotOpened, shake_hands
from lcm_conformance.transport.http_head import HEAD_BYTES, BrokenOff
from lcm_conformance.transport.reach import reach
from lcm_conformance.transport.tls import is_client_certificate_refused, said
from lcm_conformance.transport.wire import TooMuch, Wire

_PERHAPS = ", whether a client certificate is due (endpoint.client_cert),"
_HINTS = {
    401: "check the credentials in endpoint.headers",
    403: "check the credentials in endpoint.headers, and endpoint.origin",
    404: "check the path",
    407: "check endpoint.proxy",
}


class WebSocketTransport:
    """Opens WebSocket sessions to the endpoint of a profile."""

    def __init__(self, endpoint: Endpoint, timing: Timing) -> None:
        self._endpoint = endpoint
        self._timing = timing

    def connect(
        self, headers: Mapping[str, str] | None = None, climbed: Callable[[Climbed], None] | None = None
    ) -> WebSocketConnection:
        """Open a session; raises `CannotConnect` with what is wrong and what to check."""
        told = climbed or (lambda _: None)
        deadline = time.monotonic() + self._timing.connect
        wire = Wire(reach(self._endpoint, self._timing.connect, told), deadline - time.monotonic())
        began = time.monotonic()
        try:
            protocol, rest = self._handshake(wire, self._of_endpoint() if headers is None else headers)
        except BaseException:  # Ctrl-C too must not leave the socket open; it is raised again
            wire.end()
            raise
        found = "accepted" + (f" with subprotocol {protocol}" if protocol else "")
        told(Climbed(Rung.HANDSHAKE, time.monotonic() - began, found))
        client = self._client(wire, rest)
        return WebSocketConnection(client, wire, self._timing.connect, self._endpoint.keepalive)

    def _of_endpoint(self) -> Mapping[str, str]:
        headers, cookie = self._endpoint.headers, self._endpoint.cookie
        has_one = "cookie" in map(str.casefold, headers)
        return headers if has_one or not cookie else {**headers, "Cookie": cookie}

    def _client(self, wire: Wire, rest: bytes) -> websocket.WebSocket:
        """The library, for frames alone: its handshake shares cookies and a log with the whole process."""
        client = websocket.WebSocket(skip_utf8_validation=True, enable_multithread=True)
        client.sock = wire  # type: ignore[assignment]  # it asks no more of a socket than a wire has
        client.connected = True
        client.frame_buffer = FrameReader(client._recv, self._endpoint.max_frame_bytes, rest)
        client.cont_frame = MessageReader(self._endpoint.max_message_bytes)
        return client

    def _handshake(self, wire: Wire, headers: Mapping[str, str]) -> tuple[str | None, bytes]:
        try:
            return shake_hands(wire, self._endpoint, headers)
        except NotOpened as error:
            raise self._refused(error) from None
        except TimeoutError:
            raise self._failed(
                f"was not completed within {self._timing.connect:g} s: check the port, or raise timing.connect"
            ) from None
        except TooMuch:
            raise self._failed(f"brought more than {HEAD_BYTES} bytes: check the path and the port") from None
        except h11.RemoteProtocolError:
            raise self._failed(f"{NO_ENDPOINT} (its answer is no HTTP)") from None
        except (BrokenOff, OSError) as error:
            raise self._broken_off(_last_word(wire, error)) from None

    def _broken_off(self, error: Exception) -> CannotConnect:
        tls = self._endpoint.tls
        if is_client_certificate_refused(error):
            return CannotConnect(Rung.TLS, said(error, tls))
        hint = "" if tls.client_cert or address_of(self._endpoint.url).scheme == "ws" else _PERHAPS
        return self._failed(f"was broken off: check the path, the port{hint} and what the endpoint's log says")

    def _refused(self, error: NotOpened) -> CannotConnect:
        status = error.status
        if status == 101:
            return self._failed(str(error))
        if 300 <= status < 400:
            return self._failed(
                f"was redirected (HTTP status {status}), which is not followed: give the final URL", status
            )
        hint = _HINTS.get(status, "check the path, the headers and the credentials")
        return self._failed(f"was refused with HTTP status {status}: {hint}", status)

    def _failed(self, what: str, status: int | None = None) -> CannotConnect:
        return CannotConnect(Rung.HANDSHAKE, f"{public_url(self._endpoint.url)} {what}", status)


def _last_word(wire: Wire, error: Exception) -> Exception:
    """The server's TLS alert where it had already closed when we wrote: it still waits to be read."""
    if not is_client_certificate_refused(error):
        with suppress(TooMuch):
            try:
                wire.recv(1)
            except OSError as alert:
                return alert
    return error
