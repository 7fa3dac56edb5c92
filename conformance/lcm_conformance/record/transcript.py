"""What was sent and received, in order. No `repr` shows it: pytest may write those of fixtures into its logs.

A recorder writes it while a run asks, or a reader finds it in a file; what either hands on, and all that the
judge ever sees, is an immutable `Recording`. Nothing here opens a socket or knows a verdict.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from lcm_conformance.catalogue.probes import Part
from lcm_conformance.catalogue.request import Way
from lcm_conformance.record.folded import NOTHING, Folded

BY_THEM = "by the endpoint"
"""With this begins the note of a CLOSED event of a session that the suite did not end."""
CUT = "the line was cut"
"""In the note of a CLOSED event: no close frame came, so it may have been the network."""


class Kind(StrEnum):
    """What a transcript line reports (the `event` of the contract)."""

    OPENED = "opened"
    SENT = "sent"
    RECEIVED = "received"
    CLOSED = "closed"
    ERROR = "error"


class Phase(StrEnum):
    """What a session was at when something was said that belongs to no request."""

    LOGIN = "login"
    LOGOUT = "logout"
    REGISTRATION = "registration"
    PRECONDITION = "precondition"


@dataclass(frozen=True)
class Event:
    """One frame or event. `clock` is a monotonic time in seconds, `frame` the text as on the wire.

    `exchange` is the request of the session that was the last when it happened, if there was one; what comes or is sent
    for a login or logout has a `phase` instead. `binary`: the frame was a binary one. `memory` holds, by text, what
    reading a frame has come to: for all events of a recording, since texts come again.
    """

    number: int
    at: datetime
    clock: float
    session: str
    agent: str
    kind: Kind
    frame: str | None = field(default=None, repr=False)
    note: str | None = field(default=None, repr=False)
    exchange: str | None = None
    phase: Phase | None = None
    binary: bool = False
    memory: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def is_their_end(self) -> bool:
        """Whether the session ended here, and not by the suite's doing."""
        return self.kind is Kind.CLOSED and (self.note or "").startswith(BY_THEM)


@dataclass(frozen=True)
class Exchange:
    """One request and all that came on its session until the next request, login or logout there, or its end.

    `agent` is the role that is logged in there, `asks_for` the role whose ID the request carries. `form` is the way in
    which the request is wrong, None for a proper one. `closed` says that the endpoint ended the session meanwhile;
    `trouble`, that the request could not be made (the environment's line, without its prefix). `controls` are, for a
    CONTROL or REVIVAL, the exchanges whose silence it gives a meaning to.
    """

    id: str
    probe: str
    part: Part
    session: str
    agent: str
    asks_for: str | None
    request: str = field(repr=False)
    sent: float
    received: tuple[Event, ...]
    ended: float
    way: Way | None = None
    form: str | None = None
    lane: str | None = None
    closed: bool = False
    trouble: str | None = field(default=None, repr=False)
    controls: tuple[str, ...] = ()


@dataclass(frozen=True)
class Silence:
    """A time in which a session was listened to and nothing was asked on it, after the requests that it covers.

    `start` and `end` are on the clock of the events; `broken`: the session ended within.
    """

    session: str
    start: float
    end: float
    covers: tuple[str, ...]
    broken: bool = False


@dataclass(frozen=True)
class Recording:
    """Everything a run learnt from the endpoint. `trouble` ended the asking early.

    `left_out` and `troubles` name the probes that were not asked, or that the environment prevented, each with its
    line. `unmet` are the roles whose precondition is known not to hold, each with the reason. `notices` are lines that
    every report must show. `folded` says how much more there was like some of the exchanges.
    """

    events: tuple[Event, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    silences: tuple[Silence, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    troubles: Mapping[str, str] = field(default_factory=dict, repr=False)
    trouble: str | None = field(default=None, repr=False)
    unmet: Mapping[str, str] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    folded: Folded = NOTHING

    def of(self, probe: str) -> tuple[Exchange, ...]:
        """The exchanges of one probe, in the order in which they were asked."""
        return tuple(x for x in self.exchanges if x.probe == probe)

    @cached_property
    def ended(self) -> frozenset[str]:
        """The sessions that the endpoint ended, with a request of ours still open or in between."""
        in_place_of_an_answer = {exchange.session for exchange in self.exchanges if exchange.closed}
        return frozenset(in_place_of_an_answer.union(event.session for event in self.events if event.is_their_end))

    def on(self, session: str) -> tuple[Exchange, ...]:
        """The exchanges of one session, in order."""
        return self._by_session.get(session, ())

    @cached_property
    def _by_session(self) -> dict[str, tuple[Exchange, ...]]:
        found: dict[str, list[Exchange]] = {}
        for exchange in self.exchanges:
            found.setdefault(exchange.session, []).append(exchange)
        return {session: tuple(exchanges) for session, exchanges in found.items()}
