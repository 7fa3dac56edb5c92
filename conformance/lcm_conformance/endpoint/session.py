"""What the Campaign Manager remembers: one `Session` for each connection, one `State` for all.

Plain data for the protocol logic and the mutations; no sockets, no clock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(eq=False)
class Session:
    """One connection. Agents log in to it; `logged_in` keeps the order in which they did.

    `is_open` asks the socket: a client may be gone before the Campaign Manager is told.
    """

    number: int
    is_open: Callable[[], bool] = lambda: True
    logged_in: list[str] = field(default_factory=list)
    logged_out: set[str] = field(default_factory=set)
    asked_early: bool = False
    contacts: int = 0
    deaf: bool = False
    closing: bool = False


@dataclass
class State:
    """What is known across sessions.

    `contacts` counts the contacts handed out, `last` is the agent of the latest one and
    `last_at` its time in seconds; `deaf_next` is how many of the sessions to come will be deaf.
    """

    sessions: list[Session] = field(default_factory=list)
    opened: int = 0
    contacts: int = 0
    logins: int = 0
    logouts: int = 0
    last: str | None = None
    last_at: float = float("-inf")
    deaf_next: int = 0
    overheard: list[tuple[int, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Send:
    """Send a text on a session, `after` seconds from now, in so many fragments."""

    session: Session
    text: str
    after: float = 0.0
    fragments: int = 1


@dataclass(frozen=True)
class Close:
    """Close a session, once all that was to be sent on it before has been sent."""

    session: Session
    after: float = 0.0


Action = Send | Close
