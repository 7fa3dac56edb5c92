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
from command import CHECKOUT, plain_pytest, quick_profile
from ended import called
from lcm_conformance.catalogue.verdict import UsageError
from lcm_conformance.profile import Endpoint, Profile
from lcm_conformance.transport import CannotConnect, Rung
from lcm_conformance.transport.websocket import WebSocketTransport
from transport_servers import QUICK, Echo, ProxyProcess, echoes

Start = Callable[..., Echo]
Written = Callable[..., Profile]
Proxy = Callable[..., ProxyProcess]
STAGING = "wss://staging.example.test/lcm"


def refused(profile: Profile) -> str:
    return refused_by(profile.endpoint, Rung.PROXY)


def refused_by(endpoint: Endpoint, rung: Rung) -> str:
    with pytest.raises(CannotConnect) as caught:
        WebSocketTransport(endpoint, QUICK).connect()
    assert caught.value.rung is rung
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


@pytest.mark.parametrize(
    ("kind", "credentials", "says"),
    [
        ("http", "", "wants a user name and a password: write them into endpoint.proxy"),
        ("socks5", "", "wants a user name and a password: write them into endpoint.proxy"),
        ("http", "a:c@", "does not accept the user name and password: check endpoint.proxy"),
        ("socks5", "a:c@", "does not accept the user name and password: check endpoint.proxy"),
        ("socks5", f"{'a' * 256}:c@", "takes no host, user name or password of more than 255 bytes"),
    ],
)
def test_what_a_proxy_makes_of_credentials_is_said(
    echo: Start, proxy: Proxy, profile: Written, kind: str, credentials: str, says: str
) -> None:
    at = f"{credentials}127.0.0.1:{proxy(kind, 'a:b').port}"
    assert says in refused(profile(url=echo().url(), proxy=f"{kind}://{at}"))


@pytest.mark.parametrize(
    "kind",
    ["http", "socks5"],
)
def test_a_proxy_of_another_kind_is_said(echo: Start, profile: Written, kind: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            near, _ = listening.accept()
            with near:
                near.recv(65536)
                near.sendall(b"220 mail.example.test ESMTP ready\r\n\r\n")

        thread = threading.Thread(target=serve)
        thread.start()
        line = refused(profile(url=echo().url(), proxy=f"{kind}://127.0.0.1:{listening.getsockname()[1]}"))
        thread.join(10)
    assert "does not answer as such a proxy does: check endpoint.proxy and its scheme" in line


def test_a_socks_proxy_says_why_it_does_not_connect(profile: Written) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            near, _ = listening.accept()
            with near:
                near.recv(3)
                near.sendall(b"\x05\x00")
                near.recv(65536)
                near.sendall(b"\x05\x05\x00\x01")  # and hangs up without the address

        thread = threading.Thread(target=serve)
        thread.start()
        line = refused(profile(url=STAGING, proxy=f"socks5h://127.0.0.1:{listening.getsockname()[1]}"))
        thread.join(10)
    assert "refused to connect to staging.example.test port 443 with connection refused: check the proxy's" in line


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
        ({"ALL_PROXY": "http://proxy:1"}, "ws://localhost.:8765/lcm", None),
        ({"ALL_PROXY": "http://proxy:1"}, "ws://[::1]:8765/lcm", None),
        ({"ALL_PROXY": "http://proxy:1"}, "WS://127.9.9.9:8765/lcm", None),
        ({"https_proxy": " ", "HTTPS_PROXY": "http://large:2"}, STAGING, "http://large:2"),
    ],
)
def test_the_variables_are_read_as_everywhere_else(
    profile: Written, environment: dict[str, str], url: str, expected: str | None
) -> None:
    assert profile(environment, url=url).endpoint.proxy == expected


@pytest.mark.parametrize(
    ("no_proxy", "host", "exempt"),
    [
        ("10.0.0.0/8", "10.20.30.40", True),
        ("10.0.0.0/8", "11.20.30.40", False),
        ("10.20.30.41/8", "10.1.1.1", True),
        ("10.20.30.40", "10.20.30.40", True),
        ("20.30.40", "10.20.30.40", False),
        ("fd00::/8", "[fd00::7]", True),
        ("fd00::/8", "[fe00::7]", False),
        ("[fd00::]/8", "[fd00::7]", True),
        ("fd00::7", "[fd00::7]", True),
        ("[fd00::7]", "[fd00::7]", True),
        ("[FD00:0::7]", "[fd00::7]", True),
        ("[fd00::7]:8443", "[fd00::7]:8443", True),
        ("[fd00::7]:8443", "[fd00::7]", False),
        ("10.20.30.40:8443", "10.20.30.40:8443", True),
        ("10.20.30.40:8443", "10.20.30.40:8444", False),
        ("staging.example.test:443", "staging.example.test", True),
        ("staging.example.test:8443", "staging.example.test:8443", True),
        ("staging.example.test:8443", "staging.example.test", False),
        ("example.test:443", "staging.example.test", True),
        ("a.test example.test\tb.test", "staging.example.test", True),
        ("a.test,example.test", "staging.example.test", True),
        ("a.test , , example.test", "staging.example.test", True),
        ("example.test.", "staging.example.test", True),
        ("example.test", "staging.example.test.", True),
        (".EXAMPLE.test", "Staging.Example.Test", True),
        ("*.example.test", "staging.example.test", True),
        ("staging.example.test", "example.test", False),
        ("ging.example.test", "staging.example.test", False),
        (".", "staging.example.test", False),
        ("", "staging.example.test", False),
        ("a.test,*", "staging.example.test", True),
        ("10.0.0.0/8", "staging.example.test", False),
        ("300.0.0.0/8,10.0.0.0/99", "10.20.30.40", False),
    ],
)
def test_no_proxy_is_read_as_curl_and_urllib_read_it(profile: Written, no_proxy: str, host: str, exempt: bool) -> None:
    environment = {"ALL_PROXY": "http://proxy:1", "NO_PROXY": no_proxy}
    assert profile(environment, url=f"wss://{host}/lcm").endpoint.proxy == (None if exempt else "http://proxy:1")


