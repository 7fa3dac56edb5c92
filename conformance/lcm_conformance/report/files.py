"""How a report reaches the disk: whole or not at all. Called by the writers of single files."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

# Legal inside a JSON string, but line ends to some readers of one-line-a-record files.
_LINE_ENDS = {0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def write_whole(path: Path, text: str | Iterable[str]) -> None:
    """Write `text` as UTF-8 so that nobody ever sees half a file, and a failure leaves the old one.

    It comes in pieces where the whole of it is too long to be held.
    A lone surrogate cannot be encoded; it is written as its escape, which inside a JSON string
    is the very same character.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not tempfile: its files can be read by their owner alone, and a report is read by others.
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        with draft.open("xb") as file:
            for piece in [text] if isinstance(text, str) else text:
                file.write(piece.encode("utf-8", "backslashreplace"))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def json_text(value: object, indent: int | None = None) -> str:
    """`value` as JSON text (RFC 8259: NaN is refused), readable by people and safe to cut into lines."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent).translate(_LINE_ENDS)


def utc(moment: datetime) -> datetime:
    """A moment in UTC; one without a zone is taken as UTC already."""
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def rfc3339(moment: datetime) -> str:
    """A moment as RFC 3339 in UTC with milliseconds."""
    return utc(moment).isoformat(timespec="milliseconds").replace("+00:00", "Z")
