"""Requests that are wrong in one way: each form is overlooked by a row of its own, and by no other form's.

The embedded endpoint is also seen to overlook a form only at some occasions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from endpoint_client import LOGOUT, Client, request
from lcm_conformance.endpoint import Behaviour

Connect = Callable[..., Client]

FORMS: dict[str, dict[str, Any]] = {
    "answers_without_a_subtopic": {"subtopic": ...},
    "takes_null_for_subtopic": {"subtopic": None},
    "takes_an_empty_subtopic": {"subtopic": ""},
    "takes_a_number_for_subtopic": {"subtopic": 17},
    "answers_unknown_subtopics": {"subtopic": "NoSuchRequest"},
    "answers_subtopics_that_begin_right": {"subtopic": "GetReservedContactODX"},
    "answers_on_unknown_channels": {"channel": "NoSuchChannel"},
    "answers_on_channels_that_begin_right": {"channel": "LCMX"},
    "answers_under_unknown_topics": {"topic": "NoSuchTopic"},
    "answers_under_topics_that_begin_right": {"topic": "WebServiceX"},
    "answers_without_data": {"data": ...},
    "takes_null_for_data": {"data": None},
    "takes_an_empty_text_for_data": {"data": ""},
    "takes_a_text_for_data": {"data": "agent-7"},
    "takes_a_json_text_for_data": {"data": '{"UserID": "agent-7"}'},
    "takes_a_number_for_data": {"data": 17},
    "takes_a_boolean_for_data": {"data": True},
    "takes_an_empty_array_for_data": {"data": []},
    "takes_an_array_with_the_object_for_data": {"data": [{"UserID": "agent-7"}]},
    "answers_without_user_id": {"data": {}},
    "takes_null_for_user_id": {"data": {"UserID": None}},
    "takes_an_empty_user_id": {"data": {"UserID": ""}},
    "answers_for_a_blank_id": {"data": {"UserID": " "}},
    "answers_for_ids_that_resemble_none": {"data": {"UserID": "nobody"}},
    "looks_agents_up_by_the_beginning_of_the_id": {"data": {"UserID": "agent-7xyz"}},
    "looks_agents_up_by_the_end_of_the_id": {"data": {"UserID": "xyzagent-7"}},
}
LENIENT: dict[str, dict[str, Any]] = {
    f"{verb}_{member}": {member: value}
    for member in ("channel", "topic")
    for verb, value in {
        "answers_without_a": ...,
        "takes_null_for": None,
        "takes_an_empty": "",
        "takes_a_number_for": 17,
    }.items()
}


@pytest.mark.parametrize("fault", FORMS)
def test_a_form_is_overlooked_each_time_and_no_other_form_is(client: Connect, fault: str) -> None:
    agent = client(faults=(fault,), variants=("refuses_in_silence",)).log_in()

    answered = [name for name, changes in FORMS.items() if occasions(agent, request(**changes), 1) == [True]]

    assert answered == [fault]
    assert agent.ask(**FORMS[fault])["message"]["response"]["PhoneNumber"] == "5550104711"


@pytest.mark.parametrize("variant", LENIENT)
def test_a_channel_or_topic_that_says_nothing_is_overlooked(client: Connect, variant: str) -> None:
    agent = client(variants=(variant,)).log_in()

    assert agent.ask(**LENIENT[variant])["subtopic"] == "ContactOD"
    assert agent.is_left_unanswered(request(channel="NoSuchChannel"))


@pytest.mark.parametrize(
    ("suffix", "struck"),
    [
        ("every_second_time", [False, True, False, True]),
        ("the_first_time_only", [True, False, False, False]),
    ],
)
@pytest.mark.parametrize("fault", FORMS)
def test_a_form_is_overlooked_at_some_occasions_only(
    client: Connect, fault: str, suffix: str, struck: list[bool]
) -> None:
    agent = client(faults=(f"{fault}_{suffix}",), variants=("refuses_in_silence",)).log_in()

    assert occasions(agent, request(**FORMS[fault]), len(struck)) == struck


def test_occasions_are_counted_over_all_sessions_and_not_by_proper_requests(
    serve: Callable[..., str], connect: Connect
) -> None:
    url = serve(Behaviour(faults=("answers_without_data_every_second_time",)))
    first, second = connect(url).log_in(), connect(url).log_in("agent-8")
    assert occasions(first, request(data=...), 1) == [False]
    first.ask()

    assert occasions(second, request("agent-8", data=...), 2) == [True, False]


def test_a_form_is_overlooked_under_one_spelling_of_the_topic_only(client: Connect) -> None:
    agent = client(faults=("answers_without_data_under_the_tables_topic_only",)).log_in()

    assert agent.is_left_unanswered(request(data=...))
    assert agent.ask(data=..., topic="Webservice")["subtopic"] == "ContactOD"


@pytest.mark.parametrize(
    ("fault", "way", "other"),
    [
        ("drops_queue_under_the_tables_topic_only", {"topic": "Webservice"}, {}),
        ("drops_queue_under_the_samples_topic_only", {}, {"topic": "Webservice"}),
        ("drops_queue_where_source_is_sent_only", {"source": "widget"}, {}),
        ("drops_queue_where_source_is_left_out_only", {}, {"source": "widget"}),
    ],
)
def test_a_reply_is_wrong_to_one_way_of_asking_only(
    client: Connect, fault: str, way: dict[str, str], other: dict[str, str]
) -> None:
    agent = client(faults=(fault,)).log_in()

    assert "Queue" not in agent.ask(**way)["message"]["response"]
    assert "Queue" in agent.ask(**other)["message"]["response"]


def test_ids_are_looked_up_among_the_agents_who_are_logged_in(client: Connect) -> None:
    agent = client(faults=("looks_agents_up_by_the_beginning_of_the_id",)).log_in("agent-8")

    assert agent.ask("agent-7xyz")["subtopic"] == "WS_Error"
    assert agent.ask("agent-8xyz")["message"]["response"]["PhoneNumber"] == "5550104822"


@pytest.mark.parametrize(
    ("fault", "struck"),
    [
        ("gives_an_idle_agent_a_free_contact", [True, True, True]),
        ("gives_an_idle_agent_a_free_contact_from_the_second_time_on", [False, True, True]),
        ("gives_an_idle_agent_a_free_contact_every_second_time", [False, True, False]),
        ("gives_an_idle_agent_another_agents_contact_the_first_time_only", [True, False, False]),
    ],
)
def test_an_idle_agent_is_handed_a_contact_at_some_occasions_only(
    client: Connect, fault: str, struck: list[bool]
) -> None:
    agent = client(faults=(fault,), variants=("refuses_in_silence",)).log_in("agent-10")

    assert occasions(agent, request("agent-10"), 3) == struck


@pytest.mark.parametrize(
    ("fault", "struck"),
    [
        ("answers_after_logout", [True, True, True]),
        ("answers_after_logout_every_second_time", [False, True, False]),
        ("answers_the_first_request_after_a_logout_only", [True, False, False]),
        ("answers_the_second_request_after_a_logout_only", [False, True, False]),
        ("answers_the_third_request_after_a_logout_only", [False, False, True]),
    ],
)
def test_an_agent_is_answered_after_logout_at_some_occasions_only(
    client: Connect, fault: str, struck: list[bool]
) -> None:
    agent = client(faults=(fault,)).log_in()
    agent.ask()
    agent.send(LOGOUT)
    agent.receive()

    assert occasions(agent, request(), 3) == struck


def test_who_has_logged_out_is_answered_on_a_new_session_only(serve: Callable[..., str], connect: Connect) -> None:
    url = serve(Behaviour(faults=("answers_a_logged_out_agent_on_a_new_session",)))
    agent, stranger = connect(url).log_in(), connect(url)
    agent.send(LOGOUT)
    agent.receive()

    assert occasions(agent, request(), 2) == [False, False]
    assert occasions(stranger, request(), 2) == [True, True]
    assert occasions(stranger, request("agent-8"), 1) == [False]


def test_nobody_needs_a_login_until_the_first_one(serve: Callable[..., str], connect: Connect) -> None:
    url = serve(Behaviour(faults=("answers_without_login_until_the_first_login",)))
    stranger = connect(url)
    assert occasions(stranger, request("agent-9"), 2) == [True, True]
    connect(url).log_in()

    assert occasions(stranger, request("agent-9"), 2) == [False, False]


def occasions(agent: Client, frame: dict[str, Any], times: int) -> list[bool]:
    """Whether the frame brings a contact, time after time."""
    found = []
    for _ in range(times):
        answered = not agent.is_left_unanswered(frame)
        if answered:
            agent.receive()  # the call count, which came after the contact
        found.append(answered)
    return found
