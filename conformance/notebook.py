"""The notebook of one run: counts sessions and exchanges and keeps them. Many threads write it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from itertools import count

from conformance.transcript import Exchange, Journal
from conformance.transport import Harmful

RUN_BYTES = 512 * 1024 * 1024
"""What is kept of all that an endpoint sends in one run."""


@dataclass
class Notebook:
    """Counts sessions and exchanges of a run, and keeps the exchanges; safe for many threads."""

    journal: Journal = field(default_factory=Journal)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _sessions: count[int] = field(default_factory=lambda: count(1))
    _ids: count[int] = field(default_factory=lambda: count(1))
    _exchanges: dict[str, Exchange] = field(default_factory=dict)
    _received: int = 0

    def take(self, size: int) -> None:
        """Count what was received in the run; raises `Harmful` when it is more than can be kept."""
        with self._lock:
            self._received += size
            if self._received > RUN_BYTES:
                raise Harmful(f"the endpoint has sent more than {RUN_BYTES} bytes in this run")

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
