"""The ways to log in: presets, headers, programs; and that one refused login of an agent is the last."""

from __future__ import annotations

import json
import sys
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import websocket
from aiohttp import web
from driving import embedded, inquiry, judged
from lcm_conformance.catalogue import page
from lcm_conformance.catalogue.probes import load_probes
from lcm_conformance.catalogue.verdict import EnvironmentTrouble, UsageError, Verdict
from lcm_conformance.drive import login_program
from lcm_conformance.drive.driver import Driver
from lcm_conformance.endpoint import Behaviour, Host
from lcm_conformance.profile import Agent, Profile, load
from lcm_conformance.profile.login_section import read_login
from lcm_conformance.profile.section import Section, Source
from lcm_conformance.transport.websocket import WebSocketTransport
from makes_of_login import AGENT, SMALL, ByHeader, LikeAmazon
from other_make import OtherMake, served

REST = '[agents.other]\nuser_id = "robin"\n[agents.idle]\nuser_id = "sam"\n'
PRINTS = "import sys; print('{}-token'.format(sys.argv[1]))"


def profile(folder: Path, text: str, url: str | None = None) -> Profile:
    path = folder / "profile.toml"
    path.write_text(SMALL + text, encoding="utf-8")
    return load(path, url=url, environment={})


def by_command(program: str, *arguments: str) -> str:
    return f"[login]\ncommand = {json.dumps([sys.executable, '-c', program, *arguments])}\n"


@pytest.mark.parametrize(("preset", "subtopic"), [("cisco", "SetUserInfo"), ("amazon", "Login")])
def test_a_preset_is_the_login_of_a_channel(tmp_path: Path, preset: str, subtopic: str) -> None:
    read = profile(tmp_path, f'[login]\npreset = "{preset}"\n{AGENT}')
    assert read.login is not None
    assert read.logout is not None
    assert (read.login.request["subtopic"], read.logout.request["subtopic"]) == (subtopic, "Logout")


def test_keys_of_the_profile_stand_above_those_of_the_preset(tmp_path: Path) -> None:
    text = '[login]\npreset = "cisco"\nsuccess = { topic = "Own" }\n[logout]\nsuccess = { topic = "Gone" }\n'
    read = profile(tmp_path, text + AGENT)
    assert read.login is not None
    assert read.logout is not None
    assert read.login.success == {"topic": "Own"}
    assert read.login.request["subtopic"] == "SetUserInfo"
    assert (read.logout.request["subtopic"], read.logout.success) == ("Logout", {"topic": "Gone"})


def test_the_cisco_preset_logs_in_at_the_embedded_endpoint() -> None:
    with Host() as host:
        subject = embedded(host.start(Behaviour()), max_connections=40)
        run = judged(with_preset(subject))
    assert run.verdict == "conformant", run.unpassed


LIKE_AMAZON = '[login]\npreset = "amazon"\n' + "".join(
    f'[agents.{role}]\nuser_id = "{name}"\nheaders = {{ X-Agent = "{name}" }}\n'
    for role, name in {"reserved": "kim", "other": "robin", "idle": "sam"}.items()
)


@pytest.mark.parametrize("sessions", [1, 20])
def test_the_amazon_preset_logs_in_and_out_where_the_session_says_whose_it_is(tmp_path: Path, sessions: int) -> None:
    with served(make := LikeAmazon()) as url:
        read = profile(tmp_path, LIKE_AMAZON, url)
        run = judged(replace(read, endpoint=replace(read.endpoint, max_connections=sessions)))
    assert run.verdict == "conformant", run.unpassed
    message = {"channel": "Amazon", "topic": "Agent"}
    assert {who for who, _ in make.told} == {"kim", "robin", "sam"}
    for _, told in make.told:
        assert told in [{**message, "subtopic": name, "source": page.SOURCE} for name in ("Login", "Logout")]
    assert "Logout" in {told["subtopic"] for who, told in make.told if who == "robin"}


def test_the_amazon_preset_waits_until_the_agent_is_logged_in_and_knows_a_refusal(tmp_path: Path) -> None:
    with served(LikeAmazon()) as url:
        read = profile(tmp_path, LIKE_AMAZON, url)
        asking = inquiry(read)
        asking.pool.leave(asking.pool.enter("reserved"))
        asking.pool.close()
    received = [json.loads(e.frame or "") for e in asking.recorder.events() if e.kind == "received"]
    assert [message["message"].get("loginState") for message in received[:2]] == ["LoggingIn", "LoggedIn"]

    with served(make := LikeAmazon(locked="robin")) as url:
        run = judged(profile(tmp_path, LIKE_AMAZON, url))
    assert run.failed == set()
    assert run.reason("RES-1").startswith("environment: the login of agents.other was refused")
    assert len([who for who, _ in make.told if who == "robin"]) == 1


