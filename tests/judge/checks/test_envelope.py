"""The layers around the contact: RSP-1, MAP-1, RSP-2, RSP-3, RSP-4, RSP-5, and RSP-6 beside them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from building import NOTHING, accepts, ask, blocker, contact, envelope, frame, wrapped
from lcm_conformance.judge.checks import envelope as checks
from lcm_conformance.judge.checks.check import Check, Difference

GOOD = frame()
LAYERS = (checks.JSON_OBJECT, checks.CONTACT_OD, checks.CHANNEL, checks.TOPIC, checks.MESSAGE, checks.RESPONSE)


def difference(check: Check, text: str, **pins: str) -> Difference:
    """What a check that must find a fault says."""
    found = ask(check, text, **pins)
    assert found is not None
    return found


def test_each_layer_has_the_id_of_its_clause() -> None:
    assert [check.clause for check in LAYERS] == ["RSP-1", "MAP-1", "RSP-2", "RSP-3", "RSP-4", "RSP-5"]
    assert checks.UNIQUE_NAMES.clause == "RSP-6"


@pytest.mark.parametrize("check", [*LAYERS, checks.UNIQUE_NAMES], ids=lambda check: check.clause)
def test_the_pages_own_reply_passes_every_layer(check: Check) -> None:
    assert accepts(check, GOOD)


# RSP-1


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(json.loads(GOOD), indent=4),
        json.dumps(json.loads(GOOD), separators=(",", ":"), sort_keys=True),
        json.dumps(json.loads(GOOD), indent="\t").replace("\n", "\r\n"),
        " \t\r\n" + GOOD + "\r\n ",
        GOOD.replace("Home", "H\\u006fme").replace("|", "\\u007C"),
        frame(Queue="“Queue” \u00a0 日本語 😀 \u202e"),
        frame(Queue='\u0000\u001f"\\/'),
        GOOD.replace('"Home"', '"\\ud83d"'),  # a lone surrogate is an escape like any other to RFC 8259
        wrapped(depth=[[[[{}]]]], number=-1.5e-7, huge=10**400, nothing=None, flag=True),
        "{}",
    ],
)
def test_rsp_1_accepts_any_layout_and_content_of_valid_json(text: str) -> None:
    assert accepts(checks.JSON_OBJECT, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "OK",
        GOOD[:-1],
        GOOD + "}",
        GOOD + GOOD,
        GOOD + "\u0000",
        "\ufeff" + GOOD,
        GOOD.replace("}}}", ",}}}"),
        GOOD.replace('"LCM"', '"LCM”'),
        GOOD.replace('"LCM"', "“LCM”"),
        GOOD.replace(", ", ",\u00a0"),
        GOOD.replace('"', "'"),
        GOOD.replace('"channel"', "channel"),
        GOOD.replace('"101"', "NaN"),
        GOOD.replace('"101"', "Infinity"),
        GOOD.replace('"101"', "-Infinity"),
        GOOD.replace('"101"', "0101"),
        GOOD.replace('"101"', "+101"),
        GOOD.replace('"101"', "101."),
        GOOD.replace('"101"', ".5"),
        GOOD.replace('"101"', "0x65"),
        GOOD.replace('"101"', "١٠١"),
        GOOD.replace('"101"', "None"),
        GOOD.replace('"101"', "True"),
        GOOD.replace('"Home"', '"Ho\nme"'),
        GOOD.replace('"Home"', '"Ho\tme"'),
        GOOD.replace('"Home"', '"Ho\\me"'),
        GOOD.replace('"Home"', '"Ho\\u00e"'),
        GOOD.replace('"Home"', '"Home" /* place */'),
    ],
)
def test_rsp_1_rejects_what_is_no_json_text(text: str) -> None:
    found = difference(checks.JSON_OBJECT, text)
    assert found.expected == "one valid JSON text (RFC 8259)"
    assert found.actual
    assert found.path == "$"


@pytest.mark.parametrize(
    ("value", "actual"),
    [
        ([envelope(contact())], "(Array)"),
        (GOOD, f"a String that holds JSON text of {len(GOOD)} characters"),
        (7, "7  (Number)"),
        (None, "null"),
        (True, "true  (Boolean)"),
        ([], "[]  (Array)"),
    ],
)
def test_rsp_1_rejects_a_json_value_that_is_no_object(value: object, actual: str) -> None:
    found = difference(checks.JSON_OBJECT, json.dumps(value))
    assert found.expected == "a JSON object"
    assert found.actual.endswith(actual)
    assert found.path == "$"


# RSP-6


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [('"channel": "LCM"', '"channel": "X", "channel": "LCM"', "channel"), ('"Suffix"', '"Prefix"', "Prefix")],
)
def test_rsp_6_rejects_a_name_that_is_repeated_within_an_object(old: str, new: str, name: str) -> None:
    assert difference(checks.UNIQUE_NAMES, GOOD.replace(old, new)) == Difference(
        "each name once in an object", f"repeated: {name}", "$"
    )


def test_rsp_6_names_each_repeated_name() -> None:
    text = GOOD.replace('"Suffix": ""', '"Suffix": "", "Suffix": "", "Mode": "Home"')
    assert difference(checks.UNIQUE_NAMES, text).actual == "repeated: Mode, Suffix"


def test_rsp_6_accepts_one_name_in_several_objects_and_in_other_letter_case() -> None:
    assert accepts(checks.UNIQUE_NAMES, wrapped(response={}, Channel="LCM", message={"response": {}, "message": {}}))


def test_rsp_6_has_nothing_to_ask_of_what_is_no_json_object() -> None:
    assert blocker(checks.UNIQUE_NAMES, "[]") == "RSP-1"


# MAP-1


@pytest.mark.parametrize(
    ("changes", "actual"),
    [
        ({"subtopic": "GetReservedContactOD"}, 'subtopic is "GetReservedContactOD"'),
        ({"subtopic": "contactod"}, 'subtopic is "contactod"'),
        ({"subtopic": "ContactOd"}, 'subtopic is "ContactOd"'),
        ({"subtopic": "ContactOD "}, 'subtopic is "ContactOD "'),
        ({"subtopic": "C\u043entactOD"}, 'subtopic is "C\u043entactOD"'),
        ({"subtopic": "ContactODResult"}, 'subtopic is "ContactODResult"'),
        ({"subtopic": None}, "subtopic is null"),
        ({"subtopic": ["ContactOD"]}, 'subtopic is ["ContactOD"]'),
        ({"subtopic": ...}, "the member subtopic is missing"),
        ({"subtopic": ..., "subTopic": "ContactOD"}, "the member subtopic is missing"),
    ],
)
def test_map_1_rejects_a_contact_under_any_other_subtopic(changes: dict[str, Any], actual: str) -> None:
    assert difference(checks.CONTACT_OD, wrapped(**changes)) == Difference(
        'the contact under subtopic "ContactOD"', actual, "$.subtopic"
    )


@pytest.mark.parametrize("response", [{}, {"success": False}, {"PhoneNumber": "", "Queue": None}])
def test_map_1_rejects_a_contact_od_that_says_there_is_no_contact(response: dict[str, Any]) -> None:
    found = difference(checks.CONTACT_OD, json.dumps(envelope(response)))
    assert found == Difference(
        "the reserved contact", f"{json.dumps(response)}, without a contact", "$.message.response"
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"message": {}},
        {"message": {"response": None}},
        {"message": {"response": []}},
        {"message": ...},
        {"message": []},
        {"message": {"response": {"PhoneNumber": "5550101"}}},
        {"message": {"Response": contact()}},
        {"data": {"UserID": "x"}, "source": "LCM"},
    ],
)
def test_map_1_leaves_other_layers_their_own_faults(changes: dict[str, Any]) -> None:
    assert accepts(checks.CONTACT_OD, wrapped(**changes))


# RSP-2 and RSP-3


@pytest.mark.parametrize("value", ["lcm", "LCM ", "LСM", "Cisco", "", None, 7, ["LCM"], {"LCM": 1}, True])
def test_rsp_2_rejects_any_other_channel(value: object) -> None:
    found = difference(checks.CHANNEL, wrapped(channel=value))
    assert found == Difference('"LCM"', f"channel is {json.dumps(value, ensure_ascii=False)}", "$.channel")


def test_rsp_2_rejects_a_missing_channel() -> None:
    assert difference(checks.CHANNEL, wrapped(channel=...)) == Difference(
        '"LCM"', "the member channel is missing", "$.channel"
    )
    assert difference(checks.CHANNEL, wrapped(channel=..., Channel="LCM")).actual == "the member channel is missing"


@pytest.mark.parametrize("topic", ["Webservice", "WebService"])
def test_rsp_3_accepts_both_documented_spellings(topic: str) -> None:
    assert accepts(checks.TOPIC, wrapped(topic=topic))


@pytest.mark.parametrize(
    "value", ["webservice", "WEBSERVICE", "Web Service", "WebService ", "", None, 7, ["WebService"]]
)
def test_rsp_3_rejects_any_other_topic(value: object) -> None:
    found = difference(checks.TOPIC, wrapped(topic=value))
    assert found.expected == '"Webservice" or "WebService"'
    assert found.actual == f"topic is {json.dumps(value)}"
    assert found.path == "$.topic"


def test_rsp_3_rejects_a_missing_topic() -> None:
    assert difference(checks.TOPIC, wrapped(topic=...)).actual == "the member topic is missing"


@pytest.mark.parametrize(
    ("side", "right", "wrong"), [("table", "Webservice", "WebService"), ("sample", "WebService", "Webservice")]
)
def test_rsp_3_accepts_one_spelling_only_where_the_reading_is_pinned(side: str, right: str, wrong: str) -> None:
    assert accepts(checks.TOPIC, wrapped(topic=right), topic=side)
    assert difference(checks.TOPIC, wrapped(topic=wrong), topic=side) == Difference(
        f'"{right}"', f'topic is "{wrong}"', "$.topic"
    )


def test_a_pinned_topic_changes_nothing_about_the_channel() -> None:
    assert accepts(checks.CHANNEL, GOOD, topic="table")
    assert accepts(checks.CHANNEL, GOOD, channel="table", contact_id_name="table")


# RSP-4 and RSP-5


@pytest.mark.parametrize(
    ("value", "actual"),
    [
        (None, "null"),
        ([], "[]  (Array)"),
        ("{}", '"{}"  (a String that holds JSON text)'),
        (7, "7  (Number)"),
        (False, "false  (Boolean)"),
    ],
)
def test_rsp_4_and_rsp_5_reject_what_is_no_object(value: object, actual: str) -> None:
    assert difference(checks.MESSAGE, wrapped(message=value)) == Difference(
        "a JSON object", f"message is {actual}", "$.message"
    )
    assert difference(checks.RESPONSE, wrapped(message={"response": value})) == Difference(
        "a JSON object", f"response is {actual}", "$.message.response"
    )


def test_rsp_4_and_rsp_5_reject_a_missing_or_misspelt_member() -> None:
    assert difference(checks.MESSAGE, wrapped(message=...)).actual == "the member message is missing"
    assert (
        difference(checks.MESSAGE, wrapped(message=..., Message={"response": {}})).actual
        == "the member message is missing"
    )
    assert difference(checks.RESPONSE, wrapped(message={})).actual == "the member response is missing"
    assert (
        difference(checks.RESPONSE, wrapped(message={"Response": contact()})).actual == "the member response is missing"
    )


def test_rsp_4_and_rsp_5_accept_members_beside_theirs() -> None:
    text = wrapped(message={"success": True, "response": contact(), "responses": []}, Message=None)
    assert accepts(checks.MESSAGE, text)
    assert accepts(checks.RESPONSE, text)


# The layers, outermost first


@pytest.mark.parametrize(
    ("text", "clause"),
    [
        (GOOD[:-1], "RSP-1"),
        (f"[{GOOD}]", "RSP-1"),
        (wrapped(subtopic="contactod"), "MAP-1"),
        (NOTHING, "MAP-1"),
        (wrapped(channel="Cisco"), "RSP-2"),
        (wrapped(topic="Cisco"), "RSP-3"),
        (wrapped(message=[]), "RSP-4"),
    ],
)
def test_a_fault_in_an_outer_layer_leaves_the_inner_ones_nothing_to_judge(text: str, clause: str) -> None:
    order = ["RSP-1", "MAP-1", "RSP-2", "RSP-3", "RSP-4"]
    assert blocker(checks.RESPONSE, text) == clause
    inner = {check.clause: blocker(check, text) for check in LAYERS}
    beside = {"RSP-2": "RSP-3", "RSP-3": "RSP-2"}.get(clause)
    for name in order[order.index(clause) + 1 :]:
        assert inner[name] == (None if name == beside else clause)
    for name in order[: order.index(clause) + 1]:
        assert inner[name] is None


def test_of_two_faults_the_outermost_counts() -> None:
    assert blocker(checks.RESPONSE, wrapped(channel=None, topic=None, message=None)) == "RSP-2"
    assert blocker(checks.RESPONSE, wrapped(topic=None, message=None)) == "RSP-3"


def test_of_many_repeated_names_a_few_are_shown_and_long_ones_by_their_length() -> None:
    names = ["n" * 5000, *(f"n{number}" for number in range(1000))]
    text = "{" + ",".join(f'"{name}": 1' for name in names + names) + "}"
    actual = difference(checks.UNIQUE_NAMES, text).actual
    assert actual == ("repeated: a name of 5000 characters, n0, n1, n2, n3, n4, n5, n6, n7, n8 and 991 more")
