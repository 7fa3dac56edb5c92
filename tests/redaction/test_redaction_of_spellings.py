"""A value that was learnt is known by its letters and digits, whatever stands in between and however it was learnt."""

import json

import pytest
from lcm_conformance.redaction import Redactor

PHONE, ACCOUNT, CONTACT = "2125550142", "7719|KIWI-Q7|0", "90817263544"


def told(**members: object) -> Redactor:
    """A redactor that has seen a reply with these members."""
    redactor = Redactor(key=b"a key for these tests")
    redactor.learn(json.dumps({"message": {"response": members}}, ensure_ascii=False))
    return redactor


def digits(text: str) -> str:
    return "".join(filter(str.isdecimal, text))


@pytest.mark.parametrize(
    "written",
    [
        "212_555_0142", "212*555*0142", "212,555,0142", "212:555:0142", "212;555;0142", "212|555|0142", "212~555#0142",
        "212    555    0142", "212-----5550142", "2,125,550,142", "2'125'550'142", "[212][555][0142]", "212 • 555·0142",
        "212\u200b555\u200b0142", "212\xad5550142", "212\u2011555\u20110142", "212\n5550142",
        "\u202a212-555-0142\u202c", "'212' + '5550142'", "2\x001\x002\x005\x005\x005\x000\x001\x004\x002\x00",
    ],
)  # fmt: skip
def test_a_phone_number_keeps_its_pseudonym_whatever_stands_between_its_digits(written: str) -> None:
    redactor = told(PhoneNumber=PHONE)
    shown = redactor.text(f"no consent for {written}!")
    assert digits(shown) == redactor.text(PHONE) != PHONE
    assert len(shown) == len(f"no consent for {written}!")


@pytest.mark.parametrize(
    "written",
    [
        "212&nbsp;555&nbsp;0142", "<b>212</b>5550142", "212\\u200b5550142", "\\u{32}125550142",
        "\\062\\061\\0625550142",
        "%u0032%u0031%u00325550142", "&#50&#49&#50;5550142", "21&#x32;5550142", "tel:+1-212-555-0142",
        "0012125550142", "x2125550142y", "call 555-0142", "555 0142",
    ],
)  # fmt: skip
def test_a_phone_number_is_known_in_marks_escapes_and_without_its_area(written: str) -> None:
    redactor = told(PhoneNumber=PHONE)
    shown = redactor.text(f"no consent for {written}!")
    assert written not in shown
    assert "0142" not in shown


@pytest.mark.parametrize(
    "member",
    [
        "tel:+12125550142", "2125550142 x17", "212-555-0142 ext. 17", "+1 (212) 555-0142; home", "212–555–0142",
        "212_555_0142", "212,555,0142", "212\xa0555\xa00142", "212\u2011555\u20110142", "\u202a212-555-0142\u202c",
        "212-555-0142, 212-555-0143", "2125550142\x00", 2125550142.0,
    ],
)  # fmt: skip
def test_the_digits_of_an_unusual_phone_number_are_known_alone(member: object) -> None:
    assert PHONE not in told(PhoneNumber=member).text("dialled 2125550142")


@pytest.mark.parametrize(
    "written",
    [
        "7719-KIWI-Q7-0", "7719 | kiwi-q7 | 0", "7719kiwiq70", "7719_KIWI Q7_0", "7719｜KIWI‑Q7｜0", "7719\n|KIWI-Q7|0",
        "7719,KIWI-Q7,0",
    ],
)  # fmt: skip
def test_an_account_number_keeps_its_pseudonym_with_other_separators(written: str) -> None:
    redactor = told(AccountNumber=ACCOUNT)

    def plain(text: str) -> str:
        return "".join(filter(str.isalnum, text)).casefold()

    assert plain(redactor.text(written)) == plain(redactor.text(ACCOUNT)) != plain(ACCOUNT)


def test_a_telling_part_of_a_value_is_known_alone() -> None:
    redactor = told(AccountNumber=ACCOUNT, UserID="kim.smith@corp.example.test")
    assert redactor.text("KIWI-Q7") == redactor.text(ACCOUNT).split("|")[1]
    assert redactor.text("agent kim.smith left") != "agent kim.smith left"
    assert redactor.text("corp 7719") == "corp 7719"


