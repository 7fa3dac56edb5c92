"""The embedded endpoint in the hands of a widget's tests."""

from __future__ import annotations

import json
from typing import Any

import pytest
from lcm_conformance import EmbeddedEndpoint, judge_reply
from lcm_conformance.catalogue.verdict import UsageError
from websockets.sync.client import connect

REQUEST = {"channel": "LCM", "topic": "WebService", "subtopic": "GetReservedContactOD", "data": {"UserID": "agent-7"}}


def failing(reply: str | bytes) -> set[str]:
    return {row.clause for row in judge_reply(str(reply)) if row.verdict == "fail"}


def test_a_widgets_test_logs_in_asks_and_switches_faults_while_it_runs(lcm_endpoint: EmbeddedEndpoint) -> None:
    agent = lcm_endpoint.agents["agent-7"]
    data = {"username": agent.user_id, "password": agent.password, "extension": agent.extension}
    login: dict[str, Any] = {"channel": "Cisco", "topic": "Agent", "subtopic": "SetUserInfo", "data": data}
    with connect(lcm_endpoint.url) as socket:
        socket.send(json.dumps(REQUEST))
        socket.send(json.dumps(login))
        while "SetAgentState" not in str(socket.recv(timeout=30)):
            pass
        socket.send(json.dumps(REQUEST))
        assert failing(socket.recv(timeout=30)) == set()
        lcm_endpoint.switch("drops_queue")
        socket.send(json.dumps(REQUEST))
        assert failing(socket.recv(timeout=30)) == {"FLD-Queue-presence"}
        lcm_endpoint.switch()
        socket.send(json.dumps(REQUEST))
        assert failing(socket.recv(timeout=30)) == set()
    frames = [json.loads(frame)["subtopic"] for frame in lcm_endpoint.asked]
    assert frames == ["GetReservedContactOD", "SetUserInfo", *["GetReservedContactOD"] * 3]
    assert [line for line in lcm_endpoint.ignored if "not logged in" in line]


def test_a_wrong_name_is_said_and_nothing_stays_behind() -> None:
    with pytest.raises(UsageError, match="unknown fault"), EmbeddedEndpoint(faults=["no_such"]):
        pass
    with EmbeddedEndpoint() as endpoint, pytest.raises(UsageError, match="unknown fault"):
        endpoint.switch("no_such")
