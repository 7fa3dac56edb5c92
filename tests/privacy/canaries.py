"""Marked values, and the search for them in everything that a run wrote or printed.

Whoever they belong to is made up. A value is long enough not to turn up by chance.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

_TELLING = 7  # letters and digits that do not stand in a row by chance

PEOPLE: Mapping[str, Mapping[str, object]] = {
    "kim-zq4411": {
        "PhoneNumber": "5550147123",
        "AccountNumber": "7719|KIWI-Q7|0",
        "ContactID": 90817263544,
        "CallbackTime": "Oct 17 2031 4:47PM",
    },
    "robin-zq5522": {
        "PhoneNumber": "5550158234",
        "AccountNumber": "8820|PLUM-R8|0",
        "ContactID": 81726354459,
        "CallbackTime": "Nov 28 2032 5:58PM",
    },
}
"""The contacts by the ID of the agent for whom each is reserved."""

PERSONAL = tuple(PEOPLE) + tuple(str(value) for contact in PEOPLE.values() for value in contact.values())

STRANGERS = ("5550172839", "5550183946", "5550194057", "5550105168")
"""Numbers that are never said in one piece: torn between frames, in what is no JSON, in UTF-16."""

SECRETS: Mapping[str, str] = {
    "CANARY_WORD_ONE": 'Tulip"9&x<kim>',
    "CANARY_WORD_TWO": "Orchid-77/robin",
    "CANARY_TOKEN": "tok-Mango-778899",
    "CANARY_COOKIE": "Papaya-556677",
    "CANARY_QUERY": "qry-Guava-334455",
    "CANARY_OWN": "own-Lychee-112233",
}
"""What the environment holds for the profile: neither names nor values may be shown."""


def spellings(value: str) -> Iterator[str]:
    """The ways in which a value may have been written down."""
    yield value
    yield value.casefold()
    yield value.upper()
    yield json.dumps(value)[1:-1]
    yield "".join(f"\\u{ord(letter):04x}" for letter in value)
    yield html.escape(value)
    yield quote(value)
    yield quote(value, safe="")
    yield repr(value)[1:-1]
    yield value.encode().hex()
    for shift in range(3):
        inner = base64.b64encode(bytes(shift) + value.encode()).decode()
        yield inner[(0, 2, 3)[shift] : (shift + len(value)) * 8 // 6]
    digits = re.sub(r"\D", "", value)
    if len(digits) >= 7:
        yield digits
        yield digits[-7:]


def found(values: Iterable[str], where: Mapping[str, bytes]) -> list[str]:
    """Each canary that stands in one of the texts, as `place: canary as it is written`."""
    hits = []
    for place, content in where.items():
        texts = [content.decode("utf-8", "replace")]
        if b"\x00" in content:
            texts += [content.decode(name, "replace") for name in ("utf-16-le", "utf-16-be")]
        bare = [_bare(text) for text in texts]
        for value in values:
            if len(_bare(value)) >= _TELLING and any(_bare(value) in text for text in bare):
                hits.append(f"{place}: {value}")
                continue
            for spelling in dict.fromkeys(spellings(value)):
                if any(spelling in text for text in texts):
                    hits.append(f"{place}: {spelling}")
                    break
    return hits


def _bare(text: str) -> str:
    """Letters and digits alone, so that no separator hides a value."""
    return re.sub(r"[\W_]", "", text).casefold()


def written(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its path there; the path itself counts as written too."""
    files = {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*")) if path.is_file()}
    return {name: name.encode() + b"\n" + path.read_bytes() for name, path in files.items()}
