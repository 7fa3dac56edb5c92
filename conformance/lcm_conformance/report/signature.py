"""Signs a bundle's statement, and checks signatures: a DSSE envelope, by Ed25519 or ECDSA, as securesystemslib does it.

Whoever needs it imports it late: a run that signs nothing must not pay for its libraries. What is in a key file is
never shown.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any, TypeVar

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import Error
from securesystemslib.signer import CryptoSigner, SSlibKey

from lcm_conformance.catalogue.verdict import UsageError
from lcm_conformance.report.attestation import PAYLOAD_TYPE

T = TypeVar("T")
Author = CryptoSigner
AuthorKey = SSlibKey

_LONGEST_KEY = 65_536  # bytes
_KINDS = "Ed25519 or ECDSA (P-256, P-384, P-521)"
_MAKE = "`openssl genpkey -algorithm ed25519 -out KEY.pem` makes one"
_READ = "`openssl pkey -in KEY.pem -pubout -out PUB.pem` writes it"


def author(path: Path) -> Author:
    """The private key that signs; raises `UsageError`."""
    what = f"--sign {path}"
    content = _content(path, what)
    try:
        key = _loaded(lambda: load_pem_private_key(content, None))
    except TypeError:
        raise UsageError(f"{what} has a passphrase: name a key without one") from None
    if not isinstance(key, Ed25519PrivateKey | EllipticCurvePrivateKey):
        raise UsageError(f"{what} is no private key of {_KINDS} in PEM: {_MAKE}")
    try:
        return CryptoSigner(key)
    except ValueError:
        raise UsageError(f"{what} is of a curve that cannot sign here: take {_KINDS}") from None


def author_key(path: Path) -> AuthorKey:
    """The public key of whoever is said to have signed; raises `UsageError`."""
    what = f"--key {path}"
    content = _content(path, what)
    if b"PRIVATE KEY" in content:
        raise UsageError(f"{what} is a private key: name the public one; {_READ}")
    key = _loaded(lambda: load_pem_public_key(content))
    if not isinstance(key, Ed25519PublicKey | EllipticCurvePublicKey):
        raise UsageError(f"{what} is no public key of {_KINDS} in PEM: {_READ}")
    try:
        return SSlibKey.from_crypto(key)
    except ValueError:
        raise UsageError(f"{what} is of a curve that cannot be checked here: take {_KINDS}") from None


def signed(payload: bytes, by: Author) -> dict[str, Any]:
    """The DSSE envelope around a statement."""
    envelope = Envelope(payload, PAYLOAD_TYPE, {})
    envelope.sign(by)
    return dict(envelope.to_dict())


def envelope_of(value: Any) -> Envelope | None:
    """The envelope that a JSON value is, if it is one as `signed` makes them: one signature, written in one way."""
    try:
        envelope = Envelope.from_dict(deepcopy(value))
        is_ours = envelope.payload_type == PAYLOAD_TYPE and len(envelope.signatures) == 1
        return envelope if is_ours and envelope.to_dict() == value else None
    except (Error, AttributeError, KeyError, TypeError, ValueError):
        return None


def is_signed_by(envelope: Envelope, key: AuthorKey) -> bool:
    """Whether the signature is this key's, over what is in the envelope."""
    try:
        envelope.verify([key], 1)
    except Error:
        return False
    return True


def _content(path: Path, what: str) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_LONGEST_KEY)
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) else "it is no path"
        raise UsageError(f"cannot read {what}: {said}") from None


def _loaded(load: Callable[[], T]) -> T | None:
    """What is in a key file; None where that is nothing that can be used."""
    try:
        return load()
    except (ValueError, UnsupportedAlgorithm):
        return None
