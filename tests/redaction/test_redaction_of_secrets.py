"""Secrets go, whatever they are dressed as and whether personal data is revealed or not."""

import base64
import json
from urllib.parse import quote

import pytest
from lcm_conformance.redaction import Redactor
from lcm_conformance.redaction.words import SECRET_MEMBERS

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


TOKEN = "tok-Mango-778899"


@pytest.mark.parametrize(
    "dressed",
    [
        TOKEN.upper(),
        TOKEN.title(),
        " ".join(TOKEN),
        TOKEN.replace("-", ""),
        TOKEN.encode().hex(),
        TOKEN.encode().hex().upper(),
        "".join(f"&#{ord(char)}" for char in TOKEN),
        "".join(f"%u{ord(char):04x}" for char in TOKEN),
        "".join(f"\\{ord(char):03o}" for char in TOKEN),
        "".join(f"\\u{{{ord(char):x}}}" for char in TOKEN),
        "".join(chr(ord(char) + 0xFEE0) for char in TOKEN),
        "\0".join(TOKEN),
        TOKEN[:8] + "\n" + TOKEN[8:],
        TOKEN[:8] + "\u200b" + TOKEN[8:],
        base64.b64encode(TOKEN.encode("utf-16-le")).decode(),
        "dG9rLU1h\nbmdvLTc3\nODg5OQ==",
    ],
)
def test_a_secret_is_known_by_its_letters_and_digits(dressed: str) -> None:
    assert Redactor(secrets=[TOKEN]).text(f"bad token {dressed}.") in {"bad token [secret].", "bad token [secret]==."}


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("sid=Papaya-556677; Path=/", "Papaya-556677"),
        ("sid=Papaya-556677; csrf=Kumquat-99", "Kumquat-99"),
        ('Digest username="kim", response="abcdef0123456789"', "abcdef0123456789"),
        ("AWS4-HMAC-SHA256 Credential=AKID/2020, Signature=abcdef0123", "abcdef0123"),
        ("Negotiate YIIabcdefghij", "YIIabcdefghij"),
        ("LCM-Token q8w7e6r5t4", "q8w7e6r5t4"),
        ("Bearer aaaa1111.bbbb2222.cccc3333", "bbbb2222"),
    ],
)
def test_a_part_of_a_header_value_that_is_a_token_alone_is_a_secret(header: str, part: str) -> None:
    assert part not in Redactor(secrets=[header]).text(f"refused: {part}!")


@pytest.mark.parametrize("name", ["pass", "pw", "otp", "auth", "X-Auth-Token", "accessKey", "sessionId", "db_password"])
def test_a_member_that_is_called_like_a_secret_is_one(name: str) -> None:
    redactor = Redactor()
    assert json.loads(redactor.frame(json.dumps({name: "Fig-3344"}))) == {name: "[secret]"}
    assert redactor.text("Fig-3344") == "[secret]"


def test_tokens_without_number_do_not_stop_it() -> None:
    redactor = Redactor()
    frame = json.dumps([{"token": f"Lime-{number}"} for number in range(3000)])
    assert "Lime" not in redactor.frame(frame)


@pytest.mark.parametrize("name", sorted(SECRET_MEMBERS))
@pytest.mark.parametrize(
    "form", ["{}=hunter2abc&x=1", "{}: hunter2abc;", '{{"{}": "hunter2abc"', "<{}>hunter2abc</{}>"]
)
def test_a_name_that_makes_a_secret_in_json_makes_one_elsewhere(name: str, form: str) -> None:
    assert "hunter2abc" not in Redactor().frame(form.format(name, name))


@pytest.mark.parametrize("reveal", [False, True])
@pytest.mark.parametrize(
    "echo",
    ["X-Env: {}", "x-env={}; path=/", '{{"headers": {{"X-Env": "{}"}}}}', '["X-Env", "{}"]', "X-Env => '{}'",
     r'{{"m": "{{\"X-Env\": \"{}\"}}"}}', "%22X-Env%22%3A%20%22{}%22"],
)  # fmt: skip
def test_a_short_header_value_is_a_secret_where_it_stands_as_that_headers_value(echo: str, reveal: bool) -> None:
    redactor = Redactor(reveal=reveal)
    redactor.learn_headers([("X-Env", "run")])
    assert redactor.text(echo.format("run")) == redactor.frame(echo.format("run")) == echo.format("[secret]")
    assert redactor.text(echo.format("runs")) == echo.format("runs")


def test_a_short_header_value_is_an_ordinary_word_anywhere_else() -> None:
    redactor = Redactor()
    redactor.learn_headers([("X-Env", "run"), ("X-Stage", "staging")])
    text = "lcm-conformance run --profile staging.toml, in this run; Env: run"
    assert redactor.text(text) == redactor.frame(text) == text
