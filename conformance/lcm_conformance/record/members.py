"""Members of a contact, found wherever they stand in what was received, in any spelling. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from lcm_conformance.catalogue import page
from lcm_conformance.record.strictjson import parse

_MAX_DIGITS = 400  # of a Number with an exponent: writing 1e999999999 out would take a gigabyte
_NO_LETTERS = re.compile(r"[\s_-]+")
_QUOTE = r'\\*["\'“”„]'
_PAIR = re.compile(rf"{_QUOTE}\s*([A-Za-z_ -]+?)\s*{_QUOTE}\s*:\s*(?:{_QUOTE}([^\"“”\\]*)|([-+.\w]*))")
_PROSE = re.compile(r"[^\W\d_]{2,} [^\W\d_]{2,}")


def plain(name: str) -> str:
    """A name without what spellings differ in: letter case, blanks, hyphens and underscores."""
    return _NO_LETTERS.sub("", name).casefold()


NAMES = frozenset(plain(name) for member in page.MEMBERS for name in page.spellings(member))
IDENTIFYING = frozenset(map(plain, ("PhoneNumber", "AccountNumber", "ContactID")))
"""One of these with a value of its own names a person."""


def in_value(value: object) -> Iterator[tuple[str, object]]:
    """The members in a JSON value, also in a String that holds JSON, with what they hold."""
    # A list instead of recursion: an endpoint may nest deeper than Python's stack.
    todo: list[object] = [value]
    while todo:
        item = todo.pop()
        if isinstance(item, dict):
            for name, content in item.items():
                if plain(name) in NAMES:
                    yield plain(name), content
                todo.append(content)
        elif isinstance(item, list):
            todo.extend(item)
        elif isinstance(item, str) and "{" in item:
            inner = parse(item)
            todo.append(inner.value)
            if inner.error is not None:
                yield from in_text(item)


def in_text(text: str) -> Iterator[tuple[str, object]]:
    """The members that a text that is no JSON names in quotes before a colon, with what follows it."""
    for name, quoted, bare in _PAIR.findall(text):
        if plain(name) in NAMES:
            yield plain(name), quoted or ("" if bare in {"null", "false"} else bare)


def is_plausible(value: object) -> bool:
    """Whether a value may be a phone number, an account or an ID, and not what a refusal says of one."""
    if isinstance(value, str):
        return any(char.isdigit() for char in value) and not _PROSE.search(value)
    if isinstance(value, list):
        return any(map(is_plausible, value))
    return isinstance(value, int | Decimal) and value is not True


def as_text(value: object) -> str:
    """The value of a member as it is compared: 137.0, 1.37e2 and 137 are one Number; a String stands as it is."""
    if isinstance(value, Decimal) and value.is_finite() and value.adjusted() < _MAX_DIGITS and value == int(value):
        return str(int(value))
    return str(value)
