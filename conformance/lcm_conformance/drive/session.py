"""One session with the endpoint: sends requests, and writes down all that comes.

It waits as it is told and judges nothing.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from lcm_conformance.catalogue.probes import Part
from lcm_conformance.catalogue.verdict import EnvironmentTrouble
from lcm_conformance.drive.recorder import Notebook, in_bytes
from lcm_conformance.drive.waits import Until
from lcm_conformance.profile import Packet, holds
from lcm_conformance.record import packet
from lcm_conformance.record.reply import Message
from lcm_conformance.record.transcript import Event, Exchange, Kind
from lcm_conformance.transport import Connection, ConnectionEnded, Harmful, LineCut

_LONGEST = 100_000
_BEGINNING = 1_000
SESSION_FRAMES = 5_000
SESSION_BYTES = 64 * 1024 * 1024
"""What is kept of one session with an endpoint that talks without end."""


@dataclass(frozen=True)
class Asked:
    """A request that is on its way."""

    exchange: Exchange


class Session:
    """One open session. `agent` is the role that it belongs to."""

    def __init__(self, connection: Connection, agent: str, notebook: Notebook) -> None:
        self.id = notebook.session_id()
        self.agent = agent
        self.closed = self.cut = False
        self.harm: str | None = None
        self.farewell = ""  # how the endpoint ended the session
        self.was_put_out = False
        self._logout_event: Mapping[str, Any] | None = None
        self._aborted = False
        self._packet: Packet | None = None
        self._subscriber_id = ""
        self._frames = 0
        self._bytes = 0
        self._connection = connection
        self._notebook = notebook
        self._note(Kind.OPENED)

    def use_packets(self, framing: Packet, subscriber_id: str) -> None:
        """From now on wrap what is sent in the run's way as packets."""
        self._packet, self._subscriber_id = framing, subscriber_id

    def expects_logout(self, event: Mapping[str, Any] | None) -> None:
        """How a logout is told, until None: one that nobody here asked for has been made elsewhere."""
        self._logout_event = event

    def framed(self, text: str) -> str:
        """A message as it goes onto the wire."""
        if self._packet is None:
            return text
        return packet.wrap(text, self._packet.spelling, self._subscriber_id, self._packet.response_url)

    def send(
        self,
        frame: str | bytes,
        part: Part,
        probe: str,
        asks_for: str | None,
        variant: int = 0,
        standard_way: bool = True,
        controls: str | None = None,
    ) -> Asked:
        """Send a request under test or a proper one; `receive` collects what comes."""
        exchange = Exchange(
            id=self._notebook.exchange_id(),
            probe=probe,
            part=part,
            session=self.id,
            agent=self.agent,
            asks_for=asks_for,
            request=_shown(frame),
            sent=time.monotonic(),
            received=(),
            ended=time.monotonic(),
            variant=variant,
            standard_way=standard_way,
            controls=controls,
            trouble="the run ended before its answer",
        )
        self._send(frame, exchange, note="binary frame" if isinstance(frame, bytes) else None)
        return Asked(self._notebook.keep(replace(exchange, closed=self.closed)))

    def receive(self, asked: Asked, until: Until) -> Exchange:
        """Collect what arrives after a request until it is enough."""
        exchange = asked.exchange
        received: list[Event] = []
        read: list[Message] = []
        deadline = time.monotonic() + until.seconds
        while not self.closed:
            event = self._next(deadline - time.monotonic(), exchange)
            if event is not None and event.kind is Kind.RECEIVED:
                received.append(event)
                read.append(Message(event))
                if self._logout_event is not None and holds(self._logout_event, read[-1].parsed.value):
                    self.was_put_out = True
                state = until.enough(read)
                if state == "now":
                    break
                if state == "soon":
                    deadline = min(deadline, time.monotonic() + until.settle)
            # Also with frames arriving all the time: they must not prolong the wait.
            if time.monotonic() >= deadline:
                break
        if not self._aborted:
            exchange = replace(exchange, trouble=self.harm)
        kept = self._notebook.keep(
            replace(exchange, received=tuple(received), ended=time.monotonic(), closed=self.closed)
        )
        if self.harm is not None:
            raise EnvironmentTrouble(self.harm)
        return kept

    def hear(self, seconds: float = 0.0) -> list[Message]:
        """What arrives for so long on a session that asked nothing, and all that has arrived by then."""
        heard: list[Message] = []
        deadline = time.monotonic() + seconds
        while not self.closed:
            event = self._next(max(deadline - time.monotonic(), 0), None)
            if event is None:
                break
            heard.append(Message(event))
        return heard

    def tell(self, text: str) -> None:
        """Send what asks for no contact: a login, a registration."""
        self._send(text)

    def hear_one(self, seconds: float) -> Message | None:
        """The next message, or None once the time is over or the session has ended."""
        event = self._next(seconds, None)
        return None if event is None else Message(event)

    def close(self) -> None:
        """End the session."""
        if not self.closed:
            self.closed = True
            self._connection.close()
            self._note(Kind.CLOSED, note="by the suite")

    def abort(self) -> None:
        """Wake whoever listens here; for an interrupted run."""
        self._aborted = True
        self._connection.abort()

    def _next(self, seconds: float, exchange: Exchange | None) -> Event | None:
        try:
            frame = self._connection.receive(seconds)
            if frame is not None:
                self._count(frame)
        except Harmful as harm:
            self._give_up(str(harm), exchange)
            return None
        except ConnectionEnded as end:
            self._ended(end, exchange)
            return None
        return None if frame is None else self._note(Kind.RECEIVED, frame, exchange=exchange)

    def _send(self, frame: str | bytes, exchange: Exchange | None = None, note: str | None = None) -> None:
        if self.closed:
            return
        self._note(Kind.SENT, _shown(frame), note=note, exchange=exchange)
        try:
            self._connection.send(frame)
        except ConnectionEnded as end:
            self._ended(end, exchange)

    def _count(self, frame: str) -> None:
        self._frames += 1
        self._bytes += in_bytes(frame)
        self._notebook.take(frame)
        if self._frames > SESSION_FRAMES or self._bytes > SESSION_BYTES:
            raise Harmful(f"more than {SESSION_FRAMES} frames or {SESSION_BYTES} bytes came on one session")

    def _give_up(self, harm: str, exchange: Exchange | None) -> None:
        """End a session that would harm the suite; nothing that happened on it is held against the product."""
        self.closed = True
        self.harm = f"session {self.id} was given up: {harm}: check what the endpoint sends, or raise that limit"
        self._note(Kind.CLOSED, note=f"by the suite: {harm}", exchange=exchange)
        self._connection.abort()

    def _ended(self, end: ConnectionEnded, exchange: Exchange | None) -> None:
        self.closed = True
        self.cut = isinstance(end, LineCut) and not self._aborted
        self.farewell = str(end)
        self._note(Kind.CLOSED, note=f"by the endpoint: {end}", exchange=exchange)
        self._connection.abort()

    def _note(
        self, kind: Kind, frame: str | None = None, note: str | None = None, exchange: Exchange | None = None
    ) -> Event:
        return self._notebook.journal.add(
            kind,
            self.id,
            self.agent,
            frame=frame,
            note=note,
            exchange=exchange.id if exchange else None,
            probe=exchange.probe if exchange else None,
        )


def _shown(frame: str | bytes) -> str:
    """A frame as the transcript keeps it: the filling of an oversized one is of no interest."""
    text = frame if isinstance(frame, str) else frame.decode("latin-1")
    return text if len(text) <= _LONGEST else f"{text[:_BEGINNING]}… ({len(text)} characters)"
