"""Reading what arrives: a frame becomes an `Arrival`, its value and what is odd about it.

Called by the Campaign Manager for every frame. It refuses nothing: oddities are named, and
who reads them decides.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, NoReturn

LARGE_FRAME = 900_000  # characters: a request of 1 MiB is above, all others are far below
LONG_ID = 60_000
DEEP = 64  # levels of arrays or objects
_PLAIN_ID = re.compile(r"[\w.@-]*", re.ASCII)
_KNOWN = {"channel", "topic", "subtopic", "source", "data"}


@dataclass(frozen=True)
class Arrival:
    """One frame. `value` is None unless it is a JSON object; `oddities` names what is unusual."""

    value: dict[str, Any] | None
    oddities: frozenset[str]


def read_frame(frame: str | bytes) -> Arrival:
    """Read one frame as it came; never raises, whatever is in it."""
    if isinstance(frame, bytes):
        return Arrival(None, frozenset({"binary"}))
    large = len(frame) >= LARGE_FRAME
    oddities = {"large"} if large else set()
    try:
        value = json.loads(frame, parse_constant=_no_constant)
    except RecursionError:
        return Arrival(None, frozenset(oddities | {"deep"}))
    except ValueError as error:
        return Arrival(None, frozenset(oddities | _broken(frame, error)))
    if not isinstance(value, dict):
        shape = "deep" if _is_deep(value) else "not-object"
        return Arrival(None, frozenset(oddities | {shape}))
    if large:
        return Arrival(value, frozenset(oddities))  # its size is what is odd, not the member that makes it
    return Arrival(value, frozenset(_object_oddities(value)))


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _broken(frame: str, error: ValueError) -> set[str]:
    """Not JSON, and in which of the ways that are worth telling apart."""
    if "\u201d" in frame or "\u201c" in frame:
        return {"not-json", "curly"}
    at_end = isinstance(error, json.JSONDecodeError) and (
        error.pos >= len(frame.rstrip()) or error.msg.startswith("Unterminated string")
    )
    return {"not-json", "truncated" if at_end and frame.lstrip().startswith("{") else "garbage"}


def _object_oddities(value: dict[str, Any]) -> set[str]:
    found = set()
    if not value.keys() <= _KNOWN:
        found.add("unknown-members")
    if any(not isinstance(value.get(name, ""), str) for name in ("channel", "topic", "subtopic")):
        found.add("wrong-types")
    if _is_deep(value):
        found.add("deep")
    data = value.get("data")
    if isinstance(data, dict):
        found |= _data_oddities(value, data)
    return found


def _data_oddities(value: dict[str, Any], data: dict[str, Any]) -> set[str]:
    found = set()
    if value.get("subtopic") == "GetReservedContactOD" and not data.keys() <= {"UserID"}:
        found.add("unknown-data")
    user_id = data.get("UserID")
    if isinstance(user_id, str):
        if len(user_id) >= LONG_ID:
            found.add("long-id")
        elif user_id.strip() and not _PLAIN_ID.fullmatch(user_id):
            found.add("hostile-id")
    return found


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(DEEP):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return False
    return True


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [child for child in value.values() if isinstance(child, dict | list)]
    if isinstance(value, list):
        return [child for child in value if isinstance(child, dict | list)]
    return []
