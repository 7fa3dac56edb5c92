"""Whose contact it is (RES-1), and that decoys do not turn it into a pass by luck."""

from __future__ import annotations

import time
from typing import Any

import pytest
from building import (
    CHATTER,
    CONTACTS,
    EXPECTED,
    Notes,
    conformant,
    frame,
    full_run,
    judged,
    outcome,
    pinned,
    reply,
    wrapped,
)
from lcm_conformance.catalogue.probes import Part
from lcm_conformance.catalogue.verdict import Inconclusive, Nonconformity, Untested, Verdict
from lcm_conformance.judge.checks.contact import (
    comparable,
    crossings,
    is_another_agents,
    require_no_strangers_contact,
    require_own_contacts,
)
from lcm_conformance.judge.evidence import Evidence

BIG = 2**53
REVEALED = (
    "the contact reserved for agents.{role}: {value} "
    "(agents.{role}.expect.{name} in the profile, shown as it is with --reveal)"
)
"""Without --reveal both values are pseudonyms, and nobody sees which of them is wrong."""


def two_agents(reserved: str, other: str, **changes: Any) -> Evidence:
    """Two agents who asked and got these frames; without what the profile expects."""
    notes = Notes()
    notes.ask(reserved)
    notes.ask(other, agent="other")
    return notes.evidence(**({"expected": {}} | changes))


def res_1(evidence: Evidence) -> Verdict:
    return outcome(lambda: require_own_contacts(evidence))


def number(literal: str, role: str = "reserved", **changes: Any) -> str:
    """A role's reply whose ContactId is a Number, written like this."""
    return frame(role, ContactId=-1, **changes).replace('"ContactId": -1', f'"ContactId": {literal}')


# Which members are compared


def test_all_eleven_members_of_the_pages_own_contact_are_compared() -> None:
    assert comparable(reply(frame()), {}) == {
        "PhoneNumber": "5550101",
        "AccountNumber": "101|1|3|0|0|84|1",
        "CampaignId": "Spring-ACQ",
        "Mode": "Home",
        "ContactID": "101",
        "ExpiryTime": "Oct 7 2036 11:59PM",
        "CallbackTime": "Oct 7 2036 10:30AM",
        "CallType": "Regular Call",
        "Prefix": "",
        "Suffix": "",
        "Queue": "Queue1",
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"PhoneNumber": 5550101},
        {"PhoneNumber": None},
        {"PhoneNumber": ...},
        {"PhoneNumber": ""},
        {"ExpiryTime": "Feb 30 2036 11:59PM"},
        {"CallbackTime": "soon"},
        {"CallbackTime": ""},
        {"CallType": "Preview"},
        {"ContactId": True},
        {"ContactId": ""},
    ],
)
def test_a_member_that_fails_a_clause_of_its_own_is_not_compared(changes: dict[str, Any]) -> None:
    (name,) = changes
    missing = {"ContactId": "ContactID"}.get(name, name)
    assert comparable(reply(frame()), {}).keys() - comparable(reply(frame(**changes)), {}).keys() == {missing}


def test_nothing_is_compared_where_an_outer_layer_fails() -> None:
    assert comparable(reply(wrapped(topic="x")), {}) == {}
    assert comparable(reply(wrapped(topic="Webservice")), pinned(topic="sample")) == {}
    assert "ContactID" not in comparable(reply(frame()), pinned(contact_id_type="table"))


@pytest.mark.parametrize(
    ("literal", "text"),
    [
        ("137", "137"),
        ("137.0", "137"),
        ("137.000", "137"),
        ("1.37e2", "137"),
        ("137E0", "137"),
        ("1e3", "1000"),
        ("-0.0", "0"),
        ("137.5", "137.5"),
        (str(BIG + 1), str(BIG + 1)),
        (f"{BIG + 1}.0", str(BIG + 1)),
        ("31415926535897932384", "31415926535897932384"),
        ("1e399", "1" + "0" * 399),
        ("1e400", "1E+400"),
        ("1e999999999", "1E+999999999"),
        ("1e99999999999999999999", "Infinity"),
    ],
)
def test_a_number_is_compared_by_its_exact_value(literal: str, text: str) -> None:
    assert comparable(reply(number(literal)), {})["ContactID"] == text


