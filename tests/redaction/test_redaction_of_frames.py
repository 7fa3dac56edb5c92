"""Frames: personal members wherever they are, with everything else left as it was written."""

import json
import re
import threading

import pytest
from lcm_conformance.redaction import Redactor

REPLY = """ {
    "channel": "LCM", "topic": "WebService",
    "subtopic": "ContactOD",
    "message":\t{ "response": {
        "PhoneNumber": "5550104711", "AccountNumber": "137|1|3|0|0|84|1",
        "CampaignId": "SamplePreviewCampaign-ACQ", "Mode": "Home",
        "ContactId": "137", "ExpiryTime": "Oct 8 2020 11:59PM",
        "CallbackTime": "Oct 7 2020 10:58PM", "CallType": "Regular Call", "Queue": "Queue1" } } }"""


def shape(text: str) -> str:
    """Digits, upper-case and lower-case letters as one sign each; everything else as it is."""
    for kind, sign in (("[0-9]", "9"), ("[A-Z]", "A"), ("[a-z]", "a")):
        text = re.sub(kind, sign, text)
    return text


def test_a_reply_keeps_its_layout_and_loses_the_person() -> None:
    shown = Redactor().frame(REPLY)
    assert shape(shown) == shape(REPLY)
    before, after = (json.loads(text)["message"]["response"] for text in (REPLY, shown))
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"PhoneNumber", "AccountNumber", "ContactId", "CallbackTime"}


def test_equal_values_stay_equal_and_numbers_agree_with_strings() -> None:
    shown = Redactor().frame('{"ContactID": 137, "a": {"ContactId": "137"}, "b": [{"contact_id": 138}]}')
    value = json.loads(shown)
    assert isinstance(value["ContactID"], int)
    assert str(value["ContactID"]) == value["a"]["ContactId"] != "137"
    assert value["b"][0]["contact_id"] != value["ContactID"]


def test_every_run_has_its_own_pseudonyms() -> None:
    assert len({Redactor().frame('{"PhoneNumber": "5550104711"}') for _ in range(8)}) == 8
    assert Redactor(key=b"k").frame(REPLY) == Redactor(key=b"k").frame(REPLY)


@pytest.mark.parametrize(
    "name",
    [
        "PhoneNumber", "phonenumber", "PHONE_NUMBER", "Phone Number", "\u00a0PhoneNumber\u2003", "phone-number",
        "AccountNumber", "ContactID", "ContactId", "contactid", "Contact ID", "Contact\\u0049D", "CallbackTime",
        "UserID", "UserId", "userID", "user_id", "AgentID", "username", "PhoneNumber2", "UserIDs",
    ],
)  # fmt: skip
def test_a_personal_member_is_known_by_any_spelling(name: str) -> None:
    shown = Redactor().frame(f'{{"{name}": "Ab-5550104711"}}')
    assert "5550104711" not in shown
    assert shown.startswith(f'{{"{name}": "')


@pytest.mark.parametrize("name", ["CampaignId", "Mode", "ExpiryTime", "Prefix", "Queue", "AccountNumberType", "ID"])
def test_other_members_are_left_alone(name: str) -> None:
    frame = f'{{"{name}": "Ab-5550104711", "n": [1, 2.50, true, null, NaN]}}'
    assert Redactor().frame(frame) == frame


@pytest.mark.parametrize("literal", ["true", "false", "null", "NaN", "-Infinity", '""', "[]", "{}", '"--"'])
def test_what_has_no_letters_or_digits_to_hide_is_kept(literal: str) -> None:
    frame = f'{{"UserID": {literal}, "x": {literal}}}'
    assert Redactor().frame(frame) == frame


@pytest.mark.parametrize("number", ["137", "5550104711", "0.5", "1.50", "10.05", "10", "7", "0.001", "9" * 5000])
def test_a_number_stays_a_number_of_the_same_length(number: str) -> None:
    shown = Redactor().frame(f'{{"ContactID": {number}}}')[len('{"ContactID": ') : -1]
    assert shape(shown) == shape(number)
    assert shown != number
    json.loads(shown, parse_int=str)


