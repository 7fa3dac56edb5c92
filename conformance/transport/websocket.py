"""Sessions over WebSocket, with the websocket-client library."""

from __future__ import annotations

import contextlib
import socket

import websocket

from conformance.profile import Endpoint, Timing
from conformance.transport import CannotConnect, ConnectionEnded


class WebSocketTransport:
    """Opens WebSocket sessions to the endpoint of a profile."""

    def __init__(self, endpoint: Endpoint, timing: Timing) -> None:
        self._endpoint = endpoint
        self._timing = timing

    def connect(self) -> WebSocketConnection:
        """Open a session; raises `CannotConnect` with what is wrong and what to check."""
        endpoint = self._endpoint
        try:
            connection = websocket.create_connection(
                endpoint.url,
                timeout=self._timing.connect,
                header=[f"{name}: {value}" for name, value in endpoint.headers.items()],
                subprotocols=list(endpoint.subprotocols) or None,
                origin=endpoint.origin,
                # Ill-formed UTF-8 is a finding about the reply, so it must come through.
                skip_utf8_validation=True,
                enable_multithread=True,
                redirect_limit=0,
            )
        except websocket.WebSocketBadStatusException as error:
            raise CannotConnect(
                f"{endpoint.url} refused the WebSocket handshake with HTTP status {error.status_code}: "
                "check the path, the headers and the credentials"
            ) from error
        except websocket.WebSocketTimeoutException as error:
            raise CannotConnect(
                f"{endpoint.url} did not complete the WebSocket handshake within {self._timing.connect:g} s: "
                "check the port, or raise timing.connect"
            ) from error
        except (websocket.WebSocketException, OSError, ValueError) as error:
            raise CannotConnect(
                f"cannot reach {endpoint.url}: {error}: check the URL and that it is running"
            ) from error
        return WebSocketConnection(connection)


class WebSocketConnection:
    """One WebSocket session."""

    def __init__(self, connection: websocket.WebSocket) -> None:
        self._connection = connection

    def send(self, frame: str | bytes) -> None:
        """Send one text message, or one binary message for bytes."""
        opcode = websocket.ABNF.OPCODE_BINARY if isinstance(frame, bytes) else websocket.ABNF.OPCODE_TEXT
        try:
            self._connection.send(frame, opcode)
        except (websocket.WebSocketException, OSError) as error:
            raise ConnectionEnded(str(error)) from error

    def receive(self, timeout: float) -> str | None:
        """The next text or binary message; control frames are dealt with on the way."""
        try:
            self._connection.settimeout(max(timeout, 0.001))
            opcode, data = self._connection.recv_data()
        except websocket.WebSocketTimeoutException:
            return None
        except (websocket.WebSocketException, OSError, ValueError) as error:
            raise ConnectionEnded(str(error)) from error
        if opcode == websocket.ABNF.OPCODE_CLOSE:
            code = int.from_bytes(data[:2], "big") if len(data) >= 2 else None
            reason = bytes(data[2:]).decode("utf-8", "backslashreplace")
            raise ConnectionEnded(f"close frame {code} {reason}".strip() if code else "close frame")
        return bytes(data).decode("utf-8", "surrogateescape") if isinstance(data, bytes) else str(data)

    def close(self) -> None:
        """Close with a close frame, without waiting long for the peer's."""
        with contextlib.suppress(websocket.WebSocketException, OSError, ValueError):
            self._connection.settimeout(1)
            self._connection.send_close()
        self.abort()

    def abort(self) -> None:
        """End the session at once."""
        with contextlib.suppress(websocket.WebSocketException, OSError, ValueError, AttributeError):
            if self._connection.sock is not None:
                self._connection.sock.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(websocket.WebSocketException, OSError, ValueError):
            self._connection.shutdown()  # type: ignore[no-untyped-call]  # the library leaves this one untyped
