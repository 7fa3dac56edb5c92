"""What the values of ExpiryTime, CallbackTime and CallType name.

The page shows one date (`Oct 7 2020 11:59PM`) and documents no format, so every complete and
real date-time is accepted; that it is written as in the sample is a separate, advisory question.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from functools import partial

from lcm_conformance.judge.checks.check import Check, Difference, Pins
from lcm_conformance.judge.checks.members import typed, value_of
from lcm_conformance.record.reply import Reply
from lcm_conformance.record.strictjson import kind, show

_SAMPLE = re.compile(r"[A-Z][a-z]{2} (?: ?\d|\d\d) \d{4} {1,2}\d{1,2}:\d\d[AP]M")
_CLOCK = re.compile(
    r"(?:^|(?<=[ ,]))(?P<hour>\d{1,2})"
    r"(?::(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:[.,:]\d+)?)?(?: ?(?P<half>[AaPp])(?:[Mm]|\.[Mm]\.))?"
    r"| ?(?P<late>[AaPp])(?:[Mm]|\.[Mm]\.))"
    r"(?: ?(?:[Zz]|UTC|(?!OCT|SAT)[A-Z]{1,4}T))?(?: ?[+-](?:[01]\d|2[0-3]):?[0-5]\d)?(?: \([^()]+\))?(?=[ ,]|$)"
)
"""A time of day with its zone: 11:59PM, 11 p.m., 23:59:00.000, 23:59 EDT, 23:59:00 GMT+0200 (CEST)."""
_ZONE_NAME = re.compile(r"\[[A-Za-z]+(?:/[A-Za-z_+-]+)*\]$")
"""As Java writes it behind the offset: [Europe/Berlin]."""
_ORDINAL = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)\b", re.IGNORECASE)
_SHORTENED = re.compile(r"\b(Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec)(?:(?<=Sep)t)?\.?(?![a-z])", re.IGNORECASE)
_ISO_DAY_OF_YEAR = re.compile(r"(\d{4})-?(\d{3})[T ](.+)")
_WEEKDAY = re.compile(r"\b(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?,? ", re.IGNORECASE)
_DAYS = (
    "%b %d %Y",
    "%B %d %Y",
    "%d %b %Y",
    "%d %B %Y",
    "%d-%b-%Y",
    "%m/%d/%Y",
    "%d/%m/%Y",
    "%m-%d-%Y",
    "%d-%m-%Y",
    "%d.%m.%Y",
    "%Y.%m.%d",
    "%Y/%m/%d",
    "%Y-%m-%d",
)
_KINDS = {"regular", "regularcallback", "normalcallback", "personalcallback"}


def is_date_time(text: str) -> bool:
    """Whether the text is a complete, real date with a time of day."""
    text = _ZONE_NAME.sub("", text)
    day = _without_clock(text)
    return _is_iso(text) or (day is not None and any(_is_day(day, form) for form in _DAYS))


def is_time_of_day(text: str) -> bool:
    """Whether the text is a time of day alone."""
    return _without_clock(text) == "" or _is_iso_time(text)


def is_as_in_the_sample(text: str) -> bool:
    """Whether a valid date-time is written like `Oct 7 2020 11:59PM`."""
    return _SAMPLE.fullmatch(text) is not None and is_date_time(text)


def names_a_call_type(text: str) -> bool:
    """Whether the text names one of the three documented kinds; letter case and the word "call" do not matter."""
    words = re.sub(r"[\s_-]+", " ", text.casefold()).replace("call back", "callback").split()
    return "".join(word for word in words if word != "call").removesuffix("call") in _KINDS


def _is_iso(text: str) -> bool:
    by_day_of_year = _ISO_DAY_OF_YEAR.fullmatch(text)
    try:
        if by_day_of_year:
            time.fromisoformat(by_day_of_year[3])
            year, day = int(by_day_of_year[1]), int(by_day_of_year[2])
            return 1 <= day <= date(year, 12, 31).timetuple().tm_yday
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return re.search(r"[T ]\d\d", text) is not None


def _is_iso_time(text: str) -> bool:
    try:
        time.fromisoformat(text)
    except ValueError:
        return False
    return ":" in text


def _without_clock(text: str) -> str | None:
    """What a text says beside its time of day, weekday and zone; None where it has no real time of day."""
    text = re.sub("[\u00a0\u202f]", " ", text)  # Unicode's own formats put one before AM and PM
    # A line break or a leading blank is no date of anybody's.
    if text != text.strip() or re.search(r"[^\S ]", text) or not text.isascii():
        return None
    text = re.sub(r"(?<=\d)T(?=\d)", " ", text, flags=re.IGNORECASE)
    clock = _CLOCK.search(text)
    if clock is None or not _is_real(clock):
        return None
    rest = _WEEKDAY.sub("", text[: clock.start()] + text[clock.end() :], count=1)
    rest = _SHORTENED.sub(r"\1", _ORDINAL.sub(r"\1", rest))
    return " ".join(rest.replace(",", " ").split())


def _is_real(clock: re.Match[str]) -> bool:
    hour, minute, second = (int(clock[part] or 0) for part in ("hour", "minute", "second"))
    if clock["half"] or clock["late"]:
        return 1 <= hour <= 12 and minute < 60 and second < 60
    # ISO 8601 calls the end of a day 24:00.
    return (hour < 24 and minute < 60 and second < 60) or (hour, minute, second) == (24, 0, 0)


def _is_day(text: str, form: str) -> bool:
    try:
        datetime.strptime(text, form)
    except ValueError:
        return False
    return True


def _expiry(reply: Reply, pins: Pins) -> Difference | None:
    return _judge_text(reply, pins, "ExpiryTime", "a real date with a time of day", is_date_time)


def _callback(reply: Reply, pins: Pins) -> Difference | None:
    def fits(text: str) -> bool:
        return text == "" or is_date_time(text) or is_time_of_day(text)

    return _judge_text(reply, pins, "CallbackTime", "a real date-time or time of day, or empty", fits)


def _call_type(reply: Reply, pins: Pins) -> Difference | None:
    if kind(value_of(reply, "CallType", pins)) == "Number":
        return None
    return _judge_text(reply, pins, "CallType", "regular, regular callback or personal callback", names_a_call_type)


def _as_in_the_sample(member: str, reply: Reply, pins: Pins) -> Difference | None:
    def fits(text: str) -> bool:
        return text == "" or is_time_of_day(text) or is_as_in_the_sample(text)

    return _judge_text(reply, pins, member, "a date-time written as in the sample, Oct 7 2020 11:59PM", fits)


def call_types_seen(replies: Iterable[Reply], pins: Pins) -> str:
    """The values of CallType in a run, for the record: the page gives no codes."""
    check = FORMATS["CallType"]
    return "seen: " + ", ".join(
        sorted({show(value_of(reply, "CallType", pins)) for reply in replies if check.accepts(reply, pins)})
    )


def _judge_text(reply: Reply, pins: Pins, member: str, expected: str, fits: Callable[[str], bool]) -> Difference | None:
    value = value_of(reply, member, pins)
    if isinstance(value, str) and fits(value):
        return None
    return Difference(expected, show(value), f"$.message.response.{member}")


EXPIRY_TIME = Check("FMT-ExpiryTime", _expiry, (typed("ExpiryTime"),))
CALLBACK_TIME = Check("FMT-CallbackTime", _callback, (typed("CallbackTime"),))
CALL_TYPE = Check("FMT-CallType", _call_type, (typed("CallType"),))
FORMATS = {"ExpiryTime": EXPIRY_TIME, "CallbackTime": CALLBACK_TIME, "CallType": CALL_TYPE}


def written_as_in_the_sample(member: str) -> Check:
    """FMT-sample for one of the two date-times (advisory)."""
    return Check("FMT-sample", partial(_as_in_the_sample, member), (FORMATS[member],))
