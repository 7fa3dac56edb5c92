"""How many sessions an endpoint allows at once, and who is waiting for one."""

from __future__ import annotations

import threading
import time

from lcm_conformance.catalogue.verdict import EnvironmentTrouble
from lcm_conformance.drive.session import Session

IN_VAIN = 5  # connections in a row that came to nothing: each further one would be waited for as long
_TURN = 0.2  # seconds, after which whoever waits looks whether the run was interrupted
_SETTLED = 5.0
"""Seconds within which it is known what becomes of the sessions that are being opened."""
_UNCOUNTED = 0.1
"""Seconds until an endpoint should have counted a session as ended."""


class NoRoom(EnvironmentTrouble):
    """As many sessions are open as may be, and waiting for one of them to end would not help."""


class Room:
    """The places for sessions; `limit` is how many there are, fewer as soon as the endpoint refuses one beside others.

    `nobody_leaves`: whoever holds a session waits for whoever wants one, so that there is no use in waiting.
    `stop` ends all waiting.
    """

    def __init__(self, limit: int, stop: threading.Event) -> None:
        self.limit = limit
        self.nobody_leaves = False
        self.refusal = ""
        """How the endpoint refused a session, beside the fewest others; empty where it refused none."""
        self._stop = stop
        self._changed = threading.Condition()
        self._open: set[Session] = set()
        self._parked: list[Session] = []
        self._opening = 0
        self._most = 0
        self._too_early = 0
        self._unreached = 0

    @property
    def sessions(self) -> list[Session]:
        """Those that are open."""
        with self._changed:
            return list(self._open)

    def reserve(self, waits: bool) -> Session | None:
        """Reserve a place, as soon as there is one; or tell of a parked session that must be left first.

        Raises `NoRoom` where there is none and waiting has no sense, and `EnvironmentTrouble` where no more are opened.
        """
        with self._changed:
            while True:
                self._require_going_on()
                if len(self._open) + self._opening < max(1, self.limit):
                    self._opening += 1
                    return None
                if self._parked:
                    return self._parked[0]
                if self.nobody_leaves or not waits:
                    raise NoRoom(f"{len(self._open)} sessions are open, and no more may be")
                self._changed.wait(_TURN)

    def fill(self, session: Session) -> int:
        """A session has opened in a reserved place; returns how many others are open."""
        with self._changed:
            self._opening -= 1
            self._unreached = 0
            self._open.add(session)
            self._changed.notify_all()
            return len(self._open) - 1

    def stands(self, others: int) -> None:
        """A session was opened beside so many others, and left open."""
        with self._changed:
            self._most = max(self._most, others + 1)

    def give_back(self, reached: bool = True) -> None:
        """Nothing came of a reserved place; `reached`: somebody answered."""
        with self._changed:
            self._opening -= 1
            self._unreached += not reached
            self._changed.notify_all()

    def leave(self, session: Session) -> None:
        """A session has ended."""
        with self._changed:
            self._open.discard(session)
            if session in self._parked:
                self._parked.remove(session)
            self._changed.notify_all()

    def park(self, session: Session) -> None:
        """Keep a session for later, unless somebody else needs its place."""
        with self._changed:
            self._parked.append(session)
            self._changed.notify_all()

    def take(self, session: Session) -> bool:
        """Take a parked session back; False where its place was needed."""
        with self._changed:
            if session not in self._parked:
                return False
            self._parked.remove(session)
            return True

    def is_smaller(self, what: str) -> bool:
        """Whether trying again helps where the endpoint refused a session: not if it stood beside no others."""
        with self._changed:
            # Those that are being opened may be the ones that took the place.
            settled = time.monotonic() + _SETTLED
            while self._opening and time.monotonic() < settled and not self._stop.is_set():
                self._changed.wait(_TURN)
            others = len(self._open)
            if others and others < self._most and self._too_early < IN_VAIN:
                self._too_early += 1  # there was room for more: one that we closed may still be counted
                self._changed.wait(_UNCOUNTED)
            elif others:
                if others < self.limit or not self.refusal:
                    self.refusal = f"the endpoint refused a session beside {others} that were open ({what})"
                self.limit = max(1, min(self.limit, others))
                self._changed.notify_all()
            return others > 0

    def _require_going_on(self) -> None:
        if self._stop.is_set():
            raise EnvironmentTrouble("the run was interrupted")
        if self._unreached >= IN_VAIN:
            raise EnvironmentTrouble(f"{IN_VAIN} connections in a row came to nothing, so no more are tried")
