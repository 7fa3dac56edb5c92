"""What the values name: FMT-ExpiryTime, FMT-CallbackTime, FMT-CallType, and FMT-sample beside them."""

from __future__ import annotations

import pytest
from building import accepts, ask, blocker, frame, reply
from lcm_conformance.judge.checks import formats
from lcm_conformance.judge.checks.check import Difference
from lcm_conformance.judge.checks.formats import is_as_in_the_sample, is_date_time, is_time_of_day, names_a_call_type

AS_IN_THE_SAMPLE = [
    "Oct 7 2036 11:59PM",
    "Oct  7 2036 11:59PM",  # SQL Server pads the day
    "Oct  7 2036  1:59PM",  # and the hour
    "Oct 17 2036 1:59PM",
    "Oct 07 2036 01:59PM",
    "Oct 7 2036 12:00AM",
    "Oct 7 2036 12:00PM",
    "Oct 7 2036 12:59AM",
    "Feb 29 2036 11:59PM",
    "Feb 29 2000 11:59PM",
    "Dec 31 9999 11:59PM",
    "Jan 1 1900 12:00AM",
    "Oct 7 2020 11:59PM",
]
OTHER_DATE_TIMES = [
    "October 7th, 2036 11:59 PM",
    "1st Oct 2036 23:59",
    "Oct 22nd 2036 11:59PM",
    "3RD OCT 2036 23:59",
    "Oct 7 2036 11:59 p.m.",
    "Oct 7 2036 11 a.m.",
    "Oct. 7, 2036 11:59 PM",
    "Sept. 7, 2036 11:59 PM",
    "7 Sept 2036 23:59",
    "2036-001T00:00",
    "2036-281T23:59:00",
    "2036281T235900Z",
    "2036-366 23:59",
    "2036-10-07T23:59+02:00[Europe/Berlin]",
    "2036-10-07T23:59:00Z[UTC]",
    "Oct 7 2036 11:59 PM",
    "Oct 7 2036 11:59pm",
    "OCT 7 2036 11:59PM",
    "OCT 7 2036 11:59 PM",
    "October 7 2036 11:59PM",
    "Oct 7, 2036 11:59PM",
    "October 7, 2036, 11:59 PM",
    "7 Oct 2036 23:59",
    "7 October 2036 23:59:00",
    "07-Oct-2036 23:59",
    "Oct 7 2036 23:59",
    "Oct 7 2036 0:00",
    "Oct 7 2036 11PM",
    "Oct 7 2036 11 pm",
    "Oct 7 2036 11:59:59PM",
    "Oct  7 2036 11:59:59:997PM",
    "07 Oct 2036 23:59:59:997",
    "10/7/2036 11:59:00 PM",
    "10/7/2036, 11:59:00 PM",
    "10/7/2036 11:59:00.123 PM",
    "10/7/2036 11:59\u202fPM",
    "10/7/2036 11:59\u00a0PM",
    "31/12/2036 23:59",
    "12-31-2036 23:59",
    "31-12-2036 23:59",
    "31.12.2036 23:59",
    "2036.12.31 23:59",
    "2036/12/31 23:59:00",
    "2036-10-07 23:59:00",
    "2036-10-07 11:59 PM",
    "2036-10-07T23:59",
    "2036-10-07T23:59:00Z",
    "2036-10-07T23:59:00+02:00",
    "2036-10-07T23:59:00-0530",
    "2036-10-07T23:59:00.123456789Z",
    "2036-10-07T23:59:00,5+02",
    "2036-10-07t23:59:00z",
    "2036-10-07 23:59:00.0000000 +05:30",
    "2036-10-07T24:00:00",
    "2036-10-07 24:00",
    "20361007T235900Z",
    "2036-W41-2T23:59",
    "2036-10-07T23",
    "Wed, 07 Oct 2036 23:59:00 GMT",
    "Tuesday, October 7, 2036 11:59 PM",
    "Tue Oct  7 23:59:00 2036",
    "Tue Oct 07 23:59:00 EDT 2036",
    "Tues Oct 07 23:59:00 Z 2036",
    "Thurs Oct 9 2036 11:59PM UTC",
    "Saturday 11 October 2036 11:59PM",
    "Sunday 12 Oct 2036 11:59PM",
    "Mon Oct 13 2036 11:59PM",
    "friday Oct 10 2036 11:59PM",
    "Tue Oct 07 2036 23:59:00 GMT+0200 (Central European Summer Time)",
    "Oct 7 2036 11:59PM +14:00",
    "Oct 7 2036 11:59PM EST",
    "11:59 PM Oct 7 2036",
    "11:59 PM OCT 7 2036",
    "23:59 07/10/2036",
]
TIMES_OF_DAY = [
    "10:30AM",
    "10:30 AM",
    "10:30am",
    "9:45PM",
    "12:00AM",
    "12:00PM",
    "1PM",
    "22:30",
    "0:00",
    "00:00:00",
    "23:59:59",
    "23:59:59.999",
    "24:00",
    "10:30:00 PM",
    "10:30:00:000PM",
    "10:30 UTC",
    "10:30:00Z",
    "10:30:00+02:00",
    "T10:30",
]
NO_DATE_TIMES = [
    "2036-10 23:59",
    "2036-367T23:59",
    "2035-366T23:59",
    "2036-000T23:59",
    "2036-281",
    "2036-281T25:59",
    "2036-281Tsoon",
    "Oct 32nd 2036 11:59PM",
    "Oct 7ish 2036 11:59PM",
    "Octt. 7 2036 11:59PM",
    "Oct.. 7 2036 11:59PM",
    "Oct 7 2036 11:59 p.m",
    "2036-10-07[Europe/Berlin]",
    "[Europe/Berlin]",
    "",
    " ",
    "tomorrow",
    "Feb 29 2035 11:59PM",
    "Feb 29 2100 11:59PM",
    "Feb 30 2036 11:59PM",
    "Jun 31 2036 11:59PM",
    "Oct 0 2036 11:59PM",
    "Oct 32 2036 11:59PM",
    "Oct 7 0000 11:59PM",
    "Okt 7 2036 11:59PM",
    "13/13/2036 11:59PM",
    "Oct 7 2036",
    "2036-10-07",
    "2036-10-07T",
    "Oct 7 11:59PM",
    "Oct 2036 11:59PM",
    "2036 11:59PM",
    "Oct 7 2036 13:00PM",
    "Oct 7 2036 0:30AM",
    "Oct 7 2036 00:30AM",
    "Oct 7 2036 13PM",
    "Oct 7 2036 0AM",
    "Oct 7 2036 11:60PM",
    "Oct 7 2036 11:59:60PM",
    "Oct 7 2036 25:10",
    "Oct 7 2036 24:01",
    "Oct 7 2036 24:00:01",
    "Oct 7 2036 24:00PM",
    "Oct 7 2036 23:60",
    "Oct 7 2036 23:59:60",
    "Oct 7 2036 11",
    "Oct 7 2036 11:59XM",
    "Oct 7 2036 11:59PM +99:99",
    "Oct 7 2036 11:59PM +24:00",
    "Oct 7 2036 11:59PM +05:60",
    "Oct 7 2036 11:59PM 10:00PM",
    "Oct 7 2036 11:59PM or later",
    "Oct 7 203611:59PM",
    "Oct 7 2036\n11:59PM",
    "Oct 7 2036\t11:59PM",
    "Oct\t7 2036 11:59PM",
    "Mon Tue Oct 7 2036 11:59PM",
    "Oct 7 2036 11:59PM\n",
    "Oct 7 2036 11:59PM ",
    " Oct 7 2036 11:59PM",
    "Oct ٧ 2036 11:59PM",
    "Oct 7 2036 ١١:٥٩PM",
    "Monkey Oct 7 2036 11:59PM",
    "2036-13-07T23:59:00Z",
    "2036-02-30T23:59:00",
    "2035-02-29T23:59:00",
    "2036-10-07T25:00:00",
    "2036-10-07T23:59:00+25:00",
    "2036-10-07x23:59",
    "2107161000",
    "2107161000000",
    "Oct 7 2036 at some time",
]


