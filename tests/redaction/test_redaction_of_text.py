"""Text of any kind: values that were learnt are known again, in every dress; words and ids of ours are left alone."""

import html
import json
import re
from urllib.parse import quote, quote_plus

import pytest
from lcm_conformance.redaction import Redactor

FRAME = json.dumps(
    {
        "PhoneNumber": "5550104711",
        "AccountNumber": 'LK|"7"|<ß>|0041',
        "ContactID": 137,
        "CallbackTime": "Oct 7 2020 11:59PM",
        "UserID": "agent-7",
    }
)


@pytest.fixture
def redactor() -> Redactor:
    made = Redactor(key=b"a key for these tests")
    made.learn(FRAME)
    return made


@pytest.mark.parametrize(
    "text",
    [
        "close reason: 5550104711 unknown",
        "wss://h.example.test/5550104711?q=5550104711",
        '{"x5550104711y": {"5550104711": ["a 5550104711"]}}',
        "\\u0035550104711",
        "\\\\u0035\\\\u0035\\\\u00350104711",
        "%35%35%350104711",
        "%2535550104711",
        "&#53;&#x35;50104711",
        "５５５０１０４７１１",
    ],
)
def test_a_learnt_value_is_found_inside_anything(redactor: Redactor, text: str) -> None:
    new = redactor.text("5550104711")
    assert new != "5550104711"
    for shown in (redactor.text(text), redactor.frame(text)):
        assert "0104711" not in shown
        assert shown != text
        assert new[3:] in shown or not text.isascii()


@pytest.mark.parametrize(
    "spelling",
    [
        "555-010-4711", "(555) 010-4711", "+1 555 010 4711", "+1 (555) 010.4711", "555\u2011010\u20114711",
        "555%20010%204711",
    ],
)  # fmt: skip
def test_a_phone_number_in_groups_gets_the_same_digits(redactor: Redactor, spelling: str) -> None:
    shown = redactor.text(f"dial {spelling} now").removeprefix("dial ").removesuffix(" now")
    digits = "".join(filter(str.isdecimal, shown.replace("%20", " ")))
    assert digits.endswith(redactor.text("5550104711"))
    assert len(shown) == len(spelling)


def test_the_national_number_of_an_international_one_is_known() -> None:
    redactor = Redactor()
    redactor.learn('{"PhoneNumber": "+1 555 010 4711"}')
    for text in ("555-010-4711", "5550104711", "15550104711", "x5550104711y", "+1 (555) 010-4711"):
        assert redactor.text(text) != text
        assert redactor.text("5550104711")[6:] in redactor.text(text)


@pytest.mark.parametrize("dress", [str, quote, quote_plus, html.escape, lambda v: json.dumps(v)[1:-1], str.upper])
@pytest.mark.parametrize("value", ['LK|"7"|<ß>|0041', "Oct 7 2020 11:59PM"])
def test_a_value_is_known_in_any_dress(redactor: Redactor, value: str, dress) -> None:
    if dress is str.upper:
        value = value.replace("ß", "")
        redactor.learn_value(value)
    text = f"got {dress(value)}, sorry"
    shown = redactor.text(text)
    assert shown != text
    assert dress(value) not in shown
    assert shown.startswith("got ")
    assert shown.endswith(", sorry")


def test_letter_case_does_not_matter_and_is_kept(redactor: Redactor) -> None:
    lower, upper = redactor.text("agent-7"), redactor.text("AGENT-7")
    assert lower != "agent-7"
    assert upper == lower.upper()
    assert redactor.text("CORP\\agent-7 <agent-7@example.test> _agent-7_").count(lower) == 3


def test_an_agents_name_is_replaced_as_a_word(redactor: Redactor) -> None:
    redactor.learn('{"UserID": "Home"}')
    assert redactor.text("agent-71 xagent-7 Homepage Homely") == "agent-71 xagent-7 Homepage Homely"
    assert "Home" not in redactor.text("at Home, Home.")


def test_a_numeric_agents_name_is_replaced_as_a_word() -> None:
    redactor = Redactor()
    redactor.learn('{"UserID": "1001"}')
    assert redactor.text("21001 bytes, x-1001") == "21001 bytes, x-1001"
    assert "1001" not in redactor.text("agent 1001 is busy (1001)")


