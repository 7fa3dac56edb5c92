"""Where a value turns up by accident: within the suite's own ids, the page's words, a timestamp or a measure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from lcm_conformance.catalogue.clauses import load_catalogue
from lcm_conformance.redaction.known import SHORT, Hit
from lcm_conformance.redaction.skeleton import letters
from lcm_conformance.redaction.words import VOCABULARY

_EDGE = r"(?<![^\W_])(?:{})(?![^\W_])"
_IDS = r"[xX]-[0-9]{4}|[sS]-[0-9]{1,3}"  # of exchanges and sessions
_USED = re.compile("[xX]-0[0-9]{3}|[sS]-[0-9]{1,3}")  # those that a run comes to
_TIMESTAMP = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?(?:[Zz]|[+-][0-9]{2}:?[0-9]{2})?"
)
_MEASURE = r"[0-9]{1,9}(?:\.[0-9]{1,9}){1,3}|[0-9]{1,9}\s?(?:ms|s|seconds?|bytes|[KM]i?B|characters)|[0-9]{1,3}(?=\s?%)"
_NO_ACCIDENT = 10  # that many characters within a timestamp are no coincidence


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
        rf"|(?P<time>{_EDGE.format(_TIMESTAMP)})|(?P<measure>{_EDGE.format(_MEASURE)})"
    )


def _longest_first(texts: Iterable[str]) -> Iterator[str]:
    return map(re.escape, sorted(texts, key=len, reverse=True))
