"""One refused login of an agent is the last in a run, however it is refused; a busy server refuses nobody."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from aiohttp import web
from driving import embedded, inquiry, judged, sent
from lcm_conformance.catalogue.verdict import EnvironmentTrouble
from lcm_conformance.endpoint import Behaviour, Host
from lcm_conformance.profile import load
from makes_of_login import AGENT, SMALL
from other_make import PROFILE as OTHER_MAKE
from other_make import OtherMake, served


def test_however_many_jobs_begin_at_once_only_one_refused_login_of_an_agent_goes_out() -> None:
    with Host() as host:
        right = embedded(host.start(Behaviour()), max_connections=40)
        agents = {
            role: replace(agent, keys={**agent.keys, "password": "wrong"}) for role, agent in right.agents.items()
        }
        subject = replace(right, agents=agents)
        asking = inquiry(subject)
        gate = threading.Barrier(12)

        def enter(number: int) -> str:
            gate.wait()
            with pytest.raises(EnvironmentTrouble) as caught:
                asking.pool.enter("other" if number % 2 else "idle")
            return str(caught.value)

        with ThreadPoolExecutor(12) as pool:
            lines = list(pool.map(enter, range(12)))
        asking.pool.close()
        logins = [e for e in asking.recorder.events() if e.kind == "sent" and "SetUserInfo" in (e.frame or "")]
    assert sorted(event.agent for event in logins) == ["idle", "other"]
    assert all("was refused" in line for line in lines)


def test_nor_does_any_session_of_that_agent_open_afterwards() -> None:
    with Host() as host:
        right = embedded(host.start(Behaviour()), max_connections=40)
        agent = right.agents["idle"]
        wrong = replace(agent, keys={**agent.keys, "password": "wrong"})
        run = judged(replace(right, agents={**right.agents, "idle": wrong}))
    opened = [event for event in run.recording.events if event.kind == "opened" and event.agent == "idle"]
    assert len(opened) == 1
    assert len([event for event in sent(run.recording, subtopic="SetUserInfo") if event.agent == "idle"]) == 1


@pytest.mark.parametrize("sessions", [1, 4])
def test_an_endpoint_that_answers_no_handshake_any_more_is_not_waited_for_time_and_again(
    tmp_path: Path, sessions: int
) -> None:
    make = OtherMake(greets=3)
    with served(make) as url:
        path = tmp_path / "profile.toml"
        text = OTHER_MAKE.format(url=url, sessions=sessions).replace("[timing]", "[timing]\nconnect = 0.2")
        path.write_text(text, encoding="utf-8")
        run = judged(load(path))
    assert make.greeted <= 3 + 5 + sessions
    assert run.verdict == "inconclusive"
    assert run.failed == set()


@dataclass
class TurnsAway:
    """Refuses every handshake with one HTTP status, or cuts the line where that is 0."""

    status: int
    handshakes: int = 0

    async def attend(self, request: web.Request) -> web.StreamResponse:
        self.handshakes += 1
        if not self.status and request.transport is not None:
            request.transport.abort()
        return web.Response(status=self.status or 400, headers={"Location": "http://127.0.0.1:1/login"})


BY_HEADERS = '[login]\nmethod = "preauthenticated"\n'
BY_MESSAGE = '[login]\nrequest = { who = "${user_id}" }\n'


@pytest.mark.parametrize(
    ("status", "login", "tries"),
    [
        *((status, BY_HEADERS, 1) for status in (0, 302, 400, 401, 403, 404)),
        *((status, BY_HEADERS, 3) for status in (429, 500, 503)),
        *((status, BY_MESSAGE, 1) for status in (401, 403)),
        (503, BY_MESSAGE, 3),
    ],
)
def test_a_handshake_that_says_no_is_the_last_of_its_agent_and_a_busy_server_says_nothing(
    tmp_path: Path, status: int, login: str, tries: int
) -> None:
    endpoint = TurnsAway(status)
    with served(endpoint) as url:
        path = tmp_path / "profile.toml"
        path.write_text(SMALL.replace("ws://127.0.0.1:1", url) + login + AGENT, encoding="utf-8")
        subject = load(path)
        asking = inquiry(subject)
        for _ in range(3):
            with pytest.raises(EnvironmentTrouble):
                asking.pool.enter("reserved")
    assert endpoint.handshakes == tries
