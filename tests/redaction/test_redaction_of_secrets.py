"""Secrets go, whatever they are dressed as and whether personal data is revealed or not."""

import base64
import json
from urllib.parse import quote

import pytest

from conformance.redaction import Redactor

PASSWORD = 'p"ä ss/w+rd'


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize("reveal", [False, True])
@pytest.mark.parametrize(
    "dressed",
    [
        PASSWORD,
        json.dumps(PASSWORD)[1:-1],
        json.dumps(PASSWORD, ensure_ascii=False)[1:-1],
        json.dumps(json.dumps(PASSWORD))[3:-3],
        quote(PASSWORD),
        quote(PASSWORD, safe=""),
        "p&quot;&#228; ss/w+rd",
        b64(PASSWORD),
        b64(PASSWORD).rstrip("="),
        base64.urlsafe_b64encode(PASSWORD.encode()).decode(),
    ],
)
def test_a_secret_is_replaced_in_any_dress(reveal: bool, dressed: str) -> None:
    redactor = Redactor(secrets=[PASSWORD], reveal=reveal)
    for shown in (redactor.text(f"x{dressed}y"), redactor.frame(f"x{dressed}y")):
        assert dressed not in shown
        assert "[secret]" in shown


@pytest.mark.parametrize("user", ["a", "ag", "agent-7"])
def test_the_password_within_basic_credentials_is_found(user: str) -> None:
    shown = Redactor(secrets=["correct-horse"]).text(f"Authorization: Basic {b64(user + ':correct-horse')}")
    assert "[secret]" in shown
    assert b64("zzzcorrect-horse")[4:-4] not in shown


def test_a_header_value_betrays_neither_its_token_nor_its_password() -> None:
    redactor = Redactor(secrets=["Bearer abc.def.ghi", f"Basic {b64('agent-7:hunter2')}"])
    assert redactor.text("Bearer abc.def.ghi | abc.def.ghi") == "[secret] | [secret]"
    assert redactor.text("agent-7:hunter2 | hunter2") == "[secret] | [secret]"


def test_the_longest_secret_comes_first() -> None:
    assert Redactor(secrets=["abcd", "abcdefgh", "cdef"]).text("abcdefgh abcd cdef") == "[secret] [secret] [secret]"


def test_short_secrets_are_whole_words_and_shorter_ones_none() -> None:
    redactor = Redactor(secrets=["", "x", "pw", "123"])
    assert redactor.text("x pw pwd 123 1234 x") == "x [secret] pwd [secret] 1234 x"


def test_a_frame_stays_json_even_when_the_secret_is_a_number() -> None:
    frame = '{"password": "hunter2", "pin": 50690, "t": "is 50690", "list": [-50690.5]}'
    shown = Redactor(secrets=["hunter2", "50690"], reveal=True).frame(frame)
    assert json.loads(shown) == {
        "password": "[secret]",
        "pin": "[secret]",
        "t": "is [secret]",
        "list": ["[secret]"],
    }


def test_the_mark_itself_is_left_alone() -> None:
    redactor = Redactor(secrets=["hunter2", "secret"])
    redactor.learn('{"UserID": "secret"}')
    once = redactor.text("hunter2 and secret")
    assert once == "[secret] and [secret]"
    assert redactor.text(once) == once


def test_a_secret_wins_over_personal_data_and_hides_no_member() -> None:
    redactor = Redactor(secrets=["Number", "agent-7"])
    shown = redactor.frame('{"PhoneNumber": "5550104711", "UserID": "agent-7"}')
    assert "5550104711" not in shown
    assert shown.startswith('{"Phone[secret]": "')
    assert shown.endswith('"UserID": "[secret]"}')
