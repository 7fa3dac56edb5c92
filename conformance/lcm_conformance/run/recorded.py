"""Recorded traffic out of its files: the recording, what it is judged by, and what of it could not be read."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lcm_conformance.catalogue.clauses import load_catalogue
from lcm_conformance.catalogue.cm_version import release
from lcm_conformance.catalogue.verdict import UsageError
from lcm_conformance.judge.heading import terms_from
from lcm_conformance.judge.terms import Terms
from lcm_conformance.profile import Profile, Timing
from lcm_conformance.record.assembly import assemble
from lcm_conformance.record.har import BEGINS as HAR_BEGINS
from lcm_conformance.record.har import heard_in_har
from lcm_conformance.record.heard import Heard, heard_in
from lcm_conformance.record.json_line import object_in
from lcm_conformance.record.lines import SCHEMA, Reader
from lcm_conformance.record.source import STANDARD_INPUT, Source, Unread, opened
from lcm_conformance.record.transcript import Kind, Recording
from lcm_conformance.run.customs import customs_of, terms_for

TRANSCRIPT = "transcript.ndjson"
_OF_NO_RECORDING = "is no line of a recording"
_NO_END = "the recording has no end: what came after it is not known"


@dataclass(frozen=True)
class Capture:
    """What its user says of a recording that is no transcript of this suite."""

    profile: Profile | None = None
    cm_version: str | None = None
    timing: Timing = field(default_factory=Timing)


@dataclass(frozen=True)
class Recorded:
    """What the files say. `heading` is a transcript's first line; `unread` are lines about what could not be read.

    `complete`: the run that was recorded had ended; `whole`: nothing that may have been said is missing.
    """

    recording: Recording
    terms: Terms
    heading: dict[str, Any] = field(repr=False)
    complete: bool
    unread: tuple[str, ...]
    whole: bool

    @property
    def started(self) -> datetime:
        """When the run began."""
        try:
            moment = datetime.fromisoformat(self.heading["started"])
        except (KeyError, TypeError, ValueError):
            moment = self.recording.events[0].at if self.recording.events else datetime.now(UTC)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    @property
    def seconds(self) -> float:
        """How long it lasted, as far as it was recorded."""
        clocks = [event.clock for event in self.recording.events]
        return max(clocks) - min(clocks) if clocks else 0.0

    @property
    def unexecuted(self) -> dict[tuple[str, str], str]:
        """The scenarios that the run had left out though their clauses were selected, by file and name: the reasons."""
        rows = self.heading.get("unexecuted")
        try:
            return {(str(row["feature"]), str(row["scenario"])): str(row["reason"]) for row in rows or ()}
        except (KeyError, TypeError):
            return {}

    def said(self, name: str) -> str:
        """A text of the heading; empty where it has none."""
        value = self.heading.get(name)
        return value if isinstance(value, str) else ""

    @property
    def statement(self) -> dict[str, str]:
        """What the heading says of who tested what."""
        told = self.heading.get("statement")
        return {str(key): text for key, text in told.items() if isinstance(text, str)} if isinstance(told, dict) else {}


def read(names: Iterable[str], capture: Capture | None = None, *, growing: bool = False) -> Recorded:
    """Read the files, all of which are opened first; raises `UsageError` where there is nothing to judge in them.

    While they are `growing`, a last line without its end is not looked at.
    """
    reading = _Reading(capture or Capture(), growing)
    with ExitStack() as stack:
        for name in names:
            reading.sources.append(opened(_file(name)))
            stack.callback(reading.sources[-1].close)
        for source in reading.sources:
            reading.take(source)
    return reading.recorded()


def _file(name: str) -> str:
    """The file to read: of a folder its transcript."""
    if name == STANDARD_INPUT or not Path(name).is_dir():
        return name
    file = Path(name) / TRANSCRIPT
    if not file.is_file():
        raise UsageError(f"{name} holds no {TRANSCRIPT}: name the folder of a run, or a file")
    return str(file)


@dataclass
class _Reading:
    """What the files have said so far: a transcript of this suite, or what somebody else recorded."""

    capture: Capture
    growing: bool = False
    reader: Reader = field(default_factory=Reader)
    unread: Unread = field(default_factory=Unread)
    heard: list[Heard] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)

    def take(self, source: Source) -> None:
        """Take in a whole file."""
        if HAR_BEGINS.match(source.begins):
            try:
                self.heard += heard_in_har(source.content(), source.name, self.unread)
            except ValueError as error:
                raise UsageError(f"{source.name} {error}") from None
            return
        for place, raw in source.lines(self.unread, growing=self.growing):
            try:
                self._take_line(object_in(raw), place, source.name)
            except (KeyError, TypeError, AttributeError, OverflowError):
                self.unread.add(place, _OF_NO_RECORDING)
            except ValueError as error:
                said = str(error)
                self.unread.add(place, said if said.startswith("is no ") else _OF_NO_RECORDING)

    def recorded(self) -> Recorded:
        """All of it; raises `UsageError` where that is nothing."""
        if self.reader.heading:
            return self._transcript()
        if not any(one.kind in {Kind.SENT, Kind.RECEIVED} for one in self.heard):
            raise UsageError(_nothing(self.sources, self.unread))
        profile, timing = self.capture.profile, self.capture.timing
        return Recorded(
            recording=assemble(self.heard, customs_of(profile, timing)),
            terms=terms_for(profile, self.capture.cm_version, timing),
            heading={},
            complete=True,
            unread=self.unread.lines,
            whole=not self.unread.count,
        )

    def _take_line(self, line: dict[str, Any], place: str, session: str) -> None:
        if line.get("event") == "run":
            if self.reader.heading or self.heard:
                raise UsageError(f"{place} begins another run: judge one run at a time")
            if line.get("schema") != SCHEMA:
                raise UsageError(f"{place} is of no transcript that this suite reads: its schema is not {SCHEMA}")
        if self.reader.heading or line.get("event") == "run":
            self.reader.take(line)
        else:
            self.heard.append(heard_in(line, session))

    def _transcript(self) -> Recorded:
        ended = self.reader.complete is not None
        return Recorded(
            recording=self.reader.recording,
            terms=_terms(self.reader.heading, self.sources[0].name),
            heading=self.reader.heading,
            complete=bool(self.reader.complete),
            unread=(*self.unread.lines, *([] if ended else [_NO_END])),
            whole=ended and not self.unread.count and self.reader.heading.get("whole", True) is True,
        )


def _terms(heading: dict[str, Any], name: str) -> Terms:
    """What the run was judged by; raises `UsageError`."""
    try:
        terms = terms_from(heading)
        load_catalogue().pins([f"{reading}={side}" for reading, side in terms.pins.items()])
        release(terms.cm_version)
        usable = 0 <= terms.reply < float("inf") and 0 <= terms.silence < float("inf")
    except UsageError as error:
        raise UsageError(f"{name}, line 1: {error}") from None
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        usable = False
    if not usable:
        raise UsageError(f"{name}: its first line does not say what the run is judged by: name a whole transcript")
    return terms


def _nothing(sources: Iterable[Source], unread: Unread) -> str:
    names = ", ".join(source.name for source in sources)
    first = next(iter(unread.lines), "")
    said = f"{names}: nothing to judge: name a transcript of this suite, a capture or a HAR"
    return said + (f" ({first})" if first else "")
