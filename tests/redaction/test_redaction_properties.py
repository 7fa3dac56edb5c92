"""What holds for every frame and every text, whatever an endpoint may send."""

import json
from typing import Any
from urllib.parse import quote

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lcm_conformance.catalogue.clauses import load_catalogue
from lcm_conformance.redaction import Redactor
from lcm_conformance.redaction.skeleton import skeleton
from lcm_conformance.redaction.words import VOCABULARY

QUICK = settings(max_examples=80, deadline=None, derandomize=True)
PERSONAL = ["PhoneNumber", "AccountNumber", "ContactID", "CallbackTime", "UserID"]
DIGITS, LOWER, UPPER = "0123456789", "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
names = st.sampled_from(PERSONAL) | st.text(max_size=8)
values = st.recursive(scalars, lambda v: st.lists(v, max_size=4) | st.dictionaries(names, v, max_size=4), max_leaves=12)
# Long enough that a pseudonym does not hold the value again by chance.
telling = st.text(alphabet=DIGITS + LOWER + UPPER + ' |-/"<é%', min_size=8, max_size=24).filter(
    lambda v: sum(map(str.isalnum, v)) >= 8 and v.strip() == v and v.strip('0 |-/"<%')
)
wild = st.text(max_size=60) | st.text(alphabet="{}[]\":,'=\\%&#;u0035xUserID \n“”", max_size=60)


def kinds(text: str) -> list[str]:
    """The class of every character: digit, upper, lower, letter without case, or the character itself."""
    return [
        "9" if c.isdecimal()
        else c if not c.isalpha()
        else "A" if c.isupper()
        else "a" if c.islower()
        else "L"
        for c in text
    ]  # fmt: skip


def outline(frame: str) -> Any:
    """A JSON text with its scalars and names reduced to type, length and character classes."""

    def scalar(value: Any) -> Any:
        if isinstance(value, list):
            return [scalar(v) for v in value]
        return kinds(value) if isinstance(value, str) else value if isinstance(value, tuple) else type(value)

    def members(pairs: list[tuple[str, Any]]) -> tuple[Any, ...]:
        return tuple((tuple(kinds(name)), scalar(value)) for name, value in pairs)

    return scalar(json.loads(frame, object_pairs_hook=members))


@QUICK
@given(values)
def test_json_stays_json_of_the_same_structure(value: Any) -> None:
    for frame in (json.dumps({"message": value}), json.dumps([value], ensure_ascii=False, indent=1)):
        shown = Redactor(key=b"k").frame(frame)
        assert outline(shown) == outline(frame)
        if not any(name in frame for name in PERSONAL):
            assert shown == frame


@QUICK
@given(st.sampled_from(PERSONAL), st.text(max_size=40), st.booleans())
def test_type_length_and_classes_are_kept(name: str, value: str, ascii_only: bool) -> None:
    redactor = Redactor()
    frame = json.dumps({name: value, "n": {"x": [{name: [value]}]}}, ensure_ascii=ascii_only)
    assert outline(redactor.frame(frame)) == outline(frame)
    shown = json.loads(redactor.frame(frame))
    assert shown["n"]["x"][0][name] == [shown[name]]
    if sum(c.isalpha() or c.isdecimal() for c in value) >= 2:
        assert shown[name] != value


@QUICK
@given(st.integers(min_value=1, max_value=10**30))
def test_a_number_and_its_string_get_the_same_digits(number: int) -> None:
    shown = json.loads(Redactor().frame(f'{{"ContactID": {number}, "x": {{"ContactId": "{number}"}}}}'))
    assert str(shown["ContactID"]) == shown["x"]["ContactId"] != str(number)
    assert len(str(shown["ContactID"])) == len(str(number))


@QUICK
@given(st.sampled_from(PERSONAL[:4]), telling, wild, wild)
def test_no_learnt_value_survives(name: str, value: str, before: str, after: str) -> None:
    # A name of the page or a clause's is nobody's.
    assume(skeleton(value).letters not in VOCABULARY and value not in load_catalogue().ids)
    redactor = Redactor(key=b"k")
    redactor.learn(json.dumps({name: value}))
    escaped = "".join(f"\\u{ord(c):04x}" for c in value)
    canaries = [value, value.swapcase(), json.dumps(value)[1:-1], quote(value, safe=""), escaped]
    for canary in canaries:
        for shown in (redactor.text(f"- {canary} -"), redactor.frame(f"- {canary} -")):
            assert canary not in shown
    assert value not in redactor.text(f"{before} {value} {after}")
    for place in ({value: 1}, {"a": [{"b": value}]}, {"a": f"x{value}y"}, [value], value):
        shown = redactor.frame(json.dumps(place, ensure_ascii=False))
        assert value not in json.dumps(json.loads(shown), ensure_ascii=False).replace('\\"', '"')
    assert redactor.text(redactor.text(f"a {value} b")) == redactor.text(f"a {value} b")


@QUICK
@given(wild, wild, st.lists(st.text(max_size=12), max_size=3), st.booleans())
def test_it_never_raises_and_only_secrets_change_the_length(a: str, b: str, secrets: list[str], reveal: bool) -> None:
    redactor = Redactor(secrets=secrets, reveal=reveal)
    redactor.learn(a)
    redactor.learn_value(b)
    for text in (a, b, a + b, f'{{"UserID": "{a}", "x": "{b}'):
        for shown in (redactor.frame(text), redactor.text(text)):
            assert isinstance(shown, str)
            if reveal and not secrets:
                assert shown == text


@QUICK
@given(st.text(alphabet=st.characters(exclude_categories=[]), max_size=60))
def test_surrogates_and_controls_do_no_harm(text: str) -> None:
    redactor = Redactor(secrets=[text])
    redactor.learn('{"PhoneNumber": "' + text + '"}')
    redactor.frame(text)
    redactor.text(text)


@QUICK
@given(st.text(alphabet=LOWER + UPPER + DIGITS + '-_."\\/é', min_size=4, max_size=20), wild)
def test_no_secret_survives(secret: str, around: str) -> None:
    redactor = Redactor(secrets=[secret], reveal=True)
    for dressed in (secret, json.dumps(secret)[1:-1], quote(secret, safe="")):
        assert dressed not in redactor.text(f"{around} {dressed}").replace("[secret]", "\0")
        assert dressed not in redactor.frame(json.dumps({"x": f"<{dressed}>"})).replace("[secret]", "\0")
