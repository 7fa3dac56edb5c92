"""TLS: the context that a profile asks for, and a clear line for each way in which it goes wrong."""

from __future__ import annotations

import selectors
import socket
import ssl
import time
from typing import Any

from lcm_conformance.profile import Tls
from lcm_conformance.transport import CannotConnect, Rung

_CLIENT_WANTED = ("certificate_required", "certificate required", "handshake_failure", "bad_certificate")
_VERIFY = {
    10: "the server's certificate has expired: have it renewed (or check this machine's clock)",
    9: "the server's certificate is not valid yet: check this machine's clock, and the certificate",
    18: "the server's certificate is signed by itself: give its issuer with endpoint.ca_file",
    19: "the server's certificate comes from an unknown authority: give that authority with endpoint.ca_file",
    20: "the server's certificate comes from an unknown authority: give that authority with endpoint.ca_file",
    21: "the server's certificate comes from an unknown authority: give that authority with endpoint.ca_file",
    23: "the server's certificate has been revoked: have it replaced",
}
_WRONG_HOST = {62, 64}


def secured(sock: socket.socket, tls: Tls, host: str, deadline: float) -> tuple[ssl.SSLSocket, str]:
    """The socket under TLS, and what is known of its certificate; raises `CannotConnect`."""
    context = _context(tls)
    name = tls.server_name or host
    secure = context.wrap_socket(sock, server_hostname=name, do_handshake_on_connect=False)
    try:
        _shake_hands(secure, deadline)
        return secure, _described(secure, tls)
    except BaseException as error:  # Ctrl-C too must not leave the socket open; it is raised again
        secure.close()
        raise (_refusal(error, tls, host, name) if isinstance(error, OSError | ValueError) else error) from None


def _refusal(error: OSError | ValueError, tls: Tls, host: str, name: str) -> CannotConnect:
    if isinstance(error, ssl.SSLCertVerificationError):
        return CannotConnect(Rung.TLS, _unverified(error, name))
    if isinstance(error, TimeoutError):
        return CannotConnect(Rung.TLS, f"{host} did not finish it in time: check the port, or raise timing.connect")
    return CannotConnect(Rung.TLS, said(error, tls))


def said(error: Exception, tls: Tls) -> str:
    """A TLS error that is no failed verification, in words."""
    text = str(error).casefold()
    if any(word in text for word in _CLIENT_WANTED[:2]) or (tls.client_cert is None and _CLIENT_WANTED[2] in text):
        return "the server wants a client certificate: give endpoint.client_cert and endpoint.client_key"
    if "unknown_ca" in text or "unknown ca" in text or _CLIENT_WANTED[3] in text:
        return "the server does not accept the client certificate: check endpoint.client_cert and its issuer"
    if "wrong_version_number" in text or "record_layer_failure" in text or "http_request" in text:
        return "the server does not speak TLS on this port: check the port, or use ws://"
    if "eof" in text or isinstance(error, ConnectionError):
        return (
            "the server broke it off: check that it speaks TLS on this port, endpoint.server_name, "
            "and whether a client certificate is due"
        )
    reason = getattr(error, "reason", None) or type(error).__name__
    return f"it went wrong with {reason}: check the port and the server's TLS versions"


def is_client_certificate_refused(error: BaseException) -> bool:
    """Whether an error after the handshake is the server's late word on the client certificate (TLS 1.3)."""
    return isinstance(error, ssl.SSLError) and "alert" in str(error).casefold()


def _context(tls: Tls) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=tls.ca_file)
    if not tls.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if tls.client_cert:
        context.load_cert_chain(tls.client_cert, tls.client_key, password=tls.client_key_password or "")
    return context


def _shake_hands(secure: ssl.SSLSocket, deadline: float) -> None:
    """The handshake under one deadline: a peer that drips a byte now and then must not prolong it."""
    secure.setblocking(False)
    with selectors.DefaultSelector() as selector:
        selector.register(secure, selectors.EVENT_READ)
        while True:
            try:
                secure.do_handshake()
                break
            except ssl.SSLWantReadError:
                selector.modify(secure, selectors.EVENT_READ)
            except ssl.SSLWantWriteError:
                selector.modify(secure, selectors.EVENT_WRITE)
            left = deadline - time.monotonic()
            if left <= 0 or not selector.select(left):
                raise TimeoutError
    secure.setblocking(True)


def _unverified(error: ssl.SSLCertVerificationError, name: str) -> str:
    if error.verify_code in _WRONG_HOST:
        return (
            f"the server's certificate is not for {name}: check endpoint.url, "
            "or say with endpoint.server_name which name the certificate has"
        )
    return _VERIFY.get(error.verify_code, f"the server's certificate is not accepted ({error.verify_message})")


def _described(secure: ssl.SSLSocket, tls: Tls) -> str:
    version = secure.version() or "TLS"
    certificate = secure.getpeercert()
    if not tls.verify or not certificate:
        return f"{version}, certificate not verified (endpoint.verify = false)"
    fields: Any = certificate.get("issuer", ())  # tuples of tuples of pairs
    issuer = dict(pair for field in fields for pair in field)
    who = issuer.get("organizationName") or issuer.get("commonName") or "an unnamed issuer"
    return f"{version}, certificate issued by {who}, valid until {certificate.get('notAfter')}"