@pytest.mark.parametrize("written", ["Oct  17 2031 4:47PM", "oct 17, 2031 4:47 pm", "Oct\t17\u00a02031 4:47PM"])
def test_a_time_is_known_with_other_blanks_and_commas(written: str) -> None:
    assert written not in told(CallbackTime="Oct 17 2031 4:47PM").text(f"call back at {written}.")


@pytest.mark.parametrize(("learnt", "written"), [("weißensee77", "WEISSENSEE77"), ("müller7712", "mu\u0308ller7712")])
def test_letters_that_are_written_in_two_ways_are_one(learnt: str, written: str) -> None:
    assert written not in told(UserID=learnt).text(f"agent {written} unknown")


@pytest.mark.parametrize("number", ["90817263544.0", "90817263544.00", "9.08172635440e10", "-90817263544"])
def test_a_whole_number_is_known_as_digits_however_it_was_written(number: str) -> None:
    redactor = Redactor()
    redactor.learn(f'{{"ContactID": {number}}}')
    assert CONTACT not in redactor.text(f"contact {CONTACT}")


@pytest.mark.parametrize("value", ["X-7719", "S-48213", "s-4711", "RES-12", "PRE-7", "FLD-abc-value", "OBS-kim-smith"])
def test_a_value_that_only_looks_like_an_id_of_the_suite_is_replaced(value: str) -> None:
    redactor = told(AccountNumber=value)
    assert value not in redactor.text(f"account {value} is locked")
    assert value not in redactor.frame(json.dumps({"note": f"account {value} is locked"}))


def test_an_id_of_the_suite_is_kept_in_its_own_words_and_not_in_a_frame() -> None:
    redactor = told(AccountNumber="RES-1", UserID="S-12")
    assert redactor.text("RES-1 fails in S-12, x-0007") == "RES-1 fails in S-12, x-0007"
    shown = redactor.frame(json.dumps({"note": "account RES-1, agent S-12"}))
    assert "RES-1" not in shown
    assert "S-12" not in shown


@pytest.mark.parametrize(("value", "text"), [("12345", "12:34:5, 1 2345"), ("123 45", "12345 or 1234 5")])
def test_a_short_value_needs_its_separators_in_the_same_places(value: str, text: str) -> None:
    redactor = told(AccountNumber=value)
    assert redactor.text(text) == text
    assert value not in redactor.text(value.replace(" ", "-"))


def test_what_is_too_far_apart_is_no_value() -> None:
    text = "212" + " " * 20 + "5559999"
    assert told(PhoneNumber="2125559999").text(text).startswith("212 ")


def test_values_beyond_all_honest_numbers_of_them_are_still_not_shown() -> None:
    redactor = Redactor()
    values = [str(5_550_000_000 + 7919 * k) for k in range(21_000)]
    redactor.learn(json.dumps([{"PhoneNumber": value} for value in values]))
    shown = redactor.text(f"first {values[0]}, last {values[-1]}, RES-1 after 12 s")
    assert values[0] not in shown
    assert values[-1] not in shown
    assert shown.endswith("RES-1 after 12 s")
    assert redactor.text(values[-1]) == redactor.text(values[-1])


def test_values_that_hold_each_other_many_times_do_not_stop_it() -> None:
    redactor = Redactor()
    redactor.learn(json.dumps([{"AccountNumber": "aaaa" + "a" * length} for length in range(120)]))
    redactor.learn(json.dumps([{"token": "cccc" + "c" * length} for length in range(500)]))
    for text in ("a" * 100_000, "c" * 100_000):
        shown = redactor.text(text)
        assert text[:20] not in shown


@pytest.mark.parametrize(
    "name",
    [
        "CustomerPhoneNumber", "PhoneNumberHome", "Phone", "PhoneNo", "HomePhone", "PhoneNumer", "PohneNumber",
        "ContactIDD", "ContractID", "phone_number_list",
    ],
)  # fmt: skip
def test_a_member_with_a_misspelt_or_longer_name_is_personal(name: str) -> None:
    assert PHONE not in Redactor().frame(json.dumps({name: PHONE}))