def test_every_leaf_of_a_container_is_replaced() -> None:
    frame = '{"UserID": {"a": ["agent-7", {"b": 5069, "c": null}], "5550104711": true}, "z": "kept"}'
    shown = Redactor().frame(frame)
    assert shape(shown) == shape(frame)
    assert not re.search("agent-7|5069|5550104711", shown)
    assert '"z": "kept"' in shown


def test_json_text_within_a_string_is_read_too() -> None:
    inner = json.dumps({"data": json.dumps({"PhoneNumber": "5550104711", "Mode": "Home"})})
    frame = json.dumps({"message": inner})
    redactor = Redactor()
    shown = redactor.frame(frame)
    assert shape(shown) == shape(frame)
    innermost = json.loads(json.loads(json.loads(shown)["message"])["data"])
    assert innermost["Mode"] == "Home"
    assert innermost["PhoneNumber"] == redactor.text("5550104711") != "5550104711"


def test_repeated_names_and_escapes_remain_evidence() -> None:
    frame = '{"ContactID":137,"ContactID" : "\\u0031\\u00337", "t":"a\\/b\\u00e9", "n":1E+2}'
    shown = Redactor().frame(frame)
    assert re.fullmatch(
        r'\{"ContactID":\d{3},"ContactID" : "\\u003\d\\u003\d\d", "t":"a\\/b\\u00e9", "n":1E\+2\}', shown
    )
    first, second = re.findall(r":(\d{3}),", shown)[0], json.loads(shown)["ContactID"]
    assert first == second != "137"


@pytest.mark.parametrize(
    ("frame", "personal", "kept"),
    [
        ('{"data": {"UserID": "testagent”\n   }\n}', "testagent", "”\n   }\n}"),
        ('{"PhoneNumber": "5550104711", "q": 1,}', "5550104711", ', "q": 1,}'),
        ("{“PhoneNumber” : “5550104711”, “Mode”: “Home”}", "5550104711", "”, “Mode”: “Home”}"),
        ("{'PhoneNumber': '5550104711', 'Mode': 'Home'}", "5550104711", "', 'Mode': 'Home'}"),
        ('{"channel": "LCM", "PhoneNumber": "555010', "555010", '{"channel": "LCM", "PhoneNumber": "'),
        ('{"PhoneNumber": 555010', "555010", '{"PhoneNumber": '),
        ("PhoneNumber=5550104711&x=1", "5550104711", "&x=1"),
        ("Contact ID: 90137, Mode: Home", "90137", ", Mode: Home"),
        ("AccountNumber=137|1|3|0 end", "137|1|3|0", " end"),
        ("CallbackTime: Oct 7 2020 11:59PM; more", "Oct 7 2020 11:59PM", "; more"),
        ("<PhoneNumber>5550104711</PhoneNumber> done", "5550104711", "</PhoneNumber> done"),
        ("%7B%22PhoneNumber%22%3A%225550104711%22", "5550104711", "%22PhoneNumber%22%3A%22"),
        (r'{"m": "{\"PhoneNumber\": \"5550104711\", \"Mode\": \"Ho', "5550104711", r"\", \"Mode\": \"Ho"),
        ('{"UserID": ["agent-7", {"x": 5069}], "Mode": "Home",}', "agent-7", '"Mode": "Home",}'),
        ('{"Phone\\u004eumber": "5550104711",}', "5550104711", '{"Phone\\u004eumber": "'),
        ('{"msg": "no contact for UserID=agent-7"}', "agent-7", '{"msg": "no contact for UserID='),
    ],
)
def test_what_is_not_json_is_searched_for_names(frame: str, personal: str, kept: str) -> None:
    shown = Redactor().frame(frame)
    assert len(shown) == len(frame)
    assert personal not in shown
    assert kept in shown


