"""What an agent says on a session before and after asking: registration, login, logout, each with its answer.

A login is sent once; what came of it is said in `EnvironmentTrouble`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from lcm_conformance.catalogue.verdict import EnvironmentTrouble
from lcm_conformance.drive.session import Session
from lcm_conformance.profile import Agent, Exchangeable, Packet, fill, holds, template_values
from lcm_conformance.record import packet


def register(session: Session, agent: Agent, framing: Packet, seconds: float) -> None:
    """Have a session talk in packets from now on; registers first where the profile says how."""
    subscriber_id = framing.subscriber_id
    if framing.register is not None and framing.subscriber_id_from is not None:
        session.tell(_text(framing.register, agent))
        subscriber_id = _picked(session, framing.subscriber_id_from, seconds)
        if subscriber_id is None:
            raise EnvironmentTrouble(
                f"the registration of agents.{agent.role} brought no subscriber ID within {seconds:g} s: "
                "check packet.register and packet.subscriber_id_from"
            )
    session.use_packets(framing, subscriber_id or "")


def log_in(session: Session, agent: Agent, login: Exchangeable, seconds: float) -> None:
    """Send the login once and wait for its answer; raises `EnvironmentTrouble`. Never tries again."""
    values = template_values(agent)
    session.tell(session.framed(_text(login.request, agent)))
    if login.success is None:
        return
    refusal = None if login.failure is None else fill(login.failure, values)
    seen = _seen(session, fill(login.success, values), refusal, seconds)
    if seen == "success":
        return
    if session.harm is not None:
        raise EnvironmentTrouble(session.harm)
    how = {
        "failure": "was refused: check the agent's credentials",
        "closed": "ended with the endpoint closing the session: check the agent's credentials",
        "silence": f"was not answered within {seconds:g} s: check login.request and login.success",
    }[seen]
    raise EnvironmentTrouble(f"the login of agents.{agent.role} {how} (it is not tried again)")


def log_out(session: Session, agent: Agent, logout: Exchangeable, seconds: float) -> None:
    """Send the logout and wait for its answer where the profile names one."""
    session.expects_logout(None)
    session.tell(session.framed(_text(logout.request, agent)))
    if logout.success is None:
        return
    if _seen(session, fill(logout.success, template_values(agent)), None, seconds) == "silence":
        raise EnvironmentTrouble(f"the logout of agents.{agent.role} was not confirmed: check logout.success")


def _text(template: Mapping[str, Any], agent: Agent) -> str:
    return json.dumps(fill(template, template_values(agent)), ensure_ascii=False)


def _seen(session: Session, success: Mapping[str, Any], failure: Mapping[str, Any] | None, seconds: float) -> str:
    """Which came first: success, failure, the end of the session, or silence for so long."""
    deadline = time.monotonic() + seconds
    while not session.closed:
        message = session.hear_one(deadline - time.monotonic())
        if message is not None and failure is not None and holds(failure, message.parsed.value):
            return "failure"
        if message is not None and holds(success, message.parsed.value):
            return "success"
        if time.monotonic() >= deadline:
            return "silence"
    return "closed"


def _picked(session: Session, path: str, seconds: float) -> str | None:
    deadline = time.monotonic() + seconds
    while not session.closed and time.monotonic() < deadline:
        message = session.hear_one(deadline - time.monotonic())
        # As it came: the registration's answer may itself look like a packet.
        if message is not None and (found := packet.pick(path, message.raw.value)) is not None:
            return found
    return None
