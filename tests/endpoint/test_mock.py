"""`lcm-conformance mock`: what it prints, what it refuses, and that it serves until Ctrl-C."""

from __future__ import annotations

import argparse
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from endpoint_client import Client
from lcm_conformance.catalogue.verdict import UsageError
from lcm_conformance.cli import mock


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


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--host", "0.0.0.0"], "this machine only"),
        (["--host", "192.0.2.1"], "this machine only"),
        (["--host", "example.test"], "loopback address"),
        (["--reading", "topic"], "NAME=table"),
        (["--reading", "topic=both"], "topic=table"),
        (["--fault", "drops_qeue"], "did you mean 'drops_queue'"),
        (["--cm-version", "newest"], "2308"),
        (["--port", "70000"], "--port"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(options: list[str], complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint) as refused:
        mock.run(parsed("--port", "0", *options))
    assert "\n" not in str(refused.value)


def test_a_port_in_use_is_refused_in_one_line(taken_port: int) -> None:
    with pytest.raises(UsageError, match=f"port {taken_port} .*in use.*--port"):
        mock.run(parsed("--port", str(taken_port)))
