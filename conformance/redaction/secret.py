"""The spellings under which a password, token or header value may turn up.

Escapes are not listed here: the search looks at decoded text as well.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

from conformance.redaction.needles import SHORT, Needles
from conformance.redaction.view import layers, plain

MARK = "[secret]"
_SCHEME = re.compile(r"\s*(?:Basic|Bearer|Digest|Token|ApiKey)\s+(?P<rest>\S.*)", re.IGNORECASE | re.DOTALL)
_TELLING = 6  # characters of a fragment of base64 that cannot be chance


def add_secrets(needles: Needles, secrets: Iterable[str]) -> None:
    """Index all spellings of the secrets; those of two or three characters only where they stand alone."""
    for given in secrets:
        for secret in _with_credentials(given):
            if len(secret) < SHORT:
                needles.add(secret, MARK, alone=True)
                continue
            for spelling in _spellings(secret):
                if len(spelling) >= SHORT:
                    needles.add(spelling, MARK, alone=False)


def _with_credentials(secret: str) -> Iterator[str]:
    """A header value, and what stands in it after the name of the scheme."""
    yield secret
    yield secret.strip()
    if header := _SCHEME.fullmatch(secret):
        rest = header["rest"].strip()
        yield rest
        try:
            pair = base64.b64decode(rest, validate=True).decode()
        except ValueError:
            return
        yield pair
        yield pair.partition(":")[2]


def _spellings(secret: str) -> Iterator[str]:
    yield from (layer.text for layer in layers(plain(secret)))
    yield from (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], html.escape(secret))
    data = secret.encode("utf-8", "surrogatepass")
    percent = quote(data, safe="")
    yield from (percent, percent.lower(), quote(data), quote_plus(data))
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield encode(data).decode()
        yield encode(data).decode().rstrip("=")
        for shift in range(3):  # within a longer text, as the password in base64 of user:password
            inner = encode(bytes(shift) + data).decode()[(0, 2, 3)[shift] : (shift + len(data)) * 8 // 6]
            if len(inner) >= _TELLING:
                yield inner
