"""Finds thousands of known values in a text, in time that grows with the text alone.

A dictionary of the values' first characters tells where one may begin; nothing is compiled, so learning is cheap.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from conformance.redaction.words import VOCABULARY

_WINDOWS = (4, 2)
_DIGIT_RUN = re.compile(r"[0-9](?:[\s().+\-/‐‑‒–—]{0,3}[0-9]){6,}")

_EDGE = r"(?<![^\W_])(?:{})(?![^\W_])"
_OWN_IDS = (
    r"[xX]-[0-9]{4}|[sS]-[0-9]{1,5}|(?:VER|PRE|MAP|RES|REQ|RSP|CON|ROB)-[0-9]{1,2}"
    r"|FLD-[A-Za-z]{1,20}-(?:presence|type|value)|FMT-(?:ExpiryTime|CallbackTime|CallType|sample)"
    r"|OBS-after-2308|OBS-[a-z]{1,20}(?:-[a-z]{1,20}){0,4}"
)
_DOCUMENTED = "|".join(re.escape(word) for word in sorted(VOCABULARY, key=len, reverse=True) if word.isalpha())
_TIMESTAMP = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?(?:[Zz]|[+-][0-9]{2}:?[0-9]{2})?"
)
_MEASURE = r"[0-9]{1,9}(?:\.[0-9]{1,9}){1,3}|[0-9]{1,9}\s?(?:ms|s|seconds?|bytes|[KM]i?B|characters)|[0-9]{1,3}(?=\s?%)"
_PROTECTED = re.compile(
    rf"(?P<marker>\[secret\])|(?P<id>{_EDGE.format(_OWN_IDS)})"
    rf"|(?P<word>(?i:{_EDGE.format(_DOCUMENTED)}))"
    rf"|(?P<time>{_EDGE.format(_TIMESTAMP)})|(?P<measure>{_EDGE.format(_MEASURE)})"
)
SHORT = 4  # significant characters below which a value is replaced only where it stands alone
_NO_ACCIDENT = 10  # that many characters within a timestamp are no coincidence


def significant(text: str) -> int:
    """How many letters and digits there are."""
    return sum(map(str.isalnum, text))


@dataclass(frozen=True)
class Needle:
    """What is looked for: a spelling of `value`; `alone`: only where no letter or digit adjoins."""

    value: str
    alone: bool


@dataclass(frozen=True)
class Hit:
    """Where a needle was found."""

    start: int
    end: int
    value: str


class Needles:
    """An index of values. Texts and values must be folded in the same way, or not at all."""

    def __init__(self) -> None:
        self._needles: dict[str, Needle] = {}
        self._lengths: dict[int, dict[str, tuple[int, ...]]] = {window: {} for window in _WINDOWS}

    def add(self, spelling: str, value: str, *, alone: bool) -> None:
        """Look for `spelling` from now on. Less than two characters say nothing, and are ignored."""
        window = next((window for window in _WINDOWS if len(spelling) >= window), 0)
        known = self._needles.get(spelling)
        if not window or (known is not None and (alone or not known.alone)):
            return
        self._needles[spelling] = Needle(value, alone)
        lengths = self._lengths[window]
        others = lengths.get(spelling[:window], ())
        lengths[spelling[:window]] = tuple(sorted({*others, len(spelling)}, reverse=True))

    def find(self, text: str) -> Iterator[Hit]:
        """The hits from left to right; one that begins within another only if it is the longer one."""
        for window in _WINDOWS:
            lengths = self._lengths[window]
            if not lengths:
                continue
            last = Hit(0, 0, "")
            for start in [k for k in range(len(text) - window + 1) if text[k : k + window] in lengths]:
                least = last.end - last.start if start < last.end else 0
                candidates = lengths[text[start : start + window]]
                if candidates[0] > least and (hit := self._longest(text, start, candidates, least)):
                    yield hit
                    last = hit

    def _longest(self, text: str, start: int, lengths: tuple[int, ...], least: int) -> Hit | None:
        for length in lengths:
            if length <= least:
                break
            needle = self._needles.get(text[start : start + length])
            fits = start + length <= len(text)
            if needle is not None and fits and not (needle.alone and _adjoined(text, start, start + length)):
                return Hit(start, start + length, needle.value)
        return None

    def find_grouped(self, text: str) -> Iterator[Hit]:
        """The same for digits that stand in groups, such as `(555) 010-4711`."""
        if not self._needles:
            return
        for run in _DIGIT_RUN.finditer(text):
            if run.group().isdecimal():
                continue  # not grouped: `find` sees it
            places = [k for k in range(*run.span()) if text[k].isdecimal()]
            for hit in self.find("".join(text[k] for k in places)):
                yield Hit(places[hit.start], places[hit.end - 1] + 1, hit.value)


def unprotected(hits: list[Hit], text: str) -> list[Hit]:
    """The hits that are not a mere accident within the suite's own ids, the page's words, a timestamp or a measure."""
    if not hits:
        return []
    protection = [(match.start(), match.end(), match.lastgroup) for match in _PROTECTED.finditer(text)]
    kept, k = [], 0
    for hit in sorted(hits, key=lambda hit: hit.start):
        while k < len(protection) and protection[k][1] <= hit.start:
            k += 1
        if k == len(protection) or not _accidental(hit, text, *protection[k]):
            kept.append(hit)
    return kept


def _accidental(hit: Hit, text: str, start: int, end: int, kind: str | None) -> bool:
    if hit.start < start or hit.end > end:
        return False
    weight = significant(text[hit.start : hit.end])
    if kind == "time":
        return weight < _NO_ACCIDENT and (hit.start, hit.end) != (start, end)
    return kind != "measure" or weight < SHORT


def _adjoined(text: str, start: int, end: int) -> bool:
    before = start > 0 and text[start].isalnum() and text[start - 1].isalnum()
    return before or (end < len(text) and text[end - 1].isalnum() and text[end].isalnum())
