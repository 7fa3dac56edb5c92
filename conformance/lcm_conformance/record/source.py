"""Lines of recorded traffic, out of a file, a compressed one or standard input. They are bytes: no line is trusted yet.

Called by whoever judges recorded traffic. What cannot be opened is wrong use; what cannot be read later on is told.
"""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from lcm_conformance.catalogue.verdict import UsageError

STANDARD_INPUT = "-"
LONGEST = 64 * 2**20
"""Bytes of a line that are read; no message bus takes a frame of that length."""

MOST = 256 * 2**20
"""Bytes of a file that must be read as a whole."""

_NAMED = 20
_GZIP = b"\x1f\x8b"
_ZIP = b"PK"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass
class Unread:
    """What could not be read: `count` places, of which the first twenty are named."""

    count: int = 0
    _named: list[str] = field(default_factory=list)

    def add(self, place: str, why: str) -> None:
        """One more, with the reason, which quotes nothing of it."""
        self.count += 1
        if self.count <= _NAMED:
            self._named.append(f"{place} {why}, and is left out")

    @property
    def lines(self) -> tuple[str, ...]:
        """A line for each that is named, and one for all others."""
        more = self.count - len(self._named)
        return (*self._named, *([f"{more} more lines could not be read, and are left out"] if more else ()))


@dataclass
class Source:
    """One opened file under the name that its user gave it; whoever opens it closes it."""

    name: str
    _stream: io.BufferedReader[Any] = field(repr=False)
    _file: io.BufferedIOBase = field(repr=False)

    def close(self) -> None:
        """Close it."""
        self._stream.close()
        self._file.close()

    @property
    def begins(self) -> bytes:
        """Its first bytes, which stay to be read; none where they cannot be."""
        try:
            return self._stream.peek(256)
        except (OSError, EOFError, zlib.error):
            return b""

    def content(self) -> bytes:
        """All of it; raises `ValueError` where it cannot be read or is longer than one file may be."""
        try:
            content = self._stream.read(MOST + 1)
        except (OSError, EOFError, zlib.error):
            raise ValueError("cannot be read to its end: it is damaged") from None
        if len(content) > MOST:
            raise ValueError(f"is longer than the {MOST} bytes that are read")
        return content

    def place(self, number: int) -> str:
        """Where a line stands: `FILE, line 7`."""
        return f"{self.name}, line {number}"

    def lines(self, unread: Unread, *, growing: bool = False) -> Iterator[tuple[int, bytes]]:
        """Each line that is not blank, with its number from 1; while the file is `growing`, only whole ones."""
        number, stream = 0, self._stream
        while True:
            try:
                line = stream.readline(LONGEST)
                if len(line) == LONGEST and not line.endswith(b"\n"):
                    _skip_line(stream)
                    unread.add(self.place(number + 1), f"is longer than {LONGEST} bytes")
                    line = b"\n"
            except (OSError, EOFError, zlib.error) as error:
                said = error.strerror if isinstance(error, OSError) and error.strerror else "the data is damaged"
                unread.add(self.place(number + 1), f"and what follows it cannot be read ({said})")
                return
            if not line or (growing and not line.endswith(b"\n")):
                return
            number += 1
            if line.strip():
                yield number, line


def opened(name: str) -> Source:
    """A file, `-` for standard input, either compressed by gzip or not; raises `UsageError`."""
    try:
        file = io.BufferedReader(_raw(name))
        begins = file.peek(2)[:2]
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) else "it is closed"
        raise UsageError(f"cannot read {_shown(name)}: {said}: name a recording") from error
    source = Source(_shown(name), _unpacked(file) if begins == _GZIP else file, file)
    if begins == _ZIP:
        source.close()
        raise UsageError(f"{source.name} is an archive: `lcm-conformance verify` judges a bundle, else unpack it first")
    if begins in _UTF_16:
        source.close()
        raise UsageError(f"{source.name} is UTF-16: save it as UTF-8")
    return source


def _unpacked(file: IO[bytes]) -> io.BufferedReader[Any]:
    return io.BufferedReader(gzip.GzipFile(fileobj=file))


def _raw(name: str) -> io.RawIOBase:
    if name != STANDARD_INPUT:
        return io.FileIO(name)
    if sys.stdin is None:
        raise ValueError("standard input is closed")
    buffer: IO[bytes] = sys.stdin.buffer
    return buffer if isinstance(buffer, io.RawIOBase) else io.FileIO(buffer.fileno(), closefd=False)


def _shown(name: str) -> str:
    return "standard input" if name == STANDARD_INPUT else name


def _skip_line(stream: io.BufferedIOBase) -> None:
    while (rest := stream.readline(LONGEST)) and not rest.endswith(b"\n"):
        pass
