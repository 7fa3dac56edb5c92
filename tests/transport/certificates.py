"""Certificates that are unusual or wrong in one way, made with `cryptography`, for a real TLS server."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Extension = tuple[x509.ExtensionType, bool]
AUTHORITY: tuple[Extension, ...] = ((x509.BasicConstraints(ca=True, path_length=None), True),)
LEAF: tuple[Extension, ...] = ((x509.SubjectAlternativeName([x509.DNSName("localhost")]), False),)
FOR_CLIENTS: tuple[Extension, ...] = (*LEAF, (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False))
NO_AUTHORITY: tuple[Extension, ...] = ((x509.BasicConstraints(ca=False, path_length=None), True),)
ELSEWHERE: tuple[Extension, ...] = (
    *AUTHORITY,
    (x509.NameConstraints(permitted_subtrees=[x509.DNSName("example.test")], excluded_subtrees=None), True),
)


@dataclass(frozen=True)
class Certificate:
    """One certificate with its key, and those that a server sends along."""

    x509: x509.Certificate
    key: rsa.RSAPrivateKey
    along: tuple[x509.Certificate, ...] = ()

    def write_pem(self, path: Path) -> Path:
        """The certificate alone."""
        path.write_bytes(self.x509.public_bytes(serialization.Encoding.PEM))
        return path

    def configure_cert(self, context: ssl.SSLContext, folder: Path) -> None:
        """Have a server show it."""
        chain, key = folder / "chain.pem", folder / "chain.key"
        encoding = serialization.Encoding.PEM
        chain.write_bytes(b"".join(each.public_bytes(encoding) for each in (self.x509, *self.along)))
        plain = serialization.NoEncryption()
        key.write_bytes(self.key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain))
        context.set_ciphers("DEFAULT:@SECLEVEL=0")  # a server may show what its clients refuse
        context.load_cert_chain(chain, key)


def issued(
    name: str,
    by: Certificate | None = None,
    extensions: Iterable[Extension] = LEAF,
    bits: int = 2048,
    signed_by: Certificate | None = None,
    along: tuple[Certificate, ...] = (),
) -> Certificate:
    """A certificate, of itself where `by` is None, with these extensions and no others."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.x509.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    signer = signed_by or by
    signed = builder.sign(signer.key if signer else key, hashes.SHA256())
    return Certificate(signed, key, tuple(each.x509 for each in along))
