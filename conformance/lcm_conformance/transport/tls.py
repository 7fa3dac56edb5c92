"""TLS: the context that a profile asks for, and a clear line for each way in which it goes wrong."""

from __future__ import annotations

import selectors
import socket
import ssl
import time
from typing import Any

from lcm_conformance.catalogue.system_error import explained, trouble
from lcm_conformance.profile import Tls
from lcm_conformance.transport import CannotConnect, Rung

_CLIENT_WANTED = ("certificate_required", "certificate required", "handshake_failure", "bad_certificate")
_UNKNOWN = "comes from an unknown authority: give that authority with endpoint.ca_file"
_IN_BETWEEN = f"{_UNKNOWN}, or have the server send the certificates in between"
_NO_ISSUER = "was issued by one that may not issue certificates: have another issued by a proper authority"
_WEAK = "has a key or signature in its chain that is too weak: have it issued anew, with RSA of 2048 bits and SHA-256"
_NOT_FOR_SERVERS = "is not one for servers: have one issued for server authentication (extended key usage serverAuth)"
_OTHER_NAME = "is not for {name}: check endpoint.url, or say with endpoint.server_name which name the certificate has"
_NOT_ALLOWED = "is for a name that its authority may not certify: have it issued by another authority"
_REFUSED = {
    2: _UNKNOWN,
    7: "does not bear its issuer's signature: give the newest certificate of that authority with endpoint.ca_file",
    9: "is not valid yet: check this machine's clock, and the certificate",
    10: "has expired: have it renewed (or check this machine's clock)",
    18: "is signed by itself: give it, or its issuer, with endpoint.ca_file",
    19: _UNKNOWN,
    20: _IN_BETWEEN,
    21: _IN_BETWEEN,
    23: "has been revoked: have it replaced",
    24: _NO_ISSUER,
    25: _NO_ISSUER,
    26: _NOT_FOR_SERVERS,
    32: _NO_ISSUER,
    37: _NO_ISSUER,
    39: _NOT_FOR_SERVERS,
    47: _NOT_ALLOWED,
    48: _NOT_ALLOWED,
    62: _OTHER_NAME,
    64: _OTHER_NAME,
    66: _WEAK,
    67: _WEAK,
    68: _WEAK,
    79: _NO_ISSUER,
}
"""By OpenSSL's verify code (X509_verify_cert_error_string), what is wrong with a certificate and what to change."""
_ELSE = "is not accepted: have one issued without that, or go without verification (endpoint.verify = false)"


def secured(sock: socket.socket, tls: Tls, host: str, deadline: float) -> tuple[ssl.SSLSocket, str]:
    """The socket under TLS, and what is known of its certificate; raises `CannotConnect`."""
    name = tls.server_name or host
    try:
        context = _context(tls)
    except OSError as error:  # what the profile names was there when it was read
        check = "check endpoint.ca_file, the client certificate, and SSLKEYLOGFILE in the environment"
        raise CannotConnect(Rung.TLS, str(trouble(error, "it cannot be set up", check))) from None
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
    known = None if isinstance(error, ssl.SSLError | ConnectionError) else explained(error)
    return CannotConnect(Rung.TLS, said(error, tls) if known is None else str(known))


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
    """The same on every Python: the default of 3.13 is stricter than OpenSSL's own, and refuses old authorities."""
    context = ssl.create_default_context(cafile=tls.ca_file)
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # any certificate in ca_file is an authority
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
    what = _REFUSED.get(error.verify_code, _ELSE).format(name=name)
    return f"the server's certificate {what} (OpenSSL: {error.verify_message.rstrip('.')})"


def _described(secure: ssl.SSLSocket, tls: Tls) -> str:
    version = secure.version() or "TLS"
    certificate = secure.getpeercert()
    if not tls.verify or not certificate:
        return f"{version}, certificate not verified (endpoint.verify = false)"
    fields: Any = certificate.get("issuer", ())  # tuples of tuples of pairs
    issuer = dict(pair for field in fields for pair in field)
    who = issuer.get("organizationName") or issuer.get("commonName") or "an unnamed issuer"
    return f"{version}, certificate issued by {who}, valid until {certificate.get('notAfter')}"
