"""Sessions over WebSocket, with the websocket-client library.

The library makes the handshake and reads frames; how the socket comes about, deadlines and limits are ours.
"""

from __future__ import annotations

import logging
import ssl
import threading
import time
from collections.abc import Callable, Mapping

import websocket
from websocket import _handshake
from websocket._cookiejar import SimpleCookieJar

from lcm_conformance.profile import Endpoint, Timing
from lcm_conformance.redaction.address import public_url
from lcm_conformance.transport import CannotConnect, Climbed, Rung
from lcm_conformance.transport.connection import BROKEN, WebSocketConnection
from lcm_conformance.transport.frames import FrameReader, MessageReader
from lcm_conformance.transport.reach import reach
from lcm_conformance.transport.tls import is_client_certificate_refused, said
from lcm_conformance.transport.wire import TooMuch, Wire

HANDSHAKE_BYTES = 65536
logging.getLogger("websocket").disabled = True  # it logs headers, frames and close reasons as they are


class _Jar:
    """The library's cookie jar is the whole process's: our sessions go without, for they are different agents'."""

    def __init__(self, of_others: SimpleCookieJar) -> None:
        self._of_others = of_others
        self.ours = threading.local()

    def add(self, cookie: str | None) -> None:
        if not hasattr(self.ours, "handshake"):
            self._of_others.add(cookie)

    def get(self, host: str) -> str:
        return "" if hasattr(self.ours, "handshake") else self._of_others.get(host)


_jar = _Jar(_handshake.CookieJar)
_handshake.CookieJar = _jar  # type: ignore[assignment]  # the library asks no more of it than this
_PERHAPS = ", whether a client certificate is due (endpoint.client_cert),"


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
        except BaseException:  # Ctrl-C too must not leave the socket open; it is raised again
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
        _jar.ours.handshake = True
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
        except (*BROKEN, IndexError) as error:
            raise self._went_wrong(client, _last_word(wire, error)) from None
        finally:
            del _jar.ours.handshake
        wire.allowance = None
        return client

    def _went_wrong(self, client: websocket.WebSocket, error: BaseException) -> CannotConnect:
        endpoint, status = self._endpoint, client.getstatus()
        if status is not None and 300 <= status < 400:
            return self._failed(
                f"was redirected (HTTP status {status}), which is not followed: give the final URL", status
            )
        if is_client_certificate_refused(error):
            return CannotConnect(Rung.TLS, said(error, self._endpoint.tls))  # type: ignore[arg-type]  # it is an SSLError, as was just asked
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
        return CannotConnect(Rung.HANDSHAKE, f"{public_url(self._endpoint.url)} {what}", status)


def _last_word(wire: Wire, error: BaseException) -> BaseException:
    """The server's TLS alert where it had already closed when we wrote: it still waits to be read."""
    closed = isinstance(error, OSError | websocket.WebSocketConnectionClosedException)
    if closed and not isinstance(error, ssl.SSLError):
        try:
            wire.recv(1)
        except OSError as alert:
            return alert
    return error
