"""What somebody else recorded: frames and events of sessions, before anybody knows which request is which. Pure."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from heapq import merge
from typing import Any, Literal

import msgspec

from lcm_conformance.record.transcript import Kind

_YEARS = range(1971, 9000)


class Heard(msgspec.Struct, frozen=True, gc=False):
    """One frame or event of a session. Without a `kind` it says only that the session was listened to until then."""

    at: datetime
    session: str
    kind: Kind | None
    frame: str | None = None
    binary: bool = False
    agent: str | None = None
    note: str | None = None

    def __repr__(self) -> str:
        return f"Heard(at={self.at!r}, session={self.session!r}, kind={self.kind!r}, agent={self.agent!r})"


class _Frame(msgspec.Struct, forbid_unknown_fields=True):
    """A line that says nothing but what was sent or received."""

    at: str
    event: Literal["sent", "received"]
    frame: str
    session: str | msgspec.UnsetType = msgspec.UNSET
    agent: str | None = None


_quickly = msgspec.json.Decoder(_Frame).decode
_KINDS = {"sent": Kind.SENT, "received": Kind.RECEIVED}


def heard_quickly(line: bytes, session: str) -> Heard | None:
    """What a line of a capture says, by a fast reader; None where it is not of the usual form, whatever it says then.

    A line that is read by it says the same to the thorough reader (`json_line.object_in` and `heard_in`).
    """
    try:
        row = _quickly(line)
        at = moment(row.at)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None
    said = row.session
    return Heard(at, session if said is msgspec.UNSET else said, _KINDS[row.event], row.frame, False, row.agent)


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


class NeedsAll(Exception):
    """Only who knows all that was heard can tell where this belongs."""


class Timeline:
    """Puts in order what is heard one by one, as `in_order` does; hands it on with the seconds since the beginning.

    What lies as it happened is handed on at once; else `add` raises `NeedsAll`.
    """

    def __init__(self, take: Callable[[float, Heard], None]) -> None:
        self._take = take
        self._begun: datetime | None = None
        self._clocks: dict[str, float] = {}
        self._now = 0.0
        self._held: list[Heard] = []

    def add(self, one: Heard) -> None:
        """What was heard next."""
        if self._begun is None:
            self._begun = one.at
        clock, before = (one.at - self._begun).total_seconds(), self._clocks.get(one.session)
        if before is None:
            if clock < 0:
                raise NeedsAll
        elif clock < before:
            clock = before
        self._clocks[one.session] = clock
        if clock != self._now:
            if clock < self._now:
                raise NeedsAll
            if len(self._held) == 1:
                self._take(self._now, self._held.pop())
            else:
                self.end()
            self._now = clock
        self._held.append(one)

    def end(self) -> None:
        """Nothing more was heard at this time."""
        if len(self._held) > 1:
            order = {session: number for number, session in enumerate(self._clocks)}
            self._held.sort(key=lambda one: order[one.session])
        for one in self._held:
            self._take(self._now, one)
        self._held.clear()


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
