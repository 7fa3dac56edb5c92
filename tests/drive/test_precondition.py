"""Preconditions that the environment does not meet make clauses inconclusive, with the reason, and fail none."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import WSMsgType, web
from driving import embedded, judged, only, sent
from lcm_conformance.catalogue.verdict import Verdict
from lcm_conformance.drive import precondition
from lcm_conformance.endpoint import Behaviour, Host
from lcm_conformance.profile import Exchangeable, Profile, Timing, load
from other_make import OtherMake, _asked_by, _object, _reply, served

TIMING = Timing(connect=5, reply=0.3, silence=0.1)
ASKED = ("ask", "at-once", "unknown-agent", "no-data", "nothing-reserved")


@dataclass
class Fickle(OtherMake):
    """Says what is reserved, as it stands; loses the reservation, or the login, after so many answers."""

    reserved: bool = True
    answers: int = 10_000
    loses: str = "reservation"
    says_empty: bool = False
    asked: list[str] = field(default_factory=list)

    async def attend(self, request: web.Request) -> web.WebSocketResponse:
        session = web.WebSocketResponse(max_msg_size=0)
        await session.prepare(request)
        async for frame in session:
            message = _object(frame.data) if frame.type is WSMsgType.TEXT else {}
            if message.get("subtopic") == "GetAgentCallCount":
                self.asked.append(str(message.get("data")))
                await session.send_str(self._count())
            elif who := _asked_by(message, ["kim"]):
                self.answers -= 1
                if self.answers == 0 and self.loses == "login":
                    await session.send_json({"topic": "Connection", "subtopic": "CloseConnection"})
                    await session.close()
                    break
                if self.reserved and self.answers > 0:
                    await session.send_json(_reply(who))
                elif self.says_empty:
                    await session.send_json(_reply("nobody"))
        return session

    def _count(self) -> str:
        reserved = self.reserved and (self.answers > 0 or self.loses != "reservation")
        said: dict[str, Any] = {"response": {"IsAgentReserved": "0" if reserved else "1"}}
        return json.dumps({"channel": "LCM", "topic": "Webservice", "subtopic": "AgentCallCount", "message": said})


def profile(url: str, checks: bool = True) -> Profile:
    subject = only(embedded(url, TIMING, max_connections=4), "reserved")
    agent = replace(
        subject.agents["reserved"], user_id="kim", keys={"user_id": "kim"}, expect={}, asks_call_count=checks
    )
    gone = Exchangeable({"a": "logout"}, {"topic": "Connection", "subtopic": "CloseConnection"})
    return replace(subject, agents={"reserved": agent}, login=None, logout=gone)


@pytest.mark.parametrize("says_empty", [False, True])
def test_an_agent_for_whom_nothing_is_reserved_fails_nothing(says_empty: bool) -> None:
    with served(make := Fickle(reserved=False, says_empty=says_empty)) as url:
        run = judged(profile(url), asked=ASKED)
    assert make.asked
    assert run.failed == set()
    assert run.verdict == "inconclusive"
    assert "AgentCallCount says that no contact is reserved for agents.reserved" in run.reason("MAP-1")


@pytest.mark.parametrize("says_empty", [False, True])
def test_without_the_check_the_profile_s_word_counts(says_empty: bool) -> None:
    with served(make := Fickle(reserved=False, says_empty=says_empty)) as url:
        run = judged(profile(url, checks=False), asked=ASKED)
    assert make.asked == []
    assert run.failed == {"MAP-1"}


def test_an_agent_with_a_reservation_is_asked_about_and_judged() -> None:
    with served(make := Fickle()) as url:
        run = judged(profile(url), asked=ASKED)
    assert len(make.asked) <= 2
    assert run.failed == set()
    assert run.verdicts["MAP-1"] is Verdict.PASS


def test_an_endpoint_that_does_not_know_the_call_is_judged_all_the_same() -> None:
    with Host() as host:
        subject = embedded(host.start(Behaviour(faults=("never_answers",))), TIMING, max_connections=4)
        agents = {
            role: replace(agent, asks_call_count=True) for role, agent in only(subject, "reserved").agents.items()
        }
        run = judged(replace(subject, agents=agents), asked=ASKED)
    asked = len(sent(run.recording, subtopic="GetAgentCallCount"))
    assert 0 < asked <= precondition.most_requests(replace(subject, agents=agents))
    assert run.failed == {"MAP-1"}


@pytest.mark.parametrize("says_empty", [False, True])
def test_a_reservation_that_expires_during_the_run_fails_nothing(says_empty: bool) -> None:
    with served(Fickle(answers=4, says_empty=says_empty)) as url:
        run = judged(profile(url), asked=ASKED)
    assert run.failed == set()
    assert run.verdict == "inconclusive"
    assert "the reservation of agents.reserved was gone at the end of the run" in run.reason("MAP-1")


def test_an_agent_who_is_logged_out_from_elsewhere_fails_nothing() -> None:
    with served(Fickle(answers=2, loses="login")) as url:
        run = judged(profile(url, checks=False), asked=ASKED)
    assert run.failed == set()
    assert "agents.reserved was logged out from elsewhere during the run" in str(run.recording.unmet)


def test_an_idle_agent_who_has_a_contact_after_all_proves_nothing() -> None:
    with Host() as host:
        subject = embedded(host.start(Behaviour()), max_connections=40)
        taken = replace(subject.agents["other"], role="idle", asks_call_count=True)
        run = judged(replace(only(subject, "reserved"), agents={"reserved": subject.agents["reserved"], "idle": taken}))
    assert run.failed == set()
    assert "AgentCallCount says that a contact is reserved for agents.idle" in run.reason("RES-2")


NO_LOGIN = """\
cm_version = "2308"
[endpoint]
url = "{url}"
[timing]
reply = 0.2
silence = 0.1
{login}
[agents.reserved]
user_id = "agent-7"
"""


@pytest.mark.parametrize("says_login", [False, True])
def test_silence_fails_nothing_where_a_login_may_have_been_forgotten(tmp_path: Path, says_login: bool) -> None:
    path = tmp_path / "profile.toml"
    login = '[login]\nmethod = "preauthenticated"' if says_login else ""
    with Host() as host:
        path.write_text(NO_LOGIN.format(url=host.start(Behaviour()), login=login), encoding="utf-8")
        run = judged(load(path), asked=("ask",))
    assert run.failed == ({"MAP-1"} if says_login else set()), run.unpassed
    assert (run.recording.trouble is None) is says_login
    assert ("environment: no contact came, and the profile has no [login]: say how" in run.reason("MAP-1")) is (
        not says_login
    )


def test_where_contacts_come_without_a_login_the_profile_needs_none(tmp_path: Path) -> None:
    path = tmp_path / "profile.toml"
    with Host() as host:
        url = host.start(Behaviour(faults=("answers_without_login",)))
        path.write_text(NO_LOGIN.format(url=url, login=""), encoding="utf-8")
        run = judged(load(path), asked=("ask",))
    assert run.verdicts["MAP-1"] is Verdict.PASS
