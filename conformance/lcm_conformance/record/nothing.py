"""What a language writes where it has nothing: that is what a serialised empty object looks like. Pure."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from lcm_conformance.record.date_times import day_of

_EDGES = (date(1900, 1, 1), date(1970, 1, 1))
_MAY_BE_EDGE = re.compile("0001|1900|1970|9999")
_ZEROS = re.compile(r"[-+:./T ]*0[-+:./TZ 0]*")


def is_nothing(value: object) -> bool:
    """Whether a JSON value stands for nothing: null, false, 0 or less, blank, empty, or a date at an edge."""
    if isinstance(value, str):
        return not value.strip() or _ZEROS.fullmatch(value.strip()) is not None or _is_edge(value.strip())
    if isinstance(value, int | Decimal):
        return value is not True and value <= 0
    return value is None or value in ({}, [])


def _is_edge(text: str) -> bool:
    """Whether a date lies at the edge of the calendar: year 1, 1 January 1900, 1 January 1970, year 9999."""
    if not _MAY_BE_EDGE.search(text):
        return False
    day = day_of(text) or day_of(f"{text} 00:00")
    return day is not None and (day.year in {1, 9999} or day in _EDGES)
