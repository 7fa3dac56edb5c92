"""One session with the endpoint: logs an agent in, sends requests, and writes down all that comes.

Used by the driver only. It waits as it is told and judges nothing.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from conformance import packet
from conformance.notebook import Notebook
from conformance.profile import Agent, Exchangeable, Packet, fill, template_values
from conformance.reply import Message
from conformance.strictjson import parse
from conformance.transcript import Event, Exchange, Kind, Part
from conformance.transport import Connection, ConnectionEnded, Harmful
from conformance.verdict import EnvironmentTrouble
from conformance.waiting import Until

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
        self.closed = False
        self.harm: str | None = None
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

    def subscribe(self, agent: Agent, framing: Packet, seconds: float) -> None:
        """From now on wrap what is sent as packets; registers first where the profile says how."""
        subscriber_id = framing.subscriber_id
        if framing.register is not None and framing.subscriber_id_from is not None:
            self._send(json.dumps(fill(framing.register, template_values(agent)), ensure_ascii=False))
            subscriber_id = self._registered(framing.subscriber_id_from, seconds)
            if subscriber_id is None:
                raise EnvironmentTrouble(
                    f"the registration of agents.{agent.role} brought no subscriber ID within {seconds:g} s: "
                    "check packet.register and packet.subscriber_id_from"
                )
        self._packet, self._subscriber_id = framing, subscriber_id or ""

    def expects_logout(self, event: Mapping[str, Any]) -> None:
        """How a logout is told; one that nobody here asked for has been made elsewhere."""
        self._logout_event = event

    def framed(self, text: str) -> str:
        """A message as it goes onto the wire."""
        if self._packet is None:
            return text
        return packet.wrap(text, self._packet.spelling, self._subscriber_id, self._packet.response_url)

    def log_in(self, agent: Agent, login: Exchangeable, seconds: float) -> None:
        """Send the login once and wait for its answer; raises `EnvironmentTrouble`. Never tries again."""
        values = template_values(agent)
        self._send(self.framed(json.dumps(fill(login.request, values), ensure_ascii=False)))
        wanted = None if login.success is None else fill(login.success, values)
        refusal = None if login.failure is None else fill(login.failure, values)
        if wanted is None:
            return
        seen = self._await(wanted, refusal, seconds)
        if seen == "success":
            return
        if self.harm is not None:
            raise EnvironmentTrouble(self.harm)
        how = {
            "failure": "was refused: check the agent's credentials",
            "closed": "ended with the endpoint closing the session: check the agent's credentials",
            "silence": f"was not answered within {seconds:g} s: check login.request and login.success",
        }[seen]
        raise EnvironmentTrouble(f"the login of agents.{agent.role} {how} (it is not tried again)")

    def log_out(self, agent: Agent, logout: Exchangeable, seconds: float) -> None:
        """Send the logout and wait for its answer where the profile names one."""
        self._logout_event = None
        values = template_values(agent)
        self._send(self.framed(json.dumps(fill(logout.request, values), ensure_ascii=False)))
        if logout.success is None:
            return
        if self._await(fill(logout.success, values), None, seconds) == "silence":
            raise EnvironmentTrouble(f"the logout of agents.{agent.role} was not confirmed: check logout.success")

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

    def _await(self, success: Mapping[str, Any], failure: Mapping[str, Any] | None, seconds: float) -> str:
        deadline = time.monotonic() + seconds
        while not self.closed:
            event = self._next(deadline - time.monotonic(), None)
            if event is None:
                if time.monotonic() >= deadline:
                    return "silence"
                continue
            value = Message(event).parsed.value
            if failure is not None and holds(failure, value):
                return "failure"
            if holds(success, value):
                return "success"
            if time.monotonic() >= deadline:
                return "silence"
        return "closed"

    def _registered(self, path: str, seconds: float) -> str | None:
        deadline = time.monotonic() + seconds
        while not self.closed and time.monotonic() < deadline:
            event = self._next(deadline - time.monotonic(), None)
            if event is not None and (found := packet.pick(path, parse(event.frame or "").value)) is not None:
                return found
        return None

    def _next(self, seconds: float, exchange: Exchange | None) -> Event | None:
        try:
            frame = self._connection.receive(seconds)
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

    def _count(self, frame: str | None) -> None:
        self._frames += frame is not None
        self._bytes += len(frame or "")
        self._notebook.take(len(frame or ""))
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


def holds(subset: object, value: object) -> bool:
    """Whether a JSON value has at least what `subset` has: objects by member, all else by equality."""
    if isinstance(subset, Mapping):
        return isinstance(value, dict) and all(
            name in value and holds(content, value[name]) for name, content in subset.items()
        )
    if isinstance(subset, float) and isinstance(value, Decimal):
        return subset == float(value)  # TOML's 0.1 is a float, the message's an exact number
    return subset == value and isinstance(subset, bool) is isinstance(value, bool)
