"""One session with the endpoint: sends, listens as it is told, and has all that comes written down. Judges nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from lcm_conformance.catalogue.probes import Part
from lcm_conformance.catalogue.verdict import EnvironmentTrouble
from lcm_conformance.drive.recorder import Recorder, in_bytes
from lcm_conformance.profile import Packet, holds
from lcm_conformance.record import packet
from lcm_conformance.record.reply import Message
from lcm_conformance.record.transcript import BY_THEM, CUT, Event, Exchange, Kind, Phase
from lcm_conformance.transport import Connection, ConnectionEnded, Harmful, LineCut

SESSION_FRAMES = 5_000
SESSION_BYTES = 64 * 1024 * 1024
"""What is kept of one session with an endpoint that talks without end."""
_LONGEST = 10_000
_BEGINNING = 1_000
_GLANCE = 0.2
"""Seconds between two looks at whether the run is to stop."""

Enough = Callable[[Sequence[Message]], bool]


class Session:
    """One open session. `agent` is the role that it belongs to; `is_clean` until something improper is asked on it."""

    def __init__(self, connection: Connection, agent: str, recorder: Recorder, stop: threading.Event) -> None:
        self.id = recorder.session_id()
        self.agent = agent
        self.closed = self.cut = False
        self.harm: str | None = None
        self.farewell = ""  # how the endpoint ended the session
        self.was_put_out = False
        self.logged_in = False
        self.is_clean = True
        self.requests = 0
        self.last: str | None = None
        self._logout_event: Mapping[str, Any] | None = None
        self._phase: Phase | None = None
        self._packet: Packet | None = None
        self._subscriber_id = ""
        self._frames = self._bytes = 0
        self._connection = connection
        self._recorder = recorder
        self._stop = stop
        self._note(Kind.OPENED)

    def use_packets(self, framing: Packet, subscriber_id: str) -> None:
        """From now on wrap what is sent in the run's way as packets."""
        self._packet, self._subscriber_id = framing, subscriber_id

    def expects_logout(self, event: Mapping[str, Any] | None) -> None:
        """How a logout is told, until None: one that nobody here asked for has been made elsewhere."""
        self._logout_event = event

    @contextmanager
    def during(self, phase: Phase) -> Iterator[None]:
        """What is said and comes meanwhile belongs to no request."""
        self._phase, self.last = phase, None
        try:
            yield
        finally:
            self._phase = None

    def framed(self, text: str) -> str:
        """A message as it goes onto the wire."""
        if self._packet is None:
            return text
        return packet.wrap(text, self._packet.spelling, self._subscriber_id, self._packet.response_url)

    def ask(self, frame: str | bytes, exchange: Exchange) -> str:
        """Send one request and go on at once; what comes from now on is written down for it. Returns its id."""
        kept = self._recorder.begin(exchange)
        self.last = kept.id
        self.requests += 1
        self.is_clean = self.is_clean and kept.part in {Part.DUE, Part.OPEN} and kept.form is None
        self._send(frame)
        ours = self.closed and not self.farewell  # the run is ending, and nothing was sent
        self._recorder.change(kept.id, closed=bool(self.farewell), trouble="the run was interrupted" if ours else None)
        return kept.id

    def listen(self, seconds: float, enough: Enough = lambda _: False) -> list[Message]:
        """What comes for so long, or until it is enough, or the session ends, or the run is to stop."""
        heard: list[Message] = []
        deadline = time.monotonic() + seconds
        while not self.closed and not self._stop.is_set():
            event = self._next(min(deadline - time.monotonic(), _GLANCE))
            if event is not None:
                message = Message(event)
                heard.append(message)
                if self._logout_event is not None and holds(self._logout_event, message.parsed.value):
                    self.was_put_out = True
                if enough(heard):
                    break
            # Also with frames arriving all the time: they must not prolong the wait.
            if time.monotonic() >= deadline:
                break
        self._settle()
        return heard

    @property
    def is_over(self) -> bool:
        """Whether there is nothing more to wait for: the session has ended, or the run is to stop."""
        return self.closed or self._stop.is_set()

    def take_leave(self, seconds: float) -> None:
        """For an interrupted run: listen no longer than so many seconds from now on, but do listen."""
        self._stop = threading.Event()
        timer = threading.Timer(seconds, self._stop.set)
        timer.daemon = True
        timer.start()

    def tell(self, text: str) -> None:
        """Send what asks for no contact: a login, a registration."""
        self._send(text)

    def hear_one(self, seconds: float) -> Message | None:
        """The next message, or None once the time is over or the session has ended."""
        heard = self.listen(seconds, lambda _: True)
        return heard[0] if heard else None

    def close(self) -> None:
        """End the session."""
        if not self.closed:
            self.closed = True
            self._connection.close()
            self._note(Kind.CLOSED, note="by the suite")

    def _settle(self) -> None:
        if self.last is not None:
            self._recorder.change(self.last, ended=time.monotonic(), closed=bool(self.farewell), trouble=self.harm)
        if self.harm is not None:
            raise EnvironmentTrouble(self.harm)

    def _next(self, seconds: float) -> Event | None:
        try:
            frame = self._connection.receive(max(seconds, 0.001))
            if frame is not None:
                self._count(frame)
        except Harmful as harm:
            self._give_up(str(harm))
            return None
        except ConnectionEnded as end:
            self._ended(end)
            return None
        return None if frame is None else self._note(Kind.RECEIVED, frame)

    def _send(self, frame: str | bytes) -> None:
        if self.closed:
            return
        self._note(Kind.SENT, shown(frame), note="binary frame" if isinstance(frame, bytes) else None)
        try:
            self._connection.send(frame)
        except ConnectionEnded as end:
            self._ended(end)

    def _count(self, frame: str) -> None:
        self._frames += 1
        self._bytes += in_bytes(frame)
        self._recorder.take(frame)
        if self._frames > SESSION_FRAMES or self._bytes > SESSION_BYTES:
            raise Harmful(f"more than {SESSION_FRAMES} frames or {SESSION_BYTES} bytes came on one session")

    def _give_up(self, harm: str) -> None:
        """End a session that would harm the suite; nothing that happened on it is held against the product."""
        self.closed = True
        self.harm = f"session {self.id} was given up: {harm}: check what the endpoint sends, or raise that limit"
        self._note(Kind.CLOSED, note=f"by the suite: {harm}")
        self._connection.abort()

    def _ended(self, end: ConnectionEnded) -> None:
        self.closed = True
        self.farewell = str(end) or "ended"
        self.cut = isinstance(end, LineCut)
        said = f"{BY_THEM} or on the way: {CUT}: {end}" if self.cut else f"{BY_THEM}: {end}"
        self._note(Kind.CLOSED, note=said)
        self._connection.abort()

    def _note(self, kind: Kind, frame: str | None = None, note: str | None = None) -> Event:
        binary = kind is Kind.SENT and note == "binary frame"
        return self._recorder.note(
            kind, self.id, self.agent, frame, note, exchange=self.last, phase=self._phase, binary=binary
        )


def shown(frame: str | bytes) -> str:
    """A frame as the transcript keeps it: the filling of an oversized one is of no interest."""
    text = frame if isinstance(frame, str) else frame.decode("latin-1")
    return text if len(text) <= _LONGEST else f"{text[:_BEGINNING]}… ({len(text)} characters)"
