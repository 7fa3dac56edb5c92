"""What keeps a request for a contact from being answered, as a set of named flaws.

Called by the Campaign Manager. No flaws means that a contact is due. The names are fine
enough for a fault to overlook one of them and no other.
"""

from __future__ import annotations

from typing import Any

from lcm_conformance.endpoint.readings import TOPIC
from lcm_conformance.endpoint.session import Session
from lcm_conformance.endpoint.world import Agent, World

CHANNEL = "LCM"
_EMPTY = {"string": "empty", "array": "empty-array"}
SUBTOPIC = "GetReservedContactOD"


def address_flaws(value: dict[str, Any]) -> set[str]:
    """Flaws of channel, topic and subtopic (the page's Request Parameters)."""
    wanted = {"channel": {CHANNEL}, "topic": set(TOPIC.values()), "subtopic": {SUBTOPIC}}
    found = {_address_flaw(value, name, spellings) for name, spellings in wanted.items()}
    return {flaw for flaw in found if flaw}


def _address_flaw(value: dict[str, Any], name: str, spellings: set[str]) -> str | None:
    if name not in value:
        return f"{name}-missing"
    given = value[name]
    if not isinstance(given, str):
        return f"{name}-null" if given is None else f"{name}-type"
    if given in spellings:
        return None
    if not given:
        return f"{name}-empty"
    if given.lower() in {spelling.lower() for spelling in spellings}:
        return f"{name}-case"
    return f"{name}-longer" if given.startswith(tuple(spellings)) else f"{name}-other"


def data_flaws(value: dict[str, Any]) -> set[str]:
    """Flaws of `data` and its `UserID` (the page's Data Parameters): one at most."""
    if "data" not in value:
        return {"data-missing"}
    data = value["data"]
    if not isinstance(data, dict):
        return {f"data-{_EMPTY[_shape(data)]}" if data in ("", []) else f"data-{_shape(data)}"}
    if "UserID" not in data:
        return {"user-id-missing"}
    user_id = data["UserID"]
    if isinstance(user_id, str):
        return set() if user_id else {"user-id-empty"}
    return {f"user-id-{_shape(user_id)}"}


def _shape(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "json-text" if value.lstrip().startswith(("{", "[")) else "string"
    return "array" if isinstance(value, list) else "object"


def named_agent(value: dict[str, Any], world: World) -> Agent | None:
    """The agent whom a well-formed request names, if there is one."""
    data = value.get("data")
    user_id = data.get("UserID") if isinstance(data, dict) else None
    return world.agents.get(user_id) if isinstance(user_id, str) else None


def look_up(user_id: str, world: World, by: str) -> Agent | None:
    """The agent with whose ID this one begins or ends."""
    fits = user_id.startswith if by == "beginning" else user_id.endswith
    return next((agent for known, agent in world.agents.items() if fits(known)), None)


def _unknown(user_id: str, world: World) -> str:
    """In which way an ID that nobody has is wrong."""
    if not user_id.strip():
        return "unknown-agent-blank"
    if look_up(user_id, world, "beginning"):
        return "unknown-agent-longer"
    return "unknown-agent-prefixed" if look_up(user_id, world, "end") else "unknown-agent"


def agent_flaws(
    session: Session, value: dict[str, Any], asker: Agent | None, world: World, oddities: frozenset[str]
) -> set[str]:
    """Flaws of who is asked for: logged in on this session, known, with a reservation."""
    found, named = set(), named_agent(value, world)
    if not session.logged_in:
        found.add("logged-out" if session.logged_out else "no-login")
    elif named and named.user_id not in session.logged_in:
        found.add("logged-out" if named.user_id in session.logged_out else "other-agent")
    if not named and not data_flaws(value):
        found |= oddities & {"hostile-id", "long-id"} or {_unknown(value["data"]["UserID"], world)}
    elif asker and not asker.contact:
        found.add("nothing-reserved")
    return found