@pytest.mark.parametrize("text", ["137.0", "1e3", "0137", " 137", "NaN", "1_0.0", "１３７.0"])
def test_a_string_is_compared_as_it_stands(text: str) -> None:
    assert comparable(reply(frame(ContactId=text, PhoneNumber=text)), {})["ContactID"] == text
    assert comparable(reply(frame(ContactId=text, PhoneNumber=text)), {})["PhoneNumber"] == text


# Against what the profile expects


def test_res_1_passes_where_each_agent_is_handed_the_reserved_contact() -> None:
    assert res_1(two_agents(frame(), frame("other"), expected=EXPECTED)) is Verdict.PASS
    assert res_1(two_agents(frame(), frame("other"))) is Verdict.PASS


def test_res_1_fails_where_a_contact_is_not_the_expected_one() -> None:
    evidence = two_agents(frame(PhoneNumber="5550109"), frame("other"), expected=EXPECTED)
    with pytest.raises(
        Nonconformity, match=r"^agents\.reserved was handed a contact with PhoneNumber 5550109$"
    ) as failure:
        require_own_contacts(evidence)
    (found,) = failure.value.findings
    assert found.expected == REVEALED.format(role="reserved", value="5550101", name="PhoneNumber")
    assert found.where == "$.message.response.PhoneNumber of the reply in x-0001, 20 ms after the request"
    assert found.exchange == "x-0001"


def test_res_1_takes_any_of_several_contacts_that_the_profile_expects() -> None:
    second = frame(PhoneNumber="5550109", ContactId="109")
    either = {"reserved": (EXPECTED["reserved"], {"PhoneNumber": "5550109", "ContactID": "109"})}
    assert res_1(two_agents(frame(), frame("other"), expected=either)) is Verdict.PASS
    assert res_1(two_agents(second, frame("other"), expected=either)) is Verdict.PASS
    assert res_1(two_agents(second, second, expected=either)) is Verdict.FAIL
    mixed = frame(PhoneNumber="5550109", ContactId="108")
    assert res_1(two_agents(mixed, frame("other"), expected=either)) is Verdict.FAIL


def test_res_1_names_the_agent_whose_contact_it_is() -> None:
    evidence = two_agents(frame(), frame(), expected=EXPECTED)
    with pytest.raises(
        Nonconformity, match=r"^another agent's contact was handed out, the one of agents\.reserved$"
    ) as failure:
        require_own_contacts(evidence)
    assert [found.exchange for found in failure.value.findings] == ["x-0002"]


def test_res_1_has_one_finding_for_each_wrong_contact() -> None:
    expected = {"reserved": {"PhoneNumber": "5550109", "Queue": "Queue9"}}
    assert len(crossings(two_agents(frame(), frame("other"), expected=expected))) == 1
    notes = Notes()
    for _ in range(3):
        notes.ask(frame("other"))
    assert len(crossings(notes.evidence())) == 3


@pytest.mark.parametrize("name", ["ContactID", "ContactId"])
def test_res_1_takes_either_spelling_in_the_profile_and_in_the_reply(name: str) -> None:
    expected = {"reserved": {name: "101"}, "other": {name: "102"}}
    for spelling in ("ContactID", "ContactId"):
        mine = frame(**{"ContactId": ..., spelling: 101})
        assert res_1(two_agents(mine, frame("other"), expected=expected)) is Verdict.PASS
        wrong = frame(**{"ContactId": ..., spelling: "102"})
        assert res_1(two_agents(wrong, frame("other"), expected=expected)) is Verdict.FAIL