@pytest.mark.parametrize("text", [*AS_IN_THE_SAMPLE, *OTHER_DATE_TIMES])
def test_fmt_expiry_time_accepts_any_complete_and_real_date_time(text: str) -> None:
    assert is_date_time(text)
    assert not is_time_of_day(text)
    assert accepts(formats.EXPIRY_TIME, frame(ExpiryTime=text))
    assert accepts(formats.CALLBACK_TIME, frame(CallbackTime=text))


@pytest.mark.parametrize("text", [*NO_DATE_TIMES, *TIMES_OF_DAY])
def test_fmt_expiry_time_rejects_what_names_no_real_date_with_a_time(text: str) -> None:
    assert not is_date_time(text)
    found = ask(formats.EXPIRY_TIME, frame(ExpiryTime=text))
    assert found is not None
    assert found.expected == "a real date with a time of day"
    assert found.path == "$.message.response.ExpiryTime"


@pytest.mark.parametrize("text", ["", *TIMES_OF_DAY])
def test_fmt_callback_time_accepts_a_time_of_day_or_nothing(text: str) -> None:
    assert accepts(formats.CALLBACK_TIME, frame(CallbackTime=text))


@pytest.mark.parametrize("text", TIMES_OF_DAY)
def test_a_time_of_day_is_known_as_one(text: str) -> None:
    assert is_time_of_day(text)


@pytest.mark.parametrize(
    "text",
    [*(t for t in NO_DATE_TIMES if t), "13:00PM", "0:00AM", "25:10", "10:60", "soon", "1030", "10", "10.30", "Mon"],
)
def test_fmt_callback_time_rejects_what_names_no_time(text: str) -> None:
    assert not is_time_of_day(text)
    found = ask(formats.CALLBACK_TIME, frame(CallbackTime=text))
    assert found is not None
    assert found.expected == "a real date-time or time of day, or empty"
    assert found.path == "$.message.response.CallbackTime"


