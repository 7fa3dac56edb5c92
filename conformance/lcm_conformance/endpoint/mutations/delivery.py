"""Primitives that change how, when, how often and to whom a written reply is delivered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lcm_conformance.endpoint.answer import contact_text
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
    text = contact_text(replace(turn, contact=dict(contact or {})))
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


@primitive(Phase.DELIVERY, "among")
def copy_to_others(turn: Turn, params: Mapping[str, Any]) -> None:
    """Send it to every other session too: to `all` of them, or those where the same `topic` was asked under."""
    topic = (turn.arrival.value or {}).get("topic")
    others = [s for s in turn.state.standing() if s is not turn.session]
    if params["among"] == "topic":
        others = [session for session in others if topic in session.topics]
    turn.replies += [replace(reply, session=session) for reply in turn.replies for session in others]


@primitive(Phase.DELIVERY, "subtopic", "first", "seconds")
def copy_under(turn: Turn, params: Mapping[str, Any]) -> None:
    """Send it under another subtopic too, before it or so many seconds after it."""
    text = json.dumps({**turn.message, "subtopic": params["subtopic"]}, ensure_ascii=False)
    later = params.get("seconds", 0.0)
    copies = [replace(reply, text=text, after=reply.after + later) for reply in turn.replies]
    turn.replies = [*copies, *turn.replies] if params.get("first") else [*turn.replies, *copies]


@primitive(Phase.ANSWERED, "seconds")
def say_again(turn: Turn, params: Mapping[str, Any]) -> None:
    """Send whatever goes out, refusals too, once more so many seconds later."""
    said = [action for action in turn.actions if isinstance(action, Send)]
    turn.actions += [replace(action, after=action.after + params["seconds"]) for action in said]


@primitive(Phase.DELIVERY)
def fall_silent(turn: Turn, _params: Mapping[str, Any]) -> None:
    """Send nothing, and nothing more on this session."""
    turn.replies.clear()
    turn.session.deaf = True


@primitive(Phase.DELIVERY)
def close_after(turn: Turn, _params: Mapping[str, Any]) -> None:
    """Close the session after it."""
    turn.session.closing = True