def test_res_1_tells_two_big_numbers_apart() -> None:
    expected = {"reserved": {"ContactID": str(BIG)}, "other": {"ContactID": str(BIG + 1)}}
    right = two_agents(number(str(BIG)), number(str(BIG + 1), "other"), expected=expected)
    assert res_1(right) is Verdict.PASS
    wrong = two_agents(number(str(BIG)), number(str(BIG), "other"), expected=expected)
    assert res_1(wrong) is Verdict.FAIL


@pytest.mark.parametrize("changes", [{"PhoneNumber": ...}, {"PhoneNumber": 5550109}, {"PhoneNumber": ""}])
def test_res_1_does_not_compare_what_another_clause_fails(changes: dict[str, Any]) -> None:
    assert res_1(two_agents(frame(**changes), frame("other"), expected=EXPECTED)) is Verdict.PASS


def test_res_1_judges_the_agent_who_asked_before_login_too() -> None:
    notes = full_run(lambda asked: ())
    notes.ask(frame("other"), probe="not-logged-in", part=Part.CONTROL, agent="logged_out")
    assert res_1(notes.evidence()) is Verdict.FAIL


def test_res_1_counts_every_proper_request_whatever_it_was_sent_to_find_out() -> None:
    notes = Notes()
    notes.ask(frame())
    notes.ask(frame("other"), agent="other")
    notes.ask(frame("other"), probe="asked-twice", part=Part.OPEN)
    assert res_1(notes.evidence()) is Verdict.FAIL


def test_res_1_is_not_about_agents_without_a_reservation_or_requests_for_others() -> None:
    notes = Notes()
    notes.ask(frame())
    notes.ask(frame("other"), agent="other")
    notes.test(frame("other"), probe="nothing-reserved", agent="idle")
    notes.test(frame("other"), asks_for="unknown")
    notes.ask(frame("other"), probe="colleague", part=Part.OPEN, asks_for="other")
    notes.ask(frame("other"), probe="burst", part=Part.HOSTILE)
    notes.ask(frame("other"), probe="burst", part=Part.REVIVAL)
    assert res_1(notes.evidence()) is Verdict.PASS


# Without what the profile expects


@pytest.mark.parametrize(
    "shared",
    [
        {"ContactId": "101"},
        {"ContactId": 101},
        {"AccountNumber": "101|1|3|0|0|84|1", "PhoneNumber": "5550101"},
        {"AccountNumber": "101|1|3|0|0|84|1", "PhoneNumber": "5550101", "ContactId": ...},
    ],
)
def test_res_1_fails_where_two_agents_are_handed_the_same_contact(shared: dict[str, Any]) -> None:
    evidence = two_agents(frame(), frame("other", **shared))
    with pytest.raises(Nonconformity, match=r"^agents\.reserved and agents\.other were handed the same") as failure:
        require_own_contacts(evidence)
    (found,) = failure.value.findings
    assert found.expected == "each agent's own reserved contact"
    assert found.where == "$.message.response of the reply in x-0002, 20 ms after the request, and the reply in x-0001"
    assert found.exchange == "x-0002"


@pytest.mark.parametrize(
    "shared",
    [
        {"PhoneNumber": "5550101"},
        {"AccountNumber": "101|1|3|0|0|84|1"},
        {"AccountNumber": ..., "PhoneNumber": "5550101", "ContactId": ...},
        {"ContactId": ""},
        {"CampaignId": "Spring-ACQ", "Queue": "Queue1", "Mode": "Home", "CallType": "Regular Call"},
        {"ExpiryTime": "Oct 7 2036 11:59PM", "CallbackTime": "Oct 7 2036 10:30AM", "Prefix": ""},
    ],
)
def test_res_1_lets_two_contacts_have_members_in_common(shared: dict[str, Any]) -> None:
    assert res_1(two_agents(frame(), frame("other", **shared))) is Verdict.PASS


