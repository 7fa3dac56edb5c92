"""Where the personal values of a frame stand: by its JSON structure, else by names that look the part.

Never raises and never recurses by nesting; what is not JSON gets the benefit of every doubt.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from lcm_conformance.redaction.escapes import CHARACTER_ESCAPES, JSON_ESCAPES, UTF_16
from lcm_conformance.redaction.view import View, decoded
from lcm_conformance.redaction.words import CALLBACK, LITERALS, NAME, NUMBERED, SECRET_MEMBERS, personal_member

_TOKEN = re.compile(
    r'"(?P<text>[^"\\]*+(?:\\.[^"\\]*+)*+)"?(?P<name>\s*+:)?'
    r'|(?P<open>[\[{])|(?P<close>[\]}])|,|(?P<bare>[^\s"\[\]{},:]++)',
    re.DOTALL,
)
NUMBER = re.compile(r"(?P<mantissa>-?[0-9]+(?:\.(?!0+(?![0-9]))[0-9]+)?)(?:\.0+)?(?:[eE][+-]?[0-9]+)?")
_ALONE = re.compile(rf"(?:(?<![^\W_])|(?<=\\[bfnrt]))(?<!</){NAME}(?![^\W_])", re.IGNORECASE)
_COLON = re.compile(r"\s*+(?:(?:\\{0,16}[\"'“”„‘’`«»]|&quot;)\s*+)?(?:=>|[:=>：])\s*+")
_NAME = re.compile(NAME, re.IGNORECASE)
_QUOTED = re.compile(
    r"\\{1,16}[\"'](?P<escaped>[^\"'\n]*+)"
    r"|[\"“”„](?P<double>(?:[^\"“”\\\n]|\\.|[“”](?!\s{0,80}(?:[,}\]]|\Z))|\n(?!\s{0,80}(?:[\"}\]]|\Z)))*+)"
    r"|['‘’`](?P<single>(?:[^'‘’`\\\n]|\\.)*+)",
    re.DOTALL,
)
_CLOSED = re.compile(r"\\{0,16}[\"'“”„‘’`«»]?\s*+(?:[,}\])>&;\n]|\Z)")  # so ends a quoted value of JSON and its kin
_MORE = re.compile(r'"(?P<more>[^,:{}\[\]\n]{1,200}?)"\s*+[,}\]]')  # what follows a quote within the value
_BARE = re.compile(r"[+(]?[0-9](?:[0-9 ().\-/]*[0-9])?(?=[\s,;&}\])\"'“”<>\\]|\Z)|[^\s,;&}\])\"'“”<>\\]+")
_BARE_TIME = re.compile(r"[^,;&}\])\"'“”<>\\\n|]{1,40}")
_BARE_SECRET = re.compile(r"(?:(?:Basic|Bearer|Digest|Token|ApiKey)\s+)?[^\s,;&}\])\"'“”<>\\]+", re.IGNORECASE)
_NEAR = re.compile(r"[+(]?[0-9](?:[0-9 ().\-/]*[0-9])?|[\w|()+./-]{4,80}")
_NEARBY = 60  # characters after a name within which its value is looked for in what is no JSON
_TELLING_DIGITS = 4  # in a name within a personal value: the name is itself a value
_LONGEST_NUMBER = 400  # digits: writing 1e999999999 out would take a gigabyte
_NESTING = 12  # JSON text in JSON text; each level doubles the backslashes, so honest frames stay below


@dataclass(frozen=True, slots=True)
class Leaf:
    """A scalar of a JSON text: where its characters stand, and the personal member that it belongs to."""

    start: int
    end: int
    bare: bool
    member: str = ""


@dataclass(frozen=True, slots=True)
class Value:
    """One personal value, or a secret. `sure`: its bounds are certain, so that it may be learnt as it stands.

    `spelt_out` is what a number with an exponent comes to, where that is short.
    """

    view: View
    member: str
    sure: bool = True
    spelt_out: str = ""

    @property
    def secret(self) -> bool:
        """Whether it is a password, a token or the like."""
        return self.member in SECRET_MEMBERS


def is_json(text: str) -> bool | None:
    """Whether the text is JSON (NaN allowed); None if it is nested too deep for the reader to tell."""
    try:
        json.loads(text, parse_int=len, parse_float=len, parse_constant=len)
    except RecursionError:
        return None
    except ValueError:
        return False
    return True


def leaves(text: str, start: int = 0, inside: str = "") -> Iterator[Leaf]:
    """All scalars and personal names in order; with `inside`, those of the one container that opens at `start`."""
    stack: list[str] = []
    member = ""
    whole = not inside
    for token in _TOKEN.finditer(text, start):
        if token["name"]:
            if inside and _digits(token["text"]) >= _TELLING_DIGITS:
                yield Leaf(*token.span("text"), bare=False, member=inside)
            member = personal_member(_meaning(token["text"]))
        elif token["open"]:
            stack.append(inside)
            inside, member = inside or member, ""
        elif token["close"]:
            inside, member = stack.pop() if stack else inside, ""
            if not (stack or whole):
                yield Leaf(token.end(), token.end(), bare=True)  # empty: marks where the container ends
                return
        elif token["bare"]:
            yield Leaf(*token.span("bare"), bare=True, member=inside or member)
        elif token["text"] is not None:
            yield Leaf(*token.span("text"), bare=False, member=inside or member)
        else:
            member = ""
    if not whole:
        yield Leaf(len(text), len(text), bare=True)


def personal_values(view: View, depth: int = 0) -> Iterator[Value]:
    """Every personal value of a frame, JSON text within strings included."""
    known = is_json(view.text)
    if known is not False:
        yield from _structural(view, depth)
    if not known:
        yield from _paired(decoded(view, CHARACTER_ESCAPES))
        if "\x00" in view.text:
            yield from _paired(decoded(view, UTF_16))


def broken_texts(frame: str) -> Iterator[str]:
    """Texts within a JSON frame that look like a piece of another JSON text: half a message in an envelope."""
    for leaf in leaves(frame):
        text = frame[leaf.start : leaf.end]
        if not leaf.bare and ('\\"' in text or _digits(text) >= _TELLING_DIGITS):
            meant = _meaning(text)
            if is_json(meant) is False:
                yield meant


def _structural(view: View, depth: int) -> Iterator[Value]:
    named = ""  # the last text was this name: `["PhoneNumber", "…"]`, `{"name": "PhoneNumber", "value": "…"}`
    for leaf in leaves(view.text):
        text = view.text[leaf.start : leaf.end]
        if leaf.member:
            yield from _value(view, leaf, sure=True)
        elif named and _digits(text) >= _TELLING_DIGITS:
            yield from _value(view, replace(leaf, member=named), sure=True)
        elif not leaf.bare and depth < _NESTING and _promising(text):
            yield from personal_values(decoded(view.part(leaf.start, leaf.end), JSON_ESCAPES), depth + 1)
        named = personal_member(text) if not leaf.member and _NAME.fullmatch(text) else ""


def _paired(view: View) -> Iterator[Value]:
    text, at = view.text, 0
    unclear = []
    for name in _ALONE.finditer(text):
        if name.start() < at:
            continue
        member = personal_member(name.group())
        at = name.end()
        if not (colon := _COLON.match(text, at)):
            unclear.append((at, member))
            continue
        at = colon.end()
        if quoted := _QUOTED.match(text, at):
            kind = quoted.lastgroup or "double"
            at = max(at + 1, quoted.end())
            yield from _value(view, Leaf(*quoted.span(kind), bare=False, member=member), sure=True)
            if not quoted[kind] or not _CLOSED.match(text, at):
                unclear.append((at, member))
                if more := _MORE.match(text, at):
                    yield Value(view.part(*more.span("more")), member)
        elif text[at : at + 1] in ("{", "["):
            for leaf in leaves(text, at, member):
                at = leaf.end
                yield from _value(view, leaf, sure=False)
        elif bare := _bare(member).match(text, at):
            at = bare.end()
            yield from _value(view, Leaf(*bare.span(), bare=True, member=member), sure=False)
            if _digits(bare.group()) < _TELLING_DIGITS:
                unclear.append((at, member))
        else:
            unclear.append((at, member))
    for start, member in unclear:
        yield from _nearby(view, start, member)


def _nearby(view: View, start: int, member: str) -> Iterator[Value]:
    """What stands shortly after a name and looks like a number."""
    if member in NUMBERED:
        tokens = _NEAR.finditer(view.text, start, start + _NEARBY)
        token = next((token for token in tokens if _digits(token.group()) >= _TELLING_DIGITS), None)
        if token:
            yield Value(view.part(*token.span()), member, sure=False)


def _digits(text: str) -> int:
    return sum(map(str.isdecimal, text))


def _bare(member: str) -> re.Pattern[str]:
    if member in SECRET_MEMBERS:
        return _BARE_SECRET
    return _BARE_TIME if member == CALLBACK else _BARE


def _spelt_out(number: str) -> str:
    try:
        value = Decimal(number) if len(number) < _LONGEST_NUMBER else Decimal()
    except InvalidOperation:  # an exponent beyond all bounds
        return ""
    return str(int(value)) if 0 < value.adjusted() < _LONGEST_NUMBER else ""


def _value(view: View, leaf: Leaf, *, sure: bool) -> Iterator[Value]:
    start, end = leaf.start, leaf.end
    if not leaf.bare:
        yield Value(decoded(view.part(start, end), JSON_ESCAPES), leaf.member, sure)
    elif number := NUMBER.fullmatch(view.text, start, end):
        spelt_out = _spelt_out(number.group()) if number.end("mantissa") < end else ""
        yield Value(view.part(start, number.end("mantissa")), leaf.member, sure=True, spelt_out=spelt_out)
    elif start < end and view.text[start:end].casefold() not in LITERALS:
        yield Value(view.part(start, end), leaf.member, sure=False)


def _promising(text: str) -> bool:
    return text.lstrip()[:1] in ("{", "[", '"', "\\") or _NAME.search(text) is not None


def _meaning(name: str) -> str:
    return decoded(View(name, range(len(name) + 1)), JSON_ESCAPES).text if "\\" in name else name
