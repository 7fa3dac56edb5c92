"""Pairs of keys in files, as whoever signs evidence has them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

KINDS: dict[str, Callable[[], Any]] = {
    "Ed25519": ed25519.Ed25519PrivateKey.generate,
    "ECDSA P-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ECDSA P-384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "ECDSA P-521": lambda: ec.generate_private_key(ec.SECP521R1()),
}


@dataclass(frozen=True)
class Keys:
    """A pair of keys in files."""

    private: Path
    public: Path


def keys(folder: Path, kind: str = "Ed25519", name: str = "key") -> Keys:
    """A new pair in a folder: `key.pem` and `key.pub.pem`."""
    made, pair = KINDS[kind](), Keys(folder / f"{name}.pem", folder / f"{name}.pub.pem")
    pair.private.write_bytes(pem(made))
    pair.public.write_bytes(public_pem(made))
    return pair


def pem(made: Any, *, phrase: bytes | None = None, form: PrivateFormat = PrivateFormat.PKCS8) -> bytes:
    """A private key as its file holds it."""
    return bytes(made.private_bytes(Encoding.PEM, form, BestAvailableEncryption(phrase) if phrase else NoEncryption()))


def public_pem(made: Any) -> bytes:
    """The public key of a private one as its file holds it."""
    return bytes(made.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