def test_res_1_is_not_misled_by_an_empty_second_spelling() -> None:
    mine, others = frame(ContactID=""), frame("other", ContactID="")
    assert res_1(two_agents(mine, others)) is Verdict.PASS


def test_res_1_says_the_profile_first() -> None:
    evidence = two_agents(frame(), frame(), expected=EXPECTED)
    assert [found.expected for found in crossings(evidence)] == [
        REVEALED.format(role="other", value="5550102", name="PhoneNumber")
    ]


# What proves nothing


def test_res_1_is_inconclusive_without_contacts_of_both_agents() -> None:
    with pytest.raises(Inconclusive, match="no contact was handed out in this run"):
        require_own_contacts(Notes().evidence())
    notes = Notes()
    notes.ask(frame())
    with pytest.raises(Inconclusive, match=r"agents\.other was handed no contact with members"):
        require_own_contacts(notes.evidence())
    notes = Notes()
    notes.ask(wrapped(channel="x"))
    notes.ask(frame("other"), agent="other")
    with pytest.raises(Inconclusive, match=r"agents\.reserved was handed no contact with members"):
        require_own_contacts(notes.evidence())


def test_res_1_is_untested_where_the_profile_names_one_agent_only() -> None:
    notes = Notes()
    notes.ask(frame())
    with pytest.raises(Untested, match=r"the profile names no agents\.other"):
        require_own_contacts(notes.evidence(roles=frozenset({"reserved"})))


def test_res_1_fails_also_where_the_profile_names_one_agent_only() -> None:
    notes = Notes()
    notes.ask(frame("other"))
    assert res_1(notes.evidence(roles=frozenset({"reserved"}))) is Verdict.FAIL


# Decoys: another agent's ContactOD around the proper reply


@pytest.mark.parametrize(
    "frames",
    [
        (frame("other"), frame()),
        (frame(), frame("other")),
        (CHATTER, frame("other"), CHATTER, frame()),
        (frame("other"), frame("other")),
        (frame("other"),),
        (wrapped("other", subtopic="Contact"), frame()),
    ],
)
@pytest.mark.parametrize("expected", [EXPECTED, {}])
def test_another_agents_contact_is_res_1_wherever_it_comes(frames: tuple[str, ...], expected: Any) -> None:
    notes = Notes()
    notes.ask(*frames)
    notes.ask(frame("other"), agent="other")
    evidence = notes.evidence(expected=expected)
    wanted = Verdict.PASS if "Contact" in frames[0] and '"subtopic": "Contact"' in frames[0] else Verdict.FAIL
    assert res_1(evidence) is wanted  # under another subtopic it is MAP-1's, and not compared


@pytest.mark.parametrize("expected", [EXPECTED, {}])
def test_a_contact_that_strays_in_while_nothing_is_asked_is_res_1(expected: Any) -> None:
    notes = Notes()
    notes.ask(frame())
    notes.stray(frame("other"))
    notes.ask(frame("other"), agent="other")
    assert res_1(notes.evidence(expected=expected)) is Verdict.FAIL


def test_the_own_contact_twice_late_or_unasked_is_no_crossing() -> None:
    notes = Notes()
    notes.ask(frame(), frame())
    notes.ask(frame("other"), agent="other")
    notes.stray(frame())
    notes.stray(frame("other"), agent="other", session="s-2")
    assert res_1(notes.evidence()) is Verdict.PASS


def test_unrelated_chatter_changes_no_verdict() -> None:
    noisy = full_run(lambda asked: (CHATTER, *conformant(asked), CHATTER))
    assert judged(noisy.evidence()) == judged(full_run().evidence())


# Whose contact came to a request under test


