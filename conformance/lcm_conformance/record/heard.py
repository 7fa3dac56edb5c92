"""What somebody else recorded: frames and events of sessions, before anybody knows which request is which. Pure."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from heapq import merge
from typing import Any

from lcm_conformance.record.transcript import Kind

_YEARS = range(1971, 9000)


@dataclass(frozen=True)
class Heard:
    """One frame or event of a session. Without a `kind` it says only that the session was listened to until then."""

    at: datetime
    session: str
    kind: Kind | None
    frame: str | None = field(default=None, repr=False)
    binary: bool = False
    agent: str | None = None
    note: str | None = field(default=None, repr=False)


def heard_in(line: Mapping[str, Any], session: str) -> Heard:
    """What a line of a capture says; `session` is the one it is of where it names none.

    Raises `ValueError`, `KeyError` or `TypeError` where it says nothing.
    """
    kind, frame, binary = Kind(line["event"]), line.get("frame"), "binary" in line
    if binary:
        frame = decoded(line["binary"])
    if not isinstance(frame, str) and kind in {Kind.SENT, Kind.RECEIVED}:
        raise TypeError("a frame is none")
    agent, note = (None if line.get(name) is None else str(line[name]) for name in ("agent", "note"))
    return Heard(moment(line["at"]), str(line.get("session", session)), kind, frame, binary, agent, note)


def decoded(text: str) -> str:
    """The bytes of a binary frame, one character each, from Base64; raises `ValueError` or `TypeError`."""
    try:
        return base64.b64decode(text, validate=True).decode("latin-1")
    except binascii.Error:
        raise ValueError("no Base64") from None


def moment(text: str) -> datetime:
    """A date and time; raises `ValueError` or `TypeError`."""
    at = datetime.fromisoformat(text)
    if at.year not in _YEARS:
        raise ValueError("no date of this age")
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def in_order(heard: Iterable[Heard]) -> list[tuple[float, Heard]]:
    """All of it by time, with the seconds since the beginning; within a session the order stays as it was.

    Where a session's clock jumps back it stands still instead.
    """
    sessions: dict[str, list[Heard]] = {}
    for one in heard:
        sessions.setdefault(one.session, []).append(one)
    first = min((one.at for row in sessions.values() for one in row[:1]), default=None)
    if first is None:
        return []
    rows = [list(_timed(row, first)) for row in sessions.values()]
    return list(merge(*rows, key=lambda timed: timed[0]))


def _timed(row: Iterable[Heard], first: datetime) -> Iterator[tuple[float, Heard]]:
    now = 0.0
    for one in row:
        now = max(now, (one.at - first).total_seconds())
        yield now, one
