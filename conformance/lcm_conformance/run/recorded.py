"""Recorded traffic out of its files: the recording, what it is judged by, and what of it could not be read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack, closing
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
from lcm_conformance.record.assembly import Assembly, LogsInLater, assemble
from lcm_conformance.record.customs import is_login
from lcm_conformance.record.folding import Again, Folding
from lcm_conformance.record.har import BEGINS as HAR_BEGINS
from lcm_conformance.record.har import heard_in_har
from lcm_conformance.record.heard import Heard, NeedsAll, Timeline, heard_in, heard_quickly
from lcm_conformance.record.json_line import object_in
from lcm_conformance.record.lines import SCHEMA, Reader
from lcm_conformance.record.source import STANDARD_INPUT, Source, Unread, opened
from lcm_conformance.record.transcript import Kind, Recording
from lcm_conformance.run.customs import customs_of, terms_for
from lcm_conformance.run.settings import terms_of

TRANSCRIPT = "transcript.ndjson"
_OF_NO_RECORDING = "is no line of a recording"
_MOST_READINGS = 6
_FOLDED = "{} exchanges were like some of these, and are not kept: judge what this transcript was made from"
_NO_END = "the recording has no end: what came after it is not known"


@dataclass(frozen=True)
class Capture:
    """What its user says of a recording that is no transcript of this suite.

    `every`: all exchanges are kept, however many are alike.
    """

    profile: Profile | None = None
    cm_version: str | None = None
    timing: Timing = field(default_factory=Timing)
    every: bool = False


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

    While they are `growing`, a last line without its end is not looked at. Of a capture whose lines lie in the order of
    time nothing is held but what its verdicts need; where the beginning can only be understood by the end, it is read
    once more.
    """
    files = [_file(name) for name in names]
    facts = _Facts(capture or Capture(), growing)
    again, logging_in = Again(), None
    if facts.capture.every or not all(map(_can_be_read_again, files)):
        return _listed(facts, files)
    for _ in range(_MOST_READINGS):
        known = len(again)
        try:
            recorded = _streamed(facts, files, Folding(facts.expected, again), logging_in)
        except LogsInLater:
            logging_in = _logging_in(facts, files)
        except NeedsAll:
            break
        else:
            if len(again) == known:
                return recorded
    return _listed(facts, files)


def _can_be_read_again(name: str) -> bool:
    """Whether a file is one that can, and holds lines."""
    if name == STANDARD_INPUT or not Path(name).is_file():
        return False
    with closing(opened(name)) as source:
        return HAR_BEGINS.match(source.begins) is None


def _file(name: str) -> str:
    """The file to read: of a folder its transcript."""
    if name == STANDARD_INPUT or not Path(name).is_dir():
        return name
    file = Path(name) / TRANSCRIPT
    if not file.is_file():
        raise UsageError(f"{name} holds no {TRANSCRIPT}: name the folder of a run, or a file")
    return str(file)


class _Facts:
    """What does not change from one reading of the files to the next."""

    def __init__(self, capture: Capture, growing: bool) -> None:
        self.capture, self.growing = capture, growing
        self.customs = customs_of(capture.profile, capture.timing)
        agents = terms_of(capture.profile).agents if capture.profile is not None else {}
        self.expected = {role: agent.expect for role, agent in agents.items()}