def test_a_contact_belongs_to_whom_the_profile_expects_it_for() -> None:
    notes = Notes()
    test = notes.test(frame("other"), asks_for="unknown")
    evidence = notes.evidence()
    (handed,) = evidence.handed_out(test)
    assert is_another_agents(evidence, handed, test)
    assert not is_another_agents(evidence, handed, notes.ask(agent="other"))


def test_a_contact_belongs_to_whom_it_was_handed_on_a_proper_request() -> None:
    notes = Notes()
    notes.ask(frame("other"), agent="other")
    test = notes.test(frame("other"))
    stranger = notes.test(frame("logged_out"))
    evidence = notes.evidence(expected={})
    assert is_another_agents(evidence, evidence.handed_out(test)[0], test)
    assert not is_another_agents(evidence, evidence.handed_out(stranger)[0], stranger)


def test_a_partly_expected_contact_is_not_taken_for_its_owners() -> None:
    notes = Notes()
    test = notes.test(frame("other", Queue="Queue9"), asks_for="unknown")
    evidence = notes.evidence(expected={"other": {"PhoneNumber": "5550102", "Queue": "Queue2"}, "idle": {}})
    assert not is_another_agents(evidence, evidence.handed_out(test)[0], test)


def test_an_agent_may_have_several_contacts_of_which_the_profile_names_one() -> None:
    notes = Notes()
    first = notes.ask(frame())
    notes.ask(frame(PhoneNumber="5550109", ContactId="109"), session=first.session)
    notes.ask(frame("other"), agent="other")
    assert res_1(notes.evidence()) is Verdict.PASS
    notes.ask(frame("other"), session=first.session)
    with pytest.raises(Nonconformity, match=r"^another agent's contact was handed out, the one of agents\.other$"):
        require_own_contacts(notes.evidence())


def test_a_contact_that_is_not_expected_fails_where_none_that_is_ever_came() -> None:
    notes = Notes()
    for number in (108, 109):
        notes.ask(frame(PhoneNumber=f"5550{number}", ContactId=str(number)))
    notes.ask(frame("other"), agent="other")
    assert len(crossings(notes.evidence())) == 2


def test_another_agents_contact_on_the_session_of_an_idle_one_on_which_nothing_was_asked_is_res_1() -> None:
    notes = Notes()
    notes.ask(frame())
    notes.ask(frame("other"), agent="other")
    notes.stray(frame(), agent="idle")
    with pytest.raises(
        Nonconformity,
        match=r"^another agent's contact was handed out, the one of agents\.reserved on the session of agents\.idle$",
    ):
        require_own_contacts(notes.evidence())


def test_a_contact_that_may_answer_a_request_under_test_is_not_held_against_the_agent() -> None:
    notes = Notes()
    notes.ask(frame())
    notes.ask(frame("other"), agent="other")
    test = notes.test(silent=False)
    notes.control(test, frame("other"), frame())
    notes.silence(test)
    assert res_1(notes.evidence()) is Verdict.PASS
    assert outcome(lambda: require_no_strangers_contact(notes.evidence(), [test])) is Verdict.FAIL


def test_an_endpoint_that_copies_answers_to_all_sessions_hands_out_other_agents_contacts() -> None:
    notes = Notes()
    notes.ask(frame(), frame("other"), probe="at-once")
    notes.ask(frame(), frame("other"), probe="at-once", agent="other", sent=notes.clock - 0.4)
    assert res_1(notes.evidence()) is Verdict.FAIL


# A UserID that is no String


def test_no_stranger_passes_where_nothing_or_the_own_contact_comes() -> None:
    notes = Notes()
    tests = [notes.test(), notes.test(frame()), notes.test(frame(PhoneNumber="5550109", ContactId="9"))]
    require_no_strangers_contact(notes.evidence(), tests)


