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
from lcm_conformance.record.json_line import object_in
from lcm_conformance.record.lines import SCHEMA, Reader
from lcm_conformance.record.source import STANDARD_INPUT, Source, Unread, opened
from lcm_conformance.record.transcript import Recording

TRANSCRIPT = "transcript.ndjson"
_OF_NO_TRANSCRIPT = "is no line of a transcript"


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

    def said(self, name: str) -> str:
        """A text of the heading; empty where it has none."""
        value = self.heading.get(name)
        return value if isinstance(value, str) else ""


def read(names: Iterable[str]) -> Recorded:
    """Read the files, all of which are opened first; raises `UsageError` where there is nothing to judge in them."""
    reader, unread, sources = Reader(), Unread(), list[Source]()
    with ExitStack() as stack:
        for name in names:
            sources.append(opened(_file(name)))
            stack.callback(sources[-1].close)
        for source in sources:
            _take_all(reader, source, unread)
    if not reader.heading:
        raise UsageError(_nothing(sources, unread))
    return Recorded(
        recording=reader.recording,
        terms=_terms(reader.heading, sources[0].name),
        heading=reader.heading,
        complete=bool(reader.complete),
        unread=(*unread.lines, *_unended(reader)),
        whole=reader.complete is not None and not unread.count,
    )


def _file(name: str) -> str:
    """The file to read: of a folder its transcript."""
    if name == STANDARD_INPUT or not Path(name).is_dir():
        return name
    file = Path(name) / TRANSCRIPT
    if not file.is_file():
        raise UsageError(f"{name} holds no {TRANSCRIPT}: name the folder of a run, or a file")
    return str(file)


def _take_all(reader: Reader, source: Source, unread: Unread) -> None:
    for place, raw in source.lines(unread):
        try:
            line = object_in(raw)
        except ValueError as error:
            unread.add(place, str(error))
            continue
        if line.get("event") == "run":
            if reader.heading:
                raise UsageError(f"{place} begins another run: judge one run at a time")
            if line.get("schema") != SCHEMA:
                raise UsageError(f"{place} is of no transcript that this suite reads: its schema is not {SCHEMA}")
        try:
            reader.take(line)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            unread.add(place, _OF_NO_TRANSCRIPT)


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
    return f"{names}: nothing to judge: name a transcript of this suite" + (f" ({first})" if first else "")


def _unended(reader: Reader) -> tuple[str, ...]:
    return () if reader.complete is not None else ("the recording has no end: what came after it is not known",)
