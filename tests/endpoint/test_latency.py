"""Latencies: of logins, replies and logouts, as `mock --latency` takes them and as behaviours show them."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from endpoint_client import LOGOUT, Client, login, request
from lcm_conformance.catalogue.verdict import UsageError
from lcm_conformance.endpoint import Behaviour
from lcm_conformance.endpoint.campaign_manager import CampaignManager
from lcm_conformance.endpoint.latency import read_latency
from lcm_conformance.endpoint.session import Action, Alarm, Send

Connect = Callable[..., Client]
Serve = Callable[[Behaviour], str]


@pytest.mark.parametrize(
    ("pairs", "latency"),
    [
        ([], {}),
        (["login=1.2"], {"login": (1.2, 1.2)}),
        (["reply=0-1.2", "logout=.5"], {"reply": (0.0, 1.2), "logout": (0.5, 0.5)}),
    ],
)
def test_latencies_are_seconds_or_ranges(pairs: list[str], latency: dict[str, tuple[float, float]]) -> None:
    assert read_latency(pairs) == latency


@pytest.mark.parametrize(
    ("pairs", "complaint"),
    [
        (["reply"], "write NAME=SECONDS or NAME=LOW-HIGH"),
        (["reply="], "write NAME=SECONDS"),
        (["reply=soon"], "write NAME=SECONDS"),
        (["reply=1-"], "write NAME=SECONDS"),
        (["reply=-1"], "write NAME=SECONDS"),
        (["reply=1-2-3"], "write NAME=SECONDS"),
        (["reply=2-1"], "the lower bound first"),
        (["reply=nan"], "seconds from 0 to 3600"),
        (["reply=inf"], "seconds from 0 to 3600"),
        (["answer=1"], "choose from login, reply, logout"),
        (["=1"], "choose from login, reply, logout"),
        (["reply=1", "reply=2"], "is there twice"),
    ],
)
def test_other_latencies_are_refused_in_one_line(pairs: list[str], complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint) as refused:
        read_latency(pairs)
    assert "\n" not in str(refused.value)
    assert f"--latency {pairs[-1]}" in str(refused.value)


def test_a_behaviour_with_a_latency_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(UsageError, match="there is no latency 'answer'"):
        CampaignManager(Behaviour(latency={"answer": (1.0, 1.0)}))


def test_a_login_takes_effect_and_is_confirmed_when_its_time_has_come() -> None:
    manager = CampaignManager(Behaviour(latency={"login": (1.2, 1.2)}))
    session = manager.open()
    alarm = only_alarm(manager.receive(session, json.dumps(login("agent-7")), 0.0))
    assert alarm.after == 1.2
    assert manager.receive(session, json.dumps(request()), 1.0) == []

    assert len(alarm.ring(1.2)) == 2
    assert len(manager.receive(session, json.dumps(request()), 1.3)) == 1


def test_a_logout_takes_effect_and_is_confirmed_when_its_time_has_come() -> None:
    manager = CampaignManager(Behaviour(latency={"logout": (0.5, 0.5)}))
    session = manager.open()
    manager.receive(session, json.dumps(login("agent-7")), 0.0)
    alarm = only_alarm(manager.receive(session, json.dumps(LOGOUT), 1.0))
    assert alarm.after == 0.5
    assert len(manager.receive(session, json.dumps(request()), 1.2)) == 1

    assert len(alarm.ring(1.5)) == 1
    assert manager.receive(session, json.dumps(request()), 1.6) == []


def test_each_reply_takes_its_own_time_between_the_bounds_and_equal_seeds_take_equal_ones() -> None:
    drawn = [latencies(Behaviour(latency={"reply": (0.2, 1.2)}, seed=seed)) for seed in (1, 1, 2)]

    assert all(0.2 <= seconds <= 1.2 for seconds in drawn[0])
    assert len(set(drawn[0])) == len(drawn[0])
    assert drawn[0] == drawn[1] != drawn[2]


def latencies(behaviour: Behaviour) -> list[float]:
    """Of twenty replies, each asked for long after the one before."""
    manager = CampaignManager(behaviour)
    session = manager.open()
    manager.receive(session, json.dumps(login("agent-7")), 0.0)
    sent = [manager.receive(session, json.dumps(request()), 10.0 * number) for number in range(1, 21)]
    return [action.after for actions in sent for action in actions if isinstance(action, Send)]


def test_slow_logins_and_logouts_on_the_wire(client: Connect) -> None:
    agent = client(latency={"login": (0.1, 0.2), "logout": (0.1, 0.2), "reply": (0.05, 0.1)}).log_in()
    assert agent.ask()["subtopic"] == "ContactOD"
    agent.send(LOGOUT)

    assert agent.receive()["subtopic"] == "CloseConnection"
    assert agent.is_left_unanswered(request())
    assert agent.log_in().ask()["subtopic"] == "ContactOD"


def test_a_slow_reply_holds_up_no_other_session(serve: Serve, connect: Connect) -> None:
    url = serve(Behaviour(latency={"reply": (0.5, 0.5)}))
    waiting, other = connect(url).log_in(), connect(url).log_in("agent-8")
    waiting.send(request())
    other.send(request("nobody"))

    assert other.is_left_unanswered("no JSON")  # what takes no time is answered at once
    assert waiting.receive()["message"]["response"]["PhoneNumber"] == "5550104711"
    assert other.receive()["subtopic"] == "WS_Error"


def only_alarm(actions: list[Action]) -> Alarm:
    (alarm,) = actions
    assert isinstance(alarm, Alarm)
    return alarm
