"""Runs the whole suite against every fault and every conformant variant of the embedded endpoint.

Features, steps and checks are those of a run; only pytest is left out, so that some two hundred
endpoints can be judged in one process, many at a time.
"""

from __future__ import annotations

import difflib
import json
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import product
from multiprocessing import active_children, get_context
from multiprocessing.queues import SimpleQueue
from typing import TypeVar

from lcm_conformance.catalogue import scenarios
from lcm_conformance.catalogue.clauses import load_catalogue
from lcm_conformance.catalogue.probes import load_probes
from lcm_conformance.catalogue.verdict import UsageError, Verdict, worst
from lcm_conformance.drive.driver import Driver
from lcm_conformance.endpoint.behaviour import Behaviour
from lcm_conformance.endpoint.faults import ANY, all_faults, all_open, all_variants
from lcm_conformance.endpoint.server import Host
from lcm_conformance.judge.fold import evidence_for
from lcm_conformance.judge.heading import terms_from
from lcm_conformance.judge.terms import Terms
from lcm_conformance.profile import Profile, Timing, at
from lcm_conformance.record.lines import Reader
from lcm_conformance.record.transcript import Recording
from lcm_conformance.report.files import json_text
from lcm_conformance.report.transcript_file import shown_lines
from lcm_conformance.run import execution
from lcm_conformance.run.personal_data import learn_agents, learn_events, redactor_of
from lcm_conformance.run.settings import embedded_profile, terms_of
from lcm_conformance.transport.websocket import WebSocketTransport
from lcm_conformance.version import VERSION

T = TypeVar("T")
AT_ONCE = 12
_TURN = 0.5  # seconds
TIMING = Timing(connect=20, reply=3, silence=0.5)
"""Seconds; short, because the endpoint is on this machine and each answer takes milliseconds."""


class Kind(StrEnum):
    """What an endpoint is: wrong, right though unusual, or one that can neither pass nor fail."""

    FAULT = "fault"
    VARIANT = "variant"
    OPEN = "open"


@dataclass(frozen=True)
class Subject:
    """One endpoint to judge: a fault with the clauses that must catch it, a conformant variant, or an open one.

    A variant may name clauses that decide nothing and rightly remark on it; an open one those that are left open.
    `sessions` must be open at once for it to show at all.
    """

    name: str
    says: str
    behaviour: Behaviour
    kind: Kind = Kind.VARIANT
    clauses: frozenset[str] = frozenset()
    sessions: int = 1


@dataclass(frozen=True)
class Score:
    """What the suite made of one subject; `verdicts` by clause id, `reasons` of those that did not pass.

    `again` are the verdicts that came out of the transcript, disguised as it is written.
    """

    subject: Subject
    verdicts: Mapping[str, Verdict]
    reasons: Mapping[str, str]
    again: Mapping[str, Verdict] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def failed(self) -> frozenset[str]:
        return frozenset(name for name, verdict in self.verdicts.items() if verdict is Verdict.FAIL)

    @property
    def left_open(self) -> frozenset[str]:
        """The normative clauses that neither passed nor failed."""
        rows = load_catalogue().clauses
        settled = {Verdict.PASS, Verdict.FAIL}
        return frozenset(n for n, v in self.verdicts.items() if rows[n].klass == "normative" and v not in settled)

    @property
    def word(self) -> str:
        """exact, caught (with others), missed; conformant, false alarm; open, closed; differs when judged again."""
        if self.again != self.verdicts:
            return "differs"
        if self.subject.kind is Kind.FAULT:
            if not self.subject.clauses <= self.failed:
                return "missed"
            return "caught" if self._extra() else "exact"
        if self._extra() or (self.subject.kind is Kind.VARIANT and self.left_open):
            return "false alarm"
        if self.subject.kind is Kind.VARIANT:
            return "conformant"
        wanted = self.subject.clauses - {ANY}
        return "open" if self.left_open and wanted <= self.left_open else "closed"

    @property
    def is_right(self) -> bool:
        """Whether the suite made of it what it is."""
        return self.word in {"exact", "conformant", "open"}

    def _extra(self) -> frozenset[str]:
        """Failures that nobody ordered. What decides nothing may remark on the same: advisory clauses, or a grade."""
        rows = load_catalogue().clauses
        passed_over = {"advisory", "robustness"} if self.subject.kind is Kind.OPEN else {"advisory"}
        return frozenset(name for name in self.failed - self.subject.clauses if rows[name].klass not in passed_over)


