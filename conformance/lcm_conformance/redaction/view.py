"""A text as its reader means it (escapes decoded), with the way back to every character as written.

The search for a value looks at decoded characters; the change is made where they stand.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from lcm_conformance.redaction.escapes import (
    ALL_ESCAPES,
    CHARACTER_ESCAPES,
    JSON_ESCAPES,
    UTF_16,
    meaning,
    written_like,
)

_ROUNDS = 4  # escapes within escapes: JSON in JSON in a query string, and one to spare


_SIGNS = {ALL_ESCAPES: "\\%&<", CHARACTER_ESCAPES: "\\%&", JSON_ESCAPES: "\\", UTF_16: "\x00"}
"""With which the escapes of a pattern begin: most texts have none."""


class _Fold(dict[int, int]):
    """Case, decimal digits of other scripts and kinds of white space made alike, one character for one."""

    def __missing__(self, code: int) -> int:
        char = chr(code)
        folded = " " if char.isspace() else str(unicodedata.decimal(char, "")) or char.casefold()
        self[code] = ord(folded) if len(folded) == 1 else code
        return self[code]


_FOLD = _Fold()


def fold(text: str) -> str:
    """The text as it is compared where separators matter: as long as before."""
    return text.translate(_FOLD)


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
    if not any(sign in view.text for sign in _SIGNS[escapes]):
        return view
    pieces: list[str] = []
    at = array("I")
    done = 0
    for match in escapes.finditer(view.text):
        pieces += (view.text[done : match.start()], meaning(match))
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
            written[begin:end] = [written_like(escape, char), *[""] * (end - begin - 1)]


def put(written: list[str], view: View, new: str) -> None:
    """Put `new` in place of the whole view, whatever its length."""
    if len(new) == len(view.text):
        overwrite(written, view, 0, new)
    else:
        first, last = view.at[0], view.at[-1]
        written[first:last] = [new, *[""] * (last - first - 1)]
