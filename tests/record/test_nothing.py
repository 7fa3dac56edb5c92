"""What a language writes where it has nothing."""

from __future__ import annotations

from decimal import Decimal

import pytest
from lcm_conformance.record.nothing import is_nothing


@pytest.mark.parametrize(
    "value",
    [
        None,
        False,
        0,
        -1,
        Decimal("0.0"),
        "",
        " \t",
        "0",
        "0.0",
        [],
        {},
        "0001-01-01T00:00:00",
        "0001-01-01T00:00:00.0000000Z",
        "0001-01-01",
        "Jan 1 0001 12:00AM",
        "1/1/0001 12:00:00 AM",
        "Jan  1 1900 12:00AM",
        "1900-01-01 00:00:00.000",
        "1970-01-01T00:00:00Z",
        "Thu Jan 01 1970 00:00:00 GMT+0000 (UTC)",
        "9999-12-31T23:59:59.9999999",
        "Dec 31 9999 11:59PM",
        "0000-00-00 00:00:00",
    ],
)
def test_this_is_nothing(value: object) -> None:
    assert is_nothing(value)


@pytest.mark.parametrize(
    "value",
    [
        True,
        1,
        Decimal("0.5"),
        "x",
        "00x",
        "5550100123",
        "1970",
        "0001",
        "9999",
        [0],
        {"a": None},
        "Oct 7 2020 11:59PM",
        "1900-01-02T00:00:00",
        "1970-01-02 00:00",
        "1971-01-01T00:00:00",
        "Feb 30 9999 11:59PM",
    ],
)
def test_this_is_something(value: object) -> None:
    assert not is_nothing(value)