def test_an_exempt_address_is_reached_without_the_proxy_and_another_through_it(proxy: Proxy, profile: Written) -> None:
    environment = {"http_proxy": f"http://127.0.0.1:{proxy('http').port}", "no_proxy": "192.0.2.0/24, b.invalid."}
    through = profile(environment, url="ws://forbidden.example.test/").endpoint
    assert "with 403" in refused_by(through, Rung.PROXY)
    beside = profile(environment, url="ws://a.b.invalid/").endpoint
    refused_by(beside, Rung.NAME)


def named(printed: str, variable: str, path: Path) -> bool:
    line = (
        f"the environment variable {variable} holds no proxy URL: write it like http://host:port or socks5://host:port"
    )
    return f'{line}, or set endpoint.proxy = "" in {path} to use none' in printed


@pytest.mark.parametrize("value", ["ftp://proxy:1", "socks4://proxy:1080", "socks://proxy", "http://", "http://a:port"])
@pytest.mark.parametrize("variable", ["ALL_PROXY", "https_proxy"])
@pytest.mark.parametrize("command", ["run", "doctor"])
def test_a_variable_that_holds_no_proxy_is_named_with_the_way_out_before_anything_is_asked(
    tmp_path: Path, command: str, variable: str, value: str
) -> None:
    path = quick_profile(tmp_path, ("ws://127.0.0.1:8765/lcm", "wss://staging.invalid/lcm"))
    run = called(tmp_path, command, "--profile", path, **{variable: value})
    assert (run.status, run.printed) == (2, "")
    assert named(run.complaint, variable, path)
    assert value == "http://" or value not in run.complaint
    assert not run.out.exists()


def test_so_it_is_by_pytest(tmp_path: Path) -> None:
    path = quick_profile(tmp_path, ("ws://127.0.0.1:8765/lcm", "wss://staging.invalid/lcm"))
    ended = plain_pytest(CHECKOUT / "features", "--lcm-profile", path, cwd=tmp_path, ALL_PROXY="ftp://proxy:1")
    assert ended.returncode == 2
    assert named(ended.stdout + ended.stderr, "ALL_PROXY", path)
    assert "suite error" not in ended.stdout + ended.stderr


def test_a_plan_connects_to_nothing_and_needs_no_proxy(tmp_path: Path) -> None:
    path = quick_profile(tmp_path, ("ws://127.0.0.1:8765/lcm", "wss://staging.invalid/lcm"))
    run = called(tmp_path, "run", "--plan", "--profile", path, ALL_PROXY="ftp://proxy:1")
    assert (run.status, run.complaint) == (0, "")
    assert run.printed.startswith("wss://staging.invalid/lcm, at most ")


def test_the_way_out_is_one(tmp_path: Path) -> None:
    path = quick_profile(tmp_path, ("ws://127.0.0.1:8765/lcm", 'wss://staging.invalid/lcm"\nproxy = "'))
    run = called(tmp_path, "doctor", "--profile", path, ALL_PROXY="ftp://proxy:1")
    assert run.status == 3
    assert "name resolution" in run.printed


def test_the_profile_stands_above_the_variables(profile: Written) -> None:
    environment = {"ALL_PROXY": "http://proxy:1"}
    assert profile(environment, url=STAGING, proxy="socks5://own:2").endpoint.proxy == "socks5://own:2"
    assert profile(environment, url=STAGING, proxy="").endpoint.proxy is None


@pytest.mark.parametrize("proxy", ["https://proxy:1", "ftp://proxy", "http://", "http://proxy:port"])
def test_what_is_no_proxy_url_is_wrong_use(profile: Written, proxy: str) -> None:
    with pytest.raises(UsageError, match=r"endpoint\.proxy is no proxy URL: write it like http://host:port"):
        profile(url=STAGING, proxy=proxy)
