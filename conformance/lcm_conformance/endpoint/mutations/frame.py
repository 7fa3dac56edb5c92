"""Primitives that act when a frame arrives, before anything is asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from lcm_conformance.endpoint.mutations.step import Phase, primitive
from lcm_conformance.endpoint.turn import Turn


@primitive(Phase.FRAME, "on", "scope", "count")
def deafen(turn: Turn, params: Mapping[str, Any]) -> None:
    """After a frame with one of these oddities: no more contacts on this session, or on the next ones."""
    if not turn.arrival.oddities & set(params["on"]):
        return
    if params.get("scope", "session") == "session":
        turn.session.deaf = True
    else:
        turn.state.deaf_next = params.get("count", 1)
        turn.hang_up()


@primitive(Phase.FRAME, "on")
def close_on(turn: Turn, params: Mapping[str, Any]) -> None:
    """Close the session on a frame with one of these oddities."""
    if turn.arrival.oddities & set(params["on"]):
        turn.hang_up()


@primitive(Phase.FRAME, "code")
def close_with(turn: Turn, params: Mapping[str, Any]) -> None:
    """Close the session with this code in place of reading the frame."""
    turn.hang_up(code=params["code"])


@primitive(Phase.FRAME, "on")
def tell_others(turn: Turn, params: Mapping[str, Any]) -> None:
    """Tell every other session, now and before its next reply, of the UserID that came."""
    value = turn.arrival.value
    if value is None or not turn.arrival.oddities & set(params["on"]):
        return
    audit = {"channel": "LCM", "topic": turn.topic, "subtopic": "Audit", "data": {"UserID": value["data"]["UserID"]}}
    turn.state.overheard.append((turn.session.number, audit))
    for session in turn.state.sessions:
        if session is not turn.session:
            turn.send(json.dumps(audit), session)


@primitive(Phase.FRAME)
def repeat_overheard(turn: Turn, _params: Mapping[str, Any]) -> None:
    """Send what was overheard on other sessions, as if it were an answer."""
    for number, audit in turn.state.overheard:
        if number != turn.session.number:
            turn.send(json.dumps(audit))


@primitive(Phase.FRAME, "within")
def drop_equal_frames(turn: Turn, params: Mapping[str, Any]) -> None:
    """Do not read a frame that is equal to the one before it, if that came no more than so many seconds ago."""
    session = turn.session
    if turn.frame == session.last_frame and turn.now - session.last_frame_at <= params.get("within", float("inf")):
        turn.dropped = "equal to the frame before it: dropped by a fault or variant"
