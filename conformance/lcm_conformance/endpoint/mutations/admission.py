"""Primitives that decide whether a contact is handed out, and how a refusal looks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lcm_conformance.endpoint.mutations.step import Phase, primitive
from lcm_conformance.endpoint.request import look_up
from lcm_conformance.endpoint.turn import Turn
from lcm_conformance.endpoint.world import Agent


def _only_these(turn: Turn, params: Mapping[str, Any]) -> bool:
    return bool(turn.flaws) and turn.flaws <= set(params["flaws"])


@primitive(Phase.ADMISSION, "flaws", "give", has_cause=_only_these)
def overlook(turn: Turn, params: Mapping[str, Any]) -> None:
    """Answer in spite of these flaws, with the free contact or an agent's where `give` says so."""
    overlooked = turn.flaws & set(params["flaws"])
    turn.flaws -= overlooked
    if not overlooked or turn.flaws:
        return
    if params.get("give") == "free":
        turn.agent = Agent("", "", "", turn.world.free)
    elif "give" in params:
        turn.agent = turn.world.agents[params["give"]]


_LOOKED_UP = {"beginning": {"unknown-agent-longer"}, "end": {"unknown-agent-prefixed"}}


@primitive(Phase.ADMISSION, "by", has_cause=lambda turn, params: turn.flaws == _LOOKED_UP[params["by"]])
def find_agent(turn: Turn, params: Mapping[str, Any]) -> None:
    """Take a UserID that begins or ends with an agent's for that agent's, if they are logged in here."""
    if turn.flaws != _LOOKED_UP[params["by"]]:
        return
    found = look_up((turn.arrival.value or {})["data"]["UserID"], turn.world, params["by"])
    if found and found.user_id in turn.session.logged_in and found.contact:
        turn.agent = found
        turn.flaws.clear()


@primitive(Phase.ADMISSION, "member", "value")
def require(turn: Turn, params: Mapping[str, Any]) -> None:
    """Take only requests that have this member, and with this value where one is given."""
    request = turn.arrival.value or {}
    if params["member"] not in request or request[params["member"]] != params.get("value", request[params["member"]]):
        turn.flaws.add(f"no-{params['member']}")


@primitive(Phase.ADMISSION, "member")
def forbid(turn: Turn, params: Mapping[str, Any]) -> None:
    """Take only requests that do not have this member."""
    if params["member"] in (turn.arrival.value or {}):
        turn.flaws.add(f"no-{params['member']}")


@primitive(Phase.ADMISSION)
def resent_early(turn: Turn, _params: Mapping[str, Any]) -> None:
    """Never answer a session that asked before login."""
    if turn.session.asked_early and turn.session.logged_in:
        turn.flaws.add("asked-early")


@primitive(Phase.ADMISSION, "after")
def tire(turn: Turn, params: Mapping[str, Any]) -> None:
    """Answer no more than so many requests on one session."""
    if turn.session.contacts >= params["after"]:
        turn.flaws.add("spent")


@primitive(Phase.ADMISSION, "after", "of", "silently")
def use_up(turn: Turn, params: Mapping[str, Any]) -> None:
    """Hand out no more than so many contacts, of each agent or of `all` together; then say that there is none."""
    taken = turn.state.contacts if params.get("of") == "all" else None
    if taken is None:
        taken = turn.state.contacts_of[turn.agent.user_id] if turn.agent else 0
    if not turn.flaws and taken >= params["after"]:
        turn.flaws.add("spent" if params.get("silently") else "used-up")


@primitive(Phase.ADMISSION, "seconds")
def throttle(turn: Turn, params: Mapping[str, Any]) -> None:
    """Leave unanswered what comes within so many seconds of a refusal."""
    if turn.now - turn.session.refused_at < params["seconds"]:
        turn.flaws = {"throttled"}


@primitive(Phase.ADMISSION, "seconds")
def take(turn: Turn, params: Mapping[str, Any]) -> None:
    """Take so many seconds for each request, many at once."""
    turn.after += params["seconds"]


@primitive(Phase.ADMISSION, "seconds", "most")
def work_in_order(turn: Turn, params: Mapping[str, Any]) -> None:
    """Take so many seconds for each request, one after the other, those of all sessions and refused ones too.

    None waits longer than `most` seconds.
    """
    done = max(turn.state.busy_until, turn.now) + params["seconds"]
    turn.state.busy_until = min(done, turn.now + params.get("most", float("inf")))
    turn.after += turn.state.busy_until - turn.now


@primitive(Phase.ADMISSION, "reasons", "by", "seconds", "response", "message", "text", "code")
def refuse(turn: Turn, params: Mapping[str, Any]) -> None:
    """Say how, and after how many seconds, requests are refused for these reasons: see `answer.refusal`."""
    turn.forms |= dict.fromkeys(params["reasons"], params)
