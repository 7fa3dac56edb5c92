"""How a report reaches the disk: whole or not at all. Called by the writers of single files."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

_DRAFT = ".lcm-conformance-"
_DESCRIPTORS = Path("/proc/self/fd")

# Legal inside a JSON string, but line ends to some readers of one-line-a-record files.
_LINE_ENDS = {0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def write_whole(path: Path, text: str | Iterable[str], synced: bool = True) -> None:
    """Write `text` as UTF-8, whole or not at all.

    It comes in pieces where the whole of it is too long to be held.
    A lone surrogate cannot be encoded; it is written as its escape, which inside a JSON string
    is the very same character.
    """
    with whole_file(path, synced) as file:
        for piece in [text] if isinstance(text, str) else text:
            file.write(piece.encode("utf-8", "backslashreplace"))


@contextmanager
def whole_file(path: Path, synced: bool = True) -> Iterator[BinaryIO]:
    """A file to fill, so that nobody ever sees half of it, and a failure leaves the old one.

    `synced` outlasts a power cut, and takes time.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{_DRAFT}{path.name}.{secrets.token_hex(4)}")
    nameless = _nameless(path.parent)
    try:
        # Not tempfile: its files can be read by their owner alone, and a report is read by others.
        with draft.open("xb") if nameless is None else nameless as file:
            yield file
            file.flush()
            if synced:
                os.fsync(file.fileno())
            if nameless is not None:
                # In a folder that is given by its descriptor, or Python would link to the link.
                os.link(_DESCRIPTORS / str(file.fileno()), draft.absolute(), src_dir_fd=file.fileno())
        draft.replace(path)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def clear_drafts(folder: Path) -> None:
    """Take away what a run that was killed had begun to write."""
    for draft in (draft for pattern in (f"{_DRAFT}*", f"*/{_DRAFT}*") for draft in folder.glob(pattern)):
        draft.unlink(missing_ok=True)


def _nameless(folder: Path) -> BinaryIO | None:
    """A file that has no name until it is whole, where the system knows such (Linux): a kill leaves nothing of it."""
    if not _DESCRIPTORS.is_dir():
        return None
    try:
        return open(os.open(folder, os.O_TMPFILE | os.O_WRONLY | os.O_CLOEXEC, 0o666), "wb")
    except (OSError, AttributeError):
        return None


def json_text(value: object, indent: int | None = None) -> str:
    """`value` as JSON text (RFC 8259: NaN is refused), readable by people and safe to cut into lines."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent).translate(_LINE_ENDS)


def utc(moment: datetime) -> datetime:
    """A moment in UTC; one without a zone is taken as UTC already."""
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def rfc3339(moment: datetime) -> str:
    """A moment as RFC 3339 in UTC with milliseconds."""
    return utc(moment).isoformat(timespec="milliseconds").replace("+00:00", "Z")
