"""Logs an agent in by a program of the user's: it prints the headers of the agent's handshakes, or a token.

Called once for each agent. Nothing that the program prints is ever shown.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from collections.abc import Sequence
from contextlib import suppress

from lcm_conformance.catalogue.system_error import trouble
from lcm_conformance.catalogue.verdict import EnvironmentTrouble
from lcm_conformance.profile import Agent, fill_text, template_values
from lcm_conformance.profile.header import fault

_MOST = 65536


def headers_of(agent: Agent, command: Sequence[str], seconds: float) -> dict[str, str]:
    """Run the program, without a shell; raises `EnvironmentTrouble` that tells no more than its exit status."""
    program = f"the login program of agents.{agent.role}"
    values = template_values(agent)
    try:
        status, output = _run([fill_text(argument, values) for argument in command], seconds)
    except subprocess.TimeoutExpired:
        raise EnvironmentTrouble(f"{program} did not end within {seconds:g} s: check it, or timing.connect") from None
    except ValueError:  # a NUL
        raise EnvironmentTrouble(f"{program} cannot be started: check login.command") from None
    except OSError as error:
        raise EnvironmentTrouble(str(trouble(error, f"{program} cannot be started", "check login.command"))) from None
    if status != 0:
        raise EnvironmentTrouble(f"{program} ended with exit status {status}: run it by hand to see why")
    headers = _headers(output)
    if headers is None:
        raise EnvironmentTrouble(
            f'{program} printed neither {{"headers": {{…}}}} nor a token on one line: correct it (exit status 0)'
        )
    return headers


def _run(command: Sequence[str], seconds: float) -> tuple[int, bytes]:
    """Exit status and output of a program; one that prints too much is ended as soon as it has."""
    with subprocess.Popen(  # noqa: S603  the user's own program, named in the user's own profile
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # so that what the program starts ends with it
    ) as program:
        overdue = threading.Event()

        def end() -> None:
            overdue.set()
            _kill(program)

        timer = threading.Timer(seconds, end)
        timer.start()
        try:
            output = program.stdout.read(_MOST + 1) if program.stdout else b""
            if len(output) > _MOST:
                _kill(program)
                return 0, output
            status = program.wait()
        finally:
            timer.cancel()
        if overdue.is_set():
            raise subprocess.TimeoutExpired(command, seconds)
        return status, output


def _kill(program: subprocess.Popen[bytes]) -> None:
    """The program with all that it has started; on Windows the program alone."""
    with suppress(ProcessLookupError):
        if os.name == "posix":
            os.killpg(program.pid, signal.SIGKILL)
        else:
            program.kill()


def _headers(output: bytes) -> dict[str, str] | None:
    text = output.decode("utf-8", "replace").strip()
    if not text or len(output) > _MOST or "\ufffd" in text:
        return None
    if not text.startswith("{"):
        return {"Authorization": f"Bearer {text}"} if text.isprintable() else None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    headers = value.get("headers")
    if not isinstance(headers, dict) or not headers:
        return None
    good = all(isinstance(content, str) and fault(name, content) is None for name, content in headers.items())
    return headers if good else None