@pytest.mark.parametrize(
    "text",
    [
        "x-0137", "s-137", "FLD-ContactID-type", "ROB-1", "OBS-after-2308", "2020-10-07T11:59:00.137Z", "1370", "v137",
        "137 ms", "0.137 s", "137 bytes", "127.0.0.137",
    ],
)  # fmt: skip
def test_a_short_value_does_not_garble_ids_times_and_measures(redactor: Redactor, text: str) -> None:
    assert redactor.text(f"in {text}: seen") == f"in {text}: seen"


def test_a_short_value_is_replaced_where_it_stands_alone(redactor: Redactor) -> None:
    assert "137" not in redactor.text("contact 137 (137), id=137; '137'")


@pytest.mark.parametrize("member", ["UserID", "ContactID", "PhoneNumber"])
@pytest.mark.parametrize(
    "value", ["", "7", "true", "null", "Regular Call", "ContactID", "userid", "LCM", "WebService", "ContactOD", "--"]
)
def test_common_vocabulary_is_not_learnt(member: str, value: str) -> None:
    redactor = Redactor()
    redactor.learn(json.dumps({member: value}))
    redactor.learn_value(value)
    text = f"{member}: expected {value}, got {value} ({value.upper()})"
    assert redactor.text(text) == text


def test_a_timestamp_that_is_itself_the_value_is_replaced() -> None:
    redactor = Redactor()
    redactor.learn('{"CallbackTime": "2026-10-07T11:59:00Z", "ContactID": 2026}')
    assert redactor.text("2026-10-08T11:59:00Z") == "2026-10-08T11:59:00Z"
    assert "2026-10-07" not in redactor.text("back at 2026-10-07T11:59:00Z")


def test_a_value_that_itself_looks_escaped_is_found_however_it_is_escaped_again() -> None:
    redactor = Redactor()
    redactor.learn(json.dumps({"AccountNumber": '0041%37"x'}))
    assert "0041" not in redactor.text('0041%37"x | 0041%37\\"x | 0041%2537%22x')


def test_the_pages_own_words_are_not_torn_apart() -> None:
    redactor = Redactor()
    redactor.learn('{"PhoneNumber": "Time", "AccountNumber": "onta"}')
    assert redactor.text('{"CallbackTime": 1, "ContactID": 2}') == '{"CallbackTime": 1, "ContactID": 2}'
    assert "Time" not in redactor.text("xTimex Time CallbackTimex")


def test_the_longer_value_wins() -> None:
    redactor = Redactor(key=b"k")
    redactor.learn('{"ContactID": "1555", "PhoneNumber": "5550104711"}')
    assert redactor.text("15550104711")[1:] == redactor.text("5550104711")


def test_pseudonyms_do_not_collide_with_what_was_learnt() -> None:
    redactor = Redactor(key=b"k")
    values = [str(number) for number in range(5000, 8000, 2)]
    for value in values:
        redactor.learn_value(value)
    shown = redactor.text(" ".join(values))
    assert not set(shown.split()) & set(values)
    assert len(set(shown.split())) == len(values)
    assert redactor.text(shown) == shown


def test_a_replacement_never_breaks_json() -> None:
    redactor = Redactor()
    for value in ("alse", "n5550104711", "e1000", "u00e9", "0055"):
        redactor.learn_value(value)
    frame = '{"a": false, "b": "\\n5550104711 \\u00e9", "c": 1e1000, "d": 0.0055, "f": 10055}'
    shown = json.loads(redactor.frame(frame), parse_float=str)
    assert shown["a"] is False
    assert re.fullmatch("\n[0-9]{10} é", shown["b"])
    assert "0055" not in json.dumps(shown)


def test_where_more_is_known_than_is_followed_all_that_may_be_a_number_of_somebody_is_replaced() -> None:
    redactor = Redactor()
    redactor.learn_no_more()
    for number in ("555-010-0005", "(555) 010 0006", "5550100007", "137|1|3|0|0|84|1", "C1037"):
        assert number not in redactor.text(f"no line to {number} today")
    for said in (
        "210 of 1000000 replies: Queue is 1  (Number)", "12 of 40000 replies: x", "the reply in x-123456, 12 ms after",
        "40000 replies: p50 12.5 ms, p95 30.1 ms, max 99.9 ms", "2026-11-27T10:00:00.123Z  s-12",
    ):  # fmt: skip
        assert redactor.text(said) == said
    assert redactor.frame('{"said": "call x-1234567"}') != '{"said": "call x-1234567"}'
