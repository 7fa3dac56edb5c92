"""Whoever answers before there is a session (proxy, TLS, handshake) can neither hold the suite up nor fill it."""

from __future__ import annotations

import socket
import threading
import time

import pytest
from driving import judged
from hostile_peer import frame, peer, requests, shake_hands
from hostile_run import ASKED, CONTACT, QUICK, SECONDS, is_inconclusive, run, subject
from lcm_conformance.record.transcript import Kind


@pytest.mark.parametrize(
    "drip",
    [b"H", b"X-Header: " + b"a" * 1000 + b"\r\n", b"HTTP/1.1 101 x\r\n"],
    ids=["bytes", "headers", "lines"],
)
def test_a_handshake_that_never_ends_is_ended(drip: bytes) -> None:
    def worst(session: socket.socket, over: threading.Event) -> None:
        session.sendall(b"HTTP/1.1 101 Switching Protocols\r\n" if len(drip) > 20 else b"")
        while not over.wait(0.001):
            session.sendall(drip)

    assert is_inconclusive(run(worst), "WebSocket handshake failed")


@pytest.mark.parametrize(
    ("scheme", "answer"),
    [
        ("http", b"HTTP/1.1 200 OK\r\nX-Header: " + b"a" * 300),
        ("socks5", b"\x05\x00" + b"\x05\x00\x00\x03\xff" + b"a" * 257),
        ("socks5h", b"\x05\x00" + b"\x05\x00\x00\x03\xff" + b"a" * 257),
    ],
)
def test_a_proxy_that_drips_has_no_longer_than_connecting_may_take(scheme: str, answer: bytes) -> None:
    def worst(session: socket.socket, over: threading.Event) -> None:
        for byte in answer:
            session.sendall(bytes([byte]))
            if over.wait(QUICK.connect * 0.6):
                break

    with peer(worst) as proxy:
        address = proxy.removeprefix("ws://").removesuffix("/lcm")
        began = time.monotonic()
        ended = judged(subject("ws://127.0.0.1:9/lcm", proxy=f"{scheme}://{address}"), asked=ASKED)
        assert time.monotonic() - began < SECONDS  # a wait for each byte would be more than a minute
    assert is_inconclusive(ended, f"proxy failed: {scheme}://{address} did not answer in time: check endpoint.proxy")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"HTTP/1.1 200 OK\r\n" + b"X: " + b"a" * 100_000, "answered with more than 65536 bytes"),
        (b"HTTP/1.1 200 OK\r\n", "broke off: check endpoint.proxy"),
        (b"HTTP/1.0 200 OK\r\n\r\n", "WebSocket handshake failed"),
        (b"\xff\xfe\r\n\r\n", "does not answer as such a proxy does: check endpoint.proxy and its scheme"),
        (b"", "broke off: check endpoint.proxy"),
    ],
)
def test_a_proxy_that_answers_rubbish_is_said_in_words(answer: bytes, words: str) -> None:
    def worst(session: socket.socket, over: threading.Event) -> None:
        session.recv(65536)
        session.sendall(answer)

    with peer(worst) as proxy:
        address = proxy.removeprefix("ws://").removesuffix("/lcm")
        ended = judged(subject("ws://127.0.0.1:9/lcm", proxy=f"http://{address}"), asked=ASKED)
    assert is_inconclusive(ended, words)


@pytest.mark.parametrize(
    ("head", "filling", "words"),
    [
        (b"HTTP/1.1 500 No\r\nX: ", b"a" * 65536, "brought more than 65536 bytes"),
        (b"HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\n\r\n", "brought more than 65536"),
        (b"HTTP/1.1 500 No\r\nContent-Length: 10000000000\r\n\r\n", b" " * 65536, "refused with HTTP status 500"),
    ],
)
def test_a_handshake_of_many_bytes_is_ended(head: bytes, filling: bytes, words: str) -> None:
    def worst(session: socket.socket, over: threading.Event) -> None:
        session.sendall(head)
        while not over.is_set():
            session.sendall(filling)

    assert is_inconclusive(run(worst), "WebSocket handshake failed", words)


@pytest.mark.parametrize(
    "answer",
    [
        b"\r\n\r\n",
        b"HTTP/1.1\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
        b"HTTP/1.1 101 x\r\nno colon here\r\n\r\n",
        b"\xff\xfe\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        b"HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: no\r\n\r\n",
        b"HTTP/1.1 101 x\r\nSet-Cookie: a=b; domain=\x00,,;=;\r\n\r\n",
    ],
)
def test_a_handshake_of_rubbish_is_said_in_words(answer: bytes) -> None:
    def worst(session: socket.socket, over: threading.Event) -> None:
        session.recv(65536)
        session.sendall(answer)

    assert is_inconclusive(run(worst), "WebSocket handshake failed")


@pytest.mark.parametrize("location", [b"ws://127.0.0.1:1/again", b"/lcm", b"http://[", b""])
def test_redirects_are_not_followed(location: bytes) -> None:
    asked: list[bytes] = []

    def worst(session: socket.socket, over: threading.Event) -> None:
        asked.append(session.recv(65536))
        session.sendall(b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\n\r\n")

    ended = run(worst)
    assert is_inconclusive(ended, "was redirected (HTTP status 302), which is not followed: give the final URL")
    assert len(asked) <= 2


def test_a_tls_handshake_that_drips_is_ended() -> None:
    def worst(session: socket.socket, over: threading.Event) -> None:
        for byte in b"\x16\x03\x03\x40\x00" + b"\x02\x00\x3f\xfc" + b"a" * 16_000:
            session.sendall(bytes([byte]))
            if over.wait(QUICK.connect * 0.1):
                break

    with peer(worst) as url:
        began = time.monotonic()
        ended = judged(subject(url.replace("ws://", "wss://")), asked=ASKED)
        assert time.monotonic() - began < SECONDS  # all of the record would be a quarter of an hour
    assert is_inconclusive(ended, "TLS failed", "did not finish it in time")


def test_a_first_handshake_that_fails_keeps_nobody_from_asking() -> None:
    turned_away = threading.Event()

    def worst(session: socket.socket, over: threading.Event) -> None:
        if not turned_away.is_set():
            turned_away.set()
            session.sendall(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
            return
        shake_hands(session)
        for _ in requests(session):
            session.sendall(frame(CONTACT.encode()))

    ended = run(worst)
    assert is_inconclusive(ended, "503")
    assert any(event.kind is Kind.RECEIVED for event in ended.recording.events)
