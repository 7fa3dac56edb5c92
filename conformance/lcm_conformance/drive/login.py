"""What an agent says on a session before and after asking: registration, login, logout, each with its answer.

A login is sent once; what came of it is said in `EnvironmentTrouble`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from lcm_conformance.catalogue.verdict import EnvironmentTrouble
from lcm_conformance.drive.mismatch import instead, listed
from lcm_conformance.drive.session import Session
from lcm_conformance.profile import Agent, Exchangeable, Packet, fill, holds, template_values
from lcm_conformance.record import packet
from lcm_conformance.record.reply import Message


def register(session: Session, agent: Agent, framing: Packet, seconds: float) -> None:
    """Have a session talk in packets from now on; registers first where the profile says how."""
    subscriber_id = framing.subscriber_id
    if framing.register is not None and framing.subscriber_id_from is not None:
        session.tell(_text(framing.register, agent))
        subscriber_id, heard = _picked(session, framing.subscriber_id_from, seconds)
        if subscriber_id is None:
            came = f"; {listed(heard)} came, without {framing.subscriber_id_from}" if heard else ""
            raise EnvironmentTrouble(
                f"the registration of agents.{agent.role} brought no subscriber ID within {seconds:g} s: "
                f"check packet.register and packet.subscriber_id_from{came}"
            )
    session.use_packets(framing, subscriber_id or "")


def log_in(session: Session, agent: Agent, login: Exchangeable, seconds: float) -> None:
    """Send the login once and wait for its answer; raises `EnvironmentTrouble`. Never tries again."""
    values = template_values(agent)
    session.tell(session.framed(_text(login.request, agent)))
    if login.success is None:
        return
    success = fill(login.success, values)
    refusal = None if login.failure is None else fill(login.failure, values)
    seen, heard = _seen(session, success, refusal, seconds)
    if seen == "success":
        return
    if session.harm is not None:
        raise EnvironmentTrouble(session.harm)
    how = {
        "failure": "was refused: check the agent's credentials",
        "closed": "ended with the endpoint closing the session: check the agent's credentials",
        "silence": f"was not answered within {seconds:g} s: check login.request and login.success",
        "otherwise": f"was not answered as login.success says within {seconds:g} s: correct it, "
        "or describe a refusal as login.failure",
    }["otherwise" if seen == "silence" and heard else seen]
    came = f"; {listed(heard[-1:])} came" if seen == "failure" else _came(session, heard, success)
    raise EnvironmentTrouble(f"the login of agents.{agent.role} {how} (it is not tried again){came}")


def log_out(session: Session, agent: Agent, logout: Exchangeable, seconds: float) -> None:
    """Send the logout and wait for its answer where the profile names one."""
    session.expects_logout(None)
    session.tell(session.framed(_text(logout.request, agent)))
    if logout.success is None:
        return
    success = fill(logout.success, template_values(agent))
    seen, heard = _seen(session, success, None, seconds)
    if seen == "silence":
        raise EnvironmentTrouble(
            f"the logout of agents.{agent.role} was not confirmed: check logout.success{_came(session, heard, success)}"
        )


def _came(session: Session, heard: Sequence[Message], awaited: Mapping[str, Any]) -> str:
    """What came in place of an awaited message."""
    came = ([instead(heard, awaited)] if heard else []) + ([f"{session.farewell} came"] if session.farewell else [])
    return "".join(f"; {what}" for what in came)


def _text(template: Mapping[str, Any], agent: Agent) -> str:
    return json.dumps(fill(template, template_values(agent)), ensure_ascii=False)


def _seen(
    session: Session, success: Mapping[str, Any], failure: Mapping[str, Any] | None, seconds: float
) -> tuple[str, list[Message]]:
    """Which came first: success, failure, the end of the session, or silence for so long; and what came till then."""
    heard: list[Message] = []
    deadline = time.monotonic() + seconds
    while not session.is_over:
        message = session.hear_one(deadline - time.monotonic())
        if message is not None:
            heard.append(message)
            for word, awaited in (("failure", failure), ("success", success)):
                if awaited is not None and holds(awaited, message.parsed.value):
                    return word, heard
        if time.monotonic() >= deadline:
            break
    return ("closed" if session.closed else "silence"), heard


def _picked(session: Session, path: str, seconds: float) -> tuple[str | None, list[Message]]:
    """The subscriber ID, and the messages that came until it did."""
    heard: list[Message] = []
    deadline = time.monotonic() + seconds
    while not session.is_over and time.monotonic() < deadline:
        message = session.hear_one(deadline - time.monotonic())
        if message is None:
            continue
        heard.append(message)
        # As it came: the registration's answer may itself look like a packet.
        if (found := packet.pick(path, message.raw.value)) is not None:
            return found, heard
    return None, heard