def test_letters_and_digits_of_other_scripts_are_replaced_by_their_like() -> None:
    given = "王ÄßЖ٣\U00011650\U00017000"
    shown = [json.loads(Redactor().frame(json.dumps({"UserID": given})))["UserID"] for _ in range(12)]
    for text in shown:
        assert [(c.isalpha(), c.isupper(), c.islower(), c.isdecimal()) for c in text] == [
            (c.isalpha(), c.isupper(), c.islower(), c.isdecimal()) for c in given
        ]
    # One letter may by chance stand for itself, in one run; none does in all.
    assert all(any(text[place] != letter for text in shown) for place, letter in enumerate(given))


def test_a_frame_that_was_redacted_before_is_not_changed_again() -> None:
    redactor = Redactor()
    redactor.learn(REPLY)
    shown = redactor.frame(REPLY)
    assert redactor.frame(shown) == shown
    assert redactor.text(shown) == shown


def test_reveal_keeps_personal_data() -> None:
    redactor = Redactor(reveal=True)
    redactor.learn(REPLY)
    assert redactor.frame(REPLY) == redactor.text(REPLY) == REPLY


@pytest.mark.parametrize(
    "text",
    [
        "", "\0", "\ud800", '"\ud800\\udc00', "\\", '"', '{"UserID":"\ud83d', "[" * 100_000, '{"UserID":' * 10_000,
        '{"PhoneNumber":"' + "5" * 30_000 + '"}', "\\" * 20_000, 'PhoneNumber:"' * 3_000, "PhoneNumber:{" * 3_000,
        "UserID" + " " * 50_000, "5 " * 10_000, "&#" * 10_000, "%F0%9F" * 3_000, "&#x0;&#1114112;", "\n" * 20_000,
    ],
)  # fmt: skip
def test_nothing_makes_it_raise(text: str) -> None:
    redactor = Redactor(secrets=["hunter2", "\ud800"])
    for _ in range(2):
        redactor.frame(text)
        redactor.text(text)
        redactor.learn(text)
        redactor.learn_value(text)


def test_a_very_long_value_is_known_again_piece_by_piece() -> None:
    value = "".join(f"u{k}" for k in range(15_000))
    redactor = Redactor()
    frame = json.dumps({"UserID": value})
    redactor.learn(frame)
    assert redactor.text(f"unknown: {value}!") == f"unknown: {json.loads(redactor.frame(frame))['UserID']}!"


def test_many_threads_may_learn_at_once() -> None:
    redactor = Redactor()
    frames = [json.dumps({"PhoneNumber": f"55501{k:05}"}) for k in range(200)]

    def learn(part: list[str]) -> None:
        for frame in part:
            redactor.learn(frame)
            redactor.text(frame)

    threads = [threading.Thread(target=learn, args=(frames[k::4],)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    shown = redactor.text(" ".join(f"55501{k:05}" for k in range(200)))
    assert not {f"55501{k:05}" for k in range(200)} & set(shown.split())
    assert len(set(shown.split())) == 200


@pytest.mark.parametrize(
    "frame",
    [
        "\x00" * 1_000_000,
        json.dumps({"password": "aB3 " * 16_384}),
        json.dumps({"AccountNumber": "123456|" * 40_000}),
        json.dumps([{"ContactID": 1000 + k, "PhoneNumber": str(5_550_000_000 + k)} for k in range(5000)]),
        json.dumps([*({"ContactID": "1" * k} for k in range(2, 22)), {"Queue": "1" * 200_000}]),
    ],
    ids=["zeros", "a long password", "many pieces", "many short values", "values within each other"],
)
def test_what_repeats_itself_takes_no_longer_than_other_text(frame: str) -> None:
    """Each of these took minutes where time grew with the square; the test says nothing of seconds."""
    redactor = Redactor()
    redactor.learn(frame)
    shown = redactor.frame(frame)
    assert shown != frame or not frame.strip("\x00")


def test_the_ids_of_two_people_are_told_apart_though_they_have_one_digit() -> None:
    for key in range(60):
        redactor = Redactor(key=str(key).encode())
        frame = '[{"ContactID": 3}, {"ContactID": 7}, {"ContactID": 5}]'
        redactor.learn(frame)
        shown = [contact["ContactID"] for contact in json.loads(redactor.frame(frame))]
        assert len(set(shown)) == 3
        assert all(new != old for new, old in zip(shown, (3, 7, 5), strict=True))
