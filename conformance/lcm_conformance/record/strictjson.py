"""JSON as RFC 8259 has it, where Python's own reader is laxer: no NaN, names that repeat are noted.

Numbers stay exact (int or Decimal), so that a ContactID beyond 2^53 is compared as it stands.
"""

from __future__ import annotations

import json
import re
from array import array
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from itertools import accumulate
from typing import NoReturn

DEEPEST = 256
"""Levels of nesting that are read. RFC 8259, section 9, lets a reader set such a limit; what is deeper may be JSON."""

MOST_VALUES = 250_000
"""Values and names in one text that are read: each takes up to a hundred times the memory of its characters."""

TOO_DEEP = f"nested deeper than the suite reads ({DEEPEST} levels)"
TOO_MANY = f"of more values than the suite reads ({MOST_VALUES})"

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[\]{}:,]|\s+|[^\[\]{}:,\s"]+', re.DOTALL)
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)  # one that never ends is taken at once too
_STEPS = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")
_NO_MARKS = bytes(set(range(256)) - set(b"[{]},:"))
_MAX_INT_DIGITS = 4000  # Python refuses to convert longer ones; a Decimal holds them all


@dataclass(frozen=True)
class Parsed:
    """A JSON text: its value, or the error in one line; `repeated` are the names that occur twice in one object.

    `unread`: it is nested too deep or holds too many values, and nobody knows whether it is JSON.
    """

    value: object = field(default=None, repr=False)
    error: str | None = None
    repeated: tuple[str, ...] = field(default=(), repr=False)
    unread: bool = False


def parse(text: str) -> Parsed:
    """Read one JSON text (RFC 8259, sections 2 to 8). Never raises."""
    repeated: list[str] = []
    beyond = _beyond(text)
    if beyond is not None:
        return Parsed(error=beyond, unread=True)

    def pairs(members: list[tuple[str, object]]) -> dict[str, object]:
        value = dict(members)
        if len(value) < len(members):
            times = Counter(name for name, _ in members)
            repeated.extend(name for name in value if times[name] > 1)
        return value

    try:
        value = json.loads(
            text,
            parse_constant=_no_constant,
            parse_int=_exact_int,
            parse_float=_exact_float,
            object_pairs_hook=pairs,
        )
    except RecursionError:
        return Parsed(error=TOO_DEEP, unread=True)
    except ValueError as error:
        return Parsed(error=str(error))
    return Parsed(value=value, repeated=tuple(repeated))


def kind(value: object) -> str:
    """The JSON type of a value, as the page names types: Number, String, Boolean, Object, Array, null."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "Boolean"
    if isinstance(value, int | Decimal):
        return "Number"
    names: dict[type, str] = {str: "String", dict: "Object", list: "Array"}
    return names[type(value)]


def show(value: object, limit: int = 120) -> str:
    """A value as JSON on one line, for findings. What is too long is cut between two values, with a note of its length.

    Never within one: half a phone number is not known again as one that must not be shown.
    """
    text = json.dumps(value, ensure_ascii=False, default=str)
    if len(text) <= limit:
        return text
    end = 0
    for token in _TOKEN.finditer(text):
        if token.end() > limit:
            break
        end = token.end()
    return f"{text[:end]}… ({len(text)} characters)"


def described(value: object) -> str:
    """A value of the wrong kind, for findings: as JSON with its type, a long String by its length and what it holds."""
    if value is None:
        return "null"
    if not isinstance(value, str):
        return f"{show(value)}  ({kind(value)})"
    inner = parse(value).value if value.lstrip()[:1] in {"{", "["} else None
    what = "a String that holds JSON text" if isinstance(inner, dict | list) else "String"
    shown = show(value)
    if not shown.startswith("…"):
        return f"{shown}  ({what})"
    return f"{what if what != 'String' else 'a String'} of {len(value)} characters"


def _beyond(text: str) -> str | None:
    """What about a text is more than is read, measured in one pass; None where it can be read."""
    deep, many = (sum(map(text.count, marks)) for marks in ("[{", ",:[{"))
    if deep <= DEEPEST and many <= MOST_VALUES:
        return None
    marks = _STRING.sub("", text).encode("ascii", "ignore").translate(None, _NO_MARKS)
    brackets = marks.translate(_STEPS, b",:")
    if max(accumulate(array("b", brackets)), default=0) > DEEPEST:
        return TOO_DEEP
    return TOO_MANY if len(marks) - marks.count(b"]") - marks.count(b"}") > MOST_VALUES else None


def _exact_int(digits: str) -> int | Decimal:
    return int(digits) if len(digits) < _MAX_INT_DIGITS else Decimal(digits)


def _exact_float(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent beyond what even a Decimal holds; it is JSON all the same
        return Decimal("-Infinity" if text.startswith("-") else "Infinity")


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON value")
