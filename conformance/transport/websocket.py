"""Sessions over WebSocket, with the websocket-client library.

The library makes the handshake and reads frames; how the socket comes about, deadlines and limits are ours.
"""

from __future__ import annotations

import contextlib
import ssl
import time
from collections.abc import Callable, Mapping
from http.cookies import CookieError
from typing import Any

import websocket

from conformance.profile import Endpoint, Timing
from conformance.transport import CannotConnect, Climbed, ConnectionEnded, Harmful, Rung
from conformance.transport.frames import FrameReader, MessageReader
from conformance.transport.reach import reach
from conformance.transport.tls import is_client_certificate_refused, said
from conformance.transport.wire import TooMuch, Wire

HANDSHAKE_BYTES = 65536
CONTROL_FRAMES = 10_000
"""Pings and pongs taken on one session; more than this between two messages is a flood."""

_GOODBYE = 1.0
"""Seconds that the peer has to answer a close frame."""

_PERHAPS = ", whether a client certificate is due (endpoint.client_cert),"
_BROKEN = (websocket.WebSocketException, OSError, ValueError, AttributeError)


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
            client = self._handshake(wire, self._endpoint.headers if headers is None else headers, headers is None)
        except BaseException:
            wire.end()
            raise
        protocol = client.getsubprotocol()
        found = "accepted" + (f" with subprotocol {protocol}" if protocol else "")
        told(Climbed(Rung.HANDSHAKE, time.monotonic() - began, found))
        return WebSocketConnection(client, wire, self._timing.connect, self._endpoint.keepalive)

    def _handshake(self, wire: Wire, headers: Mapping[str, str], with_cookie: bool) -> websocket.WebSocket:
        endpoint = self._endpoint
        client = websocket.WebSocket(skip_utf8_validation=True, enable_multithread=True)
        client.frame_buffer = FrameReader(client._recv, endpoint.max_frame_bytes)
        client.cont_frame = MessageReader(endpoint.max_message_bytes)
        wire.allowance = HANDSHAKE_BYTES
        try:
            client.connect(  # type: ignore[no-untyped-call]  # the library leaves this one untyped
                endpoint.url,
                socket=wire,
                header=[f"{name}: {value}" for name, value in headers.items()],
                cookie=endpoint.cookie if with_cookie else None,
                subprotocols=list(endpoint.subprotocols) or None,
                origin=endpoint.origin,
                redirect_limit=0,
            )
        except websocket.WebSocketBadStatusException as error:
            raise self._refused(error.status_code) from None
        except (websocket.WebSocketTimeoutException, TimeoutError):
            raise self._failed(
                f"was not completed within {self._timing.connect:g} s: check the port, or raise timing.connect"
            ) from None
        except TooMuch:
            raise self._failed(f"brought more than {HANDSHAKE_BYTES} bytes: check the path and the port") from None
        except (*_BROKEN, IndexError, CookieError) as error:
            raise self._went_wrong(client, _last_word(wire, error)) from None
        wire.allowance = None
        return client

    def _went_wrong(self, client: websocket.WebSocket, error: BaseException) -> CannotConnect:
        endpoint, status = self._endpoint, client.getstatus()
        if status is not None and 300 <= status < 400:
            return self._failed(
                f"was redirected (HTTP status {status}), which is not followed: give the final URL", status
            )
        if is_client_certificate_refused(error):
            return CannotConnect(Rung.TLS, said(error, self._endpoint.tls))  # type: ignore[arg-type]
        if isinstance(error, websocket.WebSocketConnectionClosedException | OSError):
            hint = "" if endpoint.tls.client_cert or not endpoint.url.startswith("wss") else _PERHAPS
            return self._failed(f"was broken off: check the path, the port{hint} and what the endpoint's log says")
        if self._endpoint.subprotocols:
            return self._failed("was answered wrongly, or without a subprotocol: check endpoint.subprotocols")
        return self._failed("was not answered by a WebSocket endpoint: check the path and the port")

    def _refused(self, status: int) -> CannotConnect:
        hint = {
            401: "check the credentials in endpoint.headers",
            403: "check the credentials in endpoint.headers, and endpoint.origin",
            404: "check the path",
            407: "check endpoint.proxy",
        }.get(status, "check the path, the headers and the credentials")
        return self._failed(f"was refused with HTTP status {status}: {hint}", status)

    def _failed(self, what: str, status: int | None = None) -> CannotConnect:
        return CannotConnect(Rung.HANDSHAKE, f"{self._endpoint.url} {what}", status)


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
        with contextlib.suppress(*_BROKEN):
            self._wire.until(_GOODBYE, self._patience)
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
        except _BROKEN as error:
            raise ConnectionEnded(_in_words(error)) from error
        return received

    def _send(self, send: Callable[[], object]) -> None:
        try:
            self._wire.until(self._patience)
            send()
        except _BROKEN as error:
            raise ConnectionEnded(_in_words(error)) from error


def _last_word(wire: Wire, error: BaseException) -> BaseException:
    """The server's TLS alert where it had already closed when we wrote: it still waits to be read."""
    closed = isinstance(error, OSError | websocket.WebSocketConnectionClosedException)
    if closed and not isinstance(error, ssl.SSLError):
        try:
            wire.recv(1)
        except OSError as alert:
            return alert
    return error


def _in_words(error: BaseException) -> str:
    return str(error) or type(error).__name__


def _closing(data: bytes) -> str:
    if len(data) < 2:
        return "close frame"
    reason = data[2:].decode("utf-8", "backslashreplace")
    return f"close frame {int.from_bytes(data[:2], 'big')} {reason}".strip()
