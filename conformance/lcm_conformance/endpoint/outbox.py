"""What is still to be done on one connection, each at its time.

Filled by the server when a frame has arrived or an alarm rung, emptied by the connection's
sender. A thing that is due late holds up nothing that is due before it; of those due at once
the first to be put in comes first.
"""

from __future__ import annotations

import asyncio
import heapq
from itertools import count

from lcm_conformance.endpoint.session import Action


class Outbox:
    """Actions by the time at which they are due (seconds of the loop's clock). For one event loop."""

    def __init__(self) -> None:
        self._waiting: list[tuple[float, int, Action]] = []
        self._number = count()
        self._changed = asyncio.Event()

    def put(self, due: float, action: Action) -> None:
        """Have this done at a time; one that is past means at once."""
        heapq.heappush(self._waiting, (due, next(self._number), action))
        self._changed.set()

    async def next(self) -> Action:
        """Wait for what is due next, and take it out."""
        clock = asyncio.get_running_loop().time
        while not self._waiting or self._waiting[0][0] > clock():
            patience = self._waiting[0][0] - clock() if self._waiting else None
            self._changed.clear()
            try:
                async with asyncio.timeout(patience):
                    await self._changed.wait()
            except TimeoutError:
                continue
        return heapq.heappop(self._waiting)[2]
