"""Finds thousands of known strings in a text, in time that grows with the text alone."""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter

from ahocorasick_rs import AhoCorasick

_WINDOW = 4096  # characters searched at once, so that a list of matches stays short
_CROWD = 3  # matches a character: no honest text holds so many known values within each other
_SURROGATES = dict.fromkeys(range(55296, 57344), "�")  # the searcher takes UTF-8 only


class Crowded(Exception):
    """The text holds so many known strings within each other that they are not told apart in reasonable time."""


class Needles:
    """A set of strings to look for. Texts and strings must be folded in the same way, or not at all.

    A searcher cannot be added to, so there are several, each at least twice the size of the next: whoever adds and
    searches by turns pays little for either.
    """

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._fresh: list[str] = []
        self._searchers: list[tuple[AhoCorasick, list[str]]] = []
        self._longest = 0

    def add(self, needle: str) -> None:
        """Look for a string from now on. The empty one is ignored."""
        needle = needle.translate(_SURROGATES) if not needle.isascii() else needle
        if needle and needle not in self._known:
            self._known.add(needle)
            self._fresh.append(needle)
            self._longest = max(self._longest, len(needle))

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Start and end of every occurrence, by the ends, those within each other too; raises `Crowded`."""
        self._settle()
        if not self._searchers:
            return
        text = text.translate(_SURROGATES) if not text.isascii() else text
        seen = 0
        for begin in range(0, len(text), _WINDOW):
            start = max(0, begin - self._longest + 1)
            window = text[start : begin + _WINDOW]
            matches = [
                (start + a, start + b)
                for searcher, _ in self._searchers
                for _, a, b in searcher.find_matches_as_indexes(window, overlapping=True)
                if start + b > begin
            ]
            seen += len(matches)
            if seen > _CROWD * (begin + _WINDOW):
                raise Crowded
            yield from sorted(matches, key=itemgetter(1))

    def _settle(self) -> None:
        if not self._fresh:
            return
        needles, self._fresh = self._fresh, []
        while self._searchers and len(self._searchers[-1][1]) < 2 * len(needles):
            needles = self._searchers.pop()[1] + needles
        self._searchers.append((AhoCorasick(needles, store_patterns=False), needles))