def test_a_finding_shows_the_value() -> None:
    assert ask(formats.EXPIRY_TIME, frame(ExpiryTime="Feb 30 2036 11:59PM")) == Difference(
        "a real date with a time of day",
        'ExpiryTime is "Feb 30 2036 11:59PM": that month has no such day',
        "$.message.response.ExpiryTime",
    )


@pytest.mark.parametrize(
    "text",
    [
        "Regular Call",
        "regular call",
        "REGULAR CALL",
        "Regular",
        "RegularCall",
        "regular_call",
        "Regular-Call",
        " Regular  Call ",
        "Regular Callback",
        "regular callback call",
        "Regular Call Back",
        "Regular Call-Back",
        "Regular_Call_Back",
        "Regular  Call  Back",
        "RegularCallback",
        "RegularCallBack",
        "Regular-Callback",
        "REGULAR CALLBACK CALL",
        "Normal Callback",
        "NORMAL CALL BACK",
        "normalcallback",
        "Personal Callback",
        "personal call back",
        "PersonalCallback",
        "pERSONAL cALLBACK",
        "Personal Callback Call",
        "Call Regular",
    ],
)
def test_fmt_call_type_accepts_the_three_kinds_however_written(text: str) -> None:
    assert names_a_call_type(text)
    assert accepts(formats.CALL_TYPE, frame(CallType=text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "Call",
        "Callback",
        "Call Back",
        "Personal",
        "Personal Call",
        "Normal",
        "Normal Call",
        "Blended Call",
        "Regluar Call",
        "Irregular Call",
        "Regular Call 2",
        "Regular or Personal Callback",
        "Regular Personal Callback",
        "Preview",
        "1",
        "R\u0435gular Call",
        "Regular XCall",
    ],
)
def test_fmt_call_type_rejects_any_other_kind(text: str) -> None:
    assert not names_a_call_type(text)
    found = ask(formats.CALL_TYPE, frame(CallType=text))
    assert found is not None
    assert found.expected == "regular, regular callback or personal callback"
    assert found.path == "$.message.response.CallType"


@pytest.mark.parametrize("code", [0, 1, 3, 17, -1, 2.5, 10**20])
def test_fmt_call_type_takes_any_code(code: float) -> None:
    assert accepts(formats.CALL_TYPE, frame(CallType=code))


def test_the_values_of_call_type_are_recorded_once_each_without_the_wrong_ones() -> None:
    texts = [frame(CallType=2), frame(), frame(CallType=2), frame(CallType="Preview"), frame(CallType=None)]
    replies = [reply(text, number) for number, text in enumerate(texts, start=1)]
    assert formats.call_types_seen(replies, {}) == 'seen: "Regular Call", 2'
    assert formats.call_types_seen(replies, {"call-type-type": "table"}) == "seen: 2"


@pytest.mark.parametrize("text", AS_IN_THE_SAMPLE)
def test_fmt_sample_accepts_date_times_written_as_in_the_sample(text: str) -> None:
    assert is_as_in_the_sample(text)
    for member in ("ExpiryTime", "CallbackTime"):
        assert accepts(formats.written_as_in_the_sample(member), frame(**{member: text}))


@pytest.mark.parametrize("text", OTHER_DATE_TIMES)
def test_fmt_sample_remarks_on_every_other_way(text: str) -> None:
    assert not is_as_in_the_sample(text)
    for member in ("ExpiryTime", "CallbackTime"):
        found = ask(formats.written_as_in_the_sample(member), frame(**{member: text}))
        assert found is not None
        assert found.expected == "a date-time written as in the sample, Oct 7 2020 11:59PM"
        assert found.path == f"$.message.response.{member}"


@pytest.mark.parametrize("text", ["", "10:30AM", "22:30"])
def test_fmt_sample_is_about_date_times_only(text: str) -> None:
    assert accepts(formats.written_as_in_the_sample("CallbackTime"), frame(CallbackTime=text))


def test_fmt_sample_is_not_fooled_by_the_looks_of_a_date() -> None:
    assert not is_as_in_the_sample("Feb 30 2036 11:59PM")
    assert not is_as_in_the_sample("Oct 7 2036 13:00PM")
    assert not is_as_in_the_sample("Oct 7 2036 11:59PM EST")


def test_each_format_is_asked_only_of_members_that_have_their_type() -> None:
    for member, check in formats.FORMATS.items():
        assert check.clause == f"FMT-{member}"
        assert blocker(check, frame(**{member: None})) == f"FLD-{member}-type"
        assert blocker(check, frame(**{member: ...})) == f"FLD-{member}-presence"
    assert formats.written_as_in_the_sample("ExpiryTime").clause == "FMT-sample"
    assert blocker(formats.written_as_in_the_sample("ExpiryTime"), frame(ExpiryTime="")) == "FMT-ExpiryTime"
    assert blocker(formats.CALL_TYPE, frame(CallType=1), call_type_type="sample") == "FLD-CallType-type"
