"""A conversation with the faultless embedded endpoint: login, asking, refusals, readings, versions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from endpoint_client import CALL_COUNT, LOGOUT, Client, login, request
from lcm_conformance.endpoint import Behaviour
from lcm_conformance.endpoint.world import load_world

Connect = Callable[..., Client]


def test_a_login_is_followed_by_events(client: Connect) -> None:
    agent = client()
    agent.send(login("agent-7"))

    assert agent.receive()["subtopic"] == "OpenConnection"
    assert agent.receive()["data"]["state"] == "NOT_READY"


@pytest.mark.parametrize("data", [{"password": "wrong"}, {"extension": "1"}, {"username": "nobody"}, {"username": 7}])
def test_a_wrong_login_is_answered_by_an_error(client: Connect, data: dict[str, Any]) -> None:
    agent = client()
    wrong = login("agent-7")
    wrong["data"] |= data
    agent.send(wrong)

    error = agent.receive()

    assert (error["channel"], error["topic"], error["subtopic"]) == ("Cisco", "Error", "SetAPIError")
    assert error["data"].keys() == {"errorType", "errorMessage", "msg"}
    assert agent.is_left_unanswered(request())


@pytest.mark.parametrize("user_id", ["agent-7", "agent-8", "agent-9", "agent-11"])
def test_an_agent_is_handed_their_own_contact_as_often_as_they_ask(client: Connect, user_id: str) -> None:
    agent = client().log_in(user_id)

    first, second = agent.ask(user_id), agent.ask(user_id, topic="Webservice", source="widget")

    contact = load_world().agents[user_id].contact
    assert contact is not None
    assert first == second
    assert first["message"]["response"]["PhoneNumber"] == contact["PhoneNumber"]
    assert (first["channel"], first["topic"], first["subtopic"]) == ("LCM", "WebService", "ContactOD")


@pytest.mark.parametrize(
    "changes",
    [
        {"channel": "LCMX"},
        {"channel": ...},
        {"channel": 7},
        {"topic": "NoSuchTopic"},
        {"topic": "webservice"},
        {"subtopic": "GetReservedContactODX"},
        {"subtopic": "getreservedcontactod"},
        {"data": ...},
        {"data": "agent-7"},
        {"data": '{"UserID": "agent-7"}'},
        {"data": [{"UserID": "agent-7"}]},
        {"data": None},
        {"data": {}},
        {"data": {"UserID": None}},
        {"data": {"UserID": ""}},
        {"data": {"UserID": 7}},
        {"data": {"UserID": True}},
        {"data": {"UserID": ["agent-7"]}},
        {"data": {"UserID": {"UserID": "agent-7"}}},
        {"data": {"UserID": "agent-8"}},
    ],
    ids=str,
)
def test_a_request_that_is_not_proper_is_left_unanswered_and_the_session_goes_on(
    client: Connect, changes: dict[str, Any]
) -> None:
    agent = client().log_in()

    assert agent.is_left_unanswered(request(**changes))
    assert agent.ask()["subtopic"] == "ContactOD"


@pytest.mark.parametrize(
    "frame",
    ["", "no JSON", '{"channel": "LCM"', '{"a": NaN}', "[]", "7", "null", "[" * 100_000, '{"a":' * 5_000, "1" * 5_000],
    ids=lambda frame: frame[:20],
)
def test_a_frame_that_is_no_object_is_ignored(client: Connect, frame: str) -> None:
    agent = client().log_in()

    assert agent.is_left_unanswered(frame)
    assert agent.ask()["subtopic"] == "ContactOD"


def test_a_binary_frame_is_ignored(client: Connect) -> None:
    agent = client().log_in()
    agent.send_binary(b"\x00\xff")

    assert agent.ask()["subtopic"] == "ContactOD"


def test_a_request_of_8_mib_is_answered(client: Connect) -> None:
    agent = client().log_in()

    assert agent.ask(data={"UserID": "agent-7", "Filler": "x" * 2**23})["subtopic"] == "ContactOD"


def test_nobody_is_answered_before_login_and_the_session_is_after_it(client: Connect) -> None:
    agent = client()

    assert agent.is_left_unanswered(request("agent-9"))
    assert agent.log_in("agent-9").ask("agent-9")["subtopic"] == "ContactOD"


def test_nobody_is_answered_after_logout_until_the_next_login(client: Connect) -> None:
    agent = client().log_in("agent-8")
    agent.send(LOGOUT)

    assert agent.receive()["subtopic"] == "CloseConnection"
    assert agent.is_left_unanswered(request("agent-8"))
    assert agent.is_left_unanswered(LOGOUT)
    assert agent.log_in("agent-8").ask("agent-8")["subtopic"] == "ContactOD"


def test_a_login_counts_on_its_own_session_only(serve: Callable[[Behaviour], str], connect: Connect) -> None:
    url = serve(Behaviour())
    connect(url).log_in()

    assert connect(url).is_left_unanswered(request())


def test_a_session_may_have_several_agents(client: Connect) -> None:
    both = client().log_in("agent-7").log_in("agent-8")

    numbers = [both.ask(user_id)["message"]["response"]["PhoneNumber"] for user_id in ("agent-7", "agent-8")]

    assert numbers == ["5550104711", "5550104822"]


def test_an_unknown_agent_is_answered_by_an_error(client: Connect) -> None:
    answer = client().log_in().ask("no-such-agent")

    assert answer["subtopic"] == "WS_Error"
    assert answer["message"]["errorMessage"]


def test_an_idle_agent_is_told_that_there_is_no_contact(client: Connect) -> None:
    answer = client().log_in("agent-10").ask("agent-10")

    assert answer["message"] == {"response": {"success": False, "msg": "Contact not found"}}


@pytest.mark.parametrize(("user_id", "reserved"), [("agent-7", "0"), ("agent-10", "1"), ("nobody", "1")])
def test_the_call_count_says_who_has_a_contact(client: Connect, user_id: str, reserved: str) -> None:
    answer = client().ask(**CALL_COUNT | {"data": {"UserID": user_id}})

    assert answer["message"]["response"] == {"IsAgentReserved": reserved}


@pytest.mark.parametrize(("side", "name", "value"), [("table", "ContactID", "4711"), ("sample", "ContactId", "4711")])
def test_the_name_of_contact_id_is_a_reading(client: Connect, side: str, name: str, value: str) -> None:
    response = client(readings={"contact-id-name": side}).log_in().ask()["message"]["response"]

    assert response[name] == value
    assert len(response) == 11


@pytest.mark.parametrize(("side", "value"), [("table", 4711), ("sample", "4711")])
def test_the_type_of_contact_id_is_a_reading(client: Connect, side: str, value: object) -> None:
    assert client(readings={"contact-id-type": side}).log_in().ask()["message"]["response"]["ContactId"] == value


@pytest.mark.parametrize(("side", "value"), [("table", 1), ("sample", "Regular Call")])
def test_the_type_of_call_type_is_a_reading(client: Connect, side: str, value: object) -> None:
    assert client(readings={"call-type-type": side}).log_in().ask()["message"]["response"]["CallType"] == value


@pytest.mark.parametrize(("side", "topic"), [("table", "Webservice"), ("sample", "WebService")])
def test_the_topic_of_the_reply_is_a_reading(client: Connect, side: str, topic: str) -> None:
    assert client(readings={"topic": side}).log_in().ask()["topic"] == topic


def test_source_is_needed_where_the_table_is_followed(client: Connect) -> None:
    agent = client(readings={"source": "table"}).log_in()

    assert agent.is_left_unanswered(request())
    assert agent.ask(source="widget")["subtopic"] == "ContactOD"


@pytest.mark.parametrize("version", ["2308", "2308.1", "2211", "999"])
def test_versions_up_to_2308_have_the_call(client: Connect, version: str) -> None:
    assert client(cm_version=version).log_in().ask()["subtopic"] == "ContactOD"


@pytest.mark.parametrize("version", ["2309", "2402.1", "23080"])
def test_later_versions_do_not_know_the_call(client: Connect, version: str) -> None:
    agent = client(cm_version=version).log_in()
    agent.send(request())
    agent.send(CALL_COUNT)
    agent.send(login("agent-8"))

    assert agent.receive()["subtopic"] == "OpenConnection"
