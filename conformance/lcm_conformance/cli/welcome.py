"""What `mock` prints: who may log in, what to send, how to have it judged, and all that it can show."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from lcm_conformance.endpoint import Behaviour
from lcm_conformance.endpoint.behaviour import plan
from lcm_conformance.endpoint.faults import Row, all_faults, all_open, all_variants
from lcm_conformance.endpoint.readings import TOPIC
from lcm_conformance.endpoint.world import Agent, load_world
from lcm_conformance.report.command_line import command_line

DEFAULT_VERSION = "2308"


def welcome(url: str, behaviour: Behaviour) -> list[str]:
    """The lines for a mock that serves this behaviour at this URL."""
    profile = str(files("lcm_conformance.endpoint") / "profile.toml")
    command = ["lcm-conformance", "run", "--url", url, "--profile", profile]
    if behaviour.cm_version != DEFAULT_VERSION:
        command += ["--cm-version", behaviour.cm_version]
    agents = list(load_world().agents.values())
    return [
        f"Campaign Manager {behaviour.cm_version} on {url}",
        "",
        "Agents:",
        *(f"  {_about(agent)}" for agent in agents),
        "",
        f"What to send, as {agents[0].user_id}: login, request, logout",
        *(f"  {json.dumps(message)}" for message in _messages(agents[0], behaviour)),
        "",
        "Judge it:",
        f"  {command_line(command)}",
        "",
        "What is ignored, and why, is said on standard error. Ctrl-C stops it.",
    ]


def _messages(agent: Agent, behaviour: Behaviour) -> list[dict[str, Any]]:
    """Login, request and logout, as the vendor's pages have them."""
    data = {"username": agent.user_id, "password": agent.password, "extension": agent.extension}
    topic = TOPIC[plan(behaviour).readings["topic"]]
    asks = {"channel": "LCM", "topic": topic, "subtopic": "GetReservedContactOD", "source": "widget"}
    return [
        {"channel": "Cisco", "topic": "Agent", "subtopic": "SetUserInfo", "data": data},
        {**asks, "data": {"UserID": agent.user_id}},
        {"channel": "Cisco", "topic": "Connection", "subtopic": "Logout", "data": {"ReasonCodeId": "28"}},
    ]


def _about(agent: Agent) -> str:
    contact = f"contact {agent.contact['PhoneNumber']}" if agent.contact else "nothing reserved"
    return f"{agent.user_id:<9} password {agent.password:<16} extension {agent.extension}  {contact}"


def listing() -> list[str]:
    """Everything that it can be asked to show, a line each."""
    return [
        *("Faults:", *map(_line, all_faults()), ""),
        *("Variants, which conform:", *map(_line, all_variants()), ""),
        *("Open, of which nobody can tell:", *map(_line, all_open())),
    ]


def _line(row: Row) -> str:
    clauses = f" [{', '.join(row.clauses)}]" if row.clauses else ""
    return f"  {row.name}{clauses}: {row.says}"
