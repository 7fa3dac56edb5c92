"""The conditions under which a step strikes.

`CONDITIONS` look at the turn, `OCCASIONS` at how often the step had cause to strike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lcm_conformance.endpoint.turn import Turn


def _request(turn: Turn) -> Mapping[str, Any]:
    return turn.arrival.value or {}


CONDITIONS: Mapping[str, Callable[[Turn, Any], bool]] = {
    # counted over all contacts that the endpoint hands out
    "every": lambda turn, n: turn.state.contacts % n == 0,
    "first": lambda turn, wanted: (turn.state.contacts == 1) is wanted,
    "from": lambda turn, n: turn.state.contacts >= n,
    # counted over the contacts handed out on this session
    "over": lambda turn, n: turn.session.contacts > n,
    "session_reply": lambda turn, n: turn.session.contacts == n,
    "session_every": lambda turn, n: turn.session.contacts % n == 0,
    # counted over the proper requests that came on this session while an earlier one was unanswered
    "ahead": lambda turn, n: turn.session.ahead >= n,
    # counted over the requests on this session since its last logout
    "since_logout": lambda turn, n: turn.session.since_logout == n,
    # counted over all requests that the endpoint has read
    "asked": lambda turn, n: turn.state.requests >= n,
    "agent": lambda turn, user_id: turn.agent is not None and turn.agent.user_id == user_id,
    "was_logged_in": lambda turn, wanted: (
        (turn.agent is not None and turn.agent.user_id in turn.state.logged_out) is wanted
    ),
    # whether the request before it on this session was refused, or any was since login
    "after_refusal": lambda turn, wanted: turn.session.refused_last is wanted,
    "after_any_refusal": lambda turn, wanted: turn.session.refused_once is wanted,
    "is_logged_in": lambda turn, wanted: (
        (turn.agent is not None and turn.agent.user_id in turn.state.logged_in) is wanted
    ),
    "after_logout": lambda turn, wanted: (turn.state.logouts > 0) is wanted,
    "after_login": lambda turn, wanted: (turn.state.logins > 0) is wanted,
    # how the request was made
    "topic": lambda turn, topic: _request(turn).get("topic") == topic,
    "source": lambda turn, wanted: ("source" in _request(turn)) is wanted,
}
OCCASIONS: Mapping[str, Callable[[int, Any], bool]] = {
    "every": lambda number, n: number % n == 0,
    "first": lambda number, wanted: (number == 1) is wanted,
    "from": lambda number, n: number >= n,
}
