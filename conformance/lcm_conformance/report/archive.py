"""The one form of an evidence bundle: a ZIP of which every byte follows from the names and contents of its members.

Its first member is the statement about the others, which stand in the order of their names.
Called by whoever writes or checks a bundle. An archive is in that form if packing its contents anew makes the same
bytes. Nothing is compressed: one zlib makes other bytes than the next, and what is stored is never a bomb.
"""

from __future__ import annotations

import hashlib
import io
import re
import shutil
import struct
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, BinaryIO
from zipfile import ZIP_STORED, BadZipFile, LargeZipFile, ZipFile, ZipInfo

from lcm_conformance.catalogue.verdict import UsageError

_DATE = (1980, 1, 1, 0, 0, 0)
_ATTRIBUTES = 0o100644 << 16  # a plain file
_UNIX = 3
_PART = r"(?!\.{1,2}(?:/|\Z))[A-Za-z0-9._-]+"
_NAME = re.compile(rf"{_PART}(?:/{_PART})*\Z")
_LONGEST_NAME = 200
_END = struct.Struct("<4s4H2LH")
_LARGE = 20  # bytes, before the end, of what points to the directory of a ZIP that is larger than a plain one
_LONGEST_DIRECTORY = 16 * 2**20
_PIECE = 2**20
_UNREADABLE = (BadZipFile, ValueError, OverflowError, EOFError, RuntimeError, struct.error, OSError)


class Broken(Exception):
    """An archive, or a member of it, that is not as a bundle's is: one line that says what is wrong."""


@dataclass(frozen=True)
class Member:
    """One file of a bundle: `size` in bytes, and how to open it."""

    name: str
    size: int
    open: Callable[[], IO[bytes]]

    def digest(self) -> str:
        """Its SHA-256, in hexadecimal digits."""
        digest = hashlib.sha256()
        with self.open() as content:
            while piece := content.read(_PIECE):
                digest.update(piece)
        return digest.hexdigest()


def text_member(name: str, text: str) -> Member:
    """A member that is made here."""
    content = text.encode("utf-8", "backslashreplace")
    return Member(name, len(content), lambda: io.BytesIO(content))


def file_member(name: str, path: Path) -> Member:
    """A member that is a file already."""
    return Member(name, path.stat().st_size, lambda: path.open("rb"))


def pack(file: BinaryIO, members: Iterable[Member]) -> None:
    """Write the archive; raises `UsageError` where it would be longer than a plain ZIP may be (2 GiB)."""
    try:
        with ZipFile(file, "w", ZIP_STORED, allowZip64=False) as archive:
            for member in members:
                about = ZipInfo(member.name, _DATE)
                about.create_system, about.external_attr, about.file_size = _UNIX, _ATTRIBUTES, member.size
                with member.open() as content, archive.open(about, "w") as packed:
                    shutil.copyfileobj(content, packed, _PIECE)
    except LargeZipFile:
        raise UsageError("what belongs into the bundle is longer than 2 GiB: ask or judge less at once") from None


class Archive:
    """An archive that was opened to be checked. It trusts nothing that the file says, and raises `Broken`."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._check_end()
        with _refusing("its directory is damaged"):
            self._zip = ZipFile(file)
        rows = self._zip.infolist()
        self.names = tuple(row.orig_filename for row in rows)
        for row in rows:
            _check(row)
        twice = [name for name, number in Counter(self.names).items() if number > 1]
        if twice:
            raise Broken(f"{twice[0]} stands in it twice")
        if sum(row.file_size for row in rows) > file.seek(0, io.SEEK_END):
            raise Broken("its members claim to be longer than it is")

    def digest(self, name: str) -> str:
        """The SHA-256 of a member."""
        with _refusing(f"{name} is damaged"):
            return self._member(name).digest()

    def content(self, name: str, most: int) -> bytes:
        """All of a member that is held in memory."""
        if self._member(name).size > most:
            raise Broken(f"{name} is longer than {most} bytes")
        with _refusing(f"{name} is damaged"), self._member(name).open() as content:
            return content.read()

    def extract(self, name: str, path: Path) -> None:
        """Write a member that was read before to a file of the caller's."""
        with self._member(name).open() as content, path.open("wb") as file:
            shutil.copyfileobj(content, file, _PIECE)

    def check_form(self) -> None:
        """Refuse what is not, byte for byte, what packing these members writes; they were read before."""
        if list(self.names[1:]) != sorted(self.names[1:]):
            raise Broken("its members do not stand in their order")
        with TemporaryFile() as again:
            pack(again, map(self._member, self.names))
            self._file.seek(0)
            again.seek(0)
            at = _first_difference(self._file, again)
        if at is not None:
            raise Broken(f"it is not in the one form that a bundle has, at byte {at + 1}")

    def _member(self, name: str) -> Member:
        row = self._zip.getinfo(name)
        return Member(name, row.file_size, lambda: self._zip.open(row))

    def _check_end(self) -> None:
        """What the last bytes say of the directory must fit before anything is read by it."""
        size = self._file.seek(0, io.SEEK_END)
        self._file.seek(max(0, size - _END.size - _LARGE))
        last = self._file.read(_END.size + _LARGE)
        if len(last) < _END.size:
            raise Broken("its end is missing")
        sign, *_, length, start, comment = _END.unpack(last[-_END.size :])
        if sign != b"PK\5\6" or comment or start + length + _END.size != size or last.startswith(b"PK\6\7"):
            raise Broken("its end is damaged, or something follows it")
        if length > _LONGEST_DIRECTORY:
            raise Broken("its directory is too long")


def _check(row: ZipInfo) -> None:
    """Refuse a member that is no plain, stored file below the folder in which somebody unpacks it."""
    name = row.orig_filename
    if len(name) > _LONGEST_NAME or not _NAME.match(name):
        raise Broken("it has a member whose name is none of a bundle's")
    if row.compress_type != ZIP_STORED or row.compress_size != row.file_size:
        raise Broken(f"{name} is compressed")
    if row.external_attr != _ATTRIBUTES or row.flag_bits:
        raise Broken(f"{name} is no plain file")


def _first_difference(one: IO[bytes], other: IO[bytes]) -> int | None:
    at = 0
    while True:
        here, there = one.read(_PIECE), other.read(_PIECE)
        if here != there:
            pairs = enumerate(zip(here, there, strict=False))
            return at + next((i for i, (a, b) in pairs if a != b), min(len(here), len(there)))
        if not here:
            return None
        at += len(here)


@contextmanager
def _refusing(line: str) -> Iterator[None]:
    """Whatever the library raises about a hostile archive, as the one line about it."""
    try:
        yield
    except _UNREADABLE:
        raise Broken(line) from None
