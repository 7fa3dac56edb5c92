"""Primitives that act on sessions: how many there may be, when they begin, when agents log in and out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import count
from typing import Any

from lcm_conformance.endpoint.answer import contact_text, login_error, logout_event
from lcm_conformance.endpoint.mutations.step import Phase, primitive
from lcm_conformance.endpoint.session import Action, Alarm, Send
from lcm_conformance.endpoint.turn import Turn


@primitive(Phase.CONNECT, "most", "status")
def refuse_connections(turn: Turn, params: Mapping[str, Any]) -> None:
    """Refuse a handshake with this HTTP status while so many connections stand."""
    if len(turn.state.standing()) >= params["most"]:
        turn.status = params["status"]


@primitive(Phase.OPEN, "most", "code")
def close_connections(turn: Turn, params: Mapping[str, Any]) -> None:
    """Close a new connection with this code while so many others stand."""
    if len(turn.state.standing()) > params["most"]:
        turn.hang_up(code=params["code"])


@primitive(Phase.OPEN, "texts")
def say_at_start(turn: Turn, params: Mapping[str, Any]) -> None:
    """Send these texts as soon as a connection stands."""
    for text in params["texts"]:
        turn.send(text)


@primitive(Phase.OPEN, "seconds", "text", "binary")
def beat(turn: Turn, params: Mapping[str, Any]) -> None:
    """Send a text, or letters as a binary frame, again and again after so many seconds; {n} counts."""
    number = count(1)

    def frame() -> str | bytes:
        if "binary" in params:
            return str(params["binary"]).encode()
        return str(params["text"]).replace("{n}", str(next(number)))

    _repeat(turn, params["seconds"], lambda: [Send(turn.session, frame())])


@primitive(Phase.LOGIN, "seconds")
def push(turn: Turn, params: Mapping[str, Any]) -> None:
    """Send an agent who has logged in their contact, unasked, again and again after so many seconds."""
    user_id = turn.session.logged_in[-1]
    contact = turn.world.agents[user_id].contact
    if contact:
        sent = [Send(turn.session, contact_text(replace(turn, contact=dict(contact))))]
        _repeat(turn, params["seconds"], lambda: sent if user_id in turn.session.logged_in else [])


def _repeat(turn: Turn, seconds: float, deed: Callable[[], list[Send]]) -> None:
    def ring(_now: float) -> list[Action]:
        return [*deed(), Alarm(turn.session, seconds, ring)]

    turn.later(seconds, ring)


@primitive(Phase.LOGIN)
def push_at_login(turn: Turn, _params: Mapping[str, Any]) -> None:
    """Send an agent who has logged in their contact, unasked, once."""
    contact = turn.world.agents[turn.session.logged_in[-1]].contact
    if contact:
        turn.send(contact_text(replace(turn, contact=dict(contact))))


@primitive(Phase.LOGIN, "keep", "most")
def limit_sessions(turn: Turn, params: Mapping[str, Any]) -> None:
    """So many sessions for each agent (one): the newest closes the oldest, or is refused."""
    user_id, most = turn.session.logged_in[-1], params.get("most", 1)
    older = [s for s in turn.state.standing() if s is not turn.session and user_id in s.logged_in]
    if params["keep"] == "newest":
        for session in older[: max(0, len(older) + 1 - most)]:
            session.logged_in.remove(user_id)
            turn.hang_up(session)
    elif len(older) >= most:
        turn.session.logged_in.remove(user_id)
        turn.actions.clear()
        turn.send(login_error("Agent is already logged in"))
        turn.hang_up()


@primitive(Phase.LOGOUT, "seconds", "confirms_at_once")
def log_out_late(turn: Turn, params: Mapping[str, Any]) -> None:
    """Log out so many seconds after the logout came; confirm it then, or at once."""
    if params.get("confirms_at_once"):
        turn.send(logout_event())
        turn.confirmed = True
    turn.after += params["seconds"]


@primitive(Phase.LOGIN, "texts")
def say_at_login(turn: Turn, params: Mapping[str, Any]) -> None:
    """Send these messages unasked when an agent has logged in."""
    for text in params["texts"]:
        turn.send(text)


@primitive(Phase.FRAME, "texts", "binary")
def say_to_anything(turn: Turn, params: Mapping[str, Any]) -> None:
    """Send these messages, and letters as a binary frame, whatever arrives, before it is looked at."""
    for text in params["texts"]:
        turn.send(text)
    if "binary" in params:
        turn.send(params["binary"].encode())