@pytest.mark.parametrize(
    "frame",
    [
        '{"members":[{"name":"PhoneNumber","value":"2125550142"}]}',
        '{"r":[["PhoneNumber","2125550142"]]}',
        '{"columns":["PhoneNumber"],"rows":[[2125550142]]}',
    ],
)
def test_a_name_that_is_a_value_names_the_next_one(frame: str) -> None:
    redactor = Redactor()
    assert PHONE not in redactor.frame(frame)
    assert PHONE not in redactor.text("2125550142")


@pytest.mark.parametrize("word", ["USER", "Phone", "PIN"])
def test_a_value_that_reads_like_a_name_names_no_documented_member(word: str) -> None:
    times = '"ExpiryTime":"Jan 1 2000 12:00AM","Queue":"Q 10012","CallType":1234'
    frame = f'{{"Suffix":"{word}","ContactID":"","Mode":"{word}",{times},"Prefix":"{word}","Queue":10012}}'
    assert Redactor().frame(frame) == frame


@pytest.mark.parametrize("frame", ['{"missing": ["PhoneNumber", "Queue"], "code": 400}', '["UserID", "Mode", true]'])
def test_a_list_of_names_stays_readable(frame: str) -> None:
    assert Redactor().frame(frame) == frame


@pytest.mark.parametrize(
    "frame",
    [
        '{"PhoneNumber" "2125550142"}', '{"PhoneNumber", "2125550142"}', '{"PhoneNumber"; "2125550142"}',
        '{"PhoneNumber": ""2125550142""}', '{""PhoneNumber"": ""2125550142""}', '{"PhoneNumber": "x"2125550142"}',
        '{"PhoneNumber": /* home */ "2125550142"}', '{"PhoneNumber": String("2125550142")}',
        '{"PhoneNumber": u"2125550142"}',
        '<PhoneNumber type="home">2125550142</PhoneNumber>', '<m name="PhoneNumber" value="2125550142"/>',
        '<m name="PhoneNumber"><value>2125550142</value></m>', "<PhoneNumber><![CDATA[2125550142]]></PhoneNumber>",
        "PhoneNumber,AccountNumber\n2125550142,77", "response[PhoneNumber]=2125550142", "PhoneNumber: !!str 2125550142",
        "PhoneNumber:\n  - 2125550142", "PhoneNumber 2125550142", "the PhoneNumber is 2125550142",
        'a:1:{s:11:"PhoneNumber";s:10:"2125550142";}', "11:PhoneNumber,10:2125550142,", "{«PhoneNumber»: «2125550142»}",
        '{"PhoneNumber"： "2125550142"}', "%7B%22PhoneNumber%22%3A+%222125550142%22%7D",
        '{"PhoneNumber": "2125550142"}'.encode("utf-16-le").decode(),
        '{"PhoneNumber": "2125550142"}'.encode("utf-16-be").decode(),
    ],
)  # fmt: skip
def test_what_is_no_json_gives_away_no_phone_number(frame: str) -> None:
    redactor = Redactor()
    redactor.learn(frame)
    shown = redactor.frame(frame)
    assert PHONE not in shown.replace("\x00", "")
    assert len(shown) == len(frame)
    assert PHONE not in redactor.text("shown: 2125550142")


def test_an_unescaped_quote_hides_no_part_of_a_value() -> None:
    frame = '{"AccountNumber": "7719|"KIWI-Q7"|0", "Queue": "Queue 3"'
    shown = Redactor().frame(frame)
    assert "KIWI" not in shown
    assert "Q7" not in shown
    assert shown.endswith('", "Queue": "Queue 3"')


def test_a_short_value_with_a_letter_that_comes_to_two_is_known() -> None:
    assert "wei" not in told(AccountNumber="weiß 1").text("account weiß 1 or WEISS 1 or weiß-1").casefold()
