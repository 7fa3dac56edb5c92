"""Which certificates are refused, on every Python alike, and that each refusal comes with what to change."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from certificates import AUTHORITY, ELSEWHERE, FOR_CLIENTS, LEAF, NO_AUTHORITY, Certificate, issued
from lcm_conformance.profile import Profile
from lcm_conformance.transport import CannotConnect, Rung, tls
from lcm_conformance.transport.websocket import WebSocketTransport
from transport_servers import QUICK, Echo, echoes

Start = Callable[..., Echo]
Written = Callable[..., Profile]
COMPANY = issued("A Company's Authority", extensions=AUTHORITY)


@pytest.fixture
def shown(echo: Start, tmp_path: Path) -> Callable[[Certificate], str]:
    """Starts a server that shows a certificate; answers with its URL."""

    def start(certificate: Certificate) -> str:
        configure = SimpleNamespace(configure_cert=lambda context: certificate.configure_cert(context, tmp_path))
        return echo(configure).url()

    return start


@pytest.fixture(params=["as this Python has it", "as Python 3.13 has it"])
def strict(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The defaults of older and newer Pythons."""
    make = ssl.create_default_context

    def strictly(*arguments: Any, **named: Any) -> ssl.SSLContext:
        context = make(*arguments, **named)
        context.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
        return context

    if "3.13" in request.param:
        monkeypatch.setattr(ssl, "create_default_context", strictly)


@pytest.mark.usefixtures("strict")
def test_a_company_s_certificate_without_authority_key_identifier_is_accepted(
    shown: Callable[[Certificate], str], profile: Written, tmp_path: Path
) -> None:
    leaf = issued("localhost", COMPANY)
    ca_file = COMPANY.write_pem(tmp_path / "ca.pem")
    assert echoes(profile(url=shown(leaf), ca_file=str(ca_file)).endpoint)


@pytest.mark.usefixtures("strict")
def test_an_authority_in_between_may_be_the_one_that_is_trusted(
    shown: Callable[[Certificate], str], profile: Written, tmp_path: Path
) -> None:
    between = issued("In Between", COMPANY, AUTHORITY)
    ca_file = between.write_pem(tmp_path / "between.pem")
    assert echoes(profile(url=shown(issued("localhost", between)), ca_file=str(ca_file)).endpoint)


BETWEEN = issued("In Between", COMPANY, AUTHORITY)
NOBODY = issued("Nobody", COMPANY, NO_AUTHORITY)
NARROW = issued("Narrow", COMPANY, ELSEWHERE)
WEAK = issued("Weak", COMPANY, AUTHORITY, bits=1024)


@pytest.mark.parametrize(
    ("certificate", "says"),
    [
        (
            issued("localhost", COMPANY, FOR_CLIENTS),
            "is not one for servers: have one issued for server authentication",
        ),
        (
            issued("localhost", COMPANY, bits=1024),
            "is too weak: have it issued anew, with RSA of 2048 bits and SHA-256",
        ),
        (issued("localhost", WEAK, along=(WEAK,)), "is too weak: have it issued anew"),
        (issued("localhost", NOBODY, along=(NOBODY,)), "may not issue certificates: have another issued by a proper"),
        (issued("localhost", NARROW, along=(NARROW,)), "its authority may not certify: have it issued by another"),
        (
            issued("localhost", COMPANY, signed_by=BETWEEN),
            "issuer's signature: give the newest certificate of that auth",
        ),
        (issued("localhost", BETWEEN), "or have the server send the certificates in between"),
        (issued("localhost"), "is signed by itself: give it, or its issuer, with endpoint.ca_file"),
    ],
)
def test_a_refused_certificate_is_said_with_what_to_change(
    shown: Callable[[Certificate], str], profile: Written, tmp_path: Path, certificate: Certificate, says: str
) -> None:
    ca_file = COMPANY.write_pem(tmp_path / "ca.pem")
    with pytest.raises(CannotConnect) as caught:
        WebSocketTransport(profile(url=shown(certificate), ca_file=str(ca_file)).endpoint, QUICK).connect()
    assert caught.value.rung is Rung.TLS
    assert says in str(caught.value)
    assert " (OpenSSL: " in str(caught.value)


@pytest.mark.parametrize("code", range(1, 95))
def test_whatever_openssl_refuses_it_is_said_what_to_change(code: int) -> None:
    error = ssl.SSLCertVerificationError("refused")
    error.verify_code, error.verify_message = code, "words of OpenSSL."
    what, change = tls._unverified(error, "bus.example.test").split(": ", 1)
    assert what.startswith("the server's certificate ")
    assert change.endswith(" (OpenSSL: words of OpenSSL)")
    assert any(word in change for word in ("have ", "give ", "check "))


def test_a_certificate_that_is_trusted_by_itself_is_accepted(
    shown: Callable[[Certificate], str], profile: Written, tmp_path: Path
) -> None:
    own = issued("localhost", extensions=LEAF)
    assert echoes(profile(url=shown(own), ca_file=str(own.write_pem(tmp_path / "own.pem"))).endpoint)
