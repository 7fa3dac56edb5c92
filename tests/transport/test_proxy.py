"""Proxies as processes of their own: by profile, by environment, with a password, and what is said when they refuse."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme
from lcm_conformance.catalogue.verdict import UsageError
from lcm_conformance.profile import Profile
from lcm_conformance.transport import CannotConnect, Rung
from lcm_conformance.transport.websocket import WebSocketTransport
from transport_servers import QUICK, Echo, ProxyProcess, echoes

Start = Callable[..., Echo]
Written = Callable[..., Profile]
Proxy = Callable[..., ProxyProcess]
STAGING = "wss://staging.example.test/lcm"


def refused(profile: Profile) -> str:
    with pytest.raises(CannotConnect) as caught:
        WebSocketTransport(profile.endpoint, QUICK).connect()
    assert caught.value.rung is Rung.PROXY
    return str(caught.value)


@pytest.mark.parametrize(
    ("kind", "scheme", "seen"),
    [("http", "http", "name"), ("socks5", "socks5h", "name"), ("socks5", "socks5", "address")],
)
def test_a_proxy_is_gone_through(
    echo: Start, proxy: Proxy, profile: Written, kind: str, scheme: str, seen: str
) -> None:
    server, between = echo(), proxy(kind)
    assert echoes(profile(url=server.url(), proxy=f"{scheme}://127.0.0.1:{between.port}").endpoint)
    line = between.next_line()
    assert line.startswith(f"connected {seen} ")
    assert line.endswith(f":{server.port}")


@pytest.mark.parametrize("kind", ["http", "socks5"])
def test_tls_goes_through_a_proxy_to_the_endpoint_itself(
    echo: Start, proxy: Proxy, profile: Written, authority: trustme.CA, ca_file: Path, kind: str
) -> None:
    server = echo(authority.issue_cert("localhost"))
    url = f"{kind}://127.0.0.1:{proxy(kind).port}"
    assert echoes(profile(url=server.url(), ca_file=str(ca_file), proxy=url).endpoint)


@pytest.mark.parametrize("kind", ["http", "socks5"])
def test_a_proxy_may_want_a_password(echo: Start, proxy: Proxy, profile: Written, kind: str) -> None:
    server, between = echo(), proxy(kind, "suite:word-of-the-test")
    written = profile(
        {"WORD": "word-of-the-test"}, url=server.url(), proxy=f"{kind}://suite:${{WORD}}@127.0.0.1:{between.port}"
    )
    assert "word-of-the-test" in written.secrets
    assert echoes(written.endpoint)
    line = refused(profile(url=server.url(), proxy=f"{kind}://suite:another-word@127.0.0.1:{between.port}"))
    assert "another-word" not in line
    assert "suite" not in line


def test_an_http_proxys_answer_may_come_in_pieces(echo: Start, profile: Written) -> None:
    server = echo()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            near, _ = listening.accept()
            with near, socket.create_connection(("127.0.0.1", server.port)) as far:
                near.recv(65536)
                near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for piece in (b"H", b"TTP/1.1 2", b"00 OK\r\nVia: this\r", b"\n\r", b"\n"):
                    near.sendall(piece)
                    time.sleep(0.02)  # apart, so that they arrive apart
                back = threading.Thread(target=pump, args=(far, near))
                back.start()
                pump(near, far)
                back.join()

        thread = threading.Thread(target=serve)
        thread.start()
        assert echoes(profile(url=server.url(), proxy=f"http://127.0.0.1:{listening.getsockname()[1]}").endpoint)
        thread.join(10)


def pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


def test_an_http_proxy_that_wants_a_password_says_so(echo: Start, proxy: Proxy, profile: Written) -> None:
    line = refused(profile(url=echo().url(), proxy=f"http://127.0.0.1:{proxy('http', 'a:b').port}"))
    assert "wants a user name and a password: write them into endpoint.proxy" in line


def test_a_proxy_that_forbids_the_endpoint_is_said(proxy: Proxy, profile: Written) -> None:
    line = refused(profile(url="ws://forbidden.example.test/", proxy=f"http://127.0.0.1:{proxy('http').port}"))
    assert "refused to connect to forbidden.example.test port 80 with 403: check the proxy's rules" in line


def test_a_proxy_that_is_not_there_is_said(profile: Written) -> None:
    assert "cannot be reached" in refused(profile(url=STAGING, proxy="http://127.0.0.1:1"))


def test_the_usual_variables_name_a_proxy(echo: Start, proxy: Proxy, profile: Written) -> None:
    between = proxy("http")
    # This machine needs no proxy, so the endpoint goes by another name here, which only the proxy need know.
    written = profile({"https_proxy": f"http://127.0.0.1:{between.port}"}, url="wss://forbidden.example.test/")
    assert "403" in refused(written)


@pytest.mark.parametrize(
    ("environment", "url", "expected"),
    [
        ({"HTTPS_PROXY": "http://proxy:3128"}, STAGING, "http://proxy:3128"),
        ({"https_proxy": "http://small:1", "HTTPS_PROXY": "http://large:2"}, STAGING, "http://small:1"),
        ({"HTTP_PROXY": "http://proxy:3128"}, STAGING, None),
        ({"HTTP_PROXY": "http://proxy:3128"}, "ws://staging.example.test", "http://proxy:3128"),
        ({"ALL_PROXY": "socks5://proxy:1080"}, STAGING, "socks5://proxy:1080"),
        ({"ALL_PROXY": "socks5://a:1", "HTTPS_PROXY": "b:2"}, STAGING, "http://b:2"),
        ({"ALL_PROXY": "http://proxy:1", "NO_PROXY": "example.test"}, STAGING, None),
        ({"ALL_PROXY": "http://proxy:1", "NO_PROXY": ".example.test, other"}, STAGING, None),
        ({"ALL_PROXY": "http://proxy:1", "no_proxy": "*"}, STAGING, None),
        ({"ALL_PROXY": "http://proxy:1", "NO_PROXY": "ample.test"}, STAGING, "http://proxy:1"),
        ({"ALL_PROXY": "http://proxy:1"}, "ws://127.0.0.1:8765/lcm", None),
        ({"ALL_PROXY": "http://proxy:1"}, "ws://localhost:8765/lcm", None),
    ],
)
def test_the_variables_are_read_as_everywhere_else(
    profile: Written, environment: dict[str, str], url: str, expected: str | None
) -> None:
    assert profile(environment, url=url).endpoint.proxy == expected


def test_the_profile_stands_above_the_variables(profile: Written) -> None:
    environment = {"ALL_PROXY": "http://proxy:1"}
    assert profile(environment, url=STAGING, proxy="socks5://own:2").endpoint.proxy == "socks5://own:2"
    assert profile(environment, url=STAGING, proxy="").endpoint.proxy is None


@pytest.mark.parametrize("proxy", ["https://proxy:1", "ftp://proxy", "http://", "http://proxy:port"])
def test_what_is_no_proxy_url_is_wrong_use(profile: Written, proxy: str) -> None:
    with pytest.raises(UsageError, match=r"endpoint\.proxy +is no proxy URL: write it like http://host:port"):
        profile(url=STAGING, proxy=proxy)