def with_preset(subject: Profile) -> Profile:
    source = Source("test", {}, Path())
    ways = read_login(Section({"preset": "cisco"}, "login.", source), Section({}, "logout.", source))
    return replace(subject, login=ways.login, logout=ways.logout)


@dataclass
class OfTenants(OtherMake):
    """Signs on whoever names a tenant by number."""

    async def attend(self, request: web.Request) -> web.StreamResponse:
        session = web.WebSocketResponse()
        await session.prepare(request)
        async for frame in session:
            told = json.loads(frame.data)
            good = type(told.get("tenant")) is int and told["seat"] == "seat 7" and told["remote"] is False
            await session.send_json({"op": "sign-on", "tenant": 7, "ok": good})
        return session


@pytest.mark.parametrize(("tenant", "good"), [("7", True), ('"7"', False)])
def test_a_variable_of_the_profile_reaches_the_wire_with_its_json_type(tmp_path: Path, tenant: str, good: bool) -> None:
    login = (
        '[login]\nrequest = { op = "sign-on", tenant = "${tenant}", seat = "seat ${tenant}", remote = "${remote}" }\n'
        'success = { tenant = "${tenant}", ok = true }\n'
    )
    with served(OfTenants()) as url:
        read = profile(tmp_path, f"{login}{AGENT}tenant = {tenant}\nremote = false\n", url)
        asking = inquiry(read)
        with nullcontext() if good else pytest.raises(EnvironmentTrouble):
            asking.pool.enter("reserved")
        asking.pool.close()


def test_a_program_is_given_a_number_as_text() -> None:
    agent = Agent("reserved", "kim", {"seat": 7, "remote": True})
    program = [sys.executable, "-c", "import sys; print('-'.join(sys.argv[1:]))", "${seat}", "${remote}", "a${seat}"]
    assert login_program.headers_of(agent, program, 20) == {"Authorization": "Bearer 7-true-a7"}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('[login]\npreset = "skype"\n', 'login.preset \'skype\' is unknown: use "cisco" or "amazon"'),
        ('[login]\nmethod = "command"\n', "login.command is missing: name the program"),
        ('[login]\nmethod = "preauthenticated"\ncommand = ["x"]\n', "login.command has no use with"),
        ('[login]\nmethod = "command"\ncommand = ["x"]\npreset = "cisco"\n', "login.preset has no use with"),
        ('[login]\ncommand = "x"\n', "login.command must be a list of texts"),
        ('[login]\ncommand = ["x", "${seat}"]\n', "login.command of agents.reserved: ${seat} in a template is no key"),
    ],
)
def test_mistakes_are_wrong_use(tmp_path: Path, text: str, line: str) -> None:
    with pytest.raises(UsageError) as caught:
        profile(tmp_path, text + AGENT)
    assert line in str(caught.value)


def test_a_program_that_prints_tokens_logs_agents_in(tmp_path: Path) -> None:
    with served(make := ByHeader()) as url:
        read = profile(tmp_path, by_command(PRINTS, "${user_id}") + AGENT + REST, url)
        run = judged(read)
    assert {name: why for name, why in run.unpassed.items() if name != "PRE-2"} == {}
    assert run.verdicts["PRE-1"] is run.verdicts["PRE-3"] is Verdict.PASS
    assert {"Bearer kim-token", "Bearer robin-token", "Bearer sam-token", None} == set(make.seen)


def test_what_a_program_printed_becomes_a_secret(tmp_path: Path) -> None:
    with served(ByHeader()) as url:
        read = profile(tmp_path, by_command(PRINTS, "${user_id}") + AGENT, url)
        driver = Driver(read, WebSocketTransport(read.endpoint, read.timing))
        driver.run([load_probes()["ask"]])
    assert driver.secrets == ("Bearer kim-token",)


@dataclass
class GivesCookies(OtherMake):
    """Sets a cookie for its domain in every handshake, and keeps what each agent's handshakes brought."""

    handshakes: list[tuple[str, str | None, str | None]] = field(default_factory=list)

    async def attend(self, request: web.Request) -> web.StreamResponse:
        session = web.WebSocketResponse()
        number = len(self.handshakes)
        session.headers["Set-Cookie"] = f"crumb={number}; Domain=localhost; Path=/"
        agent, tenant = request.headers.get("X-Agent", "nobody"), request.headers.get("X-Tenant")
        self.handshakes.append((agent, tenant, request.headers.get("Cookie")))
        await session.prepare(request)
        async for frame in session:
            await session.send_json({"op": "sign-on", "ok": True, "who": json.loads(frame.data)["who"]})
        return session


