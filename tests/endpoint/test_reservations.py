"""Which contacts an agent is handed, how often, and how the endpoint says that there is none."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from endpoint_client import Client, request
from lcm_conformance.endpoint import Behaviour
from lcm_conformance.endpoint.world import load_world

Connect = Callable[..., Client]
Serve = Callable[[Behaviour], str]
USED_UP = [("1_contact", 1), ("5_contacts", 5), ("12_contacts", 12)]
OWN = {agent.contact["PhoneNumber"] for agent in load_world().with_a_contact() if agent.contact}


@pytest.mark.parametrize(("words", "number"), USED_UP)
def test_a_reservation_is_used_up(serve: Serve, connect: Connect, words: str, number: int) -> None:
    url = serve(Behaviour(open=(f"uses_a_reservation_up_after_{words}",)))
    agent = connect(url).log_in()
    for _ in range(number):
        assert agent.ask()["message"]["response"]["PhoneNumber"] == "5550104711"

    assert agent.ask()["message"]["response"] == {"success": False, "msg": "Contact not found"}
    assert connect(url).log_in().ask()["message"]["response"]["success"] is False
    assert connect(url).log_in("agent-8").ask("agent-8")["message"]["response"]["PhoneNumber"] == "5550104822"


@pytest.mark.parametrize(("words", "number"), USED_UP)
def test_a_reservation_is_used_up_in_silence(client: Connect, words: str, number: int) -> None:
    agent = client(open=(f"uses_a_reservation_up_after_{words}_in_silence",)).log_in()
    for _ in range(number):
        agent.ask()

    assert agent.is_left_unanswered(request())


@pytest.mark.parametrize("suffix", ["", "_in_silence"])
def test_all_contacts_run_out_together(client: Connect, suffix: str) -> None:
    agent = client(open=(f"runs_out_of_contacts_after_30{suffix}",)).log_in("agent-7").log_in("agent-8")
    for user_id in ["agent-7", "agent-8"] * 15:
        assert "PhoneNumber" in agent.ask(user_id)["message"]["response"]

    assert agent.is_left_unanswered(request()) is bool(suffix)


@pytest.mark.parametrize(
    ("variant", "turns"), [("two_contacts_of_an_agent_in_turn", 2), ("three_contacts_of_an_agent_in_turn", 3)]
)
def test_an_agents_contacts_come_in_turn(client: Connect, variant: str, turns: int) -> None:
    agent = client(variants=(f"hands_out_{variant}",)).log_in()

    found = [agent.ask()["message"]["response"] for _ in range(2 * turns)]

    assert found[:turns] == found[turns:]
    for member in ("PhoneNumber", "AccountNumber", "ContactId"):
        assert len({contact[member] for contact in found}) == turns
    assert found[0]["PhoneNumber"] == "5550104711"
    assert {contact["PhoneNumber"] for contact in found[1:turns]} & OWN == set()


def test_a_new_contact_comes_each_time_and_never_anothers(client: Connect) -> None:
    agent = client(variants=("hands_out_a_new_contact_each_time",))
    numbers = {
        user_id: [agent.log_in(user_id).ask(user_id)["message"]["response"]["PhoneNumber"] for _ in range(90)]
        for user_id in ("agent-7", "agent-8")
    }

    assert numbers["agent-7"][0] == "5550104711"
    assert len(set(numbers["agent-7"])) == len(set(numbers["agent-8"])) == 90
    assert not set(numbers["agent-7"]) & set(numbers["agent-8"])
    assert all(number.startswith("55501") for number in numbers["agent-7"])


def test_a_colleagues_contact_comes_among_an_agents_own(client: Connect) -> None:
    agent = client(faults=("gives_a_colleagues_contact_among_an_agents_own",)).log_in()

    numbers = [agent.ask()["message"]["response"]["PhoneNumber"] for _ in range(3)]

    assert numbers == ["5550104711", "5550105711", "5550104822"]


NOTHING = ("as_dot_net_does", "of_nulls", "as_java_does", "as_go_does", "as_sql_server_does", "until_the_year_9999")
EDGES = ("0001-01-01", "1970-01-01", "Jan  1 1900", "9999-12-31")


@pytest.mark.parametrize("manner", [*NOTHING, "of_lists_and_false"])
def test_nothing_is_said_by_an_empty_contact(client: Connect, manner: str) -> None:
    agent = client(variants=(f"finds_nothing_by_a_contact_{manner}",)).log_in("agent-10").log_in("agent-7")

    message = agent.ask("agent-10")

    response = message["message"]["response"]
    assert (message["subtopic"], len(response)) == ("ContactOD", 11)
    assert all(says_nothing(value) for value in response.values()), response
    assert agent.ask()["message"]["response"]["PhoneNumber"] == "5550104711"


def test_an_empty_contact_may_refuse_anything(client: Connect) -> None:
    agent = client(variants=("refuses_by_an_empty_contact",)).log_in()

    for wrong in (request("nobody"), request(data=...), request(channel="LCMX")):
        agent.send(wrong)
        assert agent.receive()["message"]["response"]["PhoneNumber"] is None


def test_a_contact_is_identified_by_its_phone_number_alone(client: Connect) -> None:
    response = client(faults=("gives_an_idle_agent_a_phone_number_alone",)).log_in("agent-10").ask("agent-10")

    said = {name for name, value in response["message"]["response"].items() if not says_nothing(value)}
    assert said == {"PhoneNumber", "ExpiryTime", "CallType"}


def test_an_empty_contact_comes_where_one_is_due(client: Connect) -> None:
    message = client(faults=("sends_an_empty_contact_though_one_is_reserved",)).log_in().ask()

    assert message["subtopic"] == "ContactOD"
    assert all(says_nothing(value) for value in message["message"]["response"].values())


def test_contact_id_comes_under_both_names_in_some_replies_only(client: Connect) -> None:
    agent = client(variants=("sends_contact_id_under_both_names_every_second_time",)).log_in()

    names = [{name for name in agent.ask()["message"]["response"] if name.startswith("Contact")} for _ in range(3)]

    assert names == [{"ContactId"}, {"ContactId", "ContactID"}, {"ContactId"}]


def test_the_name_of_contact_id_alternates_with_both_in_between(client: Connect) -> None:
    agent = client(faults=("alternates_the_name_of_contact_id_and_sends_both_at_times",)).log_in()

    names = [{name for name in agent.ask()["message"]["response"] if name.startswith("Contact")} for _ in range(3)]

    assert names == [{"ContactId"}, {"ContactID"}, {"ContactId", "ContactID"}]


def test_the_topic_of_the_request_is_echoed(client: Connect) -> None:
    agent = client(variants=("echoes_the_topic_that_was_asked_under",)).log_in()

    assert [agent.ask(topic=topic)["topic"] for topic in ("WebService", "Webservice")] == ["WebService", "Webservice"]


def says_nothing(value: Any) -> bool:
    """Whether a member holds what a language's empty object holds."""
    text = value.strip() if isinstance(value, str) else json.dumps(value)
    return text in {"", "0", "-1", "null", "false", "[]", "{}"} or text.startswith(EDGES)
