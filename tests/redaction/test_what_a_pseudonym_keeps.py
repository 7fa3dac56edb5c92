"""A pseudonym keeps what the clauses look at: nothing stays nothing, a real time real, a Number a whole one."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from lcm_conformance.record.notations import is_as_in_the_sample, is_date_time, is_time_of_day, parts
from lcm_conformance.redaction import Redactor

REAL = [
    "Oct 7 2036 11:59PM", "Oct  7 2036  1:59PM", "Oct 17 2036 1:59PM", "Feb 29 2036 12:00AM", "1st Oct 2036 23:59",
    "Sept. 7, 2036 11:59 PM", "OCT 7 2036 11:59 p.m.", "07-Oct-2036 23:59:59:997", "10/7/2036 11:59\u202fPM",
    "31.12.2036 23:59",
    "2036-10-07T23:59:00.000Z", "20361007T235900+0200", "2036-W41-2T23:59", "2036281T235900Z", "2036-10-07 24:00",
    "2036-10-07T23:59+02:00[Europe/Berlin]", "Tues Oct 07 23:59:00 Z 2036", "10:30AM", "1 pm", "22:30:00",
    "24:00", "T10:30",
]  # fmt: skip
NONE = [
    "Oct 38 2020", "Oct 38 2020 11:59PM", "not a date", "25:10", "13:00PM", "0:00AM", "2036-13-07T23:59:00Z", "10.30",
    "Feb 29 2035 11:59PM", "Oct 7 2036", "11:60", "2036-10-07", "31/02/2036 10:00",
]  # fmt: skip
NOTHINGS = [
    "null", "0", "-1", "-42", "0.0", "-1.5e3", "false", '""', '" "', "[]", "{}", '"0001-01-01T00:00:00"', '"00:00:00"',
    '"Jan  1 1900 12:00AM"', '"1970-01-01"', '"9999-12-31T23:59:59.9999999"', '"0000-00-00 00:00:00"', '"000"', '"--"',
]  # fmt: skip
PERSONAL = ["PhoneNumber", "AccountNumber", "ContactID", "CallbackTime", "UserID"]


def shown(frame: str, key: bytes = b"k") -> str:
    redactor = Redactor(key=key)
    redactor.learn(frame)
    new = redactor.frame(frame)
    assert redactor.frame(new) == new
    return new


def members(key: bytes = b"k", **values: object) -> dict[str, object]:
    return json.loads(shown(json.dumps(values, ensure_ascii=False), key))  # type: ignore[no-any-return]


@pytest.mark.parametrize("member", PERSONAL)
@pytest.mark.parametrize("nothing", NOTHINGS)
def test_nothing_stays_exactly_as_it_came_whoever_is_known(member: str, nothing: str) -> None:
    others = '"a": {"ContactID": 1970}, "b": {"ContactID": 12}, "c": {"ContactID": 9999}, "d": {"UserID": "Jan"}'
    frame = f'{{"{member}": {nothing}, {others}}}'
    assert shown(frame).startswith(f'{{"{member}": {nothing}, ')


@pytest.mark.parametrize("text", REAL)
def test_a_real_time_becomes_another_real_one_in_the_same_notation(text: str) -> None:
    for key in range(20):
        new = str(members(str(key).encode(), CallbackTime=text)["CallbackTime"])
        assert new != text
        for question in (is_date_time, is_time_of_day, is_as_in_the_sample):
            assert question(new) == question(text)
        assert len(new) == len(text)
        assert [(p.role, p.start) for p in parts(new)] == [(p.role, p.start) for p in parts(text)]


@pytest.mark.parametrize("form", ["%a, %d %b %Y %H:%M:%S GMT", "%A, %B %d %Y %I:%M %p", "%a %b %d %H:%M:%S %Y"])
def test_the_name_of_the_day_is_that_of_the_new_date(form: str) -> None:
    for key in range(20):
        new = str(
            members(str(key).encode(), CallbackTime=datetime(2036, 10, 17, 23, 59).strftime(form))["CallbackTime"]
        )
        assert datetime.strptime(new, form).strftime(form) == new


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_real_time_becomes_none(text: str) -> None:
    for key in range(20):
        new = str(members(str(key).encode(), CallbackTime=text)["CallbackTime"])
        assert new != text
        assert not is_date_time(new)
        assert not is_time_of_day(new)


@pytest.mark.parametrize("text", [*REAL, *NONE, "call 5550104711"])
def test_the_same_text_as_expiry_time_is_shown_as_it_came(text: str) -> None:
    new = members(CallbackTime=text, ExpiryTime=text, a=[{"ExpiryTime": text}])
    assert (new["ExpiryTime"], new["a"]) == (text, [{"ExpiryTime": text}])
    assert new["CallbackTime"] != text


def test_a_time_is_disguised_alike_in_a_sentence_and_not_where_times_are_to_be_shown() -> None:
    redactor = Redactor()
    redactor.learn('{"CallbackTime": "Oct 17 2031 4:47PM"}')
    new = json.loads(redactor.frame('{"CallbackTime": "Oct 17 2031 4:47PM"}'))["CallbackTime"]
    assert redactor.text("was told at Oct 17 2031 4:47PM.") == f"was told at {new}."
    assert redactor.text('"Oct 17 2031 4:47PM"', times=False) == '"Oct 17 2031 4:47PM"'


def test_no_short_value_is_found_in_a_real_expiry_time_or_the_name_of_a_kind_of_call() -> None:
    frame = '{"ExpiryTime": "Oct 7 2036 11:59PM", "CallType": "Regular Call", "ContactID": 2036, "UserID": "call"}'
    assert '"ExpiryTime": "Oct 7 2036 11:59PM", "CallType": "Regular Call"' in shown(frame)
    assert '"ExpiryTime": "Oct 38 2036"' in shown('{"ExpiryTime": "Oct 38 2036", "ContactID": 38, "UserID": "Oct"}')


def test_a_person_in_the_wrong_member_is_disguised_there_too() -> None:
    new = members(PhoneNumber="5550147123", ExpiryTime="call 5550147123", CallType="Call for 5550147123")
    assert "5550147123" not in str(new)


@pytest.mark.parametrize("same", [["137", "137.0", "1.37e2", "13.70E+1", "1370e-1", '"137"'], ["0.5", '"0.5"'],
                                  ["5.5501e9", "5550100000", "55501000000.0e-1", '"5550100000"']])  # fmt: skip
def test_one_number_in_several_notations_stays_one_whole_or_not(same: list[str]) -> None:
    for key in range(20):
        new = [json.loads(frame)["ContactID"] for frame in alike(same, key)]
        assert len({float(n) for n in new}) == 1
        assert [type(n) for n in new] == [type(json.loads(n)) for n in same]
        assert float(new[0]).is_integer() == float(json.loads(same[0])).is_integer()


def alike(same: list[str], key: int) -> list[str]:
    redactor = Redactor(key=str(key).encode())
    frames = [f'{{"ContactID": {number}}}' for number in same]
    for frame in frames:
        redactor.learn(frame)
    return [redactor.frame(frame) for frame in frames]


@pytest.mark.parametrize("digits", [1, 2])
def test_few_possible_ids_stay_as_many_different_ones(digits: int) -> None:
    ids = range(10 ** (digits - 1), 10**digits)
    frame = json.dumps([{"ContactID": n} for n in ids])
    found = [one["ContactID"] for one in json.loads(Redactor().frame(frame))]
    assert len(set(found)) == len(ids)
    assert all(a != b and len(str(a)) == digits for a, b in zip(found, ids, strict=True))


def test_names_that_differ_in_an_accent_alone_go_on_differing() -> None:
    a, b, c = (members(UserID=name)["UserID"] for name in ("jose7712", "josé7712", "josè7712"))
    assert len({a, b, c}) == 3


LOGINS = ["username", "user", "loginId", "login_name", "agentId", "agent", "extension", "Ext", "userName", "operatorId"]


@pytest.mark.parametrize("name", LOGINS)
@pytest.mark.parametrize("value", ["Kim77", 50690])
def test_who_logs_in_is_disguised_by_name(name: str, value: str | int) -> None:
    new = members(**{"topic": "Agent", name: value, "password": "hunter22", "state": "READY"})
    assert new[name] != value
    assert type(new[name]) is type(value)
    assert (new["password"], new["state"], new["topic"]) == ("[secret]", "READY", "Agent")


def test_an_object_of_such_a_name_is_nobodys_name() -> None:
    frame = '{"agent": {"state": "READY"}, "user": ["NOT_READY"], "login": null}'
    assert shown(frame) == frame


@pytest.mark.parametrize(
    "frame",
    [
        '{"PhoneNumber": "5550104711",}', '{"ContactID": 0137}', '{"ContactID": 1x5}', '{"ContactID": 0x15}',
        "{'ContactID': 1}",
        r'{"UserID": "CORP\kim77"}', r'{"UserID": "\x4bim77"}', r'{"UserID": "\5im77"}',
        '{"UserID": "kim"77"}',
        '{"ContactID": 12.}', '{"ContactID": .5}', '{"ContactID": 1e}', '{"ContactID": +5}', '{"UserID": nul}',
        '{"UserID": "kim77"',
    ],
)  # fmt: skip
def test_what_is_no_json_stays_none_with_the_same_error(frame: str) -> None:
    def error(text: str) -> str:
        with pytest.raises(json.JSONDecodeError) as caught:
            json.loads(text)
        return str(caught.value)

    for key in range(60):
        redactor = Redactor(key=str(key).encode())
        redactor.learn(frame)
        assert error(redactor.frame(frame)) == error(frame)
