"""Which date and time of day a text names, in the many notations that are read. Pure.

The page shows one date (`Oct 7 2020 11:59PM`) and documents no format, so every complete and real date-time is read.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

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


def day_of(text: str) -> date | None:
    """The day of a complete, real date with a time of day, as it is written; None where the text names none."""
    text = _ZONE_NAME.sub("", text)
    iso = _iso_day(text)
    if iso is not None:
        return iso
    rest = _without_clock(text)
    days = (_day(rest, form) for form in _DAYS) if rest is not None else ()
    return next((day for day in days if day is not None), None)


def is_date_time(text: str) -> bool:
    """Whether the text is a complete, real date with a time of day."""
    return day_of(text) is not None


def is_time_of_day(text: str) -> bool:
    """Whether the text is a time of day alone."""
    return _without_clock(text) == "" or _is_iso_time(text)


def is_as_in_the_sample(text: str) -> bool:
    """Whether a valid date-time is written like `Oct 7 2020 11:59PM`."""
    return _SAMPLE.fullmatch(text) is not None and is_date_time(text)


def _iso_day(text: str) -> date | None:
    by_day_of_year = _ISO_DAY_OF_YEAR.fullmatch(text)
    try:
        if by_day_of_year:
            time.fromisoformat(by_day_of_year[3])
            first, day = date(int(by_day_of_year[1]), 1, 1), int(by_day_of_year[2])
            found = first + timedelta(days=day - 1)
            return found if day and found.year == first.year else None
        found = datetime.fromisoformat(text).date()
    except (ValueError, OverflowError):
        return None
    return found if re.search(r"[T ]\d\d", text) else None


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


def _day(text: str, form: str) -> date | None:
    try:
        return datetime.strptime(text, form).date()
    except ValueError:
        return None
