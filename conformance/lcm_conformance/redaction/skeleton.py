"""What is left of a text without its separators: letters and digits, folded, with the way back to where they stand.

Two spellings of a value that differ in punctuation, blanks, letter case, accents or script of the digits have the
same skeleton; so have a value and its copy with marks, line breaks or invisible characters in between.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

_ASCII_RUN = re.compile("[0-9A-Za-z]+")


@dataclass(frozen=True, slots=True)
class Skeleton:
    """Folded letters and digits; number k comes from the character at `at[k]` of the text."""

    letters: str
    at: Sequence[int]

    def breaks(self) -> frozenset[int]:
        """The places k of the skeleton before which something else stands in the text."""
        return frozenset(k for k in range(1, len(self.at)) if self.at[k] - self.at[k - 1] > 1)


class _Bones(dict[int, str]):
    """The letters and digits that a character comes to: none for a separator, two for a ligature or `ß`."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if char.isdecimal():
            bones = str(unicodedata.decimal(char))
        elif char.isalpha():
            once = unicodedata.normalize("NFKD", char).casefold()
            bones = "".join(filter(str.isalnum, unicodedata.normalize("NFKD", once))) or char
        else:
            bones = ""
        self[code] = bones
        return bones


_BONES = _Bones()


def letters(text: str) -> str:
    """The skeleton of a text without the way back: what its spellings have in common."""
    return text.translate(_BONES)


def letters_of(char: str) -> str:
    """What one character comes to."""
    return _BONES[ord(char)]


def skeleton(text: str) -> Skeleton:
    """The skeleton of a text."""
    at = array("I")
    if not text.isascii():
        at.extend(k for k, char in enumerate(text) for _ in _BONES[ord(char)])
        return Skeleton(letters(text), at)
    runs = []
    for run in _ASCII_RUN.finditer(text):
        runs.append(run.group())
        at.extend(range(run.start(), run.end()))
    return Skeleton("".join(runs).lower(), at)
