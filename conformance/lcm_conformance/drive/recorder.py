"""Writes down all that is asked and comes in one run, safe for many threads, and hands it on as a recording."""

from __future__ import annotations

import sys
import threading
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from lcm_conformance.record.transcript import Event, Exchange, Kind, Phase, Recording, Silence
from lcm_conformance.transport import Harmful

RUN_FRAMES = 50_000
RUN_BYTES = 128 * 1024 * 1024
"""What is taken of all that an endpoint sends in one run. Equal frames are kept once, so what differs is less:"""
RUN_KEPT = 32 * 1024 * 1024
RUN_VALUES = 1_000_000
"""Bytes of memory that different frames may take as text, and the JSON values and names in them."""


def in_bytes(frame: str) -> int:
    """How long a frame was on the wire, without its head."""
    return len(frame) if frame.isascii() else len(frame.encode("utf-8", "surrogatepass"))


class Recorder:
    """The events, exchanges and silences of one run while they grow. `is_full`: more has come than can be kept."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._events: list[Event] = []
        self._exchanges: dict[str, Exchange] = {}
        self._received: dict[str, list[Event]] = defaultdict(list)
        self._by_session: dict[str, list[str]] = defaultdict(list)
        self._silences: list[Silence] = []
        self._notices: dict[str, None] = {}
        self._texts: dict[str, str] = {}
        self._memory: dict[str, Any] = {}
        self._sessions = 0
        self.is_full = False
        self._taken = dict.fromkeys(
            ("frames", "bytes", "bytes in different frames", "JSON values in different frames"), 0
        )

    def session_id(self) -> str:
        """The id of one more session."""
        with self._lock:
            self._sessions += 1
            return f"s-{self._sessions}"

    def take(self, frame: str) -> None:
        """Count what was received in the run; raises `Harmful` when it is more than can be kept."""
        with self._lock:
            is_new = frame not in self._texts
            self._texts.setdefault(frame, frame)
            counts = (1, in_bytes(frame), is_new * sys.getsizeof(frame), is_new * sum(map(frame.count, ",:[{")))
            bounds = (RUN_FRAMES, RUN_BYTES, RUN_KEPT, RUN_VALUES)
            for (what, taken), count, most in zip(list(self._taken.items()), counts, bounds, strict=True):
                self._taken[what] = taken + count
                if taken + count > most:
                    self.is_full = True
                    raise Harmful(f"the endpoint has sent more than {most} {what} in this run")

    def note(
        self,
        kind: Kind,
        session: str,
        agent: str,
        frame: str | None = None,
        note: str | None = None,
        exchange: str | None = None,
        phase: Phase | None = None,
        binary: bool = False,
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
                phase=phase,
                binary=binary,
                memory=self._memory,
            )
            self._events.append(event)
            if exchange is not None and kind is Kind.RECEIVED:
                self._received[exchange].append(event)
            return event

    @property
    def quiet(self) -> float:
        """Seconds since anything was said or heard, or a session opened or ended; 0 before."""
        with self._lock:
            return time.monotonic() - self._events[-1].clock if self._events else 0.0

    def begin(self, exchange: Exchange) -> Exchange:
        """Keep one more exchange, under a new id."""
        with self._lock:
            kept = replace(exchange, id=f"x-{len(self._exchanges) + 1:04d}")
            self._exchanges[kept.id] = kept
            self._by_session[kept.session].append(kept.id)
            return kept

    def change(self, name: str, **fields: Any) -> None:
        """Change what is known of an exchange."""
        with self._lock:
            self._exchanges[name] = replace(self._exchanges[name], **fields)

    def exchange(self, name: str) -> Exchange:
        """An exchange with what has come in it so far."""
        with self._lock:
            return self._whole(name)

    def on(self, session: str) -> tuple[Exchange, ...]:
        """The exchanges of a session so far."""
        with self._lock:
            return tuple(map(self._whole, self._by_session[session]))

    def add_silence(self, silence: Silence) -> None:
        """Keep a silence that was listened to."""
        with self._lock:
            self._silences.append(silence)

    def notice(self, line: str) -> None:
        """A line that every report must show; once."""
        with self._lock:
            self._notices[line] = None

    def events(self) -> tuple[Event, ...]:
        """All events so far."""
        with self._lock:
            return tuple(self._events)

    def exchanges(self) -> tuple[Exchange, ...]:
        """All exchanges so far."""
        with self._lock:
            return tuple(map(self._whole, self._exchanges))

    def recording(
        self,
        left_out: Mapping[str, str],
        troubles: Mapping[str, str],
        trouble: str | None = None,
        unmet: Mapping[str, str] | None = None,
    ) -> Recording:
        """What is known so far, immutable."""
        with self._lock:
            return Recording(
                events=tuple(self._events),
                exchanges=tuple(map(self._whole, self._exchanges)),
                silences=tuple(self._silences),
                left_out=dict(left_out),
                troubles=dict(troubles),
                trouble=trouble,
                unmet=dict(unmet or {}),
                notices=tuple(self._notices),
            )

    def _whole(self, name: str) -> Exchange:
        return replace(self._exchanges[name], received=tuple(self._received[name]))
