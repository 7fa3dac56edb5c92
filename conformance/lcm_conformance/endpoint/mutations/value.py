"""Primitives that change the reply as a JSON value, before it is written out.

They find their place by `member`, a member of the contact as the page's table names it, or by
`at`, a path of names such as `message.response`. A place that is gone is left alone.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from typing import Any

from lcm_conformance.endpoint.mutations.step import Phase, primitive
from lcm_conformance.endpoint.turn import Turn

_ABSENT = object()


def _place(turn: Turn, params: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """The object and the name in it that a step is about; an empty object if there is none."""
    path = params["at"].split(".") if "at" in params else ["message", "response", turn.name_of(params["member"])]
    parent = turn.message
    for name in path[:-1]:
        parent = parent.get(name) if isinstance(parent, dict) else None
    return (parent if isinstance(parent, dict) else {}), path[-1]


@primitive(Phase.VALUE, "at", "member")
def drop(turn: Turn, params: Mapping[str, Any]) -> None:
    """Leave a member out."""
    parent, name = _place(turn, params)
    parent.pop(name, None)


@primitive(Phase.VALUE, "at", "member")
def null(turn: Turn, params: Mapping[str, Any]) -> None:
    """Send null in a member's place."""
    parent, name = _place(turn, params)
    parent[name] = None


@primitive(Phase.VALUE, "at", "member", "value")
def set_(turn: Turn, params: Mapping[str, Any]) -> None:
    """Send this value in a member's place; adds the member where it is not there."""
    parent, name = _place(turn, params)
    parent[name] = params["value"]


@primitive(Phase.VALUE, "at", "member", "to")
def rename(turn: Turn, params: Mapping[str, Any]) -> None:
    """Spell a member's name otherwise, in the same place."""
    parent, old = _place(turn, params)
    members = [(params["to"] if name == old else name, value) for name, value in parent.items()]
    parent.clear()
    parent.update(members)


@primitive(Phase.VALUE, "at", "member", "to")
def copy(turn: Turn, params: Mapping[str, Any]) -> None:
    """Send a member a second time under another name."""
    parent, name = _place(turn, params)
    if name in parent:
        parent[params["to"]] = parent[name]


@primitive(Phase.VALUE, "at", "member", "as")
def retype(turn: Turn, params: Mapping[str, Any]) -> None:
    """Send a member's value as another JSON type."""
    parent, name = _place(turn, params)
    value = parent.get(name, _ABSENT)
    if value is not _ABSENT:
        parent[name] = _RETYPED[params["as"]](value)


def _number(value: Any) -> int:
    digits = "".join(character for character in str(value) if character.isdecimal())
    return int(digits or "1")


_RETYPED: Mapping[str, Callable[[Any], Any]] = {
    "number": _number,
    "float": lambda value: float(_number(value)),
    "string": str,
    "boolean": lambda _: True,
    "object": lambda value: {"value": value},
    "array": lambda value: [value],
    "json-text": json.dumps,
}


@primitive(Phase.VALUE, "at")
def unwrap(turn: Turn, params: Mapping[str, Any]) -> None:
    """Send the members of an object in its parent."""
    parent, name = _place(turn, params)
    value = parent.pop(name, {})
    parent.update(value)


@primitive(Phase.VALUE, "into")
def wrap(turn: Turn, params: Mapping[str, Any]) -> None:
    """Send the whole reply as the one element of an array, or as a JSON text within a string."""
    turn.message = [turn.message] if params["into"] == "array" else json.dumps(turn.message)


@primitive(Phase.VALUE, "at", "from")
def mimic(turn: Turn, params: Mapping[str, Any]) -> None:
    """Send a member of the request back in the reply."""
    parent, name = _place(turn, params)
    parent[name] = (turn.arrival.value or {}).get(params["from"])


@primitive(Phase.VALUE, "by")
def order(turn: Turn, params: Mapping[str, Any]) -> None:
    """Send the members in another order: `reverse`, `name`, or `chance`, which differs each time."""
    turn.message = _ordered(turn.message, params["by"], turn.state.contacts)


def _ordered(value: Any, by: str, seed: int) -> Any:
    if not isinstance(value, dict):
        return value
    names = list(value)
    if by == "chance":
        random.Random(seed).shuffle(names)  # noqa: S311  no secret
    else:
        names = sorted(names) if by == "name" else names[::-1]
    return {name: _ordered(value[name], by, seed) for name in names}
