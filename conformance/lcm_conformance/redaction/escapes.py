"""The ways in which a character may be written as something else: how each is read, and written again."""

from __future__ import annotations

import html
import re
import sys
from collections.abc import Callable, Iterable
from typing import NamedTuple
from urllib.parse import quote, unquote

_HEX4 = "[0-9a-fA-F]{4}"
_PAIR = r"u[dD][89abAB][0-9a-fA-F]{2}\\{1,8}u[dD][c-fC-F][0-9a-fA-F]{2}"
_TAIL = "%[89abAB][0-9a-fA-F]"
_PERCENT = f"%[0-7][0-9a-fA-F]|%[cdCD][0-9a-fA-F]{_TAIL}|%[eE][0-9a-fA-F](?:{_TAIL}){{2}}|%[fF][0-7](?:{_TAIL}){{3}}"
_NO_ESCAPES = dict(zip("bfnrtu", "cgmqsv", strict=True))  # letters that a backslash makes an escape of: their like
_LETTERS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


class _Manner(NamedTuple):
    pattern: str
    read: Callable[[str], str]
    write: Callable[[str, str], str]


def _body(escape: str) -> str:
    return escape.lstrip("\\") or "\\"


def _backslashes(escape: str) -> str:
    return escape[: len(escape) - len(escape.lstrip("\\"))]


def _from_pair(escape: str) -> str:
    high, low = int(_body(escape)[1:5], 16), int(escape[-4:], 16)
    return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))


def _from_point(hexadecimal: str) -> str:
    code = int(hexadecimal, 16)
    return chr(code) if code <= sys.maxunicode else " "


def _units(escape: str, char: str) -> str:
    data = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"{_backslashes(escape)}u{data[k : k + 2].hex()}" for k in range(0, len(data), 2))


def _letter(escape: str, char: str) -> str:
    """An escape that JSON does not know stays one: what is no JSON must not become some."""
    if escape[1] in '"\\/bfnrt':
        return _units(escape, char)
    return "\\" + _NO_ESCAPES.get(char, char)


def _unit(escape: str, char: str) -> str:
    if _body(escape)[0] == "x" and ord(char) < 0x100:
        return f"{_backslashes(escape)}x{ord(char):02x}"
    return _units(escape, char)


def _octal(escape: str, char: str) -> str:
    return f"\\{ord(char):03o}" if ord(char) < 0o400 else _units(escape, char)


def _percent(_: str, char: str) -> str:
    return f"%{ord(char):02X}" if char.isascii() else quote(char, safe="")


# Backslashes are counted to a bound: without one, a long run of them costs the square of its length.
_MANNERS = {
    "json_pair": _Manner(rf"\\{_PAIR}", _from_pair, _units),
    "json_unit": _Manner(rf"\\u{_HEX4}", lambda escape: _from_point(escape[2:]), _units),
    "json_letter": _Manner(r"\\.", lambda escape: _LETTERS.get(escape[1], escape[1]), _letter),
    "pair": _Manner(rf"\\{{1,8}}{_PAIR}", _from_pair, _units),
    "unit": _Manner(rf"\\{{1,8}}(?:u{_HEX4}|x[0-9a-fA-F]{{2}})", lambda e: _from_point(_body(e)[1:]), _unit),
    "percent": _Manner(_PERCENT, lambda escape: unquote(escape)[0], _percent),
    "entity": _Manner(
        r"&(?:#[0-9]{1,7};?|#[xX][0-9a-fA-F]{1,6};?|[a-zA-Z]{2,8};)",
        lambda escape: (html.unescape(escape) or " ")[0],
        lambda _, char: f"&#{ord(char)};",
    ),
    "percent_unit": _Manner(f"%u{_HEX4}", lambda escape: _from_point(escape[2:]), lambda _, char: f"%u{ord(char):04x}"),
    "braces": _Manner(
        r"\\{1,8}u\{[0-9a-fA-F]{1,6}\}",
        lambda escape: _from_point(_body(escape)[2:-1]),
        lambda escape, char: f"{_backslashes(escape)}u{{{ord(char):x}}}",
    ),
    "octal": _Manner(r"\\[0-3][0-7]{2}", lambda escape: chr(int(escape[1:], 8)), _octal),
    "tag": _Manner("</?[a-zA-Z][^<>]{0,80}>", lambda _: " ", lambda escape, _: escape),
    "letter": _Manner(r"\\{1,8}[\"/bfnrt]", lambda e: _LETTERS.get(_body(e), _body(e)), _units),
    "backslashes": _Manner(r"\\{2,8}", lambda _: "\\", _units),
    "zeros": _Manner(
        "\x00{1,3}[^\x00]\x00{0,3}|[^\x00]\x00{1,3}",  # a letter and the bytes that UTF-16 and UTF-32 have beside it
        lambda escape: escape.strip("\x00"),
        lambda escape, char: escape.replace(escape.strip("\x00"), char),
    ),
}


def _compiled(names: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{name}>{_MANNERS[name].pattern})" for name in names), re.DOTALL)


JSON_ESCAPES = _compiled(("json_pair", "json_unit", "json_letter"))
CHARACTER_ESCAPES = _compiled(("pair", "unit", "percent", "entity"))
ALL_ESCAPES = _compiled(
    ("pair", "unit", "percent", "entity", "percent_unit", "braces", "octal", "tag", "letter", "backslashes")
)
UTF_16 = _compiled(("zeros",))
_ANY = _compiled(_MANNERS)


def meaning(escape: re.Match[str]) -> str:
    """The one character that a match of these patterns stands for."""
    return _MANNERS[escape.lastgroup or ""].read(escape.group())


def written_like(escape: str, char: str) -> str:
    """Another character in the manner of an escape: how an endpoint escapes is evidence."""
    match = _ANY.fullmatch(escape)
    if match is None:
        return char if escape else ""  # empty: part of an escape that has been written already
    return _MANNERS[match.lastgroup or ""].write(escape, char)
