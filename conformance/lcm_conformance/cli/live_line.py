"""The one line that shows, while a run asks, what each of its lanes is at."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

_STALE = 1.5  # seconds after which a lane that says nothing more is at something else
_AGENT = "agents."


class LiveLine:
    """Told by many lanes what they wait for; shows all of them at once, shortened to the terminal's columns."""

    def __init__(
        self, show: Callable[[str], None], columns: int = 80, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._show, self._columns, self._clock = show, columns, clock
        self._said: dict[str, tuple[str, float]] = {}
        self._lock = threading.Lock()

    def __call__(self, text: str) -> None:
        """A line such as `agents.idle waits out a silence, 1.2 s left`."""
        who, _, doing = text.partition(" ")
        with self._lock:
            now = self._clock()
            self._said = {name: row for name, row in self._said.items() if now - row[1] < _STALE}
            name, doing = (who.removeprefix(_AGENT), doing) if who.startswith(_AGENT) else ("", text)
            self._said[name] = doing, now
            line = " · ".join(f"{name}: {doing}" if name else doing for name, (doing, _) in self._said.items())
        self._show(line if len(line) <= self._columns else f"{line[: self._columns - 1]}…")
