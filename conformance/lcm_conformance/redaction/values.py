"""Where the personal values of a frame stand: by its JSON structure, else by names that look the part.

Never raises and never recurses by nesting; what is not JSON gets the benefit of every doubt.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from ahocorasick_rs import AhoCorasick

from lcm_conformance.catalogue import page
from lcm_conformance.record.notations import is_date_time, is_time_of_day, names_a_call_type
from lcm_conformance.record.nothing import is_nothing
from lcm_conformance.redaction.escapes import CHARACTER_ESCAPES, JSON_ESCAPES, UTF_16
from lcm_conformance.redaction.view import View, decoded
from lcm_conformance.redaction.words import (
    CALL_TYPE,
    CALLBACK,
    EXPIRY,
    KEPT,
    LITERALS,
    NAME,
    NUMBERED,
    SCALAR_MEMBERS,
    SECRET_MEMBERS,
    STEMS,
    personal_member,
)

_TOKEN = re.compile(
    r'"(?P<text>[^"\\]*+(?:\\.[^"\\]*+)*+)"?(?P<name>\s*+:)?'
    r'|(?P<open>[\[{])|(?P<close>[\]}])|,|(?P<bare>[^\s"\[\]{},:]++)',
    re.DOTALL,
)
_STRING = re.compile(r'"(?P<text>[^"\\]*+(?:\\.[^"\\]*+)*+)"(?P<name>\s*+:)?', re.DOTALL)
_VALUE = re.compile(rf"\s*+(?:{_TOKEN.pattern})", re.DOTALL)
_DIGIT = re.compile(r"\d")
_FOUR_DIGITS = re.compile(r"(?:\D*+\d){4}", re.DOTALL)
_STEMS = AhoCorasick(STEMS)
_DOCUMENTED = {member.casefold() for member in page.MEMBERS}
_READER = json.JSONDecoder(parse_int=len, parse_float=len, parse_constant=len)
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
_LONGEST_NAME = 200
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

    `bare`: it is written without quotes, and is a Number if it looks like one.
    """

    view: View
    member: str
    sure: bool = True
    bare: bool = False

    @property
    def secret(self) -> bool:
        """Whether it is a password, a token or the like."""
        return self.member in SECRET_MEMBERS

    @property
    def is_kept(self) -> bool:
        """Whether it stays exactly as it came: a clause reads it, or it says nothing and is nobody's."""
        text = self.view.text
        ask = _is_kept if len(text) < _LONGEST_NAME else _is_kept.__wrapped__
        return not self.secret and ask(text, self.member, self.bare)


@lru_cache(maxsize=2)
def is_json(text: str) -> bool | None:
    """Whether the text is JSON (NaN allowed); None if it is nested too deep for the reader to tell."""
    try:
        _READER.decode(text)
    except RecursionError:
        return None
    except ValueError:
        return False
    return True


@lru_cache(maxsize=4096)
def _is_kept(text: str, member: str, bare: bool) -> bool:
    if bare and NUMBER.fullmatch(text):
        return text[0] == "-" or not text.partition("e")[0].partition("E")[0].strip("0.")
    if is_nothing(text) or not text.strip("0.,:;+-/|() "):
        return True
    if member == EXPIRY:
        return is_real_time(text)
    return member == CALL_TYPE and names_a_call_type(text)


def is_real_time(text: str) -> bool:
    """Whether the text is a real date-time or a time of day."""
    return is_date_time(text) or is_time_of_day(text)


def leaves(text: str, start: int = 0, inside: str = "") -> Iterator[Leaf]:
    """All scalars and personal names in order; with `inside`, those of the one container that opens at `start`."""
    stack: list[str] = []
    member = ""
    whole = not inside
    for token in _TOKEN.finditer(text, start):
        if token["name"]:
            if inside and _digits(token["text"]) >= _TELLING_DIGITS:
                yield Leaf(*token.span("text"), bare=False, member=inside)
            member = _member(token["text"])
        elif token["open"]:
            stack.append(inside)
            inside, member = inside or (member if member not in SCALAR_MEMBERS else ""), ""
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
    name = ""
    for found in _STRING.finditer(frame):
        text = found["text"]
        if found["name"]:
            name = text
        elif name not in page.MEMBERS and ('\\"' in text or _FOUR_DIGITS.match(text)):
            meant = _meaning(text)
            if is_json(meant) is False:
                yield meant


