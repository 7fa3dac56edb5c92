"""Another date or time in the notation of a given one: as long, padded alike, with the right day of the week."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from itertools import islice

from lcm_conformance.record.notations import (
    MONTHS,
    WEEKDAYS,
    Part,
    is_as_in_the_sample,
    is_date_time,
    is_time_of_day,
    parts,
)
from lcm_conformance.record.nothing import is_nothing

_YEARS = (1990, 100)  # far from the edges of every calendar
_MONTHS = (*MONTHS, *(name[:3] for name in MONTHS))
_NAMES = {name.casefold() for name in _MONTHS}  # "Sept" is none of them
_SAFE_DAY = 28  # there is one in every month
_TRIES = 8
_SUFFIXES = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd"}

Numbers = Iterator[int]
"""Large random numbers without end."""


def another_time(text: str, numbers: Numbers) -> str | None:
    """A real date-time or time of day that replaces the given one; None for a text that is none."""
    found = parts(text)
    kinds = _kinds(text)
    for _ in range(_TRIES if found else 0):
        new = _rewritten(text, found, numbers)
        if _kinds(new) == kinds and not is_nothing(new) and new != text:
            return new
    return None


def _kinds(text: str) -> tuple[bool, bool, bool]:
    return is_date_time(text), is_time_of_day(text), is_as_in_the_sample(text)


def _rewritten(text: str, found: list[Part], numbers: Numbers) -> str:
    said = {part.role: text[part.start : part.end] for part in found}
    new = _clock(said, numbers) | _day(said, numbers)
    written = list(text)
    for part in found:
        if part.role in new:
            written[part.start : part.end] = _dressed(said[part.role], new[part.role])
    return "".join(written)


def _clock(said: Mapping[str, str], numbers: Numbers) -> dict[str, str]:
    least, most = (1, 12) if "half" in said else (0, 23)
    new = {"hour": _number(said["hour"], least, most, numbers)}
    new |= {part: f"{next(numbers) % 60:02}" for part in ("minute", "second") if part in said}
    if said.get("fraction", "0").strip("0"):
        new["fraction"] = "".join(str(number % 10) for number in islice(numbers, len(said["fraction"])))
    return new | ({"half": "ap"[next(numbers) % 2]} if "half" in said else {})


def _day(said: Mapping[str, str], numbers: Numbers) -> dict[str, str]:
    if "year" not in said:
        return {}
    first, count = _YEARS
    year = first + next(numbers) % count
    rest: dict[str, Callable[[], str]] = {
        "week": lambda: f"{1 + next(numbers) % 52:02}",
        "day_of_week": lambda: str(1 + next(numbers) % 7),
        "day_of_year": lambda: f"{1 + next(numbers) % 365:03}",
    }
    new = {"year": str(year)} | {role: make() for role, make in rest.items() if role in said}
    return new | (_date(said, year, numbers) if "day" in said else {})


def _date(said: Mapping[str, str], year: int, numbers: Numbers) -> dict[str, str]:
    old = said.get("month_name", "")
    names = [name for name in _MONTHS if len(name) == len(old) and old.casefold() in _NAMES] or [old]
    name = names[next(numbers) % len(names)]
    month = int(_number(said["month"], 1, 12, numbers)) if "month" in said else _month_of(name)
    weekday = said.get("weekday", "")
    days = [d for d in range(1, _SAFE_DAY + 1) if _like(said["day"], d)]
    days = [d for d in days if not weekday or _may_be(weekday, date(year, month, d))] or days
    day = days[next(numbers) % len(days)]
    return {
        "day": str(day).zfill(len(said["day"])),
        "month": str(month).zfill(len(said.get("month", ""))),
        "month_name": name,
        "weekday": _weekday_like(weekday, date(year, month, day)),
        "suffix": _SUFFIXES.get(day, "th"),
    }


def _number(old: str, least: int, most: int, numbers: Numbers) -> str:
    """A number from `least` to `most` that is padded like the old one."""
    fitting = [number for number in range(least, most + 1) if _like(old, number)]
    return str(fitting[next(numbers) % len(fitting)]).zfill(len(old))


def _like(old: str, number: int) -> bool:
    """Whether a number has one digit or two of its own as the old one has."""
    return (number > 9) == (len(old) > 1 and old[0] != "0")


def _month_of(name: str) -> int:
    return next(k for k, month in enumerate(MONTHS, 1) if month.casefold().startswith(name[:3].casefold()))


def _weekday_like(old: str, day: date) -> str:
    """The name of a date's day, whole or shortened as the old one is."""
    name = WEEKDAYS[day.weekday()]
    return name if old.casefold().endswith("day") else name[: len(old)]


def _may_be(old: str, day: date) -> bool:
    """Whether the day's name can stand in place of the old one: not if that is shortened in a way of its own (Tues)."""
    new = _weekday_like(old, day)
    own = len(old) > len("Mon") and not old.casefold().endswith("day")
    return new.casefold() == old.casefold() if own else len(new) == len(old)


def _dressed(old: str, new: str) -> str:
    """The new text in the letter case of the old one."""
    dress: Callable[[str], str] = str.upper if old.isupper() else str.lower if old.islower() else str.title
    return dress(new)
