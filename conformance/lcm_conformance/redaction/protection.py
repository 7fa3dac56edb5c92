"""Where a value turns up by accident: within the suite's own ids, the page's words, a timestamp or a measure."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cache
from operator import itemgetter

from lcm_conformance.catalogue.clauses import load_catalogue
from lcm_conformance.redaction.known import FREE, SHORT, Hit
from lcm_conformance.redaction.skeleton import letters
from lcm_conformance.redaction.values import Value
from lcm_conformance.redaction.view import View
from lcm_conformance.redaction.words import KEPT, VOCABULARY

_EDGE = r"(?<![^\W_])(?:{})(?![^\W_])"
_IDS = r"[xX]-[0-9]{4}|[sS]-[0-9]{1,3}"  # of exchanges and sessions
_USED = re.compile("[xX]-0[0-9]{3}|[sS]-[0-9]{1,3}")  # those that a run comes to
_TIMESTAMP = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?(?:[Zz]|[+-][0-9]{2}:?[0-9]{2})?"
)
_MEASURE = r"[0-9]{1,9}(?:\.[0-9]{1,9}){1,3}|[0-9]{1,9}\s?(?:ms|s|seconds?|bytes|[KM]i?B|characters)|[0-9]{1,3}(?=\s?%)"
_OWN = r"[xX]-[0-9]{5,7}|(?:[0-9]{1,7} of )?[0-9]{1,7} (?:replies|requests)"
"""Of a long recording: its exchanges, and how many there were."""
_NO_ACCIDENT = 10  # that many characters within a timestamp are no coincidence


class Spans:
    """Where in a text the values of members stand: what is found within them is theirs."""

    def __init__(self, values: Iterable[Value]) -> None:
        spans = [(v.view.at[0], v.view.at[-1], v.is_kept, v.member) for v in values if v.view.text]
        spans.sort(key=itemgetter(0, 1))
        self._starts = [start for start, *_ in spans]
        self._spans = spans

    def admit(self, view: View, hit: Hit) -> bool:
        """Whether a hit is to be replaced where it stands: it belongs to no value that is replaced or kept itself."""
        start, end = view.at[hit.start], view.at[hit.end]
        k = bisect_right(self._starts, start) - 1
        if k < 0 or self._spans[k][1] <= start:
            k += 1  # it may reach into the next one
            if k == len(self._spans) or self._spans[k][0] >= end:
                return True
        first, last, kept, member = self._spans[k]
        if kept:
            return False
        if member in KEPT:  # what a clause reads there may be changed by what is surely no accident only
            return not hit.time and len(letters(view.text[hit.start : hit.end])) >= FREE
        return not (first <= start and end <= last)


def unprotected(hits: list[Hit], text: str, *, foreign: bool) -> Iterable[Hit]:
    """The hits that are no accident. `foreign`: a frame, in which no id can be the suite's own."""
    if not hits:
        return []
    zones = _zones(text)
    kept: list[Hit] = []
    k = 0
    for hit in sorted(hits, key=lambda hit: hit.start):
        while k < len(zones) and zones[k][1] <= hit.start:
            k += 1
        if k == len(zones) or not _accidental(hit, text, *zones[k], foreign):
            while len(kept) > 1 and _covered(kept[-1], kept[-2], hit):
                kept.pop()
            kept.append(hit)
    return kept


def _covered(hit: Hit, before: Hit, after: Hit) -> bool:
    """Whether its neighbours leave nothing of it; the longest is kept, for it is the likeliest to be meant."""
    length = hit.end - hit.start
    return before.end >= after.start and length <= max(before.end - before.start, after.end - after.start)


def _zones(text: str) -> list[tuple[int, int, str | None]]:
    return [(match.start(), match.end(), match.lastgroup) for match in _pattern().finditer(text)]


def _accidental(hit: Hit, text: str, start: int, end: int, kind: str | None, foreign: bool) -> bool:
    if hit.start < start or hit.end > end:
        return False
    whole = (hit.start, hit.end) == (start, end)
    if kind == "id" and whole:
        return not foreign and _is_ours(text[start:end])
    weight = len(letters(text[hit.start : hit.end]))
    if kind == "own":
        return not foreign and not whole
    if kind == "time":
        return weight < _NO_ACCIDENT and not whole
    return kind != "measure" or weight < SHORT


def _is_ours(text: str) -> bool:
    return _USED.fullmatch(text) is not None or text in load_catalogue().ids


@cache
def _pattern() -> re.Pattern[str]:
    words = "|".join(_longest_first(word for word in VOCABULARY if word.isalpha()))
    ids = "|".join([_IDS, *_longest_first(load_catalogue().ids)])
    return re.compile(
        rf"(?P<marker>\[secret\])|(?P<id>{_EDGE.format(ids)})|(?P<word>(?i:{_EDGE.format(words)}))"
        rf"|(?P<time>{_EDGE.format(_TIMESTAMP)})|(?P<own>{_EDGE.format(_OWN)})"
        rf"|(?P<measure>{_EDGE.format(_MEASURE)})"
    )


def _longest_first(texts: Iterable[str]) -> Iterator[str]:
    return map(re.escape, sorted(texts, key=len, reverse=True))
