"""How dates, times and kinds of call are written: what a text names, and where in it each part of a date stands.

The page shows one date (`Oct 7 2020 11:59PM`) and documents no format, so every complete and real date-time counts.
Asked by the checks, and by the redaction, which writes another date in the same notation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from functools import lru_cache
from typing import NamedTuple

_SAMPLE = re.compile(r"[A-Z][a-z]{2} (?: ?\d|\d\d) \d{4} {1,2}\d{1,2}:\d\d[AP]M")
_CLOCK = re.compile(
    r"(?:^|(?<=[ ,]))(?P<hour>\d{1,2})"
    r"(?::(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:[.,:](?P<fraction>\d+))?)?"
    r"(?: ?(?P<half>[AaPp])(?:[Mm]|\.[Mm]\.))?"
    r"| ?(?P<late>[AaPp])(?:[Mm]|\.[Mm]\.))"
    r"(?: ?(?:[Zz]|UTC|(?!OCT|SAT)[A-Z]{1,4}T))?(?: ?[+-](?:[01]\d|2[0-3]):?[0-5]\d)?(?: \([^()]+\))?(?=[ ,]|$)"
)
"""A time of day with its zone: 11:59PM, 11 p.m., 23:59:00.000, 23:59 EDT, 23:59:00 GMT+0200 (CEST)."""
_ZONE_NAME = re.compile(r"\[[A-Za-z]+(?:/[A-Za-z_+-]+)*\]$")
"""As Java writes it behind the offset: [Europe/Berlin]."""
_ORDINAL = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)\b", re.IGNORECASE)
_SHORTENED = re.compile(r"\b(Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec)(?:(?<=Sep)t)?\.?(?![a-z])", re.IGNORECASE)
_ISO_DAY_OF_YEAR = re.compile(r"(\d{4})-?(\d{3})[T ](.+)")
_ISO_DATE = (
    r"(?P<year>\d{4})-?(?:W(?P<week>\d\d)(?:-?(?P<day_of_week>\d))?"
    r"|(?P<month>\d\d)-?(?P<day>\d\d)|(?P<day_of_year>\d{3}))"
)
_ISO_CLOCK = r"(?P<hour>\d\d)(?::?(?P<minute>\d\d)(?::?(?P<second>\d\d)(?:[.,](?P<fraction>\d+))?)?)?"
_ISO = (re.compile(f"{_ISO_DATE}.{_ISO_CLOCK}", re.DOTALL), re.compile(f"T?{_ISO_CLOCK}"))
_WEEKDAY = re.compile(r"\b(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?,? ", re.IGNORECASE)
_WORD = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b|[A-Za-z]+|\d+", re.IGNORECASE)
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = [name.casefold() for name in (*MONTHS, *(name[:3] for name in MONTHS))]
_PARTS = {
    "N": rf"(?P<month_name>{'|'.join(_MONTHS)})",
    "M": r"(?P<month>\d{1,2})",
    "D": r"(?P<day>\d{1,2})",
    "Y": r"(?P<year>\d{4})",
}
_DAYS = tuple(
    re.compile("".join(_PARTS.get(sign, re.escape(sign)) for sign in form), re.IGNORECASE)
    for form in (
        *("N D Y", "D N Y", "D-N-Y", "M/D/Y", "D/M/Y", "M-D-Y", "D-M-Y", "D.M.Y"),
        *("Y.M.D", "Y/M/D", "Y-M-D"),
    )
)
_KINDS = {"regular", "regularcallback", "normalcallback", "personalcallback"}


class Part(NamedTuple):
    """A part of a date as written. `role` is year, month, month_name, day, suffix, weekday, week, day_of_week,
    day_of_year, hour, minute, second, fraction or half (the letter before the M)."""

    role: str
    start: int
    end: int


def is_date_time(text: str) -> bool:
    """Whether the text is a complete, real date with a time of day."""
    text = _ZONE_NAME.sub("", text)
    day = _without_clock(text)
    return (day is not None and bool(_roles(day))) or _is_iso(text)


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


def parts(text: str) -> list[Part]:
    """Where the parts of a date-time or time of day stand; none in any other text."""
    if not (is_date_time(text) or is_time_of_day(text)):
        return []
    day = _without_clock(_ZONE_NAME.sub("", text))
    if day is None or (day and not _roles(day)):
        found = next(filter(None, (form.match(text) for form in _ISO)), None)
        return [] if found is None else list(_named(found))
    level = _level(_ZONE_NAME.sub("", text))
    clock = _CLOCK.search(level)
    if clock is None:
        return []
    rest = f"{level[: clock.start()]}{' ' * (clock.end() - clock.start())}{level[clock.end() :]}"
    return [*_named(clock), *_dated(rest, _roles(day))]


def _named(match: re.Match[str]) -> Iterator[Part]:
    for name, value in match.groupdict().items():
        if value is not None:
            yield Part("half" if name == "late" else name, *match.span(name))


def _dated(rest: str, roles: list[str]) -> Iterator[Part]:
    weekday = _WEEKDAY.search(rest)
    for word in _WORD.finditer(rest):
        if weekday and word.start() == weekday.start():
            yield Part("weekday", *word.span())
        elif word.group().casefold() in {"st", "nd", "rd", "th"}:
            yield Part("suffix", *word.span())
        elif roles:
            yield Part(roles.pop(0), *word.span())


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


def _level(text: str) -> str:
    """The text with a plain blank wherever a notation puts another sign between two parts, as long as before."""
    text = re.sub("[\u00a0\u202f]", " ", text)  # Unicode's own formats put one before AM and PM
    return re.sub(r"(?<=\d)T(?=\d)", " ", text, flags=re.IGNORECASE)


@lru_cache(maxsize=1024)
def _without_clock(text: str) -> str | None:
    """What a text says beside its time of day, weekday and zone; None where it has no real time of day."""
    text = _level(text)
    # A line break or a leading blank is no date of anybody's.
    if text != text.strip() or re.search(r"[^\S ]", text) or not text.isascii():
        return None
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


def _roles(day: str) -> list[str]:
    """What the parts of a real day are, in order, by the first form that fits; none where it is no real day."""
    for form in _DAYS:
        found = form.fullmatch(day)
        if found and _is_real_day(**found.groupdict()):
            return list(form.groupindex)
    return []


def _is_real_day(year: str, day: str, month: str = "", month_name: str = "") -> bool:
    number = int(month) if month else 1 + _MONTHS.index(month_name.casefold()) % 12
    try:
        date(int(year), number, int(day))
    except ValueError:
        return False
    return True
