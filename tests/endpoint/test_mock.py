"""`lcm-conformance mock`: what it prints, what it refuses, and that it serves until Ctrl-C."""

from __future__ import annotations

import argparse
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from endpoint_client import Client, login, request
from lcm_conformance.catalogue.verdict import UsageError
from lcm_conformance.cli import mock
from lcm_conformance.endpoint import Behaviour, Host


def parsed(*options: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    mock.add_parser(parser.add_subparsers())
    return parser.parse_args(["mock", *options])


@pytest.fixture
def interrupted_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(mock, "_wait_for_interrupt", interrupt)


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


@pytest.mark.usefixtures("interrupted_at_once")
def test_it_prints_how_to_log_in_and_a_command_that_judges_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert mock.run(parsed("--port", "0")) == 0

    printed = capsys.readouterr().out
    command = re.search(
        r"lcm-conformance run --url (ws://127\.0\.0\.1:\d+/lcm) --profile (\S+)$", printed, re.MULTILINE
    )
    assert command is not None
    assert Path(command[2]).is_file()
    assert printed.startswith(f"Campaign Manager 2308 on {command[1]}\n")
    assert re.search(r"agent-7 +password seven-of-hearts +extension 5069", printed)
    assert printed.endswith("\nmock: stopped\n")


@pytest.mark.usefixtures("interrupted_at_once")
def test_the_command_names_another_version(capsys: pytest.CaptureFixture[str]) -> None:
    mock.run(parsed("--port", "0", "--cm-version", "2402"))

    assert " --cm-version 2402\n" in capsys.readouterr().out


def test_it_behaves_as_asked(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def look() -> None:
        url = re.search(r"ws://\S+", capsys.readouterr().out)
        assert url is not None
        client = Client(url[0]).log_in()
        response = client.ask()["message"]["response"]
        client.close()
        assert "Queue" not in response
        assert "Prefix" not in response
        assert response["ContactID"] == 4711
        raise KeyboardInterrupt

    monkeypatch.setattr(mock, "_wait_for_interrupt", look)
    faults = ("--fault", "drops_queue", "drops_prefix", "--variant", "numbers_contact_id_as_the_table")

    assert mock.run(parsed("--port", "0", *faults, "--reading", "contact-id-name=table")) == 0


def test_it_lists_faults_with_their_clauses_and_variants(capsys: pytest.CaptureFixture[str]) -> None:
    assert mock.run(parsed("--list-faults")) == 0

    printed = capsys.readouterr().out
    assert "  drops_queue [FLD-Queue-presence]: leaves Queue out\n" in printed
    assert "  replies_twice: sends every reply two times\n" in printed
    assert "  answers_after_6_s [any]: answers every request 6 s late\n" in printed


def test_the_messages_that_it_prints_can_be_pasted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def paste() -> None:
        printed = capsys.readouterr().out
        messages = re.findall(r"^  (\{.*\})$", printed, re.MULTILINE)
        client = Client(printed.split()[4])
        answers = []
        for message, count in zip(messages, (2, 1, 1), strict=True):
            client.send(message)
            answers += [client.receive()["subtopic"] for _ in range(count)]
        client.close()
        assert answers == ["OpenConnection", "SetAgentState", "ContactOD", "CloseConnection"]
        raise KeyboardInterrupt

    monkeypatch.setattr(mock, "_wait_for_interrupt", paste)

    assert mock.run(parsed("--port", "0", "--variant", "knows_Webservice_with_source_only")) == 0


def test_it_says_on_standard_error_what_it_ignored_and_why(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said: list[str] = []

    def talk() -> None:
        client = Client(capsys.readouterr().out.split()[4])
        for wrong in (request(), "no JSON", '{"channel": "LCM"', "[]", {**login("agent-7"), "data": {}}):
            client.send(wrong)
        client.send_binary(b"\x00")
        client.receive()  # of the login that was refused
        client.log_in()
        for wrong in (
            *(request(topic="Web\nservice"), request(subtopic=...), request(channel=7), request(data=[])),
            *(request(data={}), request("agent-8"), request("x" * 100)),
        ):
            client.send(wrong)
        client.receive()  # the last one is refused openly
        client.ask()
        client.close()
        said.extend(capsys.readouterr().err.splitlines())
        raise KeyboardInterrupt

    monkeypatch.setattr(mock, "_wait_for_interrupt", talk)
    mock.run(parsed("--port", "0"))

    assert said == [
        "mock: session 1: not logged in: log in on this session first",
        "mock: session 1: not JSON",
        "mock: session 1: not JSON: the text ends too early",
        "mock: session 1: JSON, but no object",
        "mock: session 1: login refused: wrong username, password or extension",
        "mock: session 1: a binary frame is not read: send text",
        "mock: session 1: unknown topic 'Web\\nservice'",
        "mock: session 1: no subtopic",
        "mock: session 1: unknown channel of type int",
        "mock: session 1: data is no JSON object",
        "mock: session 1: no UserID in data",
        "mock: session 1: UserID 'agent-8' is not logged in on this session",
        f"mock: session 1: there is no agent '{'x' * 59}…",
    ]


def test_it_listens_beyond_this_machine_with_a_warning(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def ask() -> None:
        said = capsys.readouterr()
        client = Client(said.out.split()[4]).log_in()
        assert client.ask()["subtopic"] == "ContactOD"
        client.close()
        assert re.search(r"on ws://127\.0\.0\.1:\d+/lcm$", said.out, re.MULTILINE)
        assert re.fullmatch(r"mock: warning: --host 0\.0\.0\.0 is reached from other machines.*\n", said.err)
        raise KeyboardInterrupt

    monkeypatch.setattr(mock, "_wait_for_interrupt", ask)

    assert mock.run(parsed("--port", "0", "--host", "0.0.0.0")) == 0


@pytest.mark.usefixtures("interrupted_at_once")
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.0.0.2"])
def test_it_warns_of_nothing_on_this_machine_alone(host: str, capsys: pytest.CaptureFixture[str]) -> None:
    mock.run(parsed("--port", "0", "--host", host))

    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("interrupted_at_once")
def test_latencies_and_open_rows_are_served(monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[Behaviour] = []
    start = Host.start
    monkeypatch.setattr(
        Host, "start", lambda self, behaviour, *rest: served.append(behaviour) or start(self, behaviour)
    )
    options = ("--latency", "login=1.2", "--latency", "reply=0-1.2", "--open", "pushes_a_contact_every_400_ms")

    assert mock.run(parsed("--port", "0", *options)) == 0
    assert served == [
        Behaviour(open=("pushes_a_contact_every_400_ms",), latency={"login": (1.2, 1.2), "reply": (0.0, 1.2)})
    ]


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--host", "192.0.2.1"], "cannot listen on 192.0.2.1 port 0 .*--host"),
        (["--host", "example.test"], "give an address of this machine"),
        (["--open", "answers_after_6s"], "unknown open row .*did you mean 'answers_after_6_s'"),
        (["--latency", "reply=soon"], "NAME=SECONDS"),
        (["--latency", "reply=1", "--latency", "reply=2"], "reply is there twice"),
        (["--reading", "topic"], "NAME=table"),
        (["--reading", "topic=both"], "topic=table"),
        (["--fault", "drops_qeue"], "did you mean 'drops_queue'"),
        (["--cm-version", "newest"], "2308"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(options: list[str], complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint) as refused:
        mock.run(parsed("--port", "0", *options))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("port", ["70000", "-1", "x", "1e3"])
def test_what_is_no_port_is_refused_with_those_that_are(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parsed("--port", port)
    assert "--port: write a number from 0 to 65535" in capsys.readouterr().err


def test_a_port_in_use_is_refused_in_one_line(taken_port: int) -> None:
    with pytest.raises(UsageError, match=f"port {taken_port} .*in use.*--port"):
        mock.run(parsed("--port", str(taken_port)))


def test_it_waits_in_turns_for_what_interrupts_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows nothing interrupts a wait without an end, before Python 3.14."""
    turns: list[float | None] = []

    class Never(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            turns.append(timeout)
            if len(turns) == 3:
                raise KeyboardInterrupt
            return False

    monkeypatch.setattr(mock.threading, "Event", Never)
    with pytest.raises(KeyboardInterrupt):
        mock._wait_for_interrupt()
    assert all(timeout is not None and timeout <= 1 for timeout in turns)
