"""What a language writes where it has nothing to say: null, blanks, zero, the edges of its calendar.

A serialised empty object is made of such values, and is nobody's contact.
"""

from __future__ import annotations

import re
from decimal import Decimal

from lcm_conformance.record.notations import is_date_time, parts

_EDGE = re.compile(r"(?<!\d)(?:000[01]|1900|1970|9999)(?!\d)|(?<!\d)(?:000[01]|1900|1970|9999)\d{4}(?!\d)")
_ZEROS = re.compile(r"-?0+(?:\.0*)?")
"""A number that is written as a text."""
_FIRST = {1900, 1970}
_MIDNIGHT = " 00:00"
_LONGEST = 100  # characters of a date


def is_nothing(value: object) -> bool:
    """Whether a JSON value says nothing: null, false, 0 or less, a blank text, an empty list or object, an edge date.

    Likewise a text that is a zero.

    Edges of the calendar are the years 0, 1 and 9999, and the first day of 1900 and of 1970.
    """
    if isinstance(value, str):
        return not value.strip() or _ZEROS.fullmatch(value.strip()) is not None or is_edge_of_calendar(value)
    if isinstance(value, int | float | Decimal):
        return value <= 0
    return not value


def is_edge_of_calendar(text: str) -> bool:
    """Whether the text is a date, with a time of day or without, on which some calendar begins or ends."""
    if len(text) > _LONGEST or not _EDGE.search(text):
        return False
    if text.strip().startswith("0000") and not re.search("[1-9]", text):
        return True  # no year 0 is real, but that is how some databases write no date
    whole = next((form for form in (text.strip(), f"{text.strip()}{_MIDNIGHT}") if is_date_time(form)), None)
    if whole is None:
        return False
    said = {part.role: whole[part.start : part.end] for part in parts(whole)}
    year = int(said.get("year", "0"))
    return year <= 1 or year == 9999 or (year in _FIRST and _is_new_year(said))


def _is_new_year(said: dict[str, str]) -> bool:
    if "week" in said:
        return False
    month = said.get("month_name", "jan")[:3].casefold() == "jan" and int(said.get("month", "1")) == 1
    return month and int(said.get("day", "1")) == 1 and int(said.get("day_of_year", "1")) == 1
