"""What a language writes where it has nothing to say, and what only looks like it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from lcm_conformance.record.nothing import is_nothing

EDGES = [
    "0001-01-01T00:00:00", "0001-01-01", "1/1/0001 12:00:00 AM", "00010101T000000Z", "Jan  1 1900 12:00AM",
    "01.01.1900",
    "1970-01-01T00:00:00Z", "Jan 1 1970", "1970-001T00:00", "9999-12-31T23:59:59.9999999", "Dec 31 9999 11:59PM",
    "0000-00-00 00:00:00", " 0001-01-01T00:00:00 ",
]  # fmt: skip


@pytest.mark.parametrize(
    "value", [None, False, 0, -1, -0.0, Decimal("0.00"), Decimal("-1e9"), "", " ", "\n", [], {}, *EDGES]
)
def test_nothing_is_nothing(value: object) -> None:
    assert is_nothing(value)


@pytest.mark.parametrize(
    "value",
    [True, 1, 0.5, Decimal("1e-9"), "x", "0", "null", [0], {"a": None}, "Jan 2 1970 1:00PM", "1970-02-01", "Feb 1 1900",
     "1970-W01-1T00:00", "call 1970", "1900", "9999", "99990000", "Oct 7 2036 11:59PM", "1970-13-01"],
)  # fmt: skip
def test_whatever_says_something_is_not(value: object) -> None:
    assert not is_nothing(value)
