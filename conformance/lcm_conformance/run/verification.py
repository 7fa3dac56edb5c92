"""Checks an evidence bundle and has it judged again: no endpoint is asked, and nothing that it holds is trusted.

Called by `verify`. Only where nothing in the archive is other than what is attested is its transcript judged.
"""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, BinaryIO

from lcm_conformance.catalogue.verdict import UsageError
from lcm_conformance.report.archive import Archive, Broken
from lcm_conformance.report.attestation import statement, written
from lcm_conformance.report.bundle import BARE, NEEDED, RESULT, SIGNED, TRANSCRIPT
from lcm_conformance.run.rejudging import Rejudged, judged_again, then_of

if TYPE_CHECKING:
    from lcm_conformance.report.signature import AuthorKey

_HEAD, _TAIL = 4096, 2**20
_LONGEST = 256 * 2**20  # bytes of a member that is held in memory
_TELLING = 16  # characters of a key's ID that are shown


@dataclass(frozen=True)
class Verification:
    """What came of it. `faults` say what was tampered with, `unproven` why it is not of the author that it should be.

    Then it was not judged again. `signature` is what is known of the author, `members` how many are attested.
    """

    faults: tuple[str, ...] = ()
    unproven: str = ""
    signature: str = ""
    members: int = 0
    again: Rejudged | None = None

    @property
    def status(self) -> int:
        """The exit status of the contract."""
        return 1 if self.again is None or self.again.differences else 0


@dataclass(frozen=True)
class _Attested:
    """What the first member says: the text of the statement, and the envelope around it, if there is one."""

    text: bytes
    envelope: Any = None


def verify(path: Path, key: AuthorKey | None = None) -> Verification:
    """Check a bundle; raises `UsageError` where the file cannot be read, or is no bundle."""
    with _opened(path) as file:
        if not _looks_like_a_bundle(file):
            raise UsageError(f"{path} is no evidence bundle: name a file that --bundle wrote")
        try:
            return _verified(Archive(file), key)
        except Broken as error:
            return Verification(faults=(str(error),))


def _opened(path: Path) -> BinaryIO:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise UsageError(f"{path} is no file: name one that --bundle wrote")
        return path.open("rb")
    except (OSError, ValueError) as error:
        said = (error.strerror or "it cannot be read") if isinstance(error, OSError) else "it is no path"
        raise UsageError(f"cannot read {path}: {said}: name a file that --bundle wrote") from None


def _looks_like_a_bundle(file: BinaryIO) -> bool:
    """Whether it is one, or was one before somebody changed it: then that is said, not that it is none."""
    head = file.read(_HEAD)
    size = file.seek(0, 2)
    file.seek(max(0, size - _TAIL))
    tail = file.read(_TAIL)
    is_zip = head.startswith(b"PK\3\4") or tail[-22:].startswith(b"PK\5\6")
    names = (BARE, SIGNED, TRANSCRIPT)
    return is_zip and any(name.encode() in part for name in names for part in (head, tail))


def _verified(archive: Archive, key: AuthorKey | None) -> Verification:
    attested = _attested(archive)
    digests, faults = _digests(archive, attested)
    result = _json(archive.content(RESULT, _LONGEST), RESULT)
    faults = faults or list(_statement_faults(attested, result, digests))
    signature, unproven = _signature(attested, key)
    if not faults:
        archive.check_form()
    checked = Verification(tuple(faults), unproven, signature, len(digests))
    return checked if faults or unproven else replace(checked, again=_judged_again(archive, result))


def _attested(archive: Archive) -> _Attested:
    """The statement, which is the first member; raises `Broken`."""
    found = [name for name in archive.names if name in {BARE, SIGNED}]
    if len(found) != 1 or archive.names[0] != found[0]:
        raise Broken("it has no statement about its members, or not in the first place")
    text = archive.content(found[0], _LONGEST)
    if found == [BARE]:
        return _Attested(text)
    from lcm_conformance.report.signature import envelope_of  # noqa: PLC0415  it brings the libraries along

    value = _json(text, SIGNED)
    envelope = envelope_of(value)
    if envelope is None or written(value).encode("utf-8", "backslashreplace") != text:
        raise Broken(f"{SIGNED} is no envelope with one signature")
    return _Attested(envelope.payload, envelope)


def _digests(archive: Archive, attested: _Attested) -> tuple[dict[str, str], list[str]]:
    """The SHA-256 of each member, and which of them are not as attested, missing or added."""
    name = BARE if attested.envelope is None else SIGNED
    said = _subjects(_json(attested.text, name), name)
    digests, faults = {}, []
    for member in archive.names[1:]:
        try:
            digests[member] = archive.digest(member)
        except Broken as error:
            faults.append(str(error))
            continue
        if member not in said:
            faults.append(f"{member} was added: the statement does not know it")
        elif digests[member] != said[member]:
            faults.append(f"{member} was changed: its SHA-256 is not what the statement says")
    there = set(archive.names)
    missing = [member for member in dict.fromkeys((*said, *NEEDED)) if member not in there]
    if RESULT in missing:
        raise Broken(f"{RESULT} is missing")
    return digests, [*faults, *(f"{member} is missing" for member in missing)]


def _subjects(said: Any, name: str) -> dict[str, str]:
    try:
        return {str(row["name"]): str(row["digest"]["sha256"]) for row in said["subject"]}
    except (KeyError, TypeError):
        raise Broken(f"{name} is no statement about members") from None


def _statement_faults(attested: _Attested, result: Any, digests: Mapping[str, str]) -> Iterator[str]:
    """The statement must be, byte for byte, the one that follows from the result and the digests."""
    try:
        then_of(result)
        due = written(statement(result, digests)).encode("utf-8", "backslashreplace")
    except (KeyError, TypeError, ValueError):
        yield f"{RESULT} is not a whole result"
        return
    if due != attested.text:
        yield "the statement says something else than the result"


def _signature(attested: _Attested, key: AuthorKey | None) -> tuple[str, str]:
    """What is known of the author, and why it is not who it should be; empty where it is, or nobody said who."""
    if attested.envelope is None:
        return "none: it proves no author", "" if key is None else "it is not signed"
    from lcm_conformance.report.signature import is_signed_by  # noqa: PLC0415  it brings the libraries along

    (named,) = attested.envelope.signatures
    if key is None:
        return f"not checked: --key PUB.pem says whether it is by that key ({str(named)[:_TELLING]}…)", ""
    if is_signed_by(attested.envelope, key):
        return f"valid, by the key {key.keyid[:_TELLING]}…", ""
    return "not valid", "the signature is not by that key, or not of this statement"


def _judged_again(archive: Archive, result: Mapping[str, Any]) -> Rejudged:
    with TemporaryDirectory() as folder:
        transcript = Path(folder) / TRANSCRIPT
        archive.extract(TRANSCRIPT, transcript)
        try:
            return judged_again(then_of(result), str(result["suite"].get("version")), transcript)
        except UsageError as error:
            line = str(error).replace(str(transcript), TRANSCRIPT)
            raise Broken(f"its transcript cannot be judged again: {line}") from None


def _json(content: bytes, name: str) -> Any:
    try:
        return json.loads(content, object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Broken(f"{name} is no JSON, or says something twice") from None


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no number (RFC 8259)")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object in which no name stands twice: of two verdicts one reader takes the first, another the last."""
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a name stands twice")
    return members
