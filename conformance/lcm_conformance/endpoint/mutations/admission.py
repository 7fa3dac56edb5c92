"""Primitives that decide whether a contact is handed out, and how a refusal looks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lcm_conformance.endpoint.mutations.step import Phase, primitive
from lcm_conformance.endpoint.turn import Turn
from lcm_conformance.endpoint.world import Agent


@primitive(Phase.ADMISSION, "flaws", "give")
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


@primitive(Phase.ADMISSION, "reasons", "by")
def refuse(turn: Turn, params: Mapping[str, Any]) -> None:
    """Say how requests are refused for these reasons: a form of `lcm_conformance.endpoint.answer`."""
    turn.forms |= dict.fromkeys(params["reasons"], params["by"])
