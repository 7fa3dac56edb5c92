"""Pseudonyms: same length and character classes, keyed, stable within a run, without a way back.

Case, and the separators of a phone number, do not matter: `555-010-4711` and `5550104711` get the same digits.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Callable
from hashlib import blake2b

_PHONE = re.compile(r"[0-9 +().\-/]+")
_PHONE_DIGITS = range(7, 21)
NATIONAL = 10  # with up to five digits of country code before them (E.164 ends at 15)
_CHUNK = 64
_TRIES = 256  # a phone number has many places where a short learnt value may turn up
_IDEOGRAPHS = (0x4E00, 20_000)  # for letters without case: a letter of the same kind


class _Fold(dict[int, int]):
    """Case, decimal digits of other scripts and kinds of white space made alike, one character for one."""

    def __missing__(self, code: int) -> int:
        char = chr(code)
        folded = " " if char.isspace() else str(unicodedata.decimal(char, "")) or char.casefold()
        self[code] = ord(folded) if len(folded) == 1 else code
        return self[code]


_FOLD = _Fold()


def fold(text: str) -> str:
    """The text as it is compared: as long as before."""
    return text.translate(_FOLD)


def phone_digits(folded: str) -> str:
    """The digits of what looks like a phone number, else the empty string."""
    if not _PHONE.fullmatch(folded):
        return ""
    digits = re.sub("[^0-9]", "", folded)
    return digits if len(digits) in _PHONE_DIGITS else ""


def identity(value: str) -> str:
    """What two spellings of one value have in common."""
    folded = fold(value).strip()
    return phone_digits(folded) or folded


def parts(value_identity: str) -> list[str]:
    """The pieces that get pseudonyms of their own: the national number, and chunks of what is very long."""
    length = len(value_identity)
    if NATIONAL < length <= 15 and value_identity.isdecimal():
        return [value_identity[:-NATIONAL], value_identity[-NATIONAL:]]
    if length < 2 * _CHUNK:
        return [value_identity]
    cuts = list(range(0, length - _CHUNK + 1, _CHUNK))
    return [value_identity[a:b] for a, b in zip(cuts, [*cuts[1:], length], strict=True)]


class Pseudonyms:
    """The pseudonyms of one run. `taken` says which candidates would be mistaken for something real."""

    def __init__(self, key: bytes | None, taken: Callable[[str], bool]) -> None:
        self._key = blake2b(secrets.token_bytes(32) if key is None else key).digest()
        self._taken = taken
        self._shown: dict[tuple[str, str | None], str] = {}
        self._given: dict[str, str] = {}
        self._used: set[str] = set()
        self._whole: set[str] = set()

    def given(self, value_identity: str) -> bool:
        """Whether this is a pseudonym that was handed out."""
        return value_identity in self._whole

    def disguise(self, value: str, like: str | None = None) -> str:
        """The pseudonym of a value, as long and of the same shape; `like`: the value of which it is a spelling."""
        shown = self._shown.get((value, like)) or self._disguise(value, value if like is None else like)
        if len(value) < _CHUNK:
            self._shown[value, like] = shown
        return shown

    def _disguise(self, value: str, like: str) -> str:
        who = identity(like)
        new = "".join(self._part(part) for part in parts(who))
        self._whole.add(new)
        if len(new) == len(value):
            return "".join(map(_shaped, value, new))
        if phone_digits(who):
            digits = iter(new)
            return "".join(_shaped(c, next(digits, c)) if c.isdecimal() else c for c in value)
        before = len(value) - len(value.lstrip())
        padded = value[:before] + new
        return "".join(map(_shaped, value, padded + value[len(padded) :]))

    def _part(self, part: str) -> str:
        if part not in self._given:
            self._given[part] = self._choose(part)
            self._used.add(self._given[part])
        return self._given[part]

    def _choose(self, part: str) -> str:
        different = part
        for counter in range(_TRIES):
            candidate = self._candidate(part, counter)
            if candidate == part:
                continue
            if candidate not in self._used and not self._taken(candidate):
                return candidate
            different = candidate
        return different  # a short value in a crowd: better ambiguous than shown

    def _candidate(self, part: str, counter: int) -> str:
        seed = blake2b(counter.to_bytes(4, "big") + part.encode("utf-8", "surrogatepass"), key=self._key).digest()
        blocks = (blake2b(seed + bytes([n]), key=self._key).digest() for n in range(len(part) // 16 + 1))
        stream = b"".join(blocks)
        numbers = [int.from_bytes(stream[k : k + 4], "big") for k in range(0, len(stream), 4)]
        chars = [_replacement(char, number) for char, number in zip(part, numbers, strict=False)]
        first = next((k for k, char in enumerate(part) if char.isalnum()), None)
        if first is not None and part[first] in "123456789":
            chars[first] = str(1 + numbers[first] % 9)  # a number must not begin with zero
        return "".join(chars)


def _replacement(char: str, number: int) -> str:
    if char.isdecimal():
        return str(number % 10)
    if not char.isalpha():
        return char
    if char.islower() or char.isupper():
        return chr(ord("a") + number % 26)
    start, count = _IDEOGRAPHS
    return chr(start + number % count)


def _shaped(old: str, new: str) -> str:
    if old.isdecimal() and new.isdecimal():
        return chr(ord(old) - unicodedata.decimal(old) + int(new))
    if not old.isalpha() or not new.isalpha():
        return old
    if old.isupper():
        return new.upper()
    return new if old.islower() or not new.islower() else chr(_IDEOGRAPHS[0] + ord(new))
