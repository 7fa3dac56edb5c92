"""What is wrong with a text that is no real date-time, in words that show nothing of it: it may be personal data."""

from __future__ import annotations

import re
from calendar import monthrange

from lcm_conformance.record.notations import is_date_time, is_time_of_day

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMED = re.compile(rf"\b({'|'.join(_MONTHS)})[a-z]*\.? +(\d{{1,2}}),? +(\d{{4}})\b", re.IGNORECASE)
_ISO = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)(?!\d)")
_CLOCK = re.compile(r"\b(\d{1,2}):(\d\d)(?!\d)(?:[:.,\d]*) ?([AP])?M?", re.IGNORECASE)


def fault_of(text: str, *, may_be_time: bool = False) -> str:
    """Why the text is no real date with a time of day, as a clause; `may_be_time`: a time alone would do."""
    if not text.strip():
        return "it is empty"
    return _of_day(text) or _of_clock(text) or _of_what_is_missing(text, may_be_time)


def _of_day(text: str) -> str:
    named, iso = _NAMED.search(text), _ISO.search(text)
    if named:
        year, month, day = int(named[3]), _MONTHS.index(named[1].casefold()) + 1, int(named[2])
    elif iso:
        year, month, day = map(int, iso.groups())
    else:
        return ""
    if not 1 <= month <= 12:
        return "a year has no such month"
    if not 1 <= day <= 31:
        return "no month has such a day"
    return "" if year < 1 or day <= monthrange(year, month)[1] else "that month has no such day"


def _of_clock(text: str) -> str:
    clock = _CLOCK.search(text)
    if clock is None:
        return ""
    if int(clock[2]) > 59:
        return "an hour has no such minute"
    hour = int(clock[1])
    if clock[3] and not 1 <= hour <= 12:
        return "no hour is called so with AM or PM"
    return "a day has no such hour" if hour > 24 else ""


def _of_what_is_missing(text: str, may_be_time: bool) -> str:
    if is_time_of_day(text) and not may_be_time:
        return "it is a time of day without a date"
    if is_date_time(f"{text} 11:59PM") or is_date_time(f"{text}T23:59:00"):
        return "it is a date without a time of day"
    return "it is no complete date-time in any usual notation"
