"""The WebSocket handshake as the profile asks for it, its failures in words, pings, and the limits on frames."""

from __future__ import annotations

import http
import time
from collections.abc import Callable
from typing import Any

import pytest
from lcm_conformance.catalogue.verdict import UsageError
from lcm_conformance.profile import Profile, Timing
from lcm_conformance.transport import CannotConnect, ConnectionEnded, Harmful, Rung
from lcm_conformance.transport.websocket import WebSocketTransport
from transport_servers import QUICK, Echo, echoes

Start = Callable[..., Echo]
Written = Callable[..., Profile]


def refused(profile: Profile, rung: Rung = Rung.HANDSHAKE) -> str:
    with pytest.raises(CannotConnect) as caught:
        WebSocketTransport(profile.endpoint, QUICK).connect()
    assert caught.value.rung is rung
    return str(caught.value)


def test_headers_origin_cookie_and_subprotocol_reach_the_server(echo: Start, profile: Written) -> None:
    server = echo(subprotocols=["lcm.v2"])
    written = profile(
        {"TOKEN": "token-of-the-test"},
        url=server.url(),
        origin="https://desktop.example.test",
        cookie="session=crumb-of-the-test",
        subprotocols=["lcm.v1", "lcm.v2"],
        headers={"Authorization": "Bearer ${TOKEN}", "X-Tenant": "blue"},
    )
    assert echoes(written.endpoint)

    (seen,) = server.seen
    assert seen["Authorization"] == "Bearer token-of-the-test"
    assert (seen["X-Tenant"], seen["Origin"]) == ("blue", "https://desktop.example.test")
    assert seen["Cookie"] == "session=crumb-of-the-test"
    assert seen["Sec-WebSocket-Protocol"] == "lcm.v1,lcm.v2"
    assert {"session=crumb-of-the-test", "token-of-the-test"} <= set(written.secrets)
    assert written.short_headers == (("X-Tenant", "blue"),)
    assert not any(secret in repr(written) for secret in written.secrets)


def test_the_headers_of_one_session_stand_in_the_place_of_the_profile_s(echo: Start, profile: Written) -> None:
    server = echo()
    endpoint = profile(url=server.url(), headers={"Authorization": "a"}, cookie="b=c").endpoint
    connection = WebSocketTransport(endpoint, QUICK).connect(headers={"X-Agent": "d"})
    connection.send("hello")
    assert connection.receive(5) == "hello"
    connection.close()
    (seen,) = server.seen
    assert seen["X-Agent"] == "d"
    assert "Authorization" not in seen
    assert "Cookie" not in seen


def test_a_subprotocol_that_the_server_does_not_speak_is_said(echo: Start, profile: Written) -> None:
    line = refused(profile(url=echo().url(), subprotocols=["lcm.v9"]))
    assert "check endpoint.subprotocols" in line


@pytest.mark.parametrize(
    ("status", "hint"),
    [
        (401, "check the credentials in endpoint.headers"),
        (403, "and endpoint.origin"),
        (404, "check the path"),
        (503, "check the path, the headers and the credentials"),
    ],
)
def test_a_refused_handshake_is_said_with_its_status(echo: Start, profile: Written, status: int, hint: str) -> None:
    def refuse(session: Any, _request: object) -> Any:
        return session.respond(http.HTTPStatus(status), "no")

    line = refused(profile(url=echo(process_request=refuse).url()))
    assert f"was refused with HTTP status {status}: " in line
    assert hint in line


def test_a_port_where_nobody_listens_is_said(profile: Written) -> None:
    line = refused(profile(url="ws://127.0.0.1:1/lcm"), Rung.TCP)
    assert "127.0.0.1 port 1: Connection refused: check the port" in line


def test_a_name_that_does_not_resolve_is_said(profile: Written) -> None:
    line = refused(profile(url="ws://no-such-host.invalid/lcm"), Rung.NAME)
    assert "no-such-host.invalid" in line
    assert "check the host name" in line


def test_idle_sessions_are_kept_alive_by_pings(echo: Start, profile: Written) -> None:
    endpoint = profile(url=echo(ping_interval=None).url(), keepalive=0.02).endpoint
    connection = WebSocketTransport(endpoint, QUICK).connect()
    pongs: list[object] = []
    connection._client.ping = lambda: pongs.append(True)  # the only way to see what sends no message
    began = time.monotonic()
    assert connection.receive(0.15) is None
    assert 0.1 < time.monotonic() - began < 2
    assert pongs
    connection.close()


def test_pings_do_not_disturb_what_is_received(echo: Start, profile: Written) -> None:
    connection = WebSocketTransport(profile(url=echo().url(), keepalive=0.001).endpoint, QUICK).connect()
    for number in range(50):
        connection.send(str(number))
        assert connection.receive(5) == str(number)
    connection.close()


def test_messages_up_to_the_limit_come_through_and_no_larger_ones(echo: Start, profile: Written) -> None:
    endpoint = profile(url=echo().url(), max_message_bytes=2048, max_frame_bytes=2048).endpoint
    assert echoes(endpoint, "a" * 2048)
    with pytest.raises(Harmful, match="a frame of 2049 bytes is more than endpoint.max_frame_bytes = 2048"):
        echoes(endpoint, "a" * 2049)


def test_a_message_of_many_frames_is_limited_too(echo: Start, profile: Written) -> None:
    endpoint = profile(url=echo().url(), max_message_bytes=2048).endpoint
    with pytest.raises(Harmful, match="a message of more than endpoint.max_message_bytes = 2048"):
        echoes(endpoint, "a" * 2049)


def test_nothing_is_received_after_the_suite_has_ended_the_session(echo: Start, profile: Written) -> None:
    connection = WebSocketTransport(profile(url=echo().url()).endpoint, QUICK).connect()
    connection.abort()
    with pytest.raises(ConnectionEnded):
        connection.receive(1)


def test_a_server_that_never_answers_the_handshake_ends_after_timing_connect(profile: Written) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint = profile(url=f"ws://127.0.0.1:{silent.getsockname()[1]}/").endpoint
        began = time.monotonic()
        with pytest.raises(CannotConnect, match="was not completed within 0.1 s: check the port"):
            WebSocketTransport(endpoint, Timing(connect=0.1)).connect()
        assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    ("key", "value", "line"),
    [
        ("compression", True, r"endpoint\.compression = true is not possible: the client library has no compression"),
        ("keepalive", 0, r"endpoint\.keepalive must be a number of seconds above 0"),
        ("max_frame_bytes", 10, r"endpoint\.max_frame_bytes must be a whole number from 1024"),
        ("max_message_bytes", "big", r"endpoint\.max_message_bytes must be a whole number from 1024"),
        ("verify", "no", r"endpoint\.verify must be true or false"),
        ("cookie", "a=b\r\nX: y", r"endpoint\.cookie holds a line break"),
        ("headers", {"X": "a\nY: b"}, r"endpoint\.headers\.X holds a line break"),
        ("url", "wss://me:secret@host/", "the WebSocket URL holds a user name or password"),
        ("framing", "parcel", r"endpoint\.framing 'parcel' is unknown"),
    ],
)
def test_what_cannot_be_done_is_wrong_use(profile: Written, key: str, value: object, line: str) -> None:
    with pytest.raises(UsageError, match=line):
        profile(**{"url": "wss://staging.example.test", key: value})
