"""Which keys sign and check a bundle's statement, and what is said of those that cannot; nothing in them is shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa, x25519
from cryptography.hazmat.primitives.serialization import PrivateFormat
from lcm_conformance.catalogue.verdict import UsageError
from lcm_conformance.report.attestation import written
from lcm_conformance.report.signature import author, author_key, envelope_of, is_signed_by, signed
from signing import KINDS, keys, pem, public_pem

EDWARDS, CURVE = ed25519.Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP256R1())
KOBLITZ, RSA = ec.generate_private_key(ec.SECP256K1()), rsa.generate_private_key(65537, 2048)
PHRASE = "has a passphrase: name a key without one"
NO_KEY = (
    "is no private key of Ed25519 or ECDSA (P-256, P-384, P-521) in PEM: "
    "`openssl genpkey -algorithm ed25519 -out KEY.pem` makes one"
)
NO_PUBLIC = (
    "is no public key of Ed25519 or ECDSA (P-256, P-384, P-521) in PEM: "
    "`openssl pkey -in KEY.pem -pubout -out PUB.pem` writes it"
)
CANNOT_SIGN = {
    "a passphrase": (pem(EDWARDS, phrase=b"open sesame"), PHRASE),
    "a passphrase as of old": (pem(CURVE, phrase=b"open sesame", form=PrivateFormat.TraditionalOpenSSL), PHRASE),
    "RSA": (pem(RSA), NO_KEY),
    "no key to sign with": (pem(x25519.X25519PrivateKey.generate()), NO_KEY),
    "another curve": (pem(KOBLITZ), "is of a curve that cannot sign here: take Ed25519 or ECDSA (P-256, P-384, P-521)"),
    "a public key": (public_pem(EDWARDS), NO_KEY),
    "SSH's form": (pem(EDWARDS, form=PrivateFormat.OpenSSH), NO_KEY),
    "nothing": (b"", NO_KEY),
    "no text": (bytes(range(256)), NO_KEY),
    "a torn key": (pem(EDWARDS)[:60], NO_KEY),
}
CANNOT_CHECK = {
    "a private key": (
        pem(EDWARDS),
        "is a private key: name the public one; `openssl pkey -in KEY.pem -pubout -out PUB.pem` writes it",
    ),
    "RSA": (public_pem(RSA), NO_PUBLIC),
    "another curve": (
        public_pem(KOBLITZ), "is of a curve that cannot be checked here: take Ed25519 or ECDSA (P-256, P-384, P-521)",
    ),
    "nothing": (b"", NO_PUBLIC),
    "text": (b"ssh-ed25519 AAAA", NO_PUBLIC),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_what_one_key_signs_only_its_other_half_accepts(tmp_path: Path, kind: str) -> None:
    ours, others = keys(tmp_path, kind), keys(tmp_path, kind, "other")
    envelope = envelope_of(signed(b"it is so", author(ours.private)))
    assert envelope is not None
    assert envelope.payload == b"it is so"
    assert is_signed_by(envelope, author_key(ours.public))
    assert not is_signed_by(envelope, author_key(others.public))
    envelope.payload = b"it is not so"
    assert not is_signed_by(envelope, author_key(ours.public))


def test_a_name_of_a_key_is_no_signature(tmp_path: Path) -> None:
    """Whoever signs may call his key by the name of another."""
    ours, others = keys(tmp_path), keys(tmp_path, name="other")
    forged = signed(b"it is so", author(others.private))
    forged["signatures"][0]["keyid"] = author_key(ours.public).keyid
    envelope = envelope_of(forged)
    assert envelope is not None
    assert not is_signed_by(envelope, author_key(ours.public))


def test_a_key_in_the_older_form_signs_too(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(pem(CURVE, form=PrivateFormat.TraditionalOpenSSL))
    assert written(signed(b"", author(tmp_path / "key")))


@pytest.mark.parametrize(("content", "said"), CANNOT_SIGN.values(), ids=CANNOT_SIGN.keys())
def test_a_key_that_cannot_sign_is_wrong_use(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(UsageError) as refused:
        author(tmp_path / "key")
    assert str(refused.value) == f"--sign {tmp_path / 'key'} {said}"


@pytest.mark.parametrize(("content", "said"), CANNOT_CHECK.values(), ids=CANNOT_CHECK.keys())
def test_a_key_that_cannot_check_is_wrong_use(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(UsageError) as refused:
        author_key(tmp_path / "key")
    assert str(refused.value) == f"--key {tmp_path / 'key'} {said}"


def test_a_key_that_cannot_be_read_is_wrong_use(tmp_path: Path) -> None:
    for path, why in ((tmp_path / "gone", "No such file or directory"), (tmp_path, "Is a directory")):
        with pytest.raises(UsageError, match=f"^cannot read --sign {path}: {why}$"):
            author(path)
        with pytest.raises(UsageError, match=f"^cannot read --key {path}: {why}$"):
            author_key(path)
