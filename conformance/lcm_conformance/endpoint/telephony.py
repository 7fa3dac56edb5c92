"""Logging agents in and out, as the telephony channel does it.

Called by the Campaign Manager with a turn whose frame is a login or logout. Either may take
a while: then it takes effect, and is confirmed, when its time has come.
"""

from __future__ import annotations

from collections.abc import Callable

from lcm_conformance.endpoint import answer
from lcm_conformance.endpoint.latency import Chance
from lcm_conformance.endpoint.mutations import Phase
from lcm_conformance.endpoint.session import Action
from lcm_conformance.endpoint.turn import Turn
from lcm_conformance.endpoint.world import Agent

Strike = Callable[[Phase, Turn], None]


def log_in(turn: Turn, strike: Strike, chance: Chance) -> str | None:
    """Log in whom the frame names. What is wrong with it, if anything."""
    agent = _authenticated(turn)

    def take_effect() -> None:
        if agent is None:
            turn.send(answer.login_error("Invalid username, password or extension"))
        else:
            _logged_in(turn, agent)
            strike(Phase.LOGIN, turn)

    _in_time(turn, chance.seconds("login"), take_effect)
    return None if agent else "login refused: wrong username, password or extension"


def _authenticated(turn: Turn) -> Agent | None:
    data = (turn.arrival.value or {}).get("data")
    if not isinstance(data, dict) or not isinstance(data.get("username"), str):
        return None
    agent = turn.world.agents.get(data["username"])
    right = agent and data.get("password") == agent.password and data.get("extension") == agent.extension
    return agent if right else None


def _logged_in(turn: Turn, agent: Agent) -> None:
    session = turn.session
    session.logged_out.discard(agent.user_id)
    if agent.user_id in session.logged_in:
        session.logged_in.remove(agent.user_id)
    session.logged_in.append(agent.user_id)
    turn.state.logged_out.discard(agent.user_id)
    turn.state.logged_in.add(agent.user_id)
    turn.state.logins += 1
    for event in answer.login_events(agent):
        turn.send(event)


def log_out(turn: Turn, strike: Strike, chance: Chance) -> str | None:
    """Log out everybody on the session. What is wrong with it, if anything."""
    if not turn.session.logged_in:
        return "logout ignored: nobody is logged in on this session"
    strike(Phase.LOGOUT, turn)
    seconds, turn.after = turn.after + chance.seconds("logout"), 0.0
    _in_time(turn, seconds, lambda: _logged_out(turn))
    return None


def _logged_out(turn: Turn) -> None:
    session = turn.session
    session.logged_out.update(session.logged_in)
    turn.state.logged_out.update(session.logged_in)
    turn.state.logged_in.difference_update(session.logged_in)
    session.logged_in.clear()
    session.since_logout = 0
    turn.state.logouts += 1
    if not turn.confirmed:
        turn.send(answer.logout_event())


def _in_time(turn: Turn, seconds: float, deed: Callable[[], None]) -> None:
    """Do it now, or as a later turn of the same frame."""
    if not seconds:
        deed()
        return

    def ring(now: float) -> list[Action]:
        turn.now, turn.actions = now, []
        deed()
        return turn.actions

    turn.later(seconds, ring)