def _structural(view: View, depth: int) -> Iterator[Value]:
    text, at = view.text, 0
    named = ""  # the last text was this name: `["PhoneNumber", "…"]`, `{"name": "PhoneNumber", "value": "…"}`
    for found in _STRING.finditer(text):
        if found.start() < at:
            continue
        body, colon = found.groups()
        if colon is not None:
            member = _member(body)
            if member or _is_documented(body):
                named = ""  # what follows is that member's own
            if member:
                ends, values = _after(view, found.end(), member)
                at = 0 if member in KEPT else ends
                yield from values
            continue
        start, end = found.span(1)
        if named and _FOUR_DIGITS.match(body):
            yield from _value(view, Leaf(start, end, bare=False, member=named), sure=True)
            body = ""
        speaks, named = _said_in(body)
        if speaks and depth < _NESTING:
            yield from personal_values(decoded(view.part(start, end), JSON_ESCAPES), depth + 1)
        if named and (number := _next_number(text, end + 1)):
            yield from _value(view, replace(number, member=named), sure=True)


def _next_number(text: str, at: int) -> Leaf | None:
    """The next scalar, if it is a long number and stands in no member whose meaning is known."""
    leaf = next(leaves(text, at), None)
    if leaf is None or not leaf.bare or leaf.member or not _FOUR_DIGITS.match(text[leaf.start : leaf.end]):
        return None
    name = _STRING.search(text, at, leaf.start)
    return None if name and _is_documented(name["text"]) else leaf


def _is_documented(name: str) -> bool:
    return name.casefold() in _DOCUMENTED


def _after(view: View, at: int, member: str) -> tuple[int, list[Value]]:
    """What a personal member holds, and where that ends; its colon ends at `at`."""
    found = _VALUE.match(view.text, at)
    if found is None:
        return at, []
    if found["open"]:
        if member in SCALAR_MEMBERS:
            return at, []
        inner = list(leaves(view.text, found.start("open"), member))
        return inner[-1].end, [value for leaf in inner for value in _value(view, leaf, sure=True)]
    bare = found["text"] is None
    leaf = Leaf(*found.span("bare" if bare else "text"), bare=bare, member=member)
    return found.end(), _value(view, leaf, sure=True)


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
    return len(_DIGIT.findall(text))


def _bare(member: str) -> re.Pattern[str]:
    if member in SECRET_MEMBERS:
        return _BARE_SECRET
    return _BARE_TIME if member == CALLBACK else _BARE


def _value(view: View, leaf: Leaf, *, sure: bool) -> list[Value]:
    """The value that a leaf is; a literal is none."""
    start, end = leaf.start, leaf.end
    if not leaf.bare:
        return [Value(decoded(view.part(start, end), JSON_ESCAPES), leaf.member, sure)]
    if NUMBER.fullmatch(view.text, start, end):
        return [Value(view.part(start, end), leaf.member, sure=True, bare=True)]
    if start < end and view.text[start:end].casefold() not in LITERALS:
        return [Value(view.part(start, end), leaf.member, sure=False, bare=True)]
    return []


def _said_in(text: str) -> tuple[bool, str]:
    """Whether a text may hold personal values of its own (JSON, or a name with something beside it); the name it is."""
    if len(text) > _LONGEST_NAME:
        return _speaks(text), ""
    return _said_in_few(text)


@lru_cache(maxsize=4096)
def _said_in_few(text: str) -> tuple[bool, str]:
    return _speaks(text), personal_member(text) if _has_stem(text) and _NAME.fullmatch(text) else ""


def _speaks(text: str) -> bool:
    if text.lstrip()[:1] in ("{", "[", '"', "\\"):
        return True
    if text.isalnum() or not _has_stem(text):
        return False
    escaped = any(sign in text for sign in "\\%&")
    return (_NAME if escaped else _ALONE).search(text) is not None


def _has_stem(text: str) -> bool:
    folded = text.casefold()
    if folded.isascii():
        return bool(_STEMS.find_matches_as_indexes(folded))
    return any(stem in folded for stem in STEMS)


def _member(raw: str) -> str:
    """The personal member that a name is, written with whatever escapes."""
    return _known_member(raw) if len(raw) <= _LONGEST_NAME else personal_member(_meaning(raw))


@lru_cache(maxsize=4096)
def _known_member(raw: str) -> str:
    return personal_member(_meaning(raw))


def _meaning(name: str) -> str:
    return decoded(View(name, range(len(name) + 1)), JSON_ESCAPES).text if "\\" in name else name
