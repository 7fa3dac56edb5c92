"""What is wrong with a date is said in words, and shows nothing of it."""

from __future__ import annotations

import pytest
from lcm_conformance.record.date_faults import fault_of

FAULTS = {
    "Feb 30 2036 11:59PM": "that month has no such day",
    "Oct 38 2020 11:59PM": "no month has such a day",
    "2036-13-01T10:00:00": "a year has no such month",
    "2036-02-30 10:00": "that month has no such day",
    "Oct 7 2020 13:00PM": "no hour is called so with AM or PM",
    "Oct 7 2020 11:60PM": "an hour has no such minute",
    "25:10": "a day has no such hour",
    "Oct 7 2020": "it is a date without a time of day",
    "2020-10-07": "it is a date without a time of day",
    "11:59PM": "it is a time of day without a date",
    "soon": "it is no complete date-time in any usual notation",
    " ": "it is empty",
}


@pytest.mark.parametrize(("text", "fault"), FAULTS.items(), ids=FAULTS)
def test_a_fault_is_named(text, fault):
    assert fault_of(text) == fault
    assert not set(fault) & set("0123456789")


def test_a_time_alone_is_no_fault_where_it_would_do():
    assert fault_of("11:59PM", may_be_time=True) != fault_of("11:59PM")
