"""Primitives that change how, when, how often and to whom a written reply is delivered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lcm_conformance.endpoint.answer import contact_message
from lcm_conformance.endpoint.mutations.step import Phase, primitive
from lcm_conformance.endpoint.session import Send
from lcm_conformance.endpoint.turn import Turn


@primitive(Phase.DELIVERY)
def withhold(turn: Turn, _params: Mapping[str, Any]) -> None:
    """Send nothing."""
    turn.replies.clear()


@primitive(Phase.DELIVERY, "times")
def repeat(turn: Turn, params: Mapping[str, Any]) -> None:
    """Send it so many times."""
    turn.replies *= params["times"]


@primitive(Phase.DELIVERY, "seconds")
def delay(turn: Turn, params: Mapping[str, Any]) -> None:
    """Send it so many seconds later."""
    turn.replies = [replace(reply, after=reply.after + params["seconds"]) for reply in turn.replies]


@primitive(Phase.DELIVERY, "seconds")
def repeat_late(turn: Turn, params: Mapping[str, Any]) -> None:
    """Send it once more, so many seconds later."""
    turn.replies += [replace(reply, after=reply.after + params["seconds"]) for reply in turn.replies]


@primitive(Phase.DELIVERY, "of", "seconds")
def add_contact(turn: Turn, params: Mapping[str, Any]) -> None:
    """Send the contact of an agent too, so many seconds later."""
    contact = turn.world.agents[params["of"]].contact
    text = json.dumps(contact_message(replace(turn, contact=dict(contact or {}))), ensure_ascii=False)
    turn.replies.append(Send(turn.session, text, turn.after + params["seconds"]))


@primitive(Phase.DELIVERY, "pieces")
def fragment(turn: Turn, params: Mapping[str, Any]) -> None:
    """Send it as one WebSocket message in so many fragments."""
    turn.replies = [replace(reply, fragments=params["pieces"]) for reply in turn.replies]


@primitive(Phase.DELIVERY, "before", "after")
def surround_with(turn: Turn, params: Mapping[str, Any]) -> None:
    """Send these other messages before and after it."""
    before = [Send(turn.session, text, turn.after) for text in params.get("before", [])]
    after = [Send(turn.session, text, turn.after) for text in params.get("after", [])]
    turn.replies = before + turn.replies + after


@primitive(Phase.DELIVERY)
def copy_to_own_sessions(turn: Turn, _params: Mapping[str, Any]) -> None:
    """Send it to every session where the agent is logged in."""
    own = [s for s in turn.state.sessions if turn.agent and turn.agent.user_id in s.logged_in and not s.closing]
    turn.replies = [replace(reply, session=session) for reply in turn.replies for session in own]


@primitive(Phase.DELIVERY)
def close_after(turn: Turn, _params: Mapping[str, Any]) -> None:
    """Close the session after it."""
    turn.session.closing = True


@primitive(Phase.LOGIN, "texts")
def say_at_login(turn: Turn, params: Mapping[str, Any]) -> None:
    """Send these messages unasked when an agent has logged in."""
    for text in params["texts"]:
        turn.send(text)


@primitive(Phase.FRAME, "texts")
def say_to_anything(turn: Turn, params: Mapping[str, Any]) -> None:
    """Send these messages whatever arrives, before it is looked at."""
    for text in params["texts"]:
        turn.send(text)
