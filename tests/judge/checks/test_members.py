"""The eleven members of the contact: FLD-F-presence, FLD-F-type and FLD-F-value."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from building import CONTACTS, accepts, ask, blocker, contact, envelope, frame, pinned, reply, wrapped
from lcm_conformance.catalogue import page
from lcm_conformance.judge.checks.check import Difference
from lcm_conformance.judge.checks.members import documented_types, filled, held, present, typed, value_of

STRINGS = [member for member in page.MEMBERS if member not in {"ContactID", "CallType"}]
KEYS = {member: "ContactId" if member == "ContactID" else member for member in page.MEMBERS}
WRONG_TYPES = [
    (None, "null"),
    (True, "true  (Boolean)"),
    (False, "false  (Boolean)"),
    ({}, "{}  (Object)"),
    (["x"], '["x"]  (Array)'),
]


def renamed(member: str, name: str) -> str:
    """A reply in which a member has another name."""
    members = {name if key == KEYS[member] else key: value for key, value in contact().items()}
    return json.dumps(envelope(members), ensure_ascii=False)


@pytest.mark.parametrize("member", page.MEMBERS)
def test_presence_accepts_the_documented_name_whatever_stands_there(member: str) -> None:
    assert accepts(present(member), frame())
    assert accepts(present(member), frame(**{KEYS[member]: None}))
    assert present(member).clause == f"FLD-{member}-presence"


@pytest.mark.parametrize("member", page.MEMBERS)
def test_presence_rejects_a_missing_member_and_only_that(member: str) -> None:
    text = frame(**{KEYS[member]: ...})
    found = ask(present(member), text)
    names = "ContactID or ContactId" if member == "ContactID" else member
    assert found == Difference(f"the member {names}", f"the member {member} is missing", f"$.message.response.{member}")
    assert [other for other in page.MEMBERS if ask(present(other), text)] == [member]


@pytest.mark.parametrize("member", page.MEMBERS)
@pytest.mark.parametrize("change", [str.lower, str.upper, str.swapcase, lambda n: n + " ", lambda n: " " + n])
def test_presence_rejects_near_misses_of_the_name_and_shows_them(member: str, change: Any) -> None:
    near = change(member)
    found = ask(present(member), renamed(member, near))
    assert found is not None
    assert found.actual == f"the member is spelt {json.dumps(near)}"


@pytest.mark.parametrize(
    ("member", "name"),
    [
        ("Queue", "Qu\u0435ue"),  # a Cyrillic letter
        ("Mode", "M\u043ede"),
        ("Prefix", "Prefix\u200b"),
        ("ContactID", "Contact\u0406D"),
        ("ContactID", "Contact ID"),
        ("PhoneNumber", "Phone_Number"),
        ("CampaignId", "CampaignID"),
        ("CampaignId", "CampaignIds"),
    ],
)
def test_presence_rejects_look_alikes(member: str, name: str) -> None:
    assert ask(present(member), renamed(member, name)) is not None


@pytest.mark.parametrize("name", ["contactId", "Contactid", "CONTACTID", "contactID"])
def test_presence_takes_two_spellings_of_contact_id_and_no_third(name: str) -> None:
    assert accepts(present("ContactID"), renamed("ContactID", "ContactID"))
    assert accepts(present("ContactID"), renamed("ContactID", "ContactId"))
    assert ask(present("ContactID"), renamed("ContactID", name)) is not None


@pytest.mark.parametrize(
    ("side", "right", "wrong"), [("table", "ContactID", "ContactId"), ("sample", "ContactId", "ContactID")]
)
def test_presence_takes_one_spelling_where_the_reading_is_pinned(side: str, right: str, wrong: str) -> None:
    assert accepts(present("ContactID"), renamed("ContactID", right), contact_id_name=side)
    found = ask(present("ContactID"), renamed("ContactID", wrong), contact_id_name=side)
    assert found == Difference(f"the member {right}", f'the member is spelt "{wrong}"', f"$.message.response.{right}")
    assert accepts(present("Queue"), frame(), contact_id_name=side)


@pytest.mark.parametrize("member", page.MEMBERS)
@pytest.mark.parametrize(("value", "actual"), WRONG_TYPES)
def test_type_rejects_null_booleans_objects_and_arrays(member: str, value: object, actual: str) -> None:
    text = frame(**{KEYS[member]: value})
    found = ask(typed(member), text)
    expected = "String" if member in STRINGS else "Number or String"
    assert found == Difference(expected, f"{KEYS[member]} is {actual}", f"$.message.response.{KEYS[member]}")
    assert [other for other in page.MEMBERS if ask(typed(other), text)] == [member]


@pytest.mark.parametrize("member", STRINGS)
@pytest.mark.parametrize("value", [5550101, 0, 1.5])
def test_type_rejects_a_number_where_a_string_is_documented(member: str, value: float) -> None:
    found = ask(typed(member), frame(**{member: value}))
    assert found is not None
    assert found.expected == "String"
    assert found.actual.endswith("(Number)")


@pytest.mark.parametrize("member", ["ContactID", "CallType"])
@pytest.mark.parametrize("value", [0, -1, 137, 137.0, 1e3, 2**53 + 1, 10**30, "137", "", "a0-b1"])
def test_type_takes_any_number_or_string_for_contact_id_and_call_type(member: str, value: object) -> None:
    assert accepts(typed(member), frame(**{KEYS[member]: value}))


@pytest.mark.parametrize(("member", "reading"), [("ContactID", "contact_id_type"), ("CallType", "call_type_type")])
def test_type_takes_one_type_where_the_reading_is_pinned(member: str, reading: str) -> None:
    number, text = frame(**{KEYS[member]: 137}), frame(**{KEYS[member]: "137"})
    assert accepts(typed(member), number, **{reading: "table"})
    assert accepts(typed(member), text, **{reading: "sample"})
    assert ask(typed(member), text, **{reading: "table"}) == Difference(
        "Number", f'{KEYS[member]} is "137"  (String)', f"$.message.response.{KEYS[member]}"
    )
    assert ask(typed(member), number, **{reading: "sample"}) == Difference(
        "String", f"{KEYS[member]} is 137  (Number)", f"$.message.response.{KEYS[member]}"
    )


def test_a_pin_of_one_type_leaves_the_other_alone() -> None:
    assert documented_types("ContactID", pinned(call_type_type="table")) == ("Number", "String")
    assert documented_types("CallType", pinned(contact_id_type="table")) == ("Number", "String")
    assert documented_types("Queue", pinned(contact_id_type="table", call_type_type="table")) == ("String",)


def test_type_has_nothing_to_ask_where_the_member_is_missing() -> None:
    assert blocker(typed("Queue"), frame(Queue=...)) == "FLD-Queue-presence"
    assert blocker(filled("Queue"), frame(Queue=...)) == "FLD-Queue-presence"
    assert blocker(filled("Queue"), frame(Queue=None)) == "FLD-Queue-type"
    assert blocker(present("Queue"), wrapped(message={})) == "RSP-5"


# Both spellings of ContactID in one contact: to each reader of the page the other is an extra member.


@pytest.mark.parametrize(
    ("table", "sample"), [(137, "137"), ("137", 137), (137, None), (None, 137), ([], "137"), (137, 137)]
)
def test_of_two_spellings_one_with_a_documented_type_is_enough(table: object, sample: object) -> None:
    assert accepts(typed("ContactID"), frame(ContactID=table, ContactId=sample))
    assert accepts(present("ContactID"), frame(ContactID=table, ContactId=sample))


def test_of_two_spellings_with_wrong_types_the_tables_is_shown() -> None:
    found = ask(typed("ContactID"), frame(ContactID=None, ContactId=False))
    assert found == Difference("Number or String", "ContactID is null", "$.message.response.ContactID")


def test_of_two_spellings_the_pinned_one_counts() -> None:
    text = frame(ContactID=None, ContactId="137")
    assert not accepts(typed("ContactID"), text, contact_id_name="table")
    assert accepts(typed("ContactID"), text, contact_id_name="sample")
    assert held(reply(text), "ContactID", pinned(contact_id_name="table")) == {"ContactID": None}


def test_of_two_spellings_the_value_is_the_one_of_the_documented_type_that_holds_something() -> None:
    assert value_of(reply(frame(ContactID=None, ContactId="137")), "ContactID", {}) == "137"
    assert value_of(reply(frame(ContactID=137, ContactId="138")), "ContactID", {}) == 137
    assert value_of(reply(frame(ContactID="", ContactId="137")), "ContactID", {}) == "137"
    assert value_of(reply(frame(ContactID="", ContactId="")), "ContactID", {}) == ""
    assert (
        value_of(reply(frame(ContactID=137, ContactId="138")), "ContactID", pinned(contact_id_type="sample")) == "138"
    )
    assert value_of(reply(frame(ContactID=0)), "ContactID", pinned(contact_id_name="table")) == 0


def test_numbers_are_kept_exactly() -> None:
    text = frame(ContactId=0).replace('"ContactId": 0', '"ContactId": 9007199254740993.0')
    assert value_of(reply(text), "ContactID", {}) == Decimal("9007199254740993.0")


@pytest.mark.parametrize("member", [m for m in page.MEMBERS if m not in {"Prefix", "Suffix"}])
def test_value_remarks_on_an_empty_string(member: str) -> None:
    assert accepts(filled(member), frame())
    assert accepts(filled(member), frame(**{KEYS[member]: " "}))
    assert ask(filled(member), frame(**{KEYS[member]: ""})) == Difference(
        "a value", f'{KEYS[member]} is ""  (an empty String)', f"$.message.response.{KEYS[member]}"
    )
    assert filled(member).clause == f"FLD-{member}-value"
    assert typed(member).clause == f"FLD-{member}-type"


def test_value_takes_zero_for_a_value() -> None:
    assert accepts(filled("ContactID"), frame(ContactId=0))
    assert accepts(filled("CallType"), frame(CallType=0))


def test_value_takes_one_filled_spelling_of_two() -> None:
    assert accepts(filled("ContactID"), frame(ContactID="", ContactId="137"))
    assert not accepts(filled("ContactID"), frame(ContactID="", ContactId=""))
    assert not accepts(filled("ContactID"), frame(ContactID="", ContactId="137"), contact_id_name="table")


def test_the_same_check_is_the_same_object_so_that_layers_share_it() -> None:
    assert typed("Queue").outer == (present("Queue"),)
    assert present("Queue") is present("Queue")
    assert set(CONTACTS["reserved"]) == set(KEYS.values())
