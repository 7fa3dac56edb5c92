"""What came in place of an awaited message, in words: the nearest message, and in what it differs. Pure.

Called where a login, a logout or a registration is not answered as the profile says. Whoever shows the words redacts
them; therefore a text is shown whole or not at all, for half a value would be known to nobody.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from lcm_conformance.profile import holds
from lcm_conformance.record.reply import Message

_LONGEST = 160  # characters of one text
_MOST = 12  # members of an object, items of a list
_DEEPEST = 4
_ROOM = 300  # characters of one message
_FEW = 2  # messages beside the first, differences


def instead(heard: Sequence[Message], awaited: Mapping[str, object]) -> str:
    """Why the nearest of one or more messages is not the awaited one, and which came."""
    ranked = sorted(heard, key=lambda message: _rank(message, awaited), reverse=True)
    why = " and ".join(islice(_differences(awaited, ranked[0].parsed.value, "$"), _FEW))
    return f"{why} in {listed(ranked)}"


def listed(heard: Sequence[Message]) -> str:
    """The first few of some messages, and how many more came; equal ones once."""
    first, *others = dict.fromkeys(map(shown, heard))
    more = [f"{len(others) - _FEW} more"] if len(others) > _FEW else []
    return " and ".join([first, *others[:_FEW], *more])


def shown(message: Message) -> str:
    """A message as compact JSON, without what is long or deep; of one that is no JSON its text, if it is short."""
    if message.parsed.error is not None:
        text = message.event.frame or ""
        return f"a frame that is no JSON, {_text(text)}"
    outlines = (_outline(message.parsed.value, depth) for depth in range(_DEEPEST, 0, -1))
    return next((outline for outline in outlines if len(outline) <= _ROOM), _outline(message.parsed.value, 0))


def _rank(message: Message, awaited: Mapping[str, object]) -> tuple[int, bool]:
    value = message.parsed.value
    return _agreeing(awaited, value), isinstance(value, dict) and bool(value)


def _agreeing(awaited: object, value: object) -> int:
    """How many of the awaited values are there."""
    if not isinstance(awaited, Mapping):
        return int(holds(awaited, value))
    found = value if isinstance(value, dict) else {}
    return sum(_agreeing(content, found[name]) for name, content in awaited.items() if name in found)


def _differences(awaited: object, value: object, path: str) -> Iterator[str]:
    if not isinstance(awaited, Mapping) or not isinstance(value, dict):
        if not holds(awaited, value):
            yield f"{path} is {_outline(value, 0)}, not {_outline(awaited, _DEEPEST)}"
        return
    for name, content in awaited.items():
        if name not in value:
            yield f"there is no {path}.{name}"
        else:
            yield from _differences(content, value[name], f"{path}.{name}")


def _outline(value: object, depth: int) -> str:
    if isinstance(value, Mapping):
        few = islice(value.items(), _MOST if depth > 0 else 0)
        parts = [f"{_text(name)}: {_outline(content, depth - 1)}" for name, content in few]
        return f"{{{_joined(parts, len(value))}}}"
    if isinstance(value, list):
        parts = [_outline(item, depth - 1) for item in value[: _MOST if depth > 0 else 0]]
        return f"[{_joined(parts, len(value))}]"
    return _text(value) if isinstance(value, str) else json.dumps(value, default=str).strip('"')


def _joined(parts: Sequence[str], of: int) -> str:
    return ", ".join([*parts, *(["…"] if len(parts) < of else [])])


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False) if len(text) <= _LONGEST else f"a text of {len(text)} characters"
