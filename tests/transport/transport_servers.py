"""What the transport's tests talk to, and how they try a session."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field

from lcm_conformance.profile import Endpoint, Timing
from lcm_conformance.transport.websocket import WebSocketTransport
from websockets.datastructures import Headers

QUICK = Timing(connect=5, reply=2, silence=0.3)


@dataclass
class Echo:
    """A server that sends back what it is sent; `seen` are the headers of each handshake."""

    port: int
    scheme: str
    seen: list[Headers] = field(default_factory=list)

    def url(self, host: str = "localhost") -> str:
        return f"{self.scheme}://{host}:{self.port}/lcm"


@dataclass
class ProxyProcess:
    """A running proxy; `said` are its lines."""

    port: int
    process: subprocess.Popen[str]

    def next_line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()


def echoes(endpoint: Endpoint, text: str = "hello") -> bool:
    """Whether a session to the endpoint brings back what is sent."""
    connection = WebSocketTransport(endpoint, QUICK).connect()
    try:
        connection.send(text)
        return connection.receive(5) == text
    finally:
        connection.close()
