"""wss:// against a real TLS server: what is trusted, what is refused, and that each refusal names what to change."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme
from command import quick_profile
from driving import judged
from ended import called
from lcm_conformance.catalogue.verdict import UsageError
from lcm_conformance.profile import Profile
from lcm_conformance.transport import CannotConnect, Climbed, Rung
from lcm_conformance.transport.websocket import WebSocketTransport
from transport_servers import QUICK, Echo, echoes

Start = Callable[..., Echo]
Written = Callable[..., Profile]


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> tuple[trustme.CA, Path, Path]:
    """An authority for clients, and the certificate and key files of one of them."""
    clients = trustme.CA()
    folder = tmp_path_factory.mktemp("client")
    leaf = clients.issue_cert("suite@example.test")
    leaf.cert_chain_pems[0].write_to_path(str(folder / "client.pem"))
    leaf.private_key_pem.write_to_path(str(folder / "client.key"))
    return clients, folder / "client.pem", folder / "client.key"


def refused(profile: Profile) -> str:
    """What is said of an endpoint that cannot be connected to for its TLS."""
    with pytest.raises(CannotConnect) as caught:
        WebSocketTransport(profile.endpoint, QUICK).connect()
    line = str(caught.value)
    assert caught.value.rung is Rung.TLS
    assert "\n" not in line
    return line


def test_a_given_authority_is_trusted(echo: Start, authority: trustme.CA, ca_file: Path, profile: Written) -> None:
    server = echo(authority.issue_cert("localhost"))
    # A relative path starts at the profile.
    (ca_file.parent / "copy.pem").write_bytes(ca_file.read_bytes())
    assert echoes(profile(url=server.url(), ca_file=str(ca_file)).endpoint)


def test_a_relative_path_starts_at_the_profile(
    echo: Start, authority: trustme.CA, ca_file: Path, profile: Written, tmp_path: Path
) -> None:
    (tmp_path / "copy.pem").write_bytes(ca_file.read_bytes())
    assert echoes(profile(url=echo(authority.issue_cert("localhost")).url(), ca_file="copy.pem").endpoint)


def test_who_issued_the_certificate_and_until_when_is_told(
    echo: Start, authority: trustme.CA, ca_file: Path, profile: Written
) -> None:
    endpoint = profile(url=echo(authority.issue_cert("localhost")).url(), ca_file=str(ca_file)).endpoint
    climbed: list[Climbed] = []
    WebSocketTransport(endpoint, QUICK).connect(climbed=climbed.append).close()

    assert [step.rung for step in climbed] == [Rung.NAME, Rung.TCP, Rung.TLS, Rung.HANDSHAKE]
    assert "issued by Test Authority, valid until" in climbed[2].found


def test_the_system_s_authorities_are_trusted_where_none_is_given(
    echo: Start, authority: trustme.CA, ca_file: Path, profile: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(ca_file))
    assert echoes(profile(url=echo(authority.issue_cert("localhost")).url()).endpoint)


def test_an_unknown_authority_is_refused(echo: Start, authority: trustme.CA, profile: Written) -> None:
    server = echo(authority.issue_cert("localhost"))
    assert "unknown authority: give that authority with endpoint.ca_file" in refused(profile(url=server.url()))


def test_an_expired_certificate_is_refused(echo: Start, authority: trustme.CA, ca_file: Path, profile: Written) -> None:
    expired = authority.issue_cert("localhost", not_after=datetime(2020, 1, 1, tzinfo=UTC))
    line = refused(profile(url=echo(expired).url(), ca_file=str(ca_file)))
    assert "the server's certificate has expired" in line


def test_a_certificate_of_another_host_is_refused(
    echo: Start, authority: trustme.CA, ca_file: Path, profile: Written
) -> None:
    line = refused(profile(url=echo(authority.issue_cert("bus.example.test")).url(), ca_file=str(ca_file)))
    assert "the server's certificate is not for localhost" in line
    assert "endpoint.server_name" in line


def test_the_name_to_ask_for_can_be_given(echo: Start, authority: trustme.CA, ca_file: Path, profile: Written) -> None:
    server = echo(authority.issue_cert("bus.example.test"))
    assert echoes(profile(url=server.url(), ca_file=str(ca_file), server_name="bus.example.test").endpoint)


def test_verification_is_off_only_where_that_is_written_out_and_then_it_is_noticed(
    echo: Start, authority: trustme.CA, profile: Written
) -> None:
    expired = authority.issue_cert("bus.example.test", not_after=datetime(2020, 1, 1, tzinfo=UTC))
    careless = profile(url=echo(expired).url(), verify=False)
    assert echoes(careless.endpoint)
    assert careless.notices == ("TLS verification is off (endpoint.verify = false)",)
    assert profile(url="wss://staging.example.test").notices == ()


def test_that_verification_is_off_stands_in_the_result(profile: Written) -> None:
    run = judged(profile(url="wss://staging.example.test", verify=False), asked=())
    assert "TLS verification is off (endpoint.verify = false)" in run.result.notices


def test_a_client_certificate_is_shown(
    echo: Start,
    authority: trustme.CA,
    ca_file: Path,
    profile: Written,
    client: tuple[trustme.CA, Path, Path],
) -> None:
    clients, certificate, key = client
    server = echo(authority.issue_cert("localhost"), wants=clients)
    written = profile(url=server.url(), ca_file=str(ca_file), client_cert=str(certificate), client_key=str(key))
    assert echoes(written.endpoint)


def test_a_missing_client_certificate_is_said(
    echo: Start,
    authority: trustme.CA,
    ca_file: Path,
    profile: Written,
    client: tuple[trustme.CA, Path, Path],
) -> None:
    server = echo(authority.issue_cert("localhost"), wants=client[0])
    line = refused(profile(url=server.url(), ca_file=str(ca_file)))
    assert "the server wants a client certificate: give endpoint.client_cert and endpoint.client_key" in line


def test_a_client_certificate_of_a_stranger_is_said(
    echo: Start,
    authority: trustme.CA,
    ca_file: Path,
    profile: Written,
    client: tuple[trustme.CA, Path, Path],
) -> None:
    server = echo(authority.issue_cert("localhost"), wants=trustme.CA())
    written = profile(url=server.url(), ca_file=str(ca_file), client_cert=str(client[1]), client_key=str(client[2]))
    assert "does not accept the client certificate" in refused(written)


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "does not speak TLS on this port: check the port, or use ws://"),
        (b"", "the server broke it off: check that it speaks TLS on this port"),
    ],
)
def test_a_port_without_tls_is_said(profile: Written, answer: bytes, line: str) -> None:
    def attend() -> None:
        session, _ = server.accept()
        with session:
            session.recv(4096)
            session.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=attend)
        thread.start()
        assert line in refused(profile(url=f"wss://127.0.0.1:{server.getsockname()[1]}/"))
        thread.join()


def test_a_key_under_a_password_needs_it_and_keeps_it_secret(
    profile: Written, client: tuple[trustme.CA, Path, Path], tmp_path: Path
) -> None:
    from cryptography.hazmat.primitives import serialization as form

    key = form.load_pem_private_key(client[2].read_bytes(), None)
    secret = form.BestAvailableEncryption(b"word-of-the-test")
    locked = tmp_path / "locked.key"
    locked.write_bytes(key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, secret))
    files = {"url": "wss://staging.example.test", "client_cert": str(client[1]), "client_key": str(locked)}

    written = profile({"WORD": "word-of-the-test"}, client_key_password="${WORD}", **files)
    assert "word-of-the-test" in written.secrets
    assert "word-of-the-test" not in repr(written)
    for wrong in ({}, {"client_key_password": "another-word"}):
        with pytest.raises(UsageError, match="endpoint.client_cert cannot be used: check that it is PEM") as caught:
            profile(**files, **wrong)
        assert "another-word" not in str(caught.value)


@pytest.mark.parametrize("key", ["ca_file", "client_cert"])
def test_a_file_that_is_not_there_is_wrong_use(profile: Written, key: str) -> None:
    with pytest.raises(UsageError, match=rf"endpoint\.{key} cannot be read \(No such file or directory\)"):
        profile(url="wss://staging.example.test", **{key: "no.pem"})


def test_a_file_that_holds_no_certificate_is_wrong_use(profile: Written, tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("nothing")
    with pytest.raises(UsageError, match=r"endpoint\.ca_file holds no certificate in PEM form"):
        profile(url="wss://staging.example.test", ca_file="empty.pem")


def test_a_key_without_certificate_is_wrong_use(profile: Written, client: tuple[trustme.CA, Path, Path]) -> None:
    with pytest.raises(UsageError, match=r"endpoint\.client_key has no use without endpoint\.client_cert"):
        profile(url="wss://staging.example.test", client_key=str(client[2]))


def test_the_newest_tls_is_spoken(echo: Start, authority: trustme.CA, ca_file: Path, profile: Written) -> None:
    endpoint = profile(url=echo(authority.issue_cert("localhost")).url(), ca_file=str(ca_file)).endpoint
    climbed: list[Climbed] = []
    WebSocketTransport(endpoint, QUICK).connect(climbed=climbed.append).close()
    assert climbed[2].found.startswith("TLSv1.3" if ssl.HAS_TLSv1_3 else "TLSv1")


@pytest.mark.parametrize("command", ["run", "doctor"])
def test_a_key_log_that_cannot_be_written_is_wrong_use_by_its_variable(tmp_path: Path, command: str) -> None:
    path = quick_profile(tmp_path, ("ws://127.0.0.1:8765/lcm", "wss://staging.invalid/lcm"))
    run = called(tmp_path, command, "--profile", path, SSLKEYLOGFILE=str(tmp_path / "no-such-folder" / "keys"))
    assert (run.status, run.printed) == (2, "")
    assert run.complaint == (
        f"lcm-conformance {command}: the environment variable SSLKEYLOGFILE names a file that cannot be written "
        "(No such file or directory): correct or unset it\n"
    )
    assert not run.out.exists()


def test_what_has_gone_since_the_profile_was_read_is_said(
    echo: Start, authority: trustme.CA, ca_file: Path, profile: Written, tmp_path: Path
) -> None:
    (tmp_path / "gone.pem").write_bytes(ca_file.read_bytes())
    written = profile(url=echo(authority.issue_cert("localhost")).url(), ca_file="gone.pem")
    (tmp_path / "gone.pem").unlink()
    line = "it cannot be set up: No such file or directory: check endpoint.ca_file, the client certificate, and "
    assert line in refused(written)
