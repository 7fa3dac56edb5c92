"""What is left of a text without its separators: letters and digits, folded, with the way back to where they stand.

Two spellings of a value that differ in punctuation, blanks, letter case, accents or script of the digits have the
same skeleton; so have a value and its copy with marks, line breaks or invisible characters in between.
"""

from __future__ import annotations

import unicodedata
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress

_ASCII = bytes(range(256))
_IS_BONE = bytes(chr(code).isascii() and chr(code).isalnum() for code in _ASCII)
_NO_BONES = bytes(code for code in _ASCII if not _IS_BONE[code])
_LOWER = _ASCII.lower()


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
    if text.isascii():
        return text.encode().translate(_LOWER, _NO_BONES).decode()
    return text.translate(_BONES)


def letters_of(char: str) -> str:
    """What one character comes to."""
    return _BONES[ord(char)]


def skeleton(text: str) -> Skeleton:
    """The skeleton of a text."""
    if not text.isascii():
        bones = [_BONES[ord(char)] for char in text]
        return Skeleton("".join(bones), array("I", (k for k, bone in enumerate(bones) for _ in bone)))
    data = text.encode()
    found = data.translate(_IS_BONE)
    return Skeleton(data.translate(_LOWER, _NO_BONES).decode(), array("I", compress(range(len(found)), found)))
