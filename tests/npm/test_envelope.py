"""The envelope of a signed bundle, as sigstore's verifier for Node.js checks it by a public key."""

from __future__ import annotations

import base64
import json
import subprocess
import zipfile
from pathlib import Path

import pytest
from command import CHECKOUT
from ended import called
from signing import keys

VERIFY = """
import { readFileSync } from "node:fs";
const [, bundles, verifiers, envelopeFile, keyFile] = process.argv;
const { bundleFromJSON } = (await import(bundles)).default;
const { toSignedEntity, toTrustMaterial, Verifier } = (await import(verifiers)).default;
const dsseEnvelope = JSON.parse(readFileSync(envelopeFile, "utf-8"));
const hint = dsseEnvelope.signatures[0].keyid;
const bundle = bundleFromJSON({
  mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
  verificationMaterial: { publicKey: { hint } },
  dsseEnvelope,
});
const rawBytes = Buffer.from(readFileSync(keyFile, "utf-8").replace(/-----[^-]+-----|\\s/g, ""), "base64");
const none = { certificateAuthorities: [], timestampAuthorities: [], tlogs: [], ctlogs: [] };
const trusted = toTrustMaterial(none, { [hint]: { rawBytes } });
try {
  new Verifier(trusted, { tlogThreshold: 0, timestampThreshold: 0 }).verify(toSignedEntity(bundle));
} catch (error) { console.log(error.code); process.exit(1); }
console.log(JSON.parse(bundle.content.dsseEnvelope.payload).predicateType);
"""


def checked(packages: Path, envelope: Path, key: Path) -> tuple[int, str]:
    """Status and output of sigstore's verifier."""
    modules = [(packages / "@sigstore" / name / "dist" / "index.js").as_uri() for name in ("bundle", "verify")]
    command = ["node", "--input-type=module", "-e", VERIFY, *modules, envelope, key]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert ended.stderr == ""
    return ended.returncode, ended.stdout.strip()


@pytest.mark.parametrize("kind", ["Ed25519", "ECDSA P-256"])
def test_sigstore_accepts_it_and_nothing_that_was_changed(npm_packages: Path, tmp_path: Path, kind: str) -> None:
    ours, foreign = keys(tmp_path, kind), keys(tmp_path, kind, "foreign")
    har = CHECKOUT / "tests" / "har" / "widget.har"
    called(
        tmp_path, "judge", har, "--cm-version", "2308", "--no-allure-html", "--bundle", "e.zip", "--sign", ours.private
    )
    with zipfile.ZipFile(tmp_path / "e.zip") as archive:
        envelope = json.loads(archive.read("statement.dsse.json"))
    written = tmp_path / "envelope.json"
    written.write_text(json.dumps(envelope), encoding="utf-8")
    assert checked(npm_packages, written, ours.public) == (0, "https://in-toto.io/attestation/test-result/v0.1")
    assert checked(npm_packages, written, foreign.public) == (1, "SIGNATURE_ERROR")
    changed = base64.b64decode(envelope["payload"]).replace(b"FAILED", b"PASSED")
    written.write_text(json.dumps(envelope | {"payload": base64.b64encode(changed).decode()}), encoding="utf-8")
    assert checked(npm_packages, written, ours.public) == (1, "SIGNATURE_ERROR")
