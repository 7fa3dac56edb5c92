"""A text as its reader means it (escapes decoded), with the way back to every character as written.

The search for a value looks at decoded characters; the change is made where they stand.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote

_HEX4 = "[0-9a-fA-F]{4}"
_PAIR = r"u[dD][89abAB][0-9a-fA-F]{2}\\{1,8}u[dD][c-fC-F][0-9a-fA-F]{2}"
_TAIL = "%[89abAB][0-9a-fA-F]"
_PERCENT = f"%[0-7][0-9a-fA-F]|%[cdCD][0-9a-fA-F]{_TAIL}|%[eE][0-9a-fA-F](?:{_TAIL}){{2}}|%[fF][0-7](?:{_TAIL}){{3}}"
_ENTITY = r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos);"

# Backslashes are counted to a bound: without one, a long run of them costs the square of its length.
JSON_ESCAPES = re.compile(rf"\\(?:{_PAIR}|u{_HEX4}|.)", re.DOTALL)
CHARACTER_ESCAPES = re.compile(rf"\\{{1,8}}(?:{_PAIR}|u{_HEX4}|x[0-9a-fA-F]{{2}})|{_PERCENT}|{_ENTITY}")
ALL_ESCAPES = re.compile(rf'{CHARACTER_ESCAPES.pattern}|\\{{1,8}}["/bfnrt]|\\{{2,8}}')

_LETTER_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_ROUNDS = 4  # escapes within escapes: JSON in JSON in a query string, and one to spare


@dataclass(frozen=True, slots=True)
class View:
    """Decoded text; character k is written at `at[k]` to `at[k + 1]` of the text seen first."""

    text: str
    at: Sequence[int]

    def part(self, start: int, end: int) -> View:
        """The view of a piece of the text."""
        return View(self.text[start:end], self.at[start : end + 1])


def plain(text: str) -> View:
    """The text as it stands."""
    return View(text, range(len(text) + 1))


def decoded(view: View, escapes: re.Pattern[str]) -> View:
    """The view with its escapes decoded once; the very same view where there are none."""
    pieces: list[str] = []
    at: list[int] = []
    done = 0
    for match in escapes.finditer(view.text):
        pieces += (view.text[done : match.start()], _character(match.group()))
        at.extend(view.at[done : match.start()])
        at.append(view.at[match.start()])
        done = match.end()
    if not pieces:
        return view
    pieces.append(view.text[done:])
    at.extend(view.at[done:])
    return View("".join(pieces), at)


def layers(view: View) -> list[View]:
    """The view itself, then decoded again and again while that changes anything."""
    found = [view]
    for _ in range(_ROUNDS):
        deeper = decoded(found[-1], ALL_ESCAPES)
        if deeper is found[-1]:
            break
        found.append(deeper)
    return found


def overwrite(written: list[str], view: View, start: int, new: str) -> None:
    """Put `new`, one character for one, where the view's characters from `start` on are written."""
    if isinstance(view.at, range) and view.at.step == 1:
        first = view.at[start]
        written[first : first + len(new)] = new
        return
    for k, char in enumerate(new, start):
        if char != view.text[k]:
            begin, end = view.at[k], view.at[k + 1]
            escape = "".join(written[begin:end])
            written[begin:end] = [_written_like(escape, char), *[""] * (end - begin - 1)]


def _character(escape: str) -> str:
    if escape[0] == "%":
        return unquote(escape)[0]
    if escape[0] == "&":
        return (html.unescape(escape) or " ")[0]
    body = escape.lstrip("\\") or "\\"
    if body[0] == "u" and len(body) > 5:
        high, low = int(body[1:5], 16), int(escape[-4:], 16)
        return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
    if body[0] in "ux" and len(body) > 1:
        return chr(int(body[1:], 16))
    return _LETTER_ESCAPES.get(body[0], body[0])


def _unit_escapes(char: str, backslashes: str) -> str:
    data = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"{backslashes}u{data[k : k + 2].hex()}" for k in range(0, len(data), 2))


def _written_like(escape: str, char: str) -> str:
    """The new character in the manner of the old one: how an endpoint escapes is evidence."""
    manners: dict[str, Callable[[], str]] = {
        "%": lambda: quote(char, safe="") if not char.isascii() else f"%{ord(char):02X}",
        "&": lambda: f"&#{ord(char)};",
        "\\": lambda: _unit_escapes(char, escape[: len(escape) - len(escape.lstrip("\\"))]),
    }
    return manners[escape[0]]() if len(escape) > 1 and escape[0] in manners else char
