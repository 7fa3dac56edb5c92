"""Where a wrong request ends its session: a close is a whole answer, and the control is on a new session."""

from __future__ import annotations

import time
from collections.abc import Sequence

from lcm_conformance.catalogue.probes import Part
from lcm_conformance.drive.asking import control_elsewhere
from lcm_conformance.drive.lane import Lane
from lcm_conformance.drive.slow_way import SlowWay
from lcm_conformance.drive.wrong import Wrong, sparse

_AT_LEAST = 0.1
"""Seconds that a session is given to close, at least."""
_CLOSES = 1.5
"""A session is given so many times as long to close as the first close took."""


class Closing:
    """Asks on one lane, and learns how long a close takes."""

    def __init__(self, lane: Lane, slow: SlowWay) -> None:
        self._lane = lane
        self._inquiry = lane.inquiry
        self._slow = slow
        self._patience: float | None = None

    def closes(self, wrong: Wrong, elapsed: float) -> bool:
        """Whether a form ends its session; how long that takes is what a session is given from now on."""
        self._lane.fresh()
        self._patience = self._ask_closing(wrong, self._patient(elapsed * _CLOSES))
        return self._patience is not None

    def _patient(self, seconds: float) -> float:
        pace = self._inquiry.pace
        return min(max(seconds, _AT_LEAST), pace.silence)

    def ask_where_some_close(self, wanted: Sequence[Wrong], most: float) -> list[Wrong]:
        """Where a wrong request may end its session: a close is a whole answer, and the control is on a new session.

        A session is given as long to close as the first close took, `most` where that is not known. Returns the forms
        that close nothing.
        """
        patience = self._patient(most * _CLOSES if self._patience is None else self._patience * _CLOSES)
        quiet: list[Wrong] = []
        for wrong in sparse(wanted):
            if self._lane.is_tired or self._inquiry.pool.stop.is_set():
                break
            if self._ask_closing(wrong, patience) is None:
                quiet.append(wrong)
        self._lane.pending.clear()  # they are asked again, in a row that a silence ends
        self._lane.fresh()
        return quiet

    def _ask_closing(self, wrong: Wrong, patience: float) -> float | None:
        """Ask a form; seconds until the session ended, with its control on a new one, or None where it did not."""
        lane, session = self._lane, self._lane.enter()
        begun = time.monotonic()
        name = self._slow.send(wrong)
        session.listen(patience)
        if not session.closed:
            self._inquiry.recorder.change(name, part=Part.OPEN)  # asked again in a row that a silence ends
            return None
        took = time.monotonic() - begun
        lane.pending.clear()
        control_elsewhere(lane, [name], wrong.probe.name, wrong.way)
        return took
