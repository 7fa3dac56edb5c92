"""Knows a message again by the template that it may have been made from: `${key}` in it matches anything. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

_PLACE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def matched(template: object, value: object) -> dict[str, str] | None:
    """What stands in the message for each `${key}`; None where it is no such message. More members do not matter."""
    found: dict[str, str] = {}
    return found if _fits(template, value, found) else None


def _fits(template: object, value: object, found: dict[str, str]) -> bool:
    if isinstance(template, Mapping):
        return isinstance(value, dict) and all(
            name in value and _fits(content, value[name], found) for name, content in template.items()
        )
    if isinstance(template, list | tuple):
        return (
            isinstance(value, list)
            and len(template) == len(value)
            and all(_fits(one, other, found) for one, other in zip(template, value, strict=True))
        )
    if isinstance(template, str) and _PLACE.search(template):
        match = _pattern(template).fullmatch(value if isinstance(value, str) else str(value))
        if match is not None:
            found |= match.groupdict()
        return match is not None
    return template == value and isinstance(template, bool) is isinstance(value, bool)


@cache
def _pattern(template: str) -> re.Pattern[str]:
    seen: set[str] = set()
    pieces = []
    for number, piece in enumerate(_PLACE.split(template)):
        if number % 2 and piece not in seen:
            seen.add(piece)
            pieces.append(f"(?P<{piece}>.*)")
        else:
            pieces.append(f"(?P={piece})" if number % 2 else re.escape(piece))
    return re.compile("".join(pieces), re.DOTALL)
