"""Passwords, tokens and header values, and the spellings under which they may turn up.

Escapes are not listed here: the search looks at decoded text as well.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

from lcm_conformance.redaction.known import FREE, SHORT, Known, adjoined
from lcm_conformance.redaction.needles import Crowded, Needles
from lcm_conformance.redaction.pseudonym import chunks
from lcm_conformance.redaction.skeleton import letters
from lcm_conformance.redaction.view import fold, layers, plain

MARK = "[secret]"
_SCHEME = re.compile(r"\s*[A-Za-z][\w.+-]*\s+(?P<rest>\S.*)", re.DOTALL)
_BORDERS = re.compile(r"[\s;,=\"]+")
_IS = r"\\{0,16}[\"'’”]?\s{0,9}(?:=>|[:=,])\s{0,9}\\{0,16}[\"'‘“]?\s{0,9}"  # from a header's name to its value
_JWT = re.compile(r"[\w-]{6,}(?:\.[\w-]{6,}){2,4}")
_MOST = 2000  # secrets that are followed: no honest endpoint makes up so many tokens in a run
_PART = 6  # characters of a part that may be a token, if there are digits in it
_TELLING = 6  # characters of a fragment of base64 that cannot be chance


class Secrets:
    """The secrets of one run."""

    def __init__(self) -> None:
        self._given: set[str] = set()
        self._exact = Needles()
        self._loose = Known()
        self._headers: list[re.Pattern[str]] = []

    def add_header(self, name: str, value: str) -> None:
        """Look for a value where it stands as that of a header, in whatever notation, and nowhere else."""
        self._headers.append(
            re.compile(rf"(?<![^\W_]){re.escape(name)}{_IS}(?P<value>{re.escape(value)})(?![^\W_])", re.IGNORECASE)
        )

    def add(self, secrets: Iterable[str]) -> None:
        """Look for all spellings of the secrets; those of two or three characters only where they stand alone."""
        for given in secrets:
            if given in self._given or len(self._given) >= _MOST:
                continue
            self._given.add(given)
            for secret in _with_parts(given):
                for spelling in _spellings(secret):
                    # By its pieces: a searcher for a long text that repeats itself takes for ever to be made.
                    for piece in chunks(spelling):
                        if len(piece) >= (2 if spelling == secret else SHORT):
                            self._exact.add(fold(piece))
                    if len(letters(spelling)) >= FREE:
                        self._loose.add(spelling, alone=False)

    def find(self, text: str) -> list[tuple[int, int]]:
        """Start and end of all that is or holds a secret."""
        folded = fold(text)
        spans: list[tuple[int, int]] = []
        try:
            for start, end in self._exact.find(folded):
                if end - start >= SHORT or not adjoined(text, start, end):
                    while spans and spans[-1][0] >= start:
                        spans.pop()
                    spans.append((start, end))
        except Crowded:
            return [(0, len(text))]
        spans += [hit.span("value") for header in self._headers for hit in header.finditer(text)]
        return spans + [(hit.start, hit.end) for hit in self._loose.find(text)]


def _with_parts(secret: str) -> Iterator[str]:
    """A header value, what stands in it after the name of the scheme, its parameters, the parts of a JWT."""
    yield secret
    yield secret.strip()
    if header := _SCHEME.fullmatch(secret):
        rest = header["rest"].strip()
        if len(rest) >= _PART:
            yield rest
        try:
            pair = base64.b64decode(rest, validate=True).decode()
        except ValueError:
            pair = ""
        if ":" in pair:
            yield pair
            yield pair.partition(":")[2]
    for token in _BORDERS.split(secret):
        if len(token) >= _PART and any(map(str.isdecimal, token)):
            yield token
            if _JWT.fullmatch(token):
                yield from token.split(".")


def _spellings(secret: str) -> Iterator[str]:
    yield from (layer.text for layer in layers(plain(secret)))
    yield from (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], html.escape(secret))
    data = secret.encode("utf-8", "surrogatepass")
    yield from (quote(data, safe=""), quote(data), quote_plus(data))
    if len(data) < SHORT:
        return
    yield data.hex()
    for encoded in (data, secret.encode("utf-16-le", "surrogatepass")):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield encode(encoded).decode()
            yield encode(encoded).decode().rstrip("=")
            for shift in range(3):  # within a longer text, as the password in base64 of user:password
                inner = encode(bytes(shift) + encoded).decode()[(0, 2, 3)[shift] : (shift + len(encoded)) * 8 // 6]
                if len(inner) >= _TELLING:
                    yield inner
