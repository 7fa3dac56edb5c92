"""The sentences and rows of the vendor's page that clauses rest on, as fingerprints: its text is not kept here.

A passage is so many words in a row, letter case and all, wherever they stand; what is between words does not matter.
Called by `page`. Standard library only.
"""

from __future__ import annotations

import hashlib
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from importlib.resources import files

_BREAKS = frozenset(
    {"article", "br", "dd", "div", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre"}
    | {"section", "table", "tbody", "td", "th", "thead", "tr", "ul"}
)
_UNREAD = frozenset({"script", "style", "template", "noscript"})


@dataclass(frozen=True)
class Passage:
    """`place` says where it stands, `times` how often; `clauses` are ids of what rests on it, or names of readings."""

    place: str
    words: int
    sha256: str
    clauses: tuple[str, ...]
    times: int = 1


@cache
def load_passages() -> tuple[Passage, ...]:
    """Those that travel with the package, in the order of the page."""
    table = tomllib.loads(files(__package__).joinpath("passages.toml").read_text(encoding="utf-8"))
    return tuple(Passage(clauses=tuple(row.pop("clauses")), **row) for row in table["passage"])


def words_of(page: str) -> list[str]:
    """The words of a page, from its text as copied or from its HTML."""
    text = _text(page) if "<html" in page[:10_000].casefold() or "<body" in page.casefold() else page
    return unicodedata.normalize("NFKC", text).replace("\u200b", "").split()


def fingerprint(words: Iterable[str]) -> str:
    """Of words in a row."""
    return hashlib.sha256(" ".join(words).encode("utf-8", "backslashreplace")).hexdigest()


def missing(words: Sequence[str], passages: Iterable[Passage]) -> list[Passage]:
    """The passages that do not stand in a page as often as they should."""
    passages = tuple(passages)
    counted = {length: _windows(words, length) for length in {passage.words for passage in passages}}
    return [passage for passage in passages if counted[passage.words][passage.sha256] < passage.times]


def _windows(words: Sequence[str], length: int) -> Counter[str]:
    return Counter(fingerprint(words[start : start + length]) for start in range(len(words) - length + 1))


class _Reader(HTMLParser):
    """Keeps the text of a page; where a block begins or ends, a word does."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._unread = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002  its signature
        self._unread += tag in _UNREAD
        if tag in _BREAKS:
            self.pieces.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self._unread -= tag in _UNREAD and self._unread > 0
        if tag in _BREAKS:
            self.pieces.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self.pieces.append(data)


def _text(page: str) -> str:
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return "".join(reader.pieces)
