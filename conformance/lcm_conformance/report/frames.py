"""The frames behind a finding, as text for people: who sent what, and when. Called by the Allure
and HTML writers. It judges nothing, and cuts what is too long to read (the transcript has it all).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lcm_conformance.catalogue.verdict import Finding
from lcm_conformance.record.transcript import Event, Exchange, Kind, Recording
from lcm_conformance.report.files import rfc3339
from lcm_conformance.report.legible import legible, one_line

_ARROWS = {Kind.SENT: "→", Kind.RECEIVED: "←", Kind.OPENED: "○", Kind.CLOSED: "×", Kind.ERROR: "!"}


def finding_text(finding: Finding, limit: int) -> str:
    """One finding in the order of the failure block."""
    lines = [
        f"expected  {one_line(finding.expected, limit)}",
        f"actual    {one_line(finding.actual, limit)}",
        f"where     {one_line(finding.where, limit)}",
    ]
    return "\n".join([*lines, f"evidence  {finding.exchange} in transcript.ndjson"] if finding.exchange else lines)


class Frames:
    """A recording, looked up by exchange id."""

    def __init__(self, recording: Recording) -> None:
        self._exchanges = {exchange.id: exchange for exchange in recording.exchanges}
        self._events: dict[str, list[Event]] = {}
        for event in recording.events:
            if event.exchange is not None:
                self._events.setdefault(event.exchange, []).append(event)

    def text(self, exchange_id: str, limit: int) -> str:
        """All frames of one exchange, each cut after `limit` characters; says so where none were kept."""
        events = self._events.get(exchange_id, [])
        exchange = self._exchanges.get(exchange_id)
        if exchange is None:
            return _of_events(exchange_id, events, limit)
        asked = next((event for event in events if event.kind is Kind.SENT), None)
        return "\n".join(_of_exchange(exchange, asked, limit))


def _of_exchange(exchange: Exchange, asked: Event | None, limit: int) -> Iterable[str]:
    asks_for = f"  asks for {exchange.asks_for}" if exchange.asks_for else ""
    yield f"{exchange.id}  probe {exchange.probe}  session {exchange.session}  agent {exchange.agent}{asks_for}"
    yield f"→  {_moment(asked):13}        0 ms  {legible(exchange.request, limit)}"
    for event in exchange.received:
        yield _line(event, exchange.sent, limit)
    if exchange.trouble is not None:
        yield f"   could not be asked: {one_line(exchange.trouble, limit)}"
    elif not exchange.received:
        yield f"   nothing came within {(exchange.ended - exchange.sent) * 1000:.0f} ms"
    if exchange.closed:
        yield "×  the endpoint ended the session"


def _of_events(exchange_id: str, events: Sequence[Event], limit: int) -> str:
    if not events:
        return f"{exchange_id}: its frames were not kept"
    first = events[0]
    head = f"{exchange_id}  session {first.session}  agent {first.agent}"
    return "\n".join([head, *(_line(event, first.clock, limit) for event in events)])


def _line(event: Event, since: float, limit: int) -> str:
    words = event.kind.value if event.frame is None else event.frame
    note = f"  ({one_line(event.note, limit)})" if event.note else ""
    after = (event.clock - since) * 1000
    return f"{_ARROWS[event.kind]}  {_moment(event):13} {after:+8.0f} ms  {legible(words, limit)}{note}"


def _moment(event: Event | None) -> str:
    return "" if event is None else rfc3339(event.at)[11:]
