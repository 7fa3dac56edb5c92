"""The primitives, seen on the wire: for each kind of mutation a fault or variant that shows it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from endpoint_client import CALL_COUNT, LOGOUT, Client, login, request
from lcm_conformance.endpoint import Behaviour

Connect = Callable[..., Client]


def reply(client: Connect, fault: str, user_id: str = "agent-7") -> Any:
    return client(faults=(fault,)).log_in(user_id).ask(user_id)


def response(client: Connect, fault: str, user_id: str = "agent-7") -> dict[str, Any]:
    found = reply(client, fault, user_id)["message"]["response"]
    assert isinstance(found, dict)
    return found


def text(client: Connect, **behaviour: Any) -> str:
    agent = client(**behaviour).log_in()
    agent.send(request())
    return agent.receive_text()


def test_a_member_is_dropped(client: Connect) -> None:
    assert "ContactId" not in response(client, "drops_contact_id")


def test_a_member_is_null(client: Connect) -> None:
    assert response(client, "nulls_call_type")["CallType"] is None


def test_a_member_is_renamed_in_its_place(client: Connect) -> None:
    assert next(iter(response(client, "spells_phone_number_in_other_case"))) == "phoneNumber"
    assert "C\u043entactID" in response(client, "spells_contact_id_with_a_cyrillic_letter")
    assert "ContactId " in response(client, "ends_the_name_contact_id_with_a_space")


@pytest.mark.parametrize(
    ("fault", "value"),
    [
        ("sends_phone_number_as_a_number", 5550104711),
        ("sends_phone_number_as_a_boolean", True),
        ("sends_phone_number_as_an_object", {"value": "5550104711"}),
        ("sends_phone_number_as_an_array", ["5550104711"]),
    ],
)
def test_a_member_has_another_type(client: Connect, fault: str, value: object) -> None:
    assert response(client, fault)["PhoneNumber"] == value


def test_the_envelope_is_changed(client: Connect) -> None:
    assert reply(client, "replies_under_contactOD")["subtopic"] == "contactOD"
    assert reply(client, "echoes_the_requests_subtopic")["subtopic"] == "GetReservedContactOD"
    assert "data" in reply(client, "calls_message_data")
    assert "message" not in reply(client, "sends_response_beside_message")
    assert "Queue" in reply(client, "sends_the_members_in_message_itself")["message"]
    assert isinstance(reply(client, "puts_the_reply_into_an_array"), list)
    assert json.loads(reply(client, "puts_message_into_a_string")["message"])["response"]


@pytest.mark.parametrize(
    ("fault", "part"),
    [
        ("sends_nan", '"ContactId": NaN'),
        ("leaves_a_trailing_comma", ",}}}"),
        ("writes_curly_quotes", '"LCM\u201d'),
        ("indents_with_no_break_spaces", ",\u00a0"),
        ("writes_single_quotes", "'LCM'"),
        ("begins_with_a_byte_order_mark", "\ufeff{"),
        ("writes_a_raw_line_break", "LCM\n"),
        ("writes_a_wrong_escape", "\\x4c"),
    ],
)
def test_the_text_is_broken(client: Connect, fault: str, part: str) -> None:
    assert part in text(client, faults=(fault,))


@pytest.mark.parametrize(
    "variant",
    ["indents_with_tabs_and_crlf", "writes_white_space_everywhere", "escapes_every_letter", "reverses_the_members"],
)
def test_the_text_is_written_otherwise_and_means_the_same(client: Connect, variant: str) -> None:
    plain, unusual = text(client), text(client, variants=(variant,))

    assert plain != unusual
    assert json.loads(plain) == json.loads(unusual)


def test_every_second_reply_is_dropped(client: Connect) -> None:
    agent = client(faults=("leaves_every_second_request_unanswered",)).log_in()

    assert agent.ask()["subtopic"] == "ContactOD"
    assert agent.is_left_unanswered(request())
    assert agent.ask()["subtopic"] == "ContactOD"


@pytest.mark.parametrize(
    ("fault", "shows"),
    [
        ("drops_queue_every_second_time", [False, True, False, True]),
        ("drops_queue_the_first_time_only", [True, False, False, False]),
        ("drops_queue_from_the_third_reply_on", [False, False, True, True]),
        ("drops_queue_when_a_session_asks_again", [False, True, False, False]),
    ],
)
def test_a_fault_strikes_at_some_replies_only(client: Connect, fault: str, shows: list[bool]) -> None:
    agent = client(faults=(fault,)).log_in()

    assert ["Queue" not in agent.ask()["message"]["response"] for _ in shows] == shows


@pytest.mark.parametrize(
    ("fault", "numbers"),
    [
        ("drops_queue_after_a_refusal", [("5550104711", True), ("5550104711", False), ("5550104711", True)]),
        (
            "gives_the_next_agents_contact_after_a_refusal",
            [("5550104711", True), ("5550104822", True), ("5550104711", True)],
        ),
    ],
)
def test_a_fault_strikes_after_a_refusal(client: Connect, fault: str, numbers: list[tuple[str, bool]]) -> None:
    agent = client(faults=(fault,)).log_in()
    found = [agent.ask()["message"]["response"]]
    agent.ask("nobody")
    found += [agent.ask()["message"]["response"] for _ in range(2)]

    assert [(response["PhoneNumber"], "Queue" in response) for response in found] == numbers


def test_a_session_goes_deaf_after_a_refusal_but_not_after_one_before_login(client: Connect) -> None:
    agent = client(open=("goes_deaf_after_a_refusal",))
    agent.send(request())
    assert agent.log_in().ask()["subtopic"] == "ContactOD"
    agent.ask("nobody")

    assert agent.is_left_unanswered(request())


def test_a_fault_strikes_one_agent_only(client: Connect) -> None:
    assert "Queue" in response(client, "drops_queue_for_the_second_agent")
    assert "Queue" not in response(client, "drops_queue_for_the_second_agent", "agent-8")


def test_a_fault_strikes_after_a_logout(client: Connect) -> None:
    agent = client(faults=("drops_queue_once_somebody_logged_out",)).log_in()
    assert "Queue" in agent.ask()["message"]["response"]
    agent.send(LOGOUT)

    assert "Queue" not in agent.log_in().ask()["message"]["response"]


def test_a_fault_strikes_under_load(client: Connect) -> None:
    agent = client(faults=("drops_queue_under_load",)).log_in()
    for _ in range(20):
        assert "Queue" in agent.ask()["message"]["response"]

    assert "Queue" not in agent.ask()["message"]["response"]


def test_the_contact_is_somebody_elses(client: Connect) -> None:
    assert response(client, "gives_everyone_the_same_contact", "agent-9")["PhoneNumber"] == "5550104711"
    assert response(client, "gives_the_next_agents_contact", "agent-11")["PhoneNumber"] == "5550104711"
    assert reply(client, "gives_everyone_the_same_contact", "agent-10")["message"]["response"]["success"] is False


def test_big_contact_ids_are_off_by_one(client: Connect) -> None:
    behaviour: dict[str, Any] = {"faults": ("confuses_contact_ids_beyond_2_to_the_53",)}
    agent = client(**behaviour).log_in("agent-7").log_in("agent-8")

    ids = [agent.ask(user_id)["message"]["response"]["ContactId"] for user_id in ("agent-7", "agent-8")]

    assert ids == [9007199254740992] * 2


def test_agents_who_ask_at_once_are_mixed_up(client: Connect) -> None:
    both = client(faults=("mixes_up_agents_who_ask_at_once",)).log_in("agent-7").log_in("agent-8")
    both.send(request("agent-7"))
    both.send(request("agent-8"))

    assert [both.receive()["message"]["response"]["PhoneNumber"] for _ in range(2)] == ["5550104711"] * 2


@pytest.mark.parametrize(
    ("fault", "changes"),
    [
        ("answers_on_channels_that_begin_right", {"channel": "LCMX"}),
        ("answers_under_unknown_topics", {"topic": "NoSuchTopic"}),
        ("answers_any_subtopic", {"subtopic": "NoSuchRequest"}),
        ("answers_without_data", {"data": ...}),
        ("takes_a_json_text_for_data", {"data": '{"UserID": "agent-7"}'}),
        ("takes_null_for_user_id", {"data": {"UserID": None}}),
        ("takes_a_boolean_for_user_id", {"data": {"UserID": True}}),
        ("answers_for_unknown_agents", {"data": {"UserID": "nobody"}}),
        ("answers_a_hostile_user_id", {"data": {"UserID": "' OR '1'='1"}}),
    ],
)
def test_a_flaw_is_overlooked(client: Connect, fault: str, changes: dict[str, Any]) -> None:
    answer = client(faults=(fault,)).log_in().ask(**changes)

    assert answer["message"]["response"]["PhoneNumber"] == "5550104711"


def test_overlooking_a_flaw_of_the_request_needs_a_login_all_the_same(client: Connect) -> None:
    assert client(faults=("answers_without_data",)).is_left_unanswered(request(data=...))


def test_login_is_overlooked_and_logout_is_not(client: Connect) -> None:
    agent = client(faults=("answers_without_login",))
    assert agent.ask()["subtopic"] == "ContactOD"
    agent.log_in().send(LOGOUT)
    assert agent.receive()["subtopic"] == "CloseConnection"

    assert agent.is_left_unanswered(request())


def test_a_session_that_asked_early_is_never_answered(client: Connect) -> None:
    agent = client(faults=("never_answers_a_session_that_asked_early",))
    agent.send(request())

    assert agent.log_in().is_left_unanswered(request())


def test_a_session_goes_deaf(client: Connect) -> None:
    agent = client(faults=("goes_deaf_on_what_is_not_json",)).log_in()
    agent.send("no JSON")

    assert agent.is_left_unanswered(request())


def test_a_session_is_closed_and_the_next_one_deaf(serve: Callable[[Behaviour], str], connect: Connect) -> None:
    url = serve(Behaviour(faults=("closes_on_a_binary_frame_and_ignores_the_next_session",)))
    first = connect(url).log_in()
    first.send_binary(b"\x00")

    assert first.is_closed()
    assert connect(url).log_in().is_left_unanswered(request())
    assert connect(url).log_in().ask()["subtopic"] == "ContactOD"


def test_other_sessions_are_told_of_a_hostile_id(serve: Callable[[Behaviour], str], connect: Connect) -> None:
    url = serve(Behaviour(faults=("tells_other_sessions_of_a_hostile_user_id",)))
    other, first = connect(url).log_in("agent-8"), connect(url).log_in()
    first.ask("' OR 1")

    assert other.receive()["data"] == {"UserID": "' OR 1"}


@pytest.mark.parametrize("form", ["lcm_error", "amazon_error", "cisco_error", "not_found", "empty_response"])
def test_refusals_take_many_forms(client: Connect, form: str) -> None:
    agent = client(variants=(f"refuses_by_{form}",)).log_in()

    answers = [agent.ask(), agent.ask("nobody"), agent.ask(data={}), agent.ask("agent-8"), agent.ask(channel="LCMX")]

    assert ["PhoneNumber" in json.dumps(answer) for answer in answers] == [True, False, False, False, False]


def test_a_refusal_may_close_the_session(client: Connect) -> None:
    agent = client(variants=("closes_on_every_refusal",))
    agent.send(request())

    assert agent.is_closed()


def test_a_session_may_serve_one_request_only(client: Connect) -> None:
    agent = client(variants=("answers_once_a_session",)).log_in()
    assert agent.ask()["subtopic"] == "ContactOD"
    assert agent.is_left_unanswered(request())

    agent = client(variants=("closes_after_the_reply",)).log_in()
    assert agent.ask()["subtopic"] == "ContactOD"
    assert agent.is_closed()


def test_the_newest_session_of_an_agent_may_close_the_older(
    serve: Callable[[Behaviour], str], connect: Connect
) -> None:
    url = serve(Behaviour(variants=("keeps_the_newest_session",)))
    older = connect(url).log_in()

    assert connect(url).log_in().ask()["subtopic"] == "ContactOD"
    assert older.is_closed()


def test_the_oldest_session_of_an_agent_may_stay(serve: Callable[[Behaviour], str], connect: Connect) -> None:
    url = serve(Behaviour(variants=("keeps_the_oldest_session",)))
    older, newer = connect(url).log_in(), connect(url)
    newer.send(login("agent-7"))

    assert newer.receive()["topic"] == "Error"
    assert older.ask()["subtopic"] == "ContactOD"


def test_replies_may_go_to_all_sessions_of_the_agent(serve: Callable[[Behaviour], str], connect: Connect) -> None:
    url = serve(Behaviour(variants=("replies_to_all_sessions_of_the_agent",)))
    one, two, other = connect(url).log_in(), connect(url).log_in(), connect(url).log_in("agent-8")

    assert one.ask() == two.receive()
    other.send(CALL_COUNT)
    assert other.receive()["subtopic"] == "AgentCallCount"


def test_other_messages_may_come_around_the_reply(client: Connect) -> None:
    agent = client(variants=("talks_of_queues_and_modes",)).log_in()
    agent.send(request())

    assert [agent.receive()["subtopic"] for _ in range(3)] == ["QueueStatus", "ContactOD", "CallInfo"]
