"""What was sent and received, in order. No `repr` shows it: pytest may write those of fixtures into its logs.

The driver writes a `Journal` while it asks; what it hands on, and all that the judge ever
sees, is an immutable `Recording`. Nothing here opens a socket or knows a verdict.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from lcm_conformance.catalogue.probes import Part
from lcm_conformance.catalogue.request import Way


class Kind(StrEnum):
    """What a transcript line reports (the `event` of the contract)."""

    OPENED = "opened"
    SENT = "sent"
    RECEIVED = "received"
    CLOSED = "closed"
    ERROR = "error"


@dataclass(frozen=True)
class Event:
    """One frame or event. `clock` is a monotonic time in seconds, `frame` the text as on the wire.

    `memory` holds, by text, what reading a frame has come to: for all events of a journal, since texts come again.
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
    probe: str | None = None
    memory: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True)
class Exchange:
    """One request and all that arrived on its session until the next one.

    `agent` is the role that is logged in there, `asks_for` the role whose ID the request
    carries. `closed` says that the endpoint ended the session; `trouble`, that the request
    could not be made (the environment's line, without its prefix). `controls` is, for a CONTROL
    or REVIVAL, the id of the exchange whose silence it gives a meaning to. `variant` numbers the
    requests of one probe; `standard_way` is False where the run's way of asking was left.
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
    closed: bool = False
    trouble: str | None = field(default=None, repr=False)
    standard_way: bool = True
    variant: int = 0
    controls: str | None = None


@dataclass(frozen=True)
class Recording:
    """Everything a run learnt from the endpoint. `trouble` ended the asking early.

    `answered_ways` are the ways of asking that were tried and answered, `tried_ways` all that
    were tried. `reusable`: a second proper request on one session was answered too. `shared`:
    an agent may have several sessions at once without one disturbing the other.
    `together`: two agents had sessions at the same time. `lost_together`: the exchanges that stayed
    without a contact while an agent had several sessions, and were asked again one after the other.
    `lost_line`: the exchange in which the line was cut for the first time, and which was done again.
    `untested` and `troubles` name the probes that were not asked, or that the environment
    prevented, each with its line.
    """

    events: tuple[Event, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    way: Way | None = None
    tried_ways: tuple[Way, ...] = ()
    answered_ways: tuple[Way, ...] = ()
    reusable: bool = False
    shared: bool = False
    together: bool = False
    lost_together: tuple[str, ...] = ()
    lost_line: str | None = None
    untested: Mapping[str, str] = field(default_factory=dict)
    troubles: Mapping[str, str] = field(default_factory=dict, repr=False)
    trouble: str | None = field(default=None, repr=False)
    unmet: Mapping[str, str] = field(default_factory=dict)

    def of(self, probe: str) -> tuple[Exchange, ...]:
        """The exchanges of one probe, in the order in which they were asked."""
        return tuple(x for x in self.exchanges if x.probe == probe)


class Journal:
    """The transcript while it grows; safe to write from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._events: list[Event] = []
        self._texts: dict[str, str] = {}
        self._memory: dict[str, Any] = {}

    def is_new(self, frame: str) -> bool:
        """Whether no frame of this text has come yet; equal ones are kept once from now on."""
        with self._lock:
            known = len(self._texts)
            self._texts.setdefault(frame, frame)
            return len(self._texts) > known

    def add(
        self,
        kind: Kind,
        session: str,
        agent: str,
        frame: str | None = None,
        note: str | None = None,
        exchange: str | None = None,
        probe: str | None = None,
    ) -> Event:
        """Append one event, stamped now."""
        with self._lock:
            event = Event(
                number=len(self._events) + 1,
                at=datetime.now(UTC),
                clock=time.monotonic(),
                session=session,
                agent=agent,
                kind=kind,
                frame=None if frame is None else self._texts.get(frame, frame),
                note=note,
                exchange=exchange,
                probe=probe,
                memory=self._memory,
            )
            self._events.append(event)
            return event

    def events(self) -> tuple[Event, ...]:
        """All events so far."""
        with self._lock:
            return tuple(self._events)
