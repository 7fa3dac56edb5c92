"""Pseudonyms: same length and character classes, keyed, stable within a run, without a way back.

A value is its skeleton: letter case and separators do not matter, so that `555-010-4711` and `5550104711` get the
same digits.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b
from itertools import count
from string import ascii_lowercase
from struct import Struct

from lcm_conformance.record.notations import is_as_in_the_sample, is_date_time, is_time_of_day
from lcm_conformance.record.nothing import is_nothing
from lcm_conformance.redaction.skeleton import letters, letters_of
from lcm_conformance.redaction.times import another_time

_NATIONAL = 10  # digits, with up to five of country code before them (E.164 ends at 15)
_LONGEST_NUMBER = 15
_CHUNK = 64
_TRIES = 256  # a phone number has many places where a short learnt value may turn up
_LEAST_TRIES = 16
_REMEMBERED = 100_000  # pseudonyms; beyond, equal values stay equal, but different ones may become so, too
_ACCENTED = "àáâãäåæçèéêëìíîïðñòóôõöøùúûüýþ"
_NO_ZERO = tuple("123456789")
_FEW = (  # values of which there are so few that a search for an unused one may be in vain
    _NO_ZERO,
    tuple(f"{tens}{ones}" for tens in _NO_ZERO for ones in _NO_ZERO),
    tuple(f"{tens}0" for tens in _NO_ZERO),
    tuple(ascii_lowercase),
)
_FOUR_BYTES = Struct(">16I")
_RUN = re.compile("([0-9A-Za-z]+)")
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
        self._times: dict[str, str] = {}
        self._used: set[str] = set()
        self._whole: set[str] = set()
        self._tries: dict[int, int] = defaultdict(lambda: _TRIES)
        self._circles: dict[str, dict[str, str]] = {}

    def given(self, value: str) -> bool:
        """Whether this is a pseudonym that was handed out."""
        return value in self._whole

    def disguise(self, written: str, value: str | None = None, offset: int = 0) -> str:
        """What to write instead, as long and of the same shape; `written` is the part of `value` from `offset` on."""
        own = letters(written)
        new = self._of(own if value is None else value)
        shown = _written(written, new[offset : offset + len(own)].ljust(len(own), "x"))
        if not shown.isascii() and len(self._whole) < _REMEMBERED:
            self._whole.add(letters(shown))
        return shown

    def time(self, text: str) -> str:
        """What to write instead of a time: as real a time as it is, or as little one."""
        value, kinds = letters(text), _kinds(text)
        if value in self._times:
            known = _written(text, self._times[value])
            if _kinds(known) == kinds:
                return known
        for counter in range(_TRIES):
            numbers = self._numbers(value, counter)
            new = another_time(text, numbers) or _written(text, _scrambled(value, numbers))
            if _kinds(new) == kinds and letters(new) not in self._used and not self._taken(letters(new)):
                break
        if len(self._times) < _REMEMBERED:
            self._times.setdefault(value, letters(new))
            self._used.add(letters(new))
            self._whole.add(letters(new))
        return new

    def _of(self, value: str) -> str:
        if value in self._times:
            return self._times[value]
        new = "".join(map(self._part, _parts(value)))
        if len(self._whole) < _REMEMBERED:
            self._whole.add(new)
        return new

    def _part(self, part: str) -> str:
        if not part.isdecimal():
            return self._core(part)
        core = part.lstrip("0")  # leading zeros stay: what JSON forbids stays forbidden, and nothing stays nothing
        return part[: len(part) - len(core)] + self._core(core) if core else part

    def _core(self, core: str) -> str:
        if core in self._given:
            return self._given[core]
        if len(self._given) >= _REMEMBERED:
            return self._candidate(core, 0)
        circle = next((alike for alike in _FEW if core in alike), None)
        new = self._given[core] = self._choose(core) if circle is None else self._next(core, circle)
        self._used.add(new)
        return new

    def _next(self, core: str, circle: Sequence[str]) -> str:
        """Of few possible values each is replaced by another one, and no two by the same."""
        if circle[0] not in self._circles:
            order = sorted(circle, key=lambda one: blake2b(one.encode(), key=self._key).digest())
            self._circles[circle[0]] = dict(zip(order, [*order[1:], order[0]], strict=True))
        return self._circles[circle[0]][core]

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
        return _scrambled(part, self._numbers(part, counter))

    def _numbers(self, part: str, counter: int) -> Iterator[int]:
        """Random numbers without end, the same for the same value and counter."""
        seed = blake2b(counter.to_bytes(4, "big") + part.encode("utf-8", "surrogatepass"), key=self._key).digest()
        for block in count():
            yield from _FOUR_BYTES.unpack(blake2b(seed + block.to_bytes(4, "big"), key=self._key).digest())


def _kinds(text: str) -> tuple[bool, ...]:
    """What a clause may see in a time."""
    return is_date_time(text), is_time_of_day(text), is_as_in_the_sample(text), is_nothing(text)


def _scrambled(part: str, numbers: Iterator[int]) -> str:
    """Random letters and digits, each of the kind that stands there; a whole number keeps its length, and its last
    digit goes on saying whether there are more than zeros behind a point."""
    chars = [_other(char, number) for char, number in zip(part, numbers, strict=False)]
    for end in {0, len(part) - 1}:
        if part[end : end + 1] in _NO_ZERO:
            chars[end] = str(1 + next(numbers) % 9)
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


def _written(written: str, new: str) -> str:
    """New letters and digits in the places of the old ones, in their case and script."""
    if written.isascii():
        if len(written) == len(new):
            return new if written.islower() or written.isdecimal() else _cased(written, new)
        pieces, at = [], 0
        for run in _RUN.split(written):
            pieces.append(_cased(run, new[at : at + len(run)]) if run.isalnum() else run)
            at += len(run) if run.isalnum() else 0
        return "".join(pieces)
    replacement = iter(new)
    return "".join(_replaced(char, replacement) for char in written)


def _cased(old: str, new: str) -> str:
    if old.isdecimal() or old.islower():
        return new
    return (
        new.upper()
        if old.isupper()
        else "".join(n.upper() if o.isupper() else n for o, n in zip(old, new, strict=True))
    )


def _replaced(old: str, replacement: Iterator[str]) -> str:
    new = [next(replacement, "x") for _ in letters_of(old)]
    if not new:
        return old
    if old.isdecimal():
        digit = int(new[0]) if new[0].isdecimal() else ord(new[0]) % 10
        return chr(ord(old) - unicodedata.decimal(old) + digit)
    if not old.isascii() and new[0].isascii():  # two letters that differ in their accents alone go on differing
        new[0] = _ACCENTED[(ord(new[0]) + ord(old)) % len(_ACCENTED)]
    if old.isupper():
        return new[0].upper()
    return new[0] if old.islower() or not new[0].islower() else chr(_IDEOGRAPHS[0] + ord(new[0]))