def test_no_stranger_fails_where_a_colleagues_contact_comes() -> None:
    notes = Notes()
    tests = [notes.test(), notes.test(frame("other"))]
    with pytest.raises(
        Nonconformity, match=r"^another agent's contact was handed out, the one of agents\.other$"
    ) as failure:
        require_no_strangers_contact(notes.evidence(), tests)
    (found,) = failure.value.findings
    assert found.expected == "no contact of another agent"
    assert found.where.startswith("$ of the reply in x-")
    assert found.exchange == "x-0002"


def test_no_stranger_passes_where_two_roles_are_one_agent() -> None:
    notes = Notes()
    tests = [notes.test(frame())]
    expected = {"reserved": {"Queue": "Queue1"}, "other": {"Mode": "Home"}}
    require_no_strangers_contact(notes.evidence(expected=expected), tests)


# What counts, and what is said


def test_res_1_leaves_out_what_was_asked_for_another_agent_or_to_find_out_something_else() -> None:
    notes = Notes()
    notes.ask(frame())
    notes.ask(frame("other"), agent="other")
    notes.ask(frame("other"), probe="asked-twice", part=Part.OPEN, asks_for="other")
    notes.ask(frame("other"), probe="logged-out", part=Part.OPEN, form="a new session")
    assert res_1(notes.evidence()) is Verdict.PASS


@pytest.mark.parametrize("name", ["ContactID", "ContactId"])
def test_res_1_holds_the_contact_id_against_the_profile_under_either_spelling(name: str) -> None:
    expected = {"reserved": {name: "101"}, "other": {name: "102"}}
    nobodys = two_agents(frame(ContactId="109"), frame("other"), expected=expected)
    assert res_1(nobodys) is Verdict.FAIL
    with pytest.raises(Nonconformity, match=r"^another agent's contact was handed out, the one of agents\.other$"):
        require_own_contacts(two_agents(frame("other"), frame("other"), expected=expected))
    notes = Notes()
    notes.ask(frame("other"))
    with pytest.raises(Nonconformity, match=r"^another agent's contact was handed out, the one of agents\.other$"):
        require_own_contacts(notes.evidence(expected=expected))


def test_res_1_knows_a_contact_by_account_and_phone_number_alone() -> None:
    spoilt = dict.fromkeys(set(CONTACTS["reserved"]) - {"AccountNumber", "PhoneNumber"}, None)
    evidence = two_agents(frame(**spoilt), frame(**spoilt))
    with pytest.raises(Nonconformity, match=r"were handed the same contact$"):
        require_own_contacts(evidence)


def test_res_1_says_in_full_why_nothing_was_compared() -> None:
    with pytest.raises(Inconclusive, match=r"^no contact was handed out in this run, so there is nothing to compare$"):
        require_own_contacts(Notes().evidence())
    notes = Notes()
    notes.ask(frame())
    with pytest.raises(Untested, match=r"^the profile names no agents\.other, so no two agents could be compared$"):
        require_own_contacts(notes.evidence(roles=frozenset({"reserved"})))


def test_two_contacts_as_the_profile_expects_them_may_share_account_and_phone() -> None:
    notes = Notes()
    same = {"AccountNumber": "101|1|3|0|0|84|1", "PhoneNumber": "5550101"}
    notes.ask(frame(**same))
    notes.ask(frame("other", **same), agent="other")
    expected = {"reserved": {"ContactID": "101"}, "other": {"ContactID": "102"}}
    assert res_1(notes.evidence(expected=expected)) is Verdict.PASS
    assert res_1(notes.evidence(expected={})) is Verdict.FAIL
    assert res_1(notes.evidence(expected={"reserved": {"PhoneNumber": "5550101"}})) is Verdict.FAIL


def test_many_strangers_contacts_are_compared_in_one_pass() -> None:
    notes = Notes()
    for number in range(3000):
        notes.ask(frame(PhoneNumber=str(5559000 + number), ContactId=str(9000 + number)))
    began = time.monotonic()
    assert len(crossings(notes.evidence())) == 3000
    assert time.monotonic() - began < 20  # two seconds; each against all others would be minutes
