"""Which replies are alike in all that any clause looks at, so that one of them is judged for all. Pure.

Only plain replies are told: a well-formed ContactOD with a contact that names somebody. Of any other the answer is
None, and it is judged by itself. The texts are read by a fast reader, and told only where RFC 8259 leaves no doubt that
the strict one (`record.strictjson`) reads the same.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

import msgspec

from lcm_conformance.catalogue import page
from lcm_conformance.record.notations import is_as_in_the_sample, is_date_time, is_time_of_day
from lcm_conformance.record.nothing import is_nothing

LONGEST = 8_000  # characters of a plain reply
_LONGEST_WORD = 60
_MOST_SHAPES = 500
_MOST_DAYS = 20_000
_IDENTIFYING = ("ContactId", "ContactID", "PhoneNumber", "AccountNumber")
_TELLING = {"status", "result", "success"}
"""Names of which a value may make a message a refusal."""
_SCALARS = {str, int, bool, type(None)}
_DAY = re.compile("[A-Z][a-z]{2} [0-9]{1,2} [0-9]{4}")
_CLOCK = re.compile("[0-9]{1,2}:[0-9]{2}[AP]M")
_TWO_DAYS = 2
_OBJECTS = 3  # in a plain reply: itself, `message` and `response`
_UNCLEAR = "nearly"
_decode = msgspec.json.Decoder().decode

Key = tuple[object, ...]


class Contact(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """The members as in the page's sample, every one a String: as most replies have them."""

    PhoneNumber: str
    AccountNumber: str
    CampaignId: str
    Mode: str
    ContactId: str
    ExpiryTime: str
    CallbackTime: str
    CallType: str
    Prefix: str
    Suffix: str
    Queue: str

    def __repr__(self) -> str:
        return "Contact()"


