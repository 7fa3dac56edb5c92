"""How many sessions there may be, of an agent and in all; when a logout takes effect; a gateway's limits."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import websocket
from endpoint_client import LOGOUT, Client, login, request
from lcm_conformance.endpoint import Behaviour
from lcm_conformance.endpoint.campaign_manager import CampaignManager
from lcm_conformance.endpoint.session import Alarm, Send

Connect = Callable[..., Client]
Serve = Callable[[Behaviour], str]
MANY = [("two", 2), ("three", 3), ("five", 5)]


@pytest.mark.parametrize(("word", "most"), MANY)
def test_an_agents_next_session_is_refused(serve: Serve, connect: Connect, word: str, most: int) -> None:
    url = serve(Behaviour(variants=(f"allows_{word}_sessions_of_an_agent_and_refuses_the_next",)))
    held, next_one = [connect(url).log_in() for _ in range(most)], connect(url)
    next_one.send(login("agent-7"))

    assert next_one.receive()["topic"] == "Error"
    assert next_one.is_closed()
    assert [session.ask()["subtopic"] for session in held] == ["ContactOD"] * most
    assert connect(url).log_in("agent-8").ask("agent-8")["subtopic"] == "ContactOD"


@pytest.mark.parametrize(("word", "most"), MANY)
def test_an_agents_oldest_session_is_closed(serve: Serve, connect: Connect, word: str, most: int) -> None:
    url = serve(Behaviour(variants=(f"allows_{word}_sessions_of_an_agent_and_closes_the_oldest",)))
    held = [connect(url).log_in() for _ in range(most + 1)]

    assert held[0].is_closed()
    assert [session.ask()["subtopic"] for session in held[1:]] == ["ContactOD"] * most


@pytest.mark.parametrize(("word", "most"), [("one_connection", 1), ("two_connections", 2)])
def test_a_further_handshake_is_refused(serve: Serve, connect: Connect, word: str, most: int) -> None:
    url = serve(Behaviour(variants=(f"allows_{word}_in_all",)))
    held = [connect(url) for _ in range(most)]
    with pytest.raises(websocket.WebSocketBadStatusException) as refused:
        connect(url)
    assert refused.value.status_code == 503
    held[0].leave()

    assert connect(url).log_in().ask()["subtopic"] == "ContactOD"


def test_a_further_connection_is_closed(serve: Serve, connect: Connect) -> None:
    url = serve(Behaviour(variants=("allows_one_connection_in_all_and_closes_the_next",)))
    first = connect(url).log_in()

    assert connect(url).closing_code() == 1013
    assert first.ask()["subtopic"] == "ContactOD"


@pytest.mark.parametrize(("variant", "seconds"), [("logs_out_300_ms_later", 0.3), ("logs_out_a_second_later", 1)])
def test_a_logout_takes_effect_and_is_confirmed_late(variant: str, seconds: float) -> None:
    manager = CampaignManager(Behaviour(variants=(variant,)))
    session = manager.open()
    manager.receive(session, json.dumps(login("agent-7")), 0.0)
    (alarm,) = manager.receive(session, json.dumps(LOGOUT), 1.0)
    assert isinstance(alarm, Alarm)
    assert alarm.after == seconds

    assert len(manager.receive(session, json.dumps(request()), 1.0)) == 1
    (confirmed,) = alarm.ring(1.0 + seconds)
    assert isinstance(confirmed, Send)
    assert "CloseConnection" in str(confirmed.text)
    assert manager.receive(session, json.dumps(request()), 2.0) == []


def test_nobody_is_answered_after_a_late_logout_was_confirmed(client: Connect) -> None:
    agent = client(variants=("logs_out_300_ms_later",)).log_in()
    agent.send(LOGOUT)

    assert agent.receive()["subtopic"] == "CloseConnection"
    assert agent.is_left_unanswered(request())


def test_a_logout_is_confirmed_before_it_takes_effect(client: Connect) -> None:
    agent = client(faults=("confirms_a_logout_before_it_takes_effect",)).log_in()
    agent.send(LOGOUT)
    assert agent.receive()["subtopic"] == "CloseConnection"
    assert agent.ask()["subtopic"] == "ContactOD"

    while not agent.is_left_unanswered(request()):
        agent.receive()  # the call count, which came after the contact


@pytest.mark.parametrize(
    ("variant", "code", "refused_openly"),
    [
        ("closes_with_1008_on_every_refusal", 1008, False),
        ("refuses_by_lcm_error_and_closes", 1000, True),
        ("closes_late_on_every_refusal", 1000, False),
    ],
)
def test_a_refusal_closes_the_session(client: Connect, variant: str, code: int, refused_openly: bool) -> None:
    agent = client(variants=(variant,)).log_in()
    agent.send(request(data=...))
    if refused_openly:
        assert agent.receive()["subtopic"] == "WS_Error"

    assert agent.closing_code() == code


def test_what_comes_before_a_late_close_is_answered(client: Connect) -> None:
    agent = client(variants=("closes_late_on_every_refusal",)).log_in()
    agent.send(request(data=...))

    assert agent.ask()["subtopic"] == "ContactOD"
    assert agent.closing_code() == 1000


def test_an_agent_is_known_across_sessions_until_logout(serve: Serve, connect: Connect) -> None:
    url = serve(Behaviour(variants=("knows_agents_across_sessions",)))
    agent, other = connect(url).log_in(), connect(url)
    assert other.ask()["subtopic"] == "ContactOD"
    assert other.is_left_unanswered(request("agent-8"))
    agent.send(LOGOUT)
    agent.receive()

    assert other.is_left_unanswered(request())
    assert agent.is_left_unanswered(request())


@pytest.mark.parametrize("code", [1008, 1013])
def test_sessions_are_closed_after_many_requests(serve: Serve, connect: Connect, code: int) -> None:
    url = serve(Behaviour(open=(f"closes_with_{code}_after_60_requests",)))
    agent = connect(url).log_in()
    for _ in range(60):
        agent.ask()
    agent.send(request())
    later = connect(url)
    later.send(login("agent-8"))

    assert agent.closing_code() == code
    assert later.closing_code() == code


def test_handshakes_are_refused_after_many_requests(serve: Serve, connect: Connect) -> None:
    url = serve(Behaviour(open=("refuses_connections_after_60_requests",)))
    agent = connect(url).log_in()
    for _ in range(60):
        agent.ask()

    with pytest.raises(websocket.WebSocketBadStatusException) as refused:
        connect(url)
    assert refused.value.status_code == 429
