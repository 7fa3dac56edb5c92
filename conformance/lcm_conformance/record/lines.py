"""The form of a transcript, line by line: what a recording is written as, and read from again. Pure.

The writer of reports gives each line to a file; whoever judges a file hands its lines here. A line holds all of a
request that its own frame does not say, so that the same verdict comes out of the lines alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from lcm_conformance.catalogue.probes import Part
from lcm_conformance.catalogue.request import Way
from lcm_conformance.record.transcript import Event, Exchange, Kind, Phase, Recording, Silence

SCHEMA = "lcm-conformance/transcript/1"
Line = dict[str, Any]
_LATEST = 10**9  # seconds on the clock of the events: thirty years, so that every moment is a date
_YEARS = range(1900, 9000)


def lines(recording: Recording, heading: Mapping[str, Any], complete: bool) -> Iterator[Line]:
    """A recording as lines, the heading first, all in the order of time."""
    yield {"event": "run", "schema": SCHEMA, **heading}
    exchanges = {exchange.id: exchange for exchange in recording.exchanges}
    silences = sorted(recording.silences, key=lambda silence: silence.end)
    began = next(((event.at, event.clock) for event in recording.events), None)
    for event in recording.events:
        while silences and silences[0].end < event.clock and began is not None:
            yield _silence_line(silences.pop(0), *began)
        yield _event_line(event, exchanges.get(event.exchange or ""))
    yield from (_silence_line(silence, *began) for silence in silences if began is not None)
    sent = {event.exchange for event in recording.events if event.kind is Kind.SENT}
    yield from (_unsent_line(x) for x in recording.exchanges if x.id not in sent)
    yield from ({"event": "left-out", "probe": name, "reason": why} for name, why in recording.left_out.items())
    yield from ({"event": "error", "probe": name, "note": why} for name, why in recording.troubles.items())
    yield from ({"event": "error", "agent": role, "note": why} for role, why in recording.unmet.items())
    yield from ({"event": "notice", "note": line} for line in recording.notices)
    if recording.trouble is not None:
        yield {"event": "error", "note": recording.trouble}
    yield {"event": "end", "complete": complete}


def _event_line(event: Event, exchange: Exchange | None) -> Line:
    line: Line = {"event": event.kind.value, "at": _moment(event.at), "clock": round(event.clock, 6)}
    line |= {"session": event.session, "agent": event.agent}
    if event.kind is Kind.SENT and exchange is not None:
        line |= _of_exchange(exchange)
    elif exchange is not None:
        line |= {"exchange": exchange.id, "probe": exchange.probe, "part": exchange.part.value}
    elif event.phase is not None:
        line["part"] = event.phase.value
    if event.note is not None:
        line["note"] = event.note
    if event.frame is not None:
        line["frame"] = event.frame
    return line


def _of_exchange(exchange: Exchange) -> Line:
    line: Line = {"exchange": exchange.id, "probe": exchange.probe, "form": exchange.form, "lane": exchange.lane}
    line |= {"part": exchange.part.value, "asks_for": exchange.asks_for}
    line["way"] = exchange.way and {"topic": exchange.way.topic, "source": exchange.way.source}
    line["asked"] = [round(exchange.sent, 6), round(exchange.ended, 6)]
    if exchange.controls:
        line["controls"] = list(exchange.controls)
    if exchange.trouble is not None:
        line["trouble"] = exchange.trouble
    return line


def _unsent_line(exchange: Exchange) -> Line:
    """A request that there was not: nothing could be sent, and that is what came of it."""
    line: Line = {"event": "unsent", "clock": round(exchange.sent, 6), "session": exchange.session}
    return line | {"agent": exchange.agent} | _of_exchange(exchange) | {"note": exchange.request}


def _silence_line(silence: Silence, at: datetime, clock: float) -> Line:
    line: Line = {"event": "silence", "session": silence.session}
    for name, moment in (("from", silence.start), ("until", silence.end)):
        line[name] = _moment(at + timedelta(seconds=moment - clock))
    line["clocks"] = [round(silence.start, 6), round(silence.end, 6)]
    line["covers"] = list(silence.covers)
    return line | ({"broken": True} if silence.broken else {})


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass
class Reader:
    """Takes the lines of a transcript of this suite one by one; `recording` is what they say so far.

    `heading` is the first line, `complete` what the last one says of the run: None where it is missing.
    """

    heading: Line = field(default_factory=dict)
    complete: bool | None = None
    _events: list[Event] = field(default_factory=list)
    _exchanges: dict[str, Exchange] = field(default_factory=dict)
    _received: dict[str, list[Event]] = field(default_factory=dict)
    _silences: list[Silence] = field(default_factory=list)
    _said: dict[str, dict[str, str]] = field(default_factory=lambda: {"left-out": {}, "probe": {}, "agent": {}})
    _notices: list[str] = field(default_factory=list)
    _trouble: str | None = None
    _memory: dict[str, Any] = field(default_factory=dict)

    def take(self, line: Line) -> None:
        """One more line; raises `ValueError`, `KeyError` or `TypeError` where it is none of a transcript."""
        kind = line["event"]
        if kind == "run":
            self.heading = line
        elif kind == "silence":
            start, end = map(_seconds, line["clocks"])
            covers = tuple(map(str, line["covers"]))
            self._silences.append(Silence(str(line["session"]), start, end, covers, bool(line.get("broken"))))
        elif kind == "left-out":
            self._said["left-out"][str(line["probe"])] = str(line["reason"])
        elif kind == "notice":
            self._notices.append(str(line["note"]))
        elif kind == "end":
            self.complete = bool(line["complete"])
        elif kind == "error" and "session" not in line:
            self._take_error(line)
        elif kind == "unsent":
            unsent = replace(_exchange(line), request=str(line["note"]), closed=True)
            self._exchanges[unsent.id] = unsent
        else:
            self._take_event(line)

    @property
    def recording(self) -> Recording:
        """The recording that the lines make."""
        return Recording(
            events=tuple(self._events),
            exchanges=tuple(
                replace(x, received=tuple(self._received.get(name, ()))) for name, x in self._exchanges.items()
            ),
            silences=tuple(self._silences),
            left_out=self._said["left-out"],
            troubles=self._said["probe"],
            trouble=self._trouble,
            unmet=self._said["agent"],
            notices=tuple(self._notices),
        )

    def _take_error(self, line: Line) -> None:
        where = next((name for name in ("probe", "agent") if name in line), None)
        if where is None:
            self._trouble = str(line["note"])
        else:
            self._said[where][str(line[where])] = str(line["note"])

    def _take_event(self, line: Line) -> None:
        name = _text(line.get("exchange"))
        phase = line.get("part") if name is None else None
        event = Event(
            number=len(self._events) + 1,
            at=_date(line["at"]),
            clock=_seconds(line["clock"]),
            session=str(line["session"]),
            agent=str(line["agent"]),
            kind=Kind(line["event"]),
            frame=_text(line.get("frame")),
            note=_text(line.get("note")),
            exchange=name,
            phase=None if phase is None else Phase(phase),
            memory=self._memory,
        )
        exchange = replace(_exchange(line), request=event.frame or "") if name and event.kind is Kind.SENT else None
        self._events.append(event)
        if name is None:
            return
        if exchange is not None:
            self._exchanges[name] = exchange
        elif event.kind is Kind.RECEIVED:
            self._received.setdefault(name, []).append(event)
        elif name in self._exchanges and event.is_their_end:
            self._exchanges[name] = replace(self._exchanges[name], closed=True)


def recording_of(told: Iterable[Line]) -> Recording:
    """The recording that these lines make."""
    reader = Reader()
    for line in told:
        reader.take(line)
    return reader.recording


def _exchange(line: Line) -> Exchange:
    way, (sent, ended) = line["way"], map(_seconds, line["asked"])
    return Exchange(
        id=str(line["exchange"]),
        probe=str(line["probe"]),
        part=Part(line["part"]),
        session=str(line["session"]),
        agent=str(line["agent"]),
        asks_for=_text(line["asks_for"]),
        request="",
        sent=sent,
        received=(),
        ended=ended,
        way=None if way is None else Way(str(way["topic"]), bool(way["source"])),
        form=_text(line["form"]),
        lane=_text(line["lane"]),
        trouble=_text(line.get("trouble")),
        controls=tuple(map(str, line.get("controls", ()))),
    )


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise TypeError("a text is none")


def _seconds(value: Any) -> float:
    seconds = float(value)
    if not abs(seconds) < _LATEST:
        raise ValueError("a time is none")
    return seconds


def _date(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.year not in _YEARS:
        raise ValueError("a date is none")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