class _Message(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    response: Contact


class _Sample(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    channel: str
    topic: str
    subtopic: Literal["ContactOD"]
    message: _Message


_decode_sample = msgspec.json.Decoder(_Sample).decode
_QUOTES = 2 * (2 * (3 + len(page.MEMBERS)) + 2)  # of a sample: of its names and its texts
_PATIENCE = 200
"""Replies unlike the sample, beyond those like it, after which nothing like it is expected."""


class Alike:
    """Tells replies apart; it remembers the shapes and dates that it has met."""

    def __init__(self) -> None:
        self._shapes: dict[Key, int] = {}
        self._days: dict[str, tuple[bool, int]] = {}
        self._clocks: dict[str, bool] = {}
        self._patience = _PATIENCE

    def told(self, frame: str, at: datetime) -> tuple[Key, Contact | dict[str, Any]] | None:
        """What replies alike have in common, and the contact; None where that is not for this module to say.

        `at` is when it came, which decides whether its ExpiryTime was over.
        """
        sample = self._sample(frame) if self._patience > 0 else None
        if sample is not None:
            return self._told_of_sample(sample, at)
        plain = self._plain(frame)
        if plain is None:
            return None
        shape, value, response = plain
        mode, call = response.get("Mode"), response.get("CallType")
        expiry, callback = response.get("ExpiryTime"), response.get("CallbackTime")
        if type(expiry) is str:
            expiry = self._time(expiry, at)
        if type(callback) is str:
            callback = self._time(callback, None)
        if (
            (type(mode) is str and len(mode) > _LONGEST_WORD)
            or (type(call) is str and len(call) > _LONGEST_WORD)
            or (type(expiry) is str and expiry.startswith(_UNCLEAR))
            or not _names_somebody(response)
        ):
            return None
        about = (value["channel"], value["topic"], mode, call, expiry, callback)
        # 1 and true are equal to Python, and not to a clause: the types are in the shape.
        return (shape, about, *[not content for content in response.values()]), response

    def _sample(self, frame: str) -> _Sample | None:
        """A reply that has what the sample has, if it is one."""
        if len(frame) > LONGEST or "\\" in frame or frame.count('"') != _QUOTES or frame.count("{") != _OBJECTS:
            return None
        try:
            sample = _decode_sample(frame)
        except (msgspec.DecodeError, ValueError, RecursionError):
            self._patience -= 2
            return None
        self._patience = min(self._patience + 1, _PATIENCE)
        return sample

    def _told_of_sample(self, sample: _Sample, at: datetime) -> tuple[Key, Contact] | None:
        one = sample.message.response
        expiry, callback = self._time(one.ExpiryTime, at), self._time(one.CallbackTime, None)
        if (
            len(one.Mode) > _LONGEST_WORD
            or len(one.CallType) > _LONGEST_WORD
            or expiry.startswith(_UNCLEAR)
            or not (_is_telling(one.ContactId) or _is_telling(one.PhoneNumber) or _is_telling(one.AccountNumber))
        ):
            return None
        key = (
            sample.channel, sample.topic, one.Mode, one.CallType, expiry, callback, not one.PhoneNumber,
            not one.AccountNumber, not one.CampaignId, not one.ContactId, not one.Prefix, not one.Suffix, not one.Queue,
            not one.ExpiryTime, not one.CallbackTime,
        )  # fmt: skip
        return key, one

    def _plain(self, frame: str) -> tuple[Key, dict[str, Any], dict[str, Any]] | None:
        """The shape of a plain reply, its members, and those of its contact; None for any other text."""
        value = read(frame) if len(frame) <= LONGEST and "\\" not in frame else None
        message = value.get("message") if type(value) is dict else None
        response = message.get("response") if type(message) is dict else None
        if type(value) is not dict or type(message) is not dict or type(response) is not dict:
            return None
        shape = (
            *value, None, *map(type, value.values()), *message, None, *map(type, message.values()),
            *response, None, *map(type, response.values()),
        )  # fmt: skip
        quotes = self._shapes.get(shape)
        if quotes is None:
            quotes = self._quotes(shape, value, message, response)
        # A name that repeats, and JSON in a text, are seen by what the text is written with.
        if not quotes or frame.count('"') != quotes or frame.count("{") != _OBJECTS:
            return None
        return shape, value, response

    def _quotes(self, shape: Key, value: dict[str, Any], message: dict[str, Any], response: dict[str, Any]) -> int:
        """How many quotes a text of this shape is written with; 0 for one that is not plain."""
        if len(self._shapes) >= _MOST_SHAPES:
            return 0
        self._shapes[shape] = quotes = _written_with(value, message, response)
        return quotes

    def _time(self, text: str, at: datetime | None) -> str:
        """What a clause may see in a time; with `at` also whether it was over then."""
        day, _, clock = text.rpartition(" ")
        known, real = self._days.get(day), self._clocks.get(clock)
        if known is None or real is None:
            if not _DAY.fullmatch(day) or not _CLOCK.fullmatch(clock):
                return _of_time(text)
            known, real = self._learn(day, clock)
        if not (known[0] and real):
            return "unreal"
        left = 0 if at is None else known[1] - at.toordinal()
        return "real" if left >= -1 else "over" if left < -_TWO_DAYS - 1 else "nearly over"

    def _learn(self, day: str, clock: str) -> tuple[tuple[bool, int], bool]:
        """A day and a time of day as in the sample, each of which is real or not whatever stands beside it."""
        if len(self._days) > _MOST_DAYS:
            self._days.clear()
        is_real = is_date_time(f"{day} 11:59PM")
        number = datetime.strptime(day, "%b %d %Y").toordinal() if is_real else 0
        self._days[day] = known = (is_real, number)
        self._clocks[clock] = real = is_date_time(f"Oct 7 2020 {clock}")
        return known, real


def read(text: str) -> Any:
    """A JSON text by the fast reader; None where it is none, or not one that this reader takes."""
    try:
        return _decode(text)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None


def _written_with(value: dict[str, Any], message: dict[str, Any], response: dict[str, Any]) -> int:
    names = [*value, *message, *response]
    scalars = [content for name, content in value.items() if name != "message"]
    scalars += [content for name, content in message.items() if name != "response"]
    scalars += response.values()
    plain = all(type(content) in _SCALARS for content in scalars)
    addressed = all(type(value.get(name)) is str for name in ("channel", "topic", "subtopic"))
    doubled = {"ContactID", "ContactId"} <= response.keys()
    telling = any(name.casefold() in _TELLING for name in names)
    if not plain or not addressed or doubled or telling or value["subtopic"] != page.REPLY:
        return 0
    return 2 * (len(names) + sum(type(content) is str for content in scalars))


def _names_somebody(response: dict[str, Any]) -> bool:
    """Whether an identifying member has a value of its own."""
    for name in _IDENTIFYING:
        content = response.get(name)
        if type(content) is str:
            if _is_telling(content):
                return True
        elif type(content) is int and content > 0:
            return True
    return False


def _is_telling(text: str) -> bool:
    """Whether a text does not say nothing, as zeros alone do, and dates at the edge of a calendar."""
    return bool(text.isdecimal() and len(text) not in {4, 8} and text.strip("0")) or not is_nothing(text)


@lru_cache(maxsize=4096)
def _of_time(text: str) -> str:
    """What a clause may see in a time that is not written as in the sample."""
    seen = f"{is_date_time(text)} {is_time_of_day(text)} {is_as_in_the_sample(text)}"
    try:
        datetime.strptime(text, "%b %d %Y %I:%M%p")
    except ValueError:
        return seen
    return f"nearly as in the sample {seen}"
