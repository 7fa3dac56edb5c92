"""A peer on a raw socket that means harm: it makes a proper WebSocket handshake, or not, and then does its worst."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Worst = Callable[[socket.socket, threading.Event], None]
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def frame(payload: bytes, opcode: int = 1, final: bool = True, reserved: int = 0, claims: int | None = None) -> bytes:
    """One unmasked frame, which may claim another length than it has."""
    length = len(payload) if claims is None else claims
    first = bytes([(0x80 if final else 0) | reserved << 4 | opcode])
    if length < 126:
        return first + bytes([length]) + payload
    if length < 65536:
        return first + b"\x7e" + struct.pack("!H", length) + payload
    return first + b"\x7f" + struct.pack("!Q", length) + payload


def shake_hands(session: socket.socket, extra: bytes = b"") -> None:
    """The server's side of the handshake."""
    request = b""
    while b"\r\n\r\n" not in request:
        request += session.recv(4096)
    key = next(line.split(b": ")[1] for line in request.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key"))
    accept = base64.b64encode(hashlib.sha1(key + _GUID).digest())
    session.sendall(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept + b"\r\n" + extra + b"\r\n"
    )


def requests(session: socket.socket) -> Iterator[bytes]:
    """The frames that come, masked as they are, until the other side closes (RFC 6455, section 5.2)."""
    with session.makefile("rb") as stream:
        while (head := stream.read(2)) and head[0] != 0x88:
            length = head[1] & 0x7F
            if length > 125:
                length = int.from_bytes(stream.read(2 if length == 126 else 8))
            yield stream.read(4 + length)


@contextmanager
def peer(worst: Worst) -> Iterator[str]:
    """Serve each session with `worst`, which ends when its event is set or the session breaks; yields the URL."""
    over = threading.Event()
    sessions: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def attend(session: socket.socket) -> None:
        with session, contextlib.suppress(OSError, IndexError, StopIteration):
            worst(session, over)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                session, _ = server.accept()
                session.settimeout(10)
                sessions.append(session)
                threads.append(threading.Thread(target=attend, args=(session,)))
                threads[-1].start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield f"ws://127.0.0.1:{server.getsockname()[1]}/lcm"
        finally:
            over.set()
            with contextlib.suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            server.close()
            accepting.join()
            for session in sessions:
                with contextlib.suppress(OSError):
                    session.shutdown(socket.SHUT_RDWR)
            for thread in threads:
                thread.join()
