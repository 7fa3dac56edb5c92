"""The notebook of one run: counts sessions and exchanges and keeps them. Many threads write it."""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass, field
from itertools import count

from lcm_conformance.record.transcript import Exchange, Journal
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


@dataclass
class Notebook:
    """Counts sessions and exchanges of a run, and keeps the exchanges; safe for many threads."""

    journal: Journal = field(default_factory=Journal)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _sessions: count[int] = field(default_factory=lambda: count(1))
    _ids: count[int] = field(default_factory=lambda: count(1))
    _exchanges: dict[str, Exchange] = field(default_factory=dict)
    _frames: int = 0
    _received: int = 0
    _kept: int = 0
    _values: int = 0

    def take(self, frame: str) -> None:
        """Count what was received in the run; raises `Harmful` when it is more than can be kept."""
        is_new, size = self.journal.is_new(frame), in_bytes(frame)
        with self._lock:
            self._frames += 1
            self._received += size
            if is_new:
                self._kept += sys.getsizeof(frame)
                self._values += sum(map(frame.count, ",:[{"))
            for counted, most, what in (
                (self._frames, RUN_FRAMES, "frames"),
                (self._received, RUN_BYTES, "bytes"),
                (self._kept, RUN_KEPT, "bytes in different frames"),
                (self._values, RUN_VALUES, "JSON values in different frames"),
            ):
                if counted > most:
                    raise Harmful(f"the endpoint has sent more than {most} {what} in this run")

    def session_id(self) -> str:
        with self._lock:
            return f"s-{next(self._sessions)}"

    def exchange_id(self) -> str:
        with self._lock:
            return f"x-{next(self._ids):04d}"

    def keep(self, exchange: Exchange) -> Exchange:
        """Keep an exchange; one of the same id is replaced."""
        with self._lock:
            self._exchanges[exchange.id] = exchange
        return exchange

    def exchanges(self) -> tuple[Exchange, ...]:
        with self._lock:
            return tuple(self._exchanges[name] for name in sorted(self._exchanges))