class _Reading:
    """One reading of the files: a transcript of this suite, or what somebody else recorded.

    Of the latter each is given to `hear` as the files have it, and `recording` says in the end what came of it.
    """

    def __init__(
        self, facts: _Facts, hear: Callable[[Heard], None], recording: Callable[[], Recording] = Recording
    ) -> None:
        self._facts, self.hear, self.recording = facts, hear, recording
        self._reader, self._unread = Reader(), Unread()
        self._sources: list[Source] = []
        self._begun = self._spoken = False

    def read(self, files: Iterable[str]) -> Recorded:
        """Read the files; raises what `read` of the module does, and `NeedsAll`."""
        with ExitStack() as stack:
            for name in files:
                self._sources.append(opened(name))
                stack.callback(self._sources[-1].close)
            for source in self._sources:
                self.take(source)
        return self.recorded()

    def take(self, source: Source) -> None:
        """Take in a whole file."""
        if HAR_BEGINS.match(source.begins):
            try:
                for heard in heard_in_har(source.content(), source.name, self._unread):
                    self._hear(heard)
            except ValueError as error:
                raise UsageError(f"{source.name} {error}") from None
            return
        reader, hear, name = self._reader, self.hear, source.name
        for number, raw in source.lines(self._unread, growing=self._facts.growing):
            one = None if reader.heading else heard_quickly(raw, name)
            if one is not None:
                self._spoken = True
                hear(one)
                continue
            try:
                self._take_line(object_in(raw), source.place(number), source.name)
            except (KeyError, TypeError, AttributeError, OverflowError):
                self._unread.add(source.place(number), _OF_NO_RECORDING)
            except ValueError as error:
                said = str(error)
                self._unread.add(source.place(number), said if said.startswith("is no ") else _OF_NO_RECORDING)

    def recorded(self) -> Recorded:
        """All of it; raises `UsageError` where that is nothing."""
        if self._reader.heading:
            return self._transcript()
        if not self._spoken:
            raise UsageError(_nothing(self._sources, self._unread))
        capture = self._facts.capture
        return Recorded(
            terms=terms_for(capture.profile, capture.cm_version, capture.timing),
            recording=self.recording(),
            heading={},
            complete=True,
            unread=self._unread.lines,
            whole=not self._unread.count,
        )

    def _hear(self, one: Heard) -> None:
        self._begun = True
        self._spoken = self._spoken or one.kind in {Kind.SENT, Kind.RECEIVED}
        self.hear(one)

    def _take_line(self, line: dict[str, Any], place: str, session: str) -> None:
        if line.get("event") == "run":
            if self._reader.heading or self._begun or self._spoken:
                raise UsageError(f"{place} begins another run: judge one run at a time")
            if line.get("schema") != SCHEMA:
                raise UsageError(f"{place} is of no transcript that this suite reads: its schema is not {SCHEMA}")
        if self._reader.heading or line.get("event") == "run":
            self._reader.take(line)
        else:
            self._hear(heard_in(line, session))

    def _transcript(self) -> Recorded:
        ended = self._reader.complete is not None
        folded = self._reader.heading.get("folded")
        missing = [*([] if ended else [_NO_END]), *([_FOLDED.format(folded)] if folded else [])]
        return Recorded(
            recording=self._reader.recording,
            terms=_terms(self._reader.heading, self._sources[0].name),
            heading=self._reader.heading,
            complete=bool(self._reader.complete),
            unread=(*self._unread.lines, *missing),
            whole=not missing and not self._unread.count and self._reader.heading.get("whole", True) is True,
        )


def _listed(facts: _Facts, files: Iterable[str]) -> Recorded:
    """Read the files, whatever the order of what they hold; all of it is held until it is in order."""
    heard: list[Heard] = []

    def recording() -> Recording:
        again = Again()
        for _ in range(0 if facts.capture.every else _MOST_READINGS):
            known = len(again)
            found = assemble(heard, facts.customs, Folding(facts.expected, again))
            if len(again) == known:
                return found
        return assemble(heard, facts.customs)

    return _Reading(facts, heard.append, recording).read(files)


def _streamed(facts: _Facts, files: Iterable[str], folding: Folding, logging_in: frozenset[str] | None) -> Recorded:
    """Read the files, of which only what the verdicts need is held; raises `NeedsAll`."""
    assembly = Assembly(facts.customs, folding, logging_in)
    timeline = Timeline(assembly.take)

    def recording() -> Recording:
        timeline.end()
        return assembly.recording()

    return _Reading(facts, timeline.add, recording).read(files)


def _logging_in(facts: _Facts, files: Iterable[str]) -> frozenset[str]:
    """The sessions on which a login is sent."""
    found: set[str] = set()

    def hear(one: Heard) -> None:
        if one.session not in found and is_login(one, facts.customs):
            found.add(one.session)

    _Reading(facts, hear).read(files)
    return frozenset(found)


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
