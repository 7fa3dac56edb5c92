"""WebSocket messages out of a HAR, as Chromium's developer tools save it. Pure.

Each entry with `_webSocketMessages` is a session; it was listened to until the entry's end.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from lcm_conformance.record.heard import Heard, decoded, moment
from lcm_conformance.record.source import Unread
from lcm_conformance.record.transcript import Kind

BEGINS = re.compile(rb'\s*(?:\xef\xbb\xbf)?\s*\{\s*"log"\s*:')
_KINDS = {"send": Kind.SENT, "receive": Kind.RECEIVED}
_TEXT, _BINARY = 1, 2


def heard_in_har(content: bytes, name: str, unread: Unread) -> Iterator[Heard]:
    """What was said on each socket; raises `ValueError` where the file is no HAR."""
    try:
        entries = json.loads(content)["log"]["entries"]
        rows = [entry for entry in entries if isinstance(entry, dict) and "_webSocketMessages" in entry]
    except (ValueError, RecursionError, KeyError, TypeError) as error:
        at = f" at line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise ValueError(f"is no HAR{at}: save it again, whole") from None
    if not rows:
        raise ValueError("holds no WebSocket messages: save it with Chromium's developer tools (Firefox saves none)")
    for number, entry in enumerate(rows, start=1):
        yield from _entry(entry, f"{name}, socket {number}", unread)


def _entry(entry: dict[str, Any], place: str, unread: Unread) -> Iterator[Heard]:
    messages = entry["_webSocketMessages"]
    begun = until = None
    try:
        begun = moment(entry["startedDateTime"])
        until = begun + timedelta(milliseconds=float(entry.get("time") or 0))
    except (KeyError, TypeError, ValueError, OverflowError):
        pass
    if begun is not None:
        yield Heard(begun, place, Kind.OPENED)
    last = begun
    for number, message in enumerate(messages if isinstance(messages, list) else [], start=1):
        try:
            heard = _message(message, place)
        except (KeyError, TypeError, ValueError, OverflowError, OSError):
            unread.add(f"{place}, message {number}", "is no WebSocket message")
            continue
        if heard is not None:
            last = heard.at
            yield heard
    if until is not None and last is not None and until > last:
        yield Heard(until, place, None)


def _message(message: dict[str, Any], session: str) -> Heard | None:
    """One message; None for a control frame."""
    kind, opcode, data = _KINDS[message["type"]], message["opcode"], message["data"]
    at = moment(datetime.fromtimestamp(float(message["time"]), UTC).isoformat())
    if not isinstance(data, str):
        raise TypeError("no text")
    if opcode == _BINARY:
        return Heard(at, session, kind, decoded(data), binary=True)
    return Heard(at, session, kind, data) if opcode == _TEXT else None