HEADERS_BY_MESSAGE = """\
[login]
request = { op = "sign-on", who = "${user_id}" }
success = { op = "sign-on", ok = true }
[agents.reserved]
user_id = "kim"
headers = { X-Agent = "kim", x-tenant = "blue" }
[agents.other]
user_id = "robin"
headers = { X-Agent = "robin" }
[agents.idle]
user_id = "sam"
"""


def test_no_session_carries_the_cookie_of_another_s_and_each_its_agent_s_headers(tmp_path: Path) -> None:
    with served(make := GivesCookies()) as url:
        read = profile(tmp_path, HEADERS_BY_MESSAGE, url.replace("127.0.0.1", "localhost"))
        endpoint = replace(read.endpoint, headers={"X-Tenant": "all"}, cookie="own=1")
        asking = inquiry(replace(read, endpoint=endpoint))
        for role in ("reserved", "other", "idle", "reserved"):
            asking.pool.leave(asking.pool.enter(role))
        asking.pool.close()
    assert make.handshakes == [
        ("kim", "blue", "own=1"),
        ("robin", "all", "own=1"),
        ("nobody", "all", "own=1"),
        ("kim", "blue", "own=1"),
    ]


def test_other_people_s_sessions_keep_their_cookies() -> None:
    with served(make := GivesCookies()) as url:
        for _ in range(2):
            websocket.create_connection(url.replace("127.0.0.1", "localhost")).close()
    assert [cookie for _, _, cookie in make.handshakes] == [None, "crumb=0"]


@pytest.mark.parametrize("refuses_strangers", [False, True])
def test_headers_of_each_agent_log_agents_in(tmp_path: Path, refuses_strangers: bool) -> None:
    def with_token(text: str, name: str) -> str:
        return text.replace(f'"{name}"\n', f'"{name}"\nheaders = {{ Authorization = "Bearer {name}-token" }}\n')

    agents = AGENT + REST
    for name in ("kim", "robin", "sam"):
        agents = with_token(agents, name)
    with served(make := ByHeader(refuses_strangers=refuses_strangers)) as url:
        read = profile(tmp_path, f'{agents}[agents.logged_out]\nuser_id = "robin-2"\n', url)
        run = judged(read)
    assert set(run.unpassed) == {"PRE-2", "PRE-3"}, run.unpassed
    assert "headers log agents in here" in run.reason("PRE-3")
    assert "Bearer kim-token" in read.secrets
    assert None in make.seen


def test_an_agent_whose_token_is_refused_is_not_tried_again(tmp_path: Path) -> None:
    with served(make := ByHeader()) as url:
        run = judged(profile(tmp_path, by_command("print('wrong-token')") + AGENT, url))
    assert make.seen.count("Bearer wrong-token") == 1
    assert run.verdict == "inconclusive"
    assert run.failed == set()


@pytest.mark.parametrize(
    ("program", "line"),
    [
        ("import sys; print('canary-1'); print('canary-2', file=sys.stderr); sys.exit(7)", "ended with exit status 7"),
        ("print('canary-1'); print('canary-2')", "printed neither"),
        ("print()", "printed neither"),
        ('print(\'{"headers": {"X": "canary-1\\\\r\\\\nY: 1"}}\')', "printed neither"),
        ("print('{\"headers\": 7}')", "printed neither"),
        ("print('{canary-1')", "printed neither"),
        ("while True: print('canary-1')", "printed neither"),
        ("import time; print('canary-1', flush=True); time.sleep(60)", "did not end within 0.5 s"),
    ],
)
def test_a_program_that_fails_is_named_and_nothing_of_what_it_printed(program: str, line: str) -> None:
    agent = Agent("reserved", "kim", {"user_id": "kim"})
    seconds = 0.5 if "sleep" in program else 20
    with pytest.raises(EnvironmentTrouble) as caught:
        login_program.headers_of(agent, [sys.executable, "-c", program], seconds)
    assert line in str(caught.value)
    assert "canary" not in str(caught.value)


def test_a_program_that_is_not_there_is_named() -> None:
    with pytest.raises(EnvironmentTrouble, match="cannot be started: No such file or directory: check login.command"):
        login_program.headers_of(Agent("reserved", "kim", {}), ["no-such-program-anywhere"], 5)


def test_a_program_may_print_headers() -> None:
    program = 'print(\'{"headers": {"X-Ticket": "seven"}}\')'
    agent = Agent("reserved", "kim", {})
    assert login_program.headers_of(agent, [sys.executable, "-c", program], 20) == {"X-Ticket": "seven"}