def choose(names: Sequence[str]) -> tuple[Subject, ...]:
    """The subjects of these names, or those whose clauses have them; all for none. Raises `UsageError`."""
    everything = subjects()
    if not names:
        return everything
    clauses = {clause for subject in everything for clause in subject.clauses}
    known = {subject.name for subject in everything} | clauses
    wanted = {clause for name in names for clause in clauses if clause.startswith(f"{name.rstrip('-')}-")}
    for name in names:
        if name not in known and not any(clause.startswith(f"{name.rstrip('-')}-") for clause in clauses):
            near = difflib.get_close_matches(name, known, n=3)
            fix = f"did you mean {', '.join(near)}?" if near else "`lcm-conformance selftest --all` lists all"
            raise UsageError(f"unknown fault, variant or clause {name!r}: {fix}")
    return tuple(s for s in everything if s.name in names or s.clauses & {*names, *wanted})


def sample(chosen: Sequence[Subject], number: int) -> tuple[Subject, ...]:
    """So many of them at most, evenly: each kind keeps its share."""
    step = max(1.0, len(chosen) / number)
    return tuple(chosen[int(place * step)] for place in range(min(number, len(chosen))))


def subjects() -> tuple[Subject, ...]:
    """Every fault, every variant, every mixture of readings, and every open endpoint."""
    faults = [
        Subject(row.name, row.says, Behaviour(faults=(row.name,)), Kind.FAULT, frozenset(row.clauses), row.sessions)
        for row in all_faults()
    ]
    variants = [
        Subject(row.name, row.says, Behaviour(variants=(row.name,)), clauses=frozenset(row.clauses))
        for row in all_variants()
    ]
    open_ones = [
        Subject(row.name, row.says, Behaviour(open=(row.name,)), Kind.OPEN, frozenset(row.clauses))
        for row in all_open()
    ]
    names = [name for name in load_catalogue().readings if name != "source"]
    mixtures = [
        Subject(
            "reads " + " ".join(f"{name}={side}" for name, side in zip(names, sides, strict=True)),
            "follows these sides of the page",
            Behaviour(readings=dict(zip(names, sides, strict=True))),
        )
        for sides in product(("table", "sample"), repeat=len(names))
    ]
    return (*faults, *variants, *mixtures, *open_ones)


def judge(profile: Profile) -> tuple[dict[str, Verdict], dict[str, str], dict[str, Verdict]]:
    """One full run against the endpoint of a profile, without reports: verdicts and reasons by clause.

    The last are the verdicts that come out of its transcript.
    """
    driver = Driver(profile, WebSocketTransport(profile.endpoint, profile.timing))
    recording, terms = driver.run(load_probes().values()), terms_of(profile)
    verdicts, reasons = verdicts_on(recording, terms)
    redactor = redactor_of(profile)
    learn_agents(redactor, driver.agents)
    learn_events(redactor, recording.events)
    reader = Reader()
    for line in shown_lines(recording, terms, redactor):
        reader.take(json.loads(json_text(line)))
    again, _ = verdicts_on(reader.recording, terms_from(reader.heading))
    return verdicts, reasons, again


def verdicts_on(recording: Recording, terms: Terms) -> tuple[dict[str, Verdict], dict[str, str]]:
    """The verdict on each clause, and the reasons where one did not pass."""
    evidence = evidence_for(recording, terms)
    verdicts: dict[str, list[Verdict]] = {}
    reasons: dict[str, str] = {}
    for scenario in scenarios.read():
        if scenario.clause in load_catalogue().clauses:
            record = execution.judge(scenario, evidence)
            verdicts.setdefault(scenario.clause, []).append(record.verdict)
            if record.verdict is not Verdict.PASS:
                reasons.setdefault(scenario.clause, record.reason)
    return {name: worst(found) for name, found in verdicts.items()}, reasons


