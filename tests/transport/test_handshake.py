"""The opening handshake on the wire: what is sent, each header once, and which answers open a session."""

from __future__ import annotations

import base64
import hashlib
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme
from lcm_conformance.catalogue.verdict import UsageError
from lcm_conformance.profile import Profile
from lcm_conformance.transport import CannotConnect
from lcm_conformance.transport.websocket import WebSocketTransport
from transport_servers import QUICK, Echo, echoes

Start = Callable[..., Echo]
Written = Callable[..., Profile]
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
UPGRADE = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
GREETING = b"\x81\x05hello"


@contextmanager
def server(answer: str) -> Iterator[tuple[str, list[bytes]]]:
    """Answers one handshake with a text in which ACCEPT is filled in, and says hello; yields its URL and what came."""
    asked: list[bytes] = []

    def serve() -> None:
        session, _ = listening.accept()
        with session:
            head = b""
            while b"\r\n\r\n" not in head and (data := session.recv(4096)):
                head += data
            asked.append(head)
            key = next(
                line[18:].strip() for line in head.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key")
            )
            accept = base64.b64encode(hashlib.sha1(key + GUID).digest()).decode()
            session.sendall(answer.replace("ACCEPT", accept).encode("latin-1") + GREETING)
            session.recv(4096)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"ws://127.0.0.1:{listening.getsockname()[1]}/lcm", asked
        thread.join(10)


def hears_hello(profile: Profile) -> bool:
    connection = WebSocketTransport(profile.endpoint, QUICK).connect()
    try:
        return connection.receive(5) == "hello"
    finally:
        connection.close()


GOOD = f"{UPGRADE}Connection: Upgrade\r\nSec-WebSocket-Accept: ACCEPT\r\n\r\n"


@pytest.mark.parametrize(
    "answer",
    [
        GOOD,
        f"{UPGRADE}Connection: keep-alive\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ACCEPT\r\n\r\n",
        f"{UPGRADE}Connection: Upgrade\r\nConnection: keep-alive\r\nSec-WebSocket-Accept: ACCEPT\r\n\r\n",
        f"{UPGRADE}connection: keep-alive, uPGRADE\r\nServer: M\xfcller\r\nsec-websocket-accept: ACCEPT\r\n\r\n",
        f"{UPGRADE}Connection: Upgrade\r\nSet-Cookie: a=b\r\nSet-Cookie: c=d\r\nSec-WebSocket-Accept: ACCEPT\r\n\r\n",
        f"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n{GOOD}",
        GOOD.replace("101 Switching Protocols", "101"),
        GOOD.replace(": ", ":"),
    ],
)
def test_an_answer_opens_a_session_however_it_is_written(profile: Written, answer: str) -> None:
    with server(answer) as (url, _):
        assert hears_hello(profile(url=url))


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (GOOD.replace("Connection: Upgrade\r\n", ""), "(its answer has no Connection: Upgrade)"),
        (GOOD.replace("Upgrade: websocket\r\n", ""), "(its answer has no Upgrade: websocket)"),
        (GOOD.replace("ACCEPT", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "(its answer has another Sec-WebSocket-Accept than"),
        ("220 mail.example.test ESMTP\r\n\r\n", "(its answer is no HTTP)"),
    ],
)
def test_an_answer_that_opens_none_is_said_with_what_is_wrong(profile: Written, answer: str, why: str) -> None:
    with server(answer) as (url, _), pytest.raises(CannotConnect) as caught:
        WebSocketTransport(profile(url=url).endpoint, QUICK).connect()
    assert f"was not answered by a WebSocket endpoint: check the path and the port {why}" in str(caught.value)


