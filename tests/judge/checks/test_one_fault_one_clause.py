"""One fault, one clause: over all scenarios exactly the expected clauses fail, and inner ones stay unjudged."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from building import (
    CHATTER,
    ERROR,
    NOTHING,
    Asked,
    Endpoint,
    conformant,
    everywhere,
    failed,
    frame,
    full_run,
    gives,
    judged,
    pinned,
    wrapped,
)
from lcm_conformance.catalogue import page, scenarios
from lcm_conformance.catalogue.clauses import load_catalogue
from lcm_conformance.catalogue.probes import Part, load_probes
from lcm_conformance.catalogue.verdict import Verdict

KEYS = {member: "ContactId" if member == "ContactID" else member for member in page.MEMBERS}
PRESENCE = {f"FLD-{member}-presence" for member in page.MEMBERS}
TYPE = {f"FLD-{member}-type" for member in page.MEMBERS}
FORMAT = {"FMT-ExpiryTime", "FMT-CallbackTime", "FMT-CallType"}
READINGS = {"CON-1", "RES-1"}
INNER = {
    "RSP-1": {"MAP-1", "RSP-2", "RSP-3", "RSP-4", "RSP-5", *PRESENCE, *TYPE, *FORMAT, *READINGS},
    "MAP-1": {"RSP-2", "RSP-3", "RSP-4", "RSP-5", *PRESENCE, *TYPE, *FORMAT, *READINGS},
    "RSP-2": {"RSP-4", "RSP-5", *PRESENCE, *TYPE, *FORMAT, *READINGS},
    "RSP-3": {"RSP-4", "RSP-5", *PRESENCE, *TYPE, *FORMAT, *READINGS},
    "RSP-4": {"RSP-5", *PRESENCE, *TYPE, *FORMAT, *READINGS},
    "RSP-5": {*PRESENCE, *TYPE, *FORMAT, *READINGS},
}
"""By clause, the normative ones that have nothing left to judge where it fails in every reply."""


def changed(change: Callable[[dict[str, Any]], object]) -> Endpoint:
    """An endpoint whose every reply is changed as an object."""

    def rewrite(text: str) -> str:
        message = json.loads(text)
        change(message)
        return json.dumps(message, ensure_ascii=False)

    return everywhere(rewrite)


def member(name: str, value: Any) -> Endpoint:
    """An endpoint that always puts this value into a member; `...` leaves it out."""

    def change(message: dict[str, Any]) -> None:
        del message["message"]["response"][name]
        if value is not ...:
            message["message"]["response"][name] = value

    return changed(change)


def top(name: str, value: Any) -> Endpoint:
    return changed(lambda message: message.__setitem__(name, value))


def came_to(endpoint: Endpoint) -> tuple[set[str], set[str]]:
    """The clauses that fail, and the normative ones that neither pass nor fail."""
    rows = load_catalogue().clauses
    verdicts = judged(full_run(endpoint).evidence())
    assert Verdict.ERROR not in verdicts.values()
    decided = {Verdict.PASS, Verdict.FAIL}
    normative = {name for name in verdicts if name in rows and rows[name].klass == "normative"}
    return (
        {name for name, verdict in verdicts.items() if verdict is Verdict.FAIL},
        {name for name in normative if verdicts[name] not in decided},
    )


def only(*parts: Part, probe: str | None = None, agent: str | None = None, answer: Sequence[str] = ()) -> Endpoint:
    """Conformant but for these requests."""

    def endpoint(asked: Asked) -> Sequence[str]:
        struck = asked.part in parts and probe in {None, asked.probe} and agent in {None, asked.agent}
        return answer if struck else conformant(asked)

    return endpoint


def test_all_scenarios_are_judged_and_a_conformant_run_passes_every_clause() -> None:
    verdicts = judged(full_run().evidence())
    assert set(verdicts) == {scenario.clause for scenario in scenarios.read()} == set(load_catalogue().ids)
    assert {verdict for name, verdict in verdicts.items() if not name.startswith("OBS")} == {Verdict.PASS}


# The layers

LAYERED = [
    ("RSP-1", everywhere(lambda text: text[:-1])),
    ("RSP-1", everywhere(lambda text: text.replace("}}}", ",}}}"))),
    ("RSP-1", everywhere(lambda text: text.replace('"CallbackTime"', '"Rank": NaN, "CallbackTime"'))),
    ("RSP-1", everywhere(lambda text: f"[{text}]")),
    ("RSP-1", everywhere(json.dumps)),
    ("MAP-1", top("subtopic", "contactod")),
    ("MAP-1", top("subtopic", None)),
    ("RSP-2", top("channel", "lcm")),
    ("RSP-3", top("topic", "webservice")),
    ("RSP-4", changed(lambda message: message.__setitem__("message", [message["message"]]))),
    ("RSP-5", changed(lambda message: message["message"].__setitem__("response", [message["message"]["response"]]))),
    ("RSP-5", changed(lambda message: message.__setitem__("message", {"Response": message["message"]["response"]}))),
]


@pytest.mark.parametrize(("clause", "endpoint"), LAYERED)
def test_a_fault_in_a_layer_fails_its_clause_alone_and_inner_ones_are_inconclusive(
    clause: str, endpoint: Endpoint
) -> None:
    assert came_to(endpoint) == ({clause}, INNER[clause])


def test_a_fault_in_one_reply_of_many_is_found_and_leaves_no_inner_clause_passed() -> None:
    def endpoint(asked: Asked) -> Sequence[str]:
        struck = asked.probe == "ask" and asked.nth == 2
        return (wrapped(message=[]),) if struck else conformant(asked)

    assert came_to(endpoint) == ({"RSP-4"}, INNER["RSP-4"] - READINGS)


# The members


@pytest.mark.parametrize("name", page.MEMBERS)
def test_a_missing_member_fails_its_presence_alone(name: str) -> None:
    endpoint = member(KEYS[name], ...)
    inner = {f"FLD-{name}-type", *({f"FMT-{name}"} & FORMAT)}
    assert came_to(endpoint) == (
        {f"FLD-{name}-presence"},
        inner | ({"CON-1"} if name in {"ContactID", "CallType"} else set()),
    )


@pytest.mark.parametrize("name", page.MEMBERS)
@pytest.mark.parametrize("value", [None, {}])
def test_a_member_of_the_wrong_type_fails_its_type_alone(name: str, value: Any) -> None:
    endpoint = member(KEYS[name], value)
    inner = {f"FMT-{name}"} & FORMAT
    assert came_to(endpoint) == (
        {f"FLD-{name}-type"},
        inner | ({"CON-1"} if name in {"ContactID", "CallType"} else set()),
    )


@pytest.mark.parametrize(
    ("name", "value", "clauses"),
    [
        ("ExpiryTime", "Feb 30 2036 11:59PM", {"FMT-ExpiryTime"}),
        ("ExpiryTime", "11:59PM", {"FMT-ExpiryTime"}),
        ("ExpiryTime", "2036-10-07T23:59:00Z", {"FMT-sample"}),
        ("ExpiryTime", "", {"FMT-ExpiryTime", "FLD-ExpiryTime-value"}),
        ("CallbackTime", "13:00PM", {"FMT-CallbackTime"}),
        ("CallbackTime", "10:30AM", set()),
        ("CallbackTime", "2036-10-07 23:59", {"FMT-sample"}),
        ("CallbackTime", "", {"FLD-CallbackTime-value"}),
        ("CallType", "Preview", {"FMT-CallType"}),
        ("CallType", "", {"FMT-CallType", "FLD-CallType-value"}),
        ("CallType", 7, set()),
        ("Queue", "", {"FLD-Queue-value"}),
        ("PhoneNumber", "", {"FLD-PhoneNumber-value"}),
        ("Prefix", "", set()),
        ("ContactId", "", {"FLD-ContactID-value"}),
    ],
)
def test_a_wrong_value_fails_its_format_and_an_empty_one_is_remarked_on(
    name: str, value: Any, clauses: set[str]
) -> None:
    endpoint = member(name, value)
    assert came_to(endpoint) == (clauses, set())


def test_a_wrong_date_leaves_the_advisory_clause_nothing_to_remark_on() -> None:
    verdicts = judged(full_run(member("ExpiryTime", "soon")).evidence())
    assert verdicts["FMT-sample"] is Verdict.INCONCLUSIVE


def test_a_repeated_name_is_remarked_on_alone() -> None:
    endpoint = everywhere(lambda text: text.replace('"Queue":', '"Queue": "x", "Queue":'))
    assert failed(full_run(endpoint).evidence()) == {"RSP-6"}


# Readings


@pytest.mark.parametrize(
    ("pins", "clause"),
    [
        ({"topic": "table"}, "RSP-3"),
        ({"contact_id_name": "table"}, "FLD-ContactID-presence"),
        ({"contact_id_type": "table"}, "FLD-ContactID-type"),
        ({"call_type_type": "table"}, "FLD-CallType-type"),
    ],
)
def test_the_other_side_of_a_pinned_reading_fails_its_clause(pins: dict[str, str], clause: str) -> None:
    assert failed(full_run().evidence(pinned(**pins))) == {clause}
    assert failed(full_run().evidence(pinned(**dict.fromkeys(pins, "sample")))) == set()


def test_a_reading_that_changes_fails_con_1_alone() -> None:
    def endpoint(asked: Asked) -> Sequence[str]:
        texts = conformant(asked)
        return texts if asked.nth % 2 else [text.replace('"ContactId"', '"ContactID"') for text in texts]

    assert failed(full_run(endpoint).evidence()) == {"CON-1"}


# Where a contact comes though none is due

TESTS = {
    "not-logged-in": "PRE-1",
    "logged-out": "PRE-2",
    "nothing-reserved": "RES-2",
    "unknown-agent": "RES-3",
    "other-subtopic": "MAP-2",
    "other-channel": "REQ-1",
    "other-topic": "REQ-2",
    "no-data": "REQ-4",
    "data-string": "REQ-4",
    "data-array": "REQ-4",
    "data-other": "REQ-4",
    "no-userid": "REQ-5",
    "null-userid": "REQ-5",
    "empty-userid": "REQ-5",
    "userid-no-string": "REQ-6",
    "no-channel": "REQ-7",
    "no-topic": "REQ-7",
}


@pytest.mark.parametrize(("probe", "clause"), TESTS.items())
def test_a_contact_where_none_is_due_fails_the_probes_clause_alone(probe: str, clause: str) -> None:
    role = {"not-logged-in": "logged_out", "logged-out": "other", "nothing-reserved": "logged_out"}.get(
        probe, "reserved"
    )
    evidence = full_run(gives(probe, role=role)).evidence()
    assert failed(evidence) == {clause}
    if probe == "not-logged-in":
        verdicts = judged(evidence)
        assert verdicts["PRE-2"] is verdicts["PRE-3"] is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("probe", "form"),
    [(probe.name, form.name) for probe in load_probes().values() if probe.part is Part.TEST for form in probe.forms],
)
def test_a_contact_for_one_form_of_a_probe_is_enough(probe: str, form: str) -> None:
    assert failed(full_run(gives(probe, form=form)).evidence()) == {TESTS[probe]}


def test_a_colleagues_contact_for_a_user_id_that_is_no_string_is_res_1_too() -> None:
    assert failed(full_run(gives("userid-no-string", role="other")).evidence()) == {"REQ-6", "RES-1"}


@pytest.mark.parametrize("probe", ["no-data", "unknown-agent", "other-topic"])
def test_an_ill_formed_contact_where_none_is_due_shows_two_faults(probe: str) -> None:
    answer = (frame(Queue=...),)
    assert failed(full_run(only(Part.TEST, probe=probe, answer=answer)).evidence()) == {
        TESTS[probe],
        "FLD-Queue-presence",
    }


@pytest.mark.parametrize("refusal", [ERROR, NOTHING, CHATTER, "Bad Request", "[]", '{"subtopic": "ContactOD"}'])
def test_any_refusal_passes_where_no_contact_is_due(refusal: str) -> None:
    assert failed(full_run(only(Part.TEST, answer=(refusal,))).evidence()) == set()


def test_an_endpoint_that_goes_deaf_after_a_refusal_passes_nothing_that_was_tested() -> None:
    verdicts = judged(full_run(only(Part.CONTROL)).evidence())
    # The control of RES-2 is another agent's.
    assert {verdicts[clause] for clause in {*TESTS.values()} - {"RES-2"}} == {Verdict.INCONCLUSIVE}
    assert verdicts["PRE-3"] is Verdict.INCONCLUSIVE


# Silence and crossings


@pytest.mark.parametrize("answer", [(), (CHATTER,), (ERROR,)])
def test_silence_towards_one_agent_is_map_1(answer: Sequence[str]) -> None:
    assert failed(full_run(only(Part.DUE, Part.CONTROL, agent="other", answer=answer)).evidence()) == {"MAP-1"}


@pytest.mark.parametrize("answer", [(frame("other"), frame()), (frame(), frame("other")), (frame("other"),)])
@pytest.mark.parametrize("number", [1, 2])
def test_another_agents_contact_among_the_answers_is_res_1_alone(answer: Sequence[str], number: int) -> None:
    def endpoint(asked: Asked) -> Sequence[str]:
        return answer if asked.probe == "ask" and asked.nth == number else conformant(asked)

    assert failed(full_run(endpoint).evidence()) == {"RES-1"}


@pytest.mark.parametrize("known", [True, False])
def test_swapped_contacts_are_res_1_alone(known: bool) -> None:
    swap = {"reserved": "other", "other": "reserved"}

    def endpoint(asked: Asked) -> Sequence[str]:
        due = asked.part in {Part.DUE, Part.CONTROL} and asked.agent in swap and asked.nth % 2
        return (frame(swap[asked.agent]),) if due else conformant(asked)

    evidence = full_run(endpoint).evidence(**({} if known else {"expected": {}}))
    assert failed(evidence) == {"RES-1"}


# Robustness

ROBUSTNESS = {
    "not-json": "ROB-1",
    "not-an-object": "ROB-2",
    "unknown-members": "ROB-3",
    "oversized": "ROB-4",
    "hostile-userid": "ROB-5",
    "burst": "ROB-6",
    "binary-frame": "ROB-7",
}


@pytest.mark.parametrize(("probe", "clause"), ROBUSTNESS.items())
@pytest.mark.parametrize("answer", [(), (ERROR,), (frame("other"),)])
def test_an_endpoint_that_breaks_after_bad_input_fails_that_clause_alone(
    probe: str, clause: str, answer: Sequence[str]
) -> None:
    assert failed(full_run(only(Part.REVIVAL, probe=probe, agent="reserved", answer=answer)).evidence()) == {clause}


def test_a_contact_for_a_hostile_user_id_is_rob_5_alone() -> None:
    assert failed(full_run(only(Part.HOSTILE, probe="hostile-userid", answer=(frame(),))).evidence()) == {"ROB-5"}


def test_bad_input_is_blamed_for_nothing_where_proper_requests_fail_too() -> None:
    verdicts = judged(
        full_run(
            lambda asked: (
                () if asked.part is Part.REVIVAL or (asked.probe == "ask" and asked.nth == 2) else conformant(asked)
            )
        ).evidence()
    )
    assert {verdicts[clause] for clause in ROBUSTNESS.values()} == {Verdict.INCONCLUSIVE}


# Versions that the page no longer covers


def test_for_a_later_version_every_clause_is_not_applicable() -> None:
    verdicts = judged(full_run(lambda asked: ()).evidence(supported=False))
    assert {verdict for name, verdict in verdicts.items() if name in load_catalogue().clauses} == {
        Verdict.NOT_APPLICABLE
    }
