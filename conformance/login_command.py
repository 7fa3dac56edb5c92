"""Logs an agent in by a program of the user's: it prints the headers of the agent's handshakes, or a token.

Called by the desk, once for each agent. Nothing that the program prints is ever shown.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence

from conformance.profile import Agent, fill, template_values
from conformance.verdict import EnvironmentTrouble

_MOST = 65536


def headers_of(agent: Agent, command: Sequence[str], seconds: float) -> dict[str, str]:
    """Run the program, without a shell; raises `EnvironmentTrouble` that tells no more than its exit status."""
    program = f"the login program of agents.{agent.role}"
    try:
        done = subprocess.run(  # noqa: S603  the user's own program, named in the user's own profile
            fill(command, template_values(agent)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise EnvironmentTrouble(f"{program} did not end within {seconds:g} s: check it, or timing.connect") from None
    except (OSError, ValueError):
        raise EnvironmentTrouble(f"{program} cannot be started: check login.command") from None
    if done.returncode != 0:
        raise EnvironmentTrouble(f"{program} ended with exit status {done.returncode}: run it by hand to see why")
    headers = _headers(done.stdout)
    if headers is None:
        raise EnvironmentTrouble(
            f'{program} printed neither {{"headers": {{…}}}} nor a token on one line: correct it (exit status 0)'
        )
    return headers


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
    good = all(isinstance(content, str) and (name + content).isprintable() for name, content in headers.items())
    return headers if good else None
