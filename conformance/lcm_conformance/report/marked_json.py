"""A frame as indented JSON in which one member, or the gap where it should stand, is marked. Pure.

What is no JSON, or too much to show, is shown as it came.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lcm_conformance.record.packet import unwrap
from lcm_conformance.record.strictjson import parse, show
from lcm_conformance.report.legible import legible, one_line

LONGEST, LINES, WIDTH = 20_000, 80, 400
_STEP = "  "


@dataclass(frozen=True)
class Line:
    """`mark` is empty, `bad` for the member that is wrong, or `gap` where one is missing."""

    text: str
    mark: str = ""


def marked(frame: str, path: str) -> list[Line]:
    """The lines of a frame; `path` as in `$.message.response.Queue`, empty for none."""
    parsed = unwrap(parse(frame)) if len(frame) <= LONGEST else None
    if parsed is None or parsed.error is not None or not isinstance(parsed.value, dict | list):
        return [Line(text, "bad" if path == "$" else "") for text in legible(frame, LONGEST).splitlines()[:LINES]]
    lines = list(_value("", parsed.value, path.split(".")[1:], 0, ""))
    cut = [Line(f"… {len(lines) - LINES} more lines")] if len(lines) > LINES else []
    return lines[:LINES] + cut


def _value(name: str, value: object, path: Sequence[str], depth: int, comma: str) -> Iterator[Line]:
    """A value with its name and what follows it; `path` leads from here to what is marked."""
    indent = _STEP * depth
    if not isinstance(value, dict | list) or not value:
        if isinstance(value, dict) and path:
            yield Line(f"{indent}{name}{{")
            yield _gap(path, depth + 1)
            yield Line(f"{indent}}}{comma}")
            return
        yield Line(f"{indent}{name}{one_line(show(value, WIDTH), WIDTH + 40)}{comma}")
        return
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    yield Line(f"{indent}{name}{opening}")
    yield from _members(value, path, depth + 1)
    yield Line(f"{indent}{closing}{comma}")


def _members(value: dict[str, object] | list[object], path: Sequence[str], depth: int) -> Iterator[Line]:
    items = list(value.items() if isinstance(value, dict) else enumerate(value))
    for number, (key, item) in enumerate(items, 1):
        here = isinstance(value, dict) and bool(path) and key == path[0]
        name = f"{one_line(show(key, WIDTH))}: " if isinstance(value, dict) else ""
        comma = "," if number < len(items) else ""
        lines = _value(name, item, path[1:] if here else (), depth, comma)
        marks = here and len(path) == 1
        yield from (Line(line.text, "bad" if marks else line.mark) for line in lines)
    if isinstance(value, dict) and path and path[0] not in value:
        yield _gap(path, depth)


def _gap(path: Sequence[str], depth: int) -> Line:
    return Line(f'{_STEP * depth}"{one_line(path[0], WIDTH)}" is missing here', "gap")
