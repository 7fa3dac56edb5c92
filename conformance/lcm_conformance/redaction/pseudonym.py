"""Pseudonyms: same length and character classes, keyed, stable within a run, without a way back.

A value is its skeleton: letter case and separators do not matter, so that `555-010-4711` and `5550104711` get the
same digits.
"""

from __future__ import annotations

import secrets
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator
from hashlib import blake2b

from lcm_conformance.redaction.skeleton import letters, letters_of

_NATIONAL = 10  # digits, with up to five of country code before them (E.164 ends at 15)
_LONGEST_NUMBER = 15
_CHUNK = 64
_TRIES = 256  # a phone number has many places where a short learnt value may turn up
_LEAST_TRIES = 16
_REMEMBERED = 100_000  # pseudonyms; beyond, equal values stay equal, but different ones may become so, too
_IDEOGRAPHS = (0x4E00, 20_000)  # for letters without case: a letter of the same kind


def national(digits: str) -> str:
    """A phone number without its country code."""
    return digits[-_NATIONAL:] if len(digits) <= _LONGEST_NUMBER else digits


def chunks(value: str) -> list[str]:
    """The pieces by which what is very long is known again."""
    if len(value) < 2 * _CHUNK:
        return [value]
    cuts = list(range(0, len(value) - _CHUNK + 1, _CHUNK))
    return [value[a:b] for a, b in zip(cuts, [*cuts[1:], len(value)], strict=True)]


class Pseudonyms:
    """The pseudonyms of one run, for skeletons. `taken` says which would be mistaken for something real."""

    def __init__(self, key: bytes | None, taken: Callable[[str], bool]) -> None:
        self._key = blake2b(secrets.token_bytes(32) if key is None else key).digest()
        self._taken = taken
        self._given: dict[str, str] = {}
        self._used: set[str] = set()
        self._whole: set[str] = set()
        self._tries: dict[int, int] = defaultdict(lambda: _TRIES)

    def given(self, value: str) -> bool:
        """Whether this is a pseudonym that was handed out."""
        return value in self._whole

    def disguise(self, written: str, value: str | None = None, offset: int = 0) -> str:
        """What to write instead, as long and of the same shape; `written` is the part of `value` from `offset` on."""
        own = letters(written)
        new = self._of(own if value is None else value)
        new = new[offset : offset + len(own)]
        if written.isascii() and written in {own, own.upper()}:
            return new if written == own else new.upper()
        replacement = iter(new)
        return "".join(_replaced(char, replacement) for char in written)

    def _of(self, value: str) -> str:
        new = "".join(map(self._part, _parts(value)))
        if len(self._whole) < _REMEMBERED:
            self._whole.add(new)
        return new

    def _part(self, part: str) -> str:
        if part in self._given:
            return self._given[part]
        if len(self._given) >= _REMEMBERED:
            return self._candidate(part, 0)
        new = self._given[part] = self._choose(part)
        self._used.add(new)
        return new

    def _choose(self, part: str) -> str:
        different = unused = ""
        for counter in range(self._tries[len(part)]):
            candidate = self._candidate(part, counter)
            if candidate == part:
                continue
            if candidate not in self._used:
                if not self._taken(candidate):
                    return candidate
                unused = candidate
            different = candidate
        # Among so many values of this length the next search will be in vain, too.
        self._tries[len(part)] = max(_LEAST_TRIES, self._tries[len(part)] // 2)
        return unused or different or part  # a short value in a crowd: better ambiguous than shown

    def _candidate(self, part: str, counter: int) -> str:
        seed = blake2b(counter.to_bytes(4, "big") + part.encode("utf-8", "surrogatepass"), key=self._key).digest()
        blocks = (blake2b(seed + bytes([n]), key=self._key).digest() for n in range(len(part) // 16 + 1))
        stream = b"".join(blocks)
        numbers = [int.from_bytes(stream[k : k + 4], "big") for k in range(0, len(stream), 4)]
        chars = [_other(char, number) for char, number in zip(part, numbers, strict=False)]
        if part[:1] in tuple("123456789"):
            chars[0] = str(1 + numbers[0] % 9)  # a number must not begin with zero
        return "".join(chars)


def _parts(value: str) -> list[str]:
    """What gets a pseudonym of its own: a phone number is known without its country code."""
    if _NATIONAL < len(value) <= _LONGEST_NUMBER and value.isdecimal():
        return [value[:-_NATIONAL], value[-_NATIONAL:]]
    return chunks(value)


def _other(char: str, number: int) -> str:
    if char.isdecimal():
        return str(number % 10)
    if char.islower() or char.isupper():
        return chr(ord("a") + number % 26)
    start, count = _IDEOGRAPHS
    return chr(start + number % count)


def _replaced(old: str, replacement: Iterator[str]) -> str:
    new = [next(replacement, "x") for _ in letters_of(old)]
    if not new:
        return old
    if old.isdecimal():
        digit = int(new[0]) if new[0].isdecimal() else ord(new[0]) % 10
        return chr(ord(old) - unicodedata.decimal(old) + digit)
    if old.isupper():
        return new[0].upper()
    return new[0] if old.islower() or not new[0].islower() else chr(_IDEOGRAPHS[0] + ord(new[0]))
