"""Primitives that change the reply as a text: how the JSON value is written, or broken."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from lcm_conformance.endpoint.mutations.step import Phase, primitive
from lcm_conformance.endpoint.turn import Turn


@primitive(Phase.TEXT, "indent", "item", "colon", "newline")
def layout(turn: Turn, params: Mapping[str, Any]) -> None:
    """Write it with this indentation, separators and line ends."""
    separators = (params.get("item", ","), params.get("colon", ": "))
    text = json.dumps(turn.message, ensure_ascii=False, indent=params.get("indent"), separators=separators)
    turn.text = text.replace("\n", params.get("newline", "\n"))


@primitive(Phase.TEXT, "of")
def escape(turn: Turn, params: Mapping[str, Any]) -> None:
    r"""Write characters as escapes: `non-ascii`, `slashes` (\/) or `letters` (all, names too)."""
    if params["of"] == "letters":
        turn.text = "".join(_letters_escaped(part, i % 2 == 1) for i, part in enumerate(turn.text.split('"')))
    elif params["of"] == "slashes":
        turn.text = turn.text.replace("/", "\\/")
    else:
        turn.text = json.dumps(turn.message)


def _letters_escaped(part: str, in_string: bool) -> str:
    if not in_string:
        return part
    return '"' + "".join(f"\\u{ord(c):04x}" if c.isalpha() and ord(c) < 0x10000 else c for c in part) + '"'


@primitive(Phase.TEXT, "old", "new", "count")
def replace(turn: Turn, params: Mapping[str, Any]) -> None:
    """Write `new` for `old`, everywhere or so many times."""
    turn.text = turn.text.replace(params["old"], params["new"], params.get("count", -1))


@primitive(Phase.TEXT, "before", "after")
def surround(turn: Turn, params: Mapping[str, Any]) -> None:
    """Write something before and after it."""
    turn.text = params.get("before", "") + turn.text + params.get("after", "")


@primitive(Phase.TEXT, "characters")
def cut(turn: Turn, params: Mapping[str, Any]) -> None:
    """Leave out the last characters."""
    turn.text = turn.text[: -params["characters"]]


@primitive(Phase.TEXT, "text")
def write(turn: Turn, params: Mapping[str, Any]) -> None:
    """Write this text instead."""
    turn.text = params["text"]
