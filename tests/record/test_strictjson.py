"""JSON as RFC 8259 has it, where Python's own reader is laxer."""

from __future__ import annotations

import json
import time
from decimal import Decimal

import pytest
from lcm_conformance.record.strictjson import DEEPEST, MOST_VALUES, kind, parse, show


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{}", {}),
        (' \t\r\n{"a": [1, -0.5e3, true, false, null, "x"]}\n', {"a": [1, Decimal("-500"), True, False, None, "x"]}),
        ('"\\u00e9\\n\\ud83d\\ude00"', "é\n😀"),
        ('"“curly inside a text”"', "“curly inside a text”"),
        ('"\u00a0\u2028\u007f"', "\u00a0\u2028\u007f"),
        ("0", 0),
        ("-0", 0),
        ("9007199254740993", 9007199254740993),
    ],
)
def test_what_is_json_is_read(text: str, value: object) -> None:
    parsed = parse(text)
    assert (parsed.value, parsed.error, parsed.repeated) == (value, None, ())


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "{", "}", "[1", '{"a"}', '{"a":}', "{,}", "nul", "True", "None", "'a'", "{a: 1}", "{} {}", "{}x"),
        *("NaN", "Infinity", "-Infinity", '{"a": NaN}', '{"a": [-Infinity]}'),
        *('{"a": 1,}', "[1,]", "[,1]", "[1 2]"),
        *("01", "+1", ".5", "1.", "1e", "0x10", "1_000", "--1", "١"),
        *("\ufeff{}", "\u00a0{}", '{\u00a0"a": 1}', '{"a":\u00a01}', '{"a": 1}\u2028', "{}\f", "{}\v", "{}\x00"),
        *("{“a”: 1}", '{"a": “b”}', '{"a": "b”}'),
        *('"a\nb"', '"a\tb"', '"a\x00b"', '"\x1f"', '"\\x41"', '"\\u12"', '"\\u12g4"', '"\\'),
        *("// no comment\n{}", "{/**/}"),
    ],
)
def test_what_is_not_json_is_an_error_in_one_line(text: str) -> None:
    parsed = parse(text)
    assert parsed.value is None
    assert parsed.error
    assert "\n" not in parsed.error


def test_names_that_repeat_are_noted_at_any_depth_and_the_last_counts() -> None:
    parsed = parse('{"a": 1, "b": {"c": 1, "c": 2}, "a": 3}')
    assert parsed.value == {"a": 3, "b": {"c": 2}}
    assert sorted(parsed.repeated) == ["a", "c"]


def test_the_same_name_in_two_objects_does_not_repeat() -> None:
    assert parse('[{"a": 1}, {"a": 2, "b": {"a": 3}}]').repeated == ()


def test_names_repeat_also_when_they_are_written_differently() -> None:
    assert parse('{"a": 1, "\\u0061": 2}').repeated == ("a",)


def test_a_number_keeps_all_its_digits() -> None:
    assert parse("12345678901234567890.10").value == Decimal("12345678901234567890.10")
    assert parse("1" * 5000).value == Decimal("1" * 5000)
    assert parse("-" + "1" * 5000).value == Decimal("-" + "1" * 5000)
    assert parse("1e400").value == Decimal("1e400")


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "[" * 100_000 + "]" * 100_000, '{"a":' * 100_000 + "1" + "}" * 100_000]
)
def test_nesting_that_is_too_deep_is_an_error_and_no_crash(text: str) -> None:
    assert (parse(text).error, parse(text).unread) == ("nested deeper than the suite reads (256 levels)", True)


@pytest.mark.parametrize(("opens", "closes"), [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")])
def test_what_is_read_does_not_depend_on_the_stack(opens: str, closes: str) -> None:
    levels = DEEPEST // (opens.count("[") + opens.count("{"))
    deepest = opens * levels + "1" + closes * levels
    assert parse(deepest).error is None
    assert parse(f"[{deepest}]").unread
    assert parse(f"[{deepest[:-1]}").unread  # nobody reads as far as to know


@pytest.mark.parametrize(
    "text", [json.dumps("[{" * 5000), '["\\"' + "[" * 5000 + '"]', "[" + ",".join(["[[]]"] * 5000) + "]", "[]" * 5000]
)
def test_brackets_in_strings_and_beside_each_other_are_no_nesting(text: str) -> None:
    assert not parse(text).unread


@pytest.mark.parametrize("text", ["[" * 300 + '"' + '\\"' * 4_000_000, "[" * 300 + '"' * 4_000_000, "[" * 8_000_000])
def test_a_long_text_is_measured_in_one_pass(text: str) -> None:
    began = time.monotonic()
    assert parse(text).error
    assert time.monotonic() - began < 30  # a second; with a second pass for each quote it would be days


def test_more_values_than_are_read_leave_it_open_whether_it_is_json() -> None:
    many = "[" + "0," * MOST_VALUES + "0]"
    assert (parse(many).error, parse(many).unread) == ("of more values than the suite reads (250000)", True)
    assert not parse("[" + "0," * (MOST_VALUES - 10) + "0]").unread
    assert not parse(json.dumps([",:[{" * MOST_VALUES])).unread  # in a string they are no values


def test_an_exponent_that_no_number_can_hold_does_not_crash() -> None:
    for text in ("1e99999999999999999999", "-1e99999999999999999999", "1e-99999999999999999999"):
        assert (parse(text).error, kind(parse(text).value)) == (None, "Number")


def test_a_lone_surrogate_is_read() -> None:
    assert parse('"\\ud800"').value == "\ud800"
    assert parse('"\udcff"').value == "\udcff"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("null", "null"),
        ("true", "Boolean"),
        ("1", "Number"),
        ("1.5", "Number"),
        ('"1"', "String"),
        ("{}", "Object"),
        ("[]", "Array"),
    ],
)
def test_types_have_the_pages_names(text: str, name: str) -> None:
    assert kind(parse(text).value) == name


def test_a_value_is_shown_on_one_line_and_cut_between_values_with_its_length() -> None:
    assert show({"a": "b\nc"}) == '{"a": "b\\nc"}'
    assert show(["x", "y" * 200], limit=10) == '["x", … (209 characters)'
    assert show("x" * 200, limit=10) == "… (202 characters)"
    assert show("x" * 8, limit=10) == '"xxxxxxxx"'