def run(
    chosen: Sequence[Subject],
    told: Callable[[Score], None] | None = None,
    processes: int = 1,
    connections: int | None = None,
) -> list[Score]:
    """Judge the subjects, many at once; `told` hears of each as it is done. The answer keeps their order.

    `connections` are the sessions that are held at once with one endpoint, those of the packaged profile if not given;
    what shows only beside more of them is left out.

    More than one process helps where there is more than one core: Python's threads share one.
    """
    scores: dict[str, Score] = {}

    def keep(score: Score) -> None:
        scores[score.subject.name] = score
        if told is not None:
            told(score)

    if connections is not None:
        chosen = [subject for subject in chosen if subject.sessions <= connections]
    # Those that stay open come last and take longest: they go first, so that nothing waits for them in the end.
    in_turn = list(reversed(chosen))
    if processes == 1:
        _judge_all(in_turn, keep, connections)
    else:
        context = get_context("spawn")
        done: SimpleQueue[Score] = context.SimpleQueue()
        with ProcessPoolExecutor(processes, context, initializer=_begin, initargs=(done,)) as pool:
            shares = [in_turn[place::processes] for place in range(processes)]
            futures = {pool.submit(_judge_share, share, connections) for share in shares}
            try:
                while futures or not done.empty():
                    finished, futures = wait(futures, _TURN, FIRST_COMPLETED)
                    while not done.empty():
                        keep(done.get())
                    for future in finished:
                        future.result()
            except KeyboardInterrupt:
                for worker in active_children():
                    worker.terminate()
                raise
    return [scores[subject.name] for subject in chosen]


def _as_completed(futures: Iterable[Future[T]]) -> Iterator[Future[T]]:
    """As the library's, in turns: before Python 3.14 nothing interrupts a longer wait on Windows."""
    pending = set(futures)
    while pending:
        done, pending = wait(pending, _TURN, FIRST_COMPLETED)
        yield from done


class _Worker:
    """What a process that judges a share is given when it begins."""

    told: Callable[[Score], None]


_worker = _Worker()


def _begin(done: SimpleQueue[Score]) -> None:
    """In a process that judges a share: whoever started it hears of each score, and alone of interruptions."""
    _worker.told = done.put
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _judge_share(chosen: Sequence[Subject], connections: int | None) -> None:
    _judge_all(chosen, _worker.told, connections)


def _judge_all(chosen: Sequence[Subject], told: Callable[[Score], None], connections: int | None) -> None:
    with Host() as host, ThreadPoolExecutor(max_workers=AT_ONCE) as pool:

        def work(subject: Subject) -> Score:
            begun = time.monotonic()
            url = host.start(subject.behaviour)
            try:
                verdicts, reasons, again = judge(at(_profile(subject, connections), url))
                return Score(subject, verdicts, reasons, again, time.monotonic() - begun)
            finally:
                host.stop(url)

        try:
            for done in _as_completed([pool.submit(work, subject) for subject in chosen]):
                told(done.result())
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _profile(subject: Subject, connections: int | None) -> Profile:
    """The packaged profile with short times; what may be used up is not vouched for."""
    profile = replace(embedded_profile(), timing=TIMING)
    if connections is not None:
        profile = replace(profile, endpoint=replace(profile.endpoint, max_connections=connections))
    reserved = "asserted" if subject.kind is Kind.OPEN else "stays"
    return replace(profile, agents={role: replace(a, reserved=reserved) for role, a in profile.agents.items()})


def tally(scores: Iterable[Score]) -> dict[str, int]:
    """The score: faults, how many were caught and how many exactly, variants and false alarms, open ones, and more."""
    words = [(score.subject.kind, score.word) for score in scores]
    faults = [word for kind, word in words if kind is Kind.FAULT]
    of_kind = Counter(kind for kind, _ in words)
    return {
        "faults": len(faults),
        "caught": sum(word in {"caught", "exact"} for word in faults),
        "exact": faults.count("exact"),
        "missed": faults.count("missed"),
        "variants": of_kind[Kind.VARIANT],
        "false_alarms": sum(word == "false alarm" for _, word in words),
        "open": of_kind[Kind.OPEN],
        "closed": sum(word == "closed" for _, word in words),
        "differ": sum(word == "differs" for _, word in words),
    }


def matrix(scores: Sequence[Score], seconds: float) -> dict[str, object]:
    """The kill matrix as JSON: the score, and for each subject what should fail and what did."""
    return {
        "schema": "lcm-conformance/selftest/1",
        "suite": {"version": VERSION, "catalogue": load_catalogue().digest},
        "score": tally(scores),
        "seconds": round(seconds, 1),
        "subjects": [
            {
                "name": score.subject.name,
                "kind": score.subject.kind.value,
                "says": score.subject.says,
                "expected": sorted(score.subject.clauses),
                "failed": sorted(score.failed),
                "inconclusive": sorted(n for n, v in score.verdicts.items() if v is Verdict.INCONCLUSIVE),
                "outcome": score.word,
                "seconds": round(score.seconds, 1),
            }
            for score in scores
        ],
    }