def test_nothing_is_sent_that_nobody_asked_for(profile: Written) -> None:
    with server(GOOD) as (url, asked):
        assert hears_hello(profile(url=url))
    first, *lines = asked[0].decode().removesuffix("\r\n\r\n").split("\r\n")
    assert first == "GET /lcm HTTP/1.1"
    assert sorted(line.split(":")[0] for line in lines) == [
        "Connection",
        "Host",
        "Sec-WebSocket-Key",
        "Sec-WebSocket-Version",
        "Upgrade",
    ]


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("origin", "https://other.example.test"),
        ("HOST", "bus.example.test:81"),
        ("sec-websocket-protocol", "lcm"),
        ("cookie", "a=b"),
    ],
)
def test_a_header_goes_out_once_and_what_is_given_by_name_stands_above_the_rest(
    profile: Written, header: str, value: str
) -> None:
    answer = GOOD.replace("\r\n\r\n", "\r\nSec-WebSocket-Protocol: lcm\r\n\r\n")
    with server(answer) as (url, asked):
        keys = {"origin": "https://desktop.example.test", "subprotocols": ["lcm", "lcm2"], "cookie": "c=d"}
        assert hears_hello(profile(url=url, headers={header: value}, **keys))
    lines = asked[0].decode().split("\r\n")
    assert [line for line in lines if line.lower().startswith(f"{header.lower()}:")] == [f"{header}: {value}"]
    names = [line.split(":")[0].lower() for line in lines[1:] if line]
    assert len(names) == len(set(names))
    assert {"origin", "host", "sec-websocket-protocol", "cookie"} < set(names)


@pytest.mark.parametrize(
    ("key", "value", "line"),
    [
        ("origin", "https://x\r\nX-Evil: 1", "endpoint.origin holds a line break"),
        ("subprotocols", ["lcm\r\nX-Evil: 1"], "endpoint.subprotocols has 'lcm\\r\\nX-Evil: 1', which is no name"),
        ("subprotocols", ["a b"], "endpoint.subprotocols has 'a b', which is no name of one"),
        ("subprotocols", [""], "endpoint.subprotocols has '', which is no name of one"),
        ("subprotocols", ["a", "A"], "endpoint.subprotocols names one twice: keep one"),
    ],
)
def test_what_would_break_the_handshake_is_wrong_use(profile: Written, key: str, value: object, line: str) -> None:
    with pytest.raises(UsageError) as caught:
        profile(**{"url": "wss://staging.example.test", key: value})
    assert line in str(caught.value)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("X Tenant", "endpoint.headers.X Tenant is no name of a header"),
        ("X:", "endpoint.headers.X: is no name of a header"),
        ("X\r\nY", "endpoint.headers.'X\\r\\nY' is no name of a header"),
        ("", "endpoint.headers. is no name of a header"),
        ("Connection", "endpoint.headers.Connection is the handshake's own: remove it"),
        ("Sec-WebSocket-Extensions", "endpoint.headers.Sec-WebSocket-Extensions is the handshake's own: remove it"),
        ("x-TENANT", "endpoint.headers.x-TENANT stands there as X-Tenant already: keep one"),
    ],
)
def test_a_header_that_cannot_be_sent_is_wrong_use(profile: Written, name: str, line: str) -> None:
    with pytest.raises(UsageError) as caught:
        profile(url="wss://staging.example.test", headers={"X-Tenant": "blue", name: "x"})
    assert line in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["WS", "Ws", "WSS"])
def test_the_scheme_may_be_written_in_capitals(
    echo: Start, profile: Written, authority: trustme.CA, ca_file: Path, scheme: str
) -> None:
    server = echo(authority.issue_cert("localhost") if scheme == "WSS" else None)
    url = server.url().replace(f"{server.scheme}://", f"{scheme}://")
    assert echoes(profile(url=url, ca_file=str(ca_file)).endpoint)


def test_a_path_is_sent_as_a_uri_has_it(profile: Written) -> None:
    with server(GOOD) as (url, asked):
        assert hears_hello(profile(url=f"{url}/g\xf6sta%20x?q=\u20ac&r=a+b#part"))
    assert asked[0].startswith(b"GET /lcm/g%C3%B6sta%20x?q=%E2%82%AC&r=a+b HTTP/1.1\r\n")


def test_no_log_of_the_process_tells_what_is_sent(
    echo: Start, profile: Written, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    assert echoes(profile(url=echo().url(), headers={"Authorization": "token-canary"}).endpoint, "frame-canary")
    mine = [record for record in caplog.records if "websockets" not in record.name]
    assert "canary" not in "".join(record.getMessage() for record in mine)
    assert not logging.getLogger("websocket").disabled
