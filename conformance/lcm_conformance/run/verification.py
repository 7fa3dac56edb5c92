"""Checks an evidence bundle and judges it again: no endpoint is asked, and nothing that it holds is trusted.

Called by `verify`. Only where nothing in the archive is other than what is attested is its transcript judged.
"""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, BinaryIO

from lcm_conformance.catalogue.verdict import UsageError
from lcm_conformance.judge.comparison import compare
from lcm_conformance.judge.past import Past, PastClause, as_past
from lcm_conformance.judge.result import Result
from lcm_conformance.report.archive import Archive, Broken
from lcm_conformance.report.attestation import statement, written
from lcm_conformance.report.bundle import BARE, NEEDED, RESULT, SIGNED, TRANSCRIPT
from lcm_conformance.report.past_file import past_of
from lcm_conformance.run.judge_settings import settings_for
from lcm_conformance.run.judging import result_of
from lcm_conformance.run.recorded import read

if TYPE_CHECKING:
    from lcm_conformance.report.signature import AuthorKey

_HEAD, _TAIL = 4096, 2**20
_LONGEST = 256 * 2**20  # bytes of a member that is held in memory
_NO_JSON = (ValueError, RecursionError)
_NO_RESULT = (KeyError, TypeError, ValueError, AttributeError, OverflowError)
_TELLING = 16  # characters of a key's ID that are shown


@dataclass(frozen=True)
class Verification:
    """What came of it. `faults` say what was tampered with, `unproven` why it is not of the author that it should be.

    Then it is not judged again, and `then` and `now` are None. `differences` say what is judged otherwise now,
    `changes` which clauses another catalogue has; `signature` is what is known of the author.
    """

    faults: tuple[str, ...] = ()
    unproven: str = ""
    differences: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    signature: str = ""
    members: int = 0
    suite: str = ""
    then: Past | None = field(default=None, repr=False)
    now: Past | None = field(default=None, repr=False)

    @property
    def other_catalogue(self) -> bool:
        """Whether the clauses are not those of then."""
        return self.then is not None and self.now is not None and self.then.catalogue != self.now.catalogue

    @property
    def status(self) -> int:
        """The exit status of the contract."""
        return 1 if self.faults or self.unproven or self.differences else 0


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
        return _verified(file, key)


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


def _verified(file: BinaryIO, key: AuthorKey | None) -> Verification:
    try:
        archive = Archive(file)
        attested = _attested(archive)
        digests, faults = _digests(archive, attested)
        result = _json(archive.content(RESULT, _LONGEST), RESULT)
        if not faults:
            faults += _statement_faults(attested, result, digests)
        signature, unproven = _signature(attested, key)
        if not faults:
            archive.check_form()
    except Broken as error:
        return Verification(faults=(str(error),))
    if faults or unproven:
        return Verification(faults=tuple(faults), unproven=unproven, signature=signature)
    return _judged_again(archive, result, Verification(signature=signature, members=len(digests)))


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
    faults += [f"{member} is missing" for member in missing]
    if RESULT in missing:
        raise Broken(f"{RESULT} is missing")
    return digests, faults


def _subjects(said: Any, name: str) -> dict[str, str]:
    try:
        return {str(row["name"]): str(row["digest"]["sha256"]) for row in said["subject"]}
    except (KeyError, TypeError):
        raise Broken(f"{name} is no statement about members") from None


def _statement_faults(attested: _Attested, result: Any, digests: Mapping[str, str]) -> Iterator[str]:
    """The statement must be, byte for byte, the one that follows from the result and the digests."""
    try:
        due = written(statement(result, digests)).encode("utf-8", "backslashreplace")
    except _NO_RESULT:
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


def _judged_again(archive: Archive, result: Any, checked: Verification) -> Verification:
    """What its transcript comes to now, compared with what its result says."""
    try:
        then = past_of(result)
        if len(then.clauses) < len(result["clauses"]):
            raise ValueError("a clause stands twice")
    except _NO_RESULT:
        return Verification(faults=(f"{RESULT} is not a whole result",))
    with TemporaryDirectory() as folder:
        transcript = Path(folder) / TRANSCRIPT
        archive.extract(TRANSCRIPT, transcript)
        try:
            judged = _judged(transcript)
        except UsageError as error:
            line = str(error).replace(str(transcript), TRANSCRIPT)
            return Verification(faults=(f"its transcript cannot be judged again: {line}",))
    now = as_past(judged)
    differences, changes = list(_differences(then, now)), list(_changes(then, now))
    if then.catalogue == now.catalogue:  # then no clause can have come or gone
        differences, changes = [*differences, *changes], []
    suite = str(result["suite"].get("version"))
    return replace(checked, differences=tuple(differences), changes=tuple(changes), suite=suite, then=then, now=now)


def _judged(transcript: Path) -> Result:
    settings = settings_for((str(transcript),), None, None, {})
    return result_of(settings, read(settings.files, settings.capture))


def _differences(then: Past, now: Past) -> Iterator[str]:
    """What the verdict of now says otherwise, from the whole to the single clauses."""
    for what, before, after in (
        ("the verdict", then.verdict, now.verdict),
        ("Campaign Manager", then.cm_version, now.cm_version),
        ("whether the run ended", str(then.complete).lower(), str(now.complete).lower()),
    ):
        if before != after:
            yield f"{what}  {before} → {after}"
    changed = compare(then, now)
    for change in (*changed.worse, *changed.better, *changed.beside, *changed.readings):
        yield f"{change.what}  {change.before} → {change.after}"
    for clause in (name for name in then.clauses if name in now.clauses):
        yield from _excused_otherwise(then.clauses[clause], now.clauses[clause])


def _excused_otherwise(then: PastClause, now: PastClause) -> Iterator[str]:
    for word, before, after in (("accepted", then.known, now.known), ("waived", then.waived, now.waived)):
        if (before is None) != (after is None):
            yield f"{then.id}  {'' if before else 'not '}{word} → {'' if after else 'not '}{word}"


def _changes(then: Past, now: Past) -> Iterator[str]:
    yield from (f"{clause} is new" for clause in now.clauses if clause not in then.clauses)
    yield from (f"{clause} is no clause any more" for clause in then.clauses if clause not in now.clauses)


def _json(content: bytes, name: str) -> Any:
    try:
        return json.loads(content, object_pairs_hook=_once)
    except _NO_JSON:
        raise Broken(f"{name} is no JSON, or says something twice") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object in which no name stands twice: of two verdicts one reader takes the first, another the last."""
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a name stands twice")
    return members
