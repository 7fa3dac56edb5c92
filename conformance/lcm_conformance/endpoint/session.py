"""What the Campaign Manager remembers: one `Session` for each connection, one `State` for all.

Plain data for the protocol logic and the mutations; no sockets, no clock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(eq=False)
class Session:
    """One connection. Agents log in to it; `logged_in` keeps the order in which they did.

    `is_open` asks the socket: a client may be gone before the Campaign Manager is told.
    `due` is when the last answer to a proper request goes out, `ahead` how many such requests
    came while an earlier one was unanswered; `refused_last` is whether its last request was refused,
    `refused_once` whether any of an agent logged in was. Times are in seconds of the clock of `receive`.
    """

    number: int
    is_open: Callable[[], bool] = lambda: True
    logged_in: list[str] = field(default_factory=list)
    logged_out: set[str] = field(default_factory=set)
    asked_early: bool = False
    contacts: int = 0
    deaf: bool = False
    closing: bool = False
    due: float = float("-inf")
    ahead: int = 0
    since_logout: int = 0
    refused_at: float = float("-inf")
    refused_last: bool = False
    refused_once: bool = False
    last_frame: str | bytes | None = None
    last_frame_at: float = float("-inf")
    topics: set[str] = field(default_factory=set)


@dataclass
class State:
    """What is known across sessions.

    `requests` counts what was taken for a request, `contacts` the contacts handed out,
    `contacts_of` those of each agent; `last` is the agent of the latest one and `last_at` its time
    in seconds; `deaf_next` is how many of the sessions to come will be deaf, `busy_until` when the
    last request will have been worked off. `logged_in` are the agents who have logged in, on
    whatever session, `logged_out` those who have logged out since; `occasions` counts, for each
    step that strikes at some of them only, how often it had cause to.
    """

    sessions: list[Session] = field(default_factory=list)
    opened: int = 0
    requests: int = 0
    contacts: int = 0
    contacts_of: Counter[str] = field(default_factory=Counter)
    logins: int = 0
    logouts: int = 0
    logged_in: set[str] = field(default_factory=set)
    logged_out: set[str] = field(default_factory=set)
    last: str | None = None
    last_at: float = float("-inf")
    busy_until: float = float("-inf")
    deaf_next: int = 0
    overheard: list[tuple[int, Any]] = field(default_factory=list)
    occasions: Counter[int] = field(default_factory=Counter)

    def standing(self) -> list[Session]:
        """The sessions that are open on both sides, the oldest first."""
        return [session for session in self.sessions if session.is_open() and not session.closing]


@dataclass(frozen=True)
class Send:
    """Send a text, or bytes as a binary frame, `after` seconds from now, in so many fragments."""

    session: Session
    text: str | bytes
    after: float = 0.0
    fragments: int = 1


@dataclass(frozen=True)
class Close:
    """Close a session, once all that was due on it before has been sent."""

    session: Session
    after: float = 0.0
    code: int = 1000


@dataclass(frozen=True)
class Alarm:
    """Call `ring` with the time `after` seconds from now, if the session still stands; then do what it answers."""

    session: Session
    after: float
    ring: Callable[[float], list[Action]]


Action = Send | Close | Alarm
