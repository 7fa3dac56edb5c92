"""Runs the whole suite against every fault and every conformant variant of the embedded endpoint.

Features, steps and checks are those of a run; only pytest is left out, so that some two hundred
endpoints can be judged in one process, many at a time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from itertools import product

from conformance import catalogue, execution, probes, scenarios
from conformance.driver import Driver
from conformance.endpoint.behaviour import Behaviour
from conformance.endpoint.faults import all_faults, all_variants
from conformance.endpoint.server import Host
from conformance.judgement import evidence_for
from conformance.profile import Profile, Timing, at
from conformance.settings import embedded_profile
from conformance.transport.websocket import WebSocketTransport
from conformance.verdict import Verdict, worst

AT_ONCE = 12
TIMING = Timing(connect=20, reply=3, silence=0.5)
"""Seconds; short, because the endpoint is on this machine and each answer takes milliseconds."""


@dataclass(frozen=True)
class Subject:
    """One endpoint to judge: a fault with the clauses that must catch it, or a conformant variant.

    A variant may name clauses that decide nothing and rightly remark on it.
    """

    name: str
    says: str
    behaviour: Behaviour
    is_fault: bool = False
    clauses: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Score:
    """What the suite made of one subject; `verdicts` by clause id, `reasons` of those that did not pass."""

    subject: Subject
    verdicts: Mapping[str, Verdict]
    reasons: Mapping[str, str]
    seconds: float = 0.0

    @property
    def failed(self) -> frozenset[str]:
        return frozenset(name for name, verdict in self.verdicts.items() if verdict is Verdict.FAIL)

    @property
    def word(self) -> str:
        """caught exactly, caught among others, missed, false alarm, or conformant."""
        wanted, extra = self.subject.clauses, self._extra()
        if not self.subject.is_fault:
            if extra or self._undecided():
                return "false alarm"
            return "conformant"
        if not wanted <= self.failed:
            return "missed"
        return "caught" if extra else "exact"

    def _extra(self) -> frozenset[str]:
        """Failures that nobody ordered. Advisory clauses decide nothing and may remark on the same value."""
        rows = catalogue.load().clauses
        return frozenset(name for name in self.failed - self.subject.clauses if rows[name].klass != "advisory")

    def _undecided(self) -> bool:
        rows = catalogue.load().clauses
        return any(
            verdict is not Verdict.PASS for name, verdict in self.verdicts.items() if rows[name].klass == "normative"
        )


def subjects() -> tuple[Subject, ...]:
    """Every fault, every variant, and every mixture of readings."""
    faults = [
        Subject(row.name, row.says, Behaviour(faults=(row.name,)), True, frozenset(row.clauses)) for row in all_faults()
    ]
    variants = [Subject(row.name, row.says, Behaviour(variants=(row.name,)), False, frozenset(row.clauses)) for row in all_variants()]
    names = [name for name in catalogue.load().readings if name != "source"]
    mixtures = [
        Subject(
            "reads " + " ".join(f"{name}={side}" for name, side in zip(names, sides, strict=True)),
            "follows these sides of the page",
            Behaviour(readings=dict(zip(names, sides, strict=True))),
        )
        for sides in product(("table", "sample"), repeat=len(names))
    ]
    return (*faults, *variants, *mixtures)


def judge(profile: Profile) -> tuple[dict[str, Verdict], dict[str, str]]:
    """One full run against the endpoint of a profile, without reports: verdicts and reasons by clause."""
    recording = Driver(profile, WebSocketTransport(profile.endpoint, profile.timing)).run(probes.load().values())
    evidence = evidence_for(recording, profile, {})
    verdicts: dict[str, list[Verdict]] = {}
    reasons: dict[str, str] = {}
    for scenario in scenarios.read():
        if scenario.clause in catalogue.load().clauses:
            record = execution.judge(scenario, evidence)
            verdicts.setdefault(scenario.clause, []).append(record.verdict)
            if record.verdict is not Verdict.PASS:
                reasons.setdefault(scenario.clause, record.reason)
    return {name: worst(found) for name, found in verdicts.items()}, reasons


def run(chosen: Sequence[Subject], told: Callable[[Score], None] | None = None) -> list[Score]:
    """Judge the subjects, many at once; `told` hears of each as it is done. The answer keeps their order."""
    profile = replace(embedded_profile(), timing=TIMING)
    scores: dict[str, Score] = {}
    with Host() as host, ThreadPoolExecutor(max_workers=AT_ONCE) as pool:

        def work(subject: Subject) -> Score:
            begun = time.monotonic()
            url = host.start(subject.behaviour)
            try:
                verdicts, reasons = judge(at(profile, url))
                return Score(subject, verdicts, reasons, time.monotonic() - begun)
            finally:
                host.stop(url)

        for done in as_completed([pool.submit(work, subject) for subject in chosen]):
            score = done.result()
            scores[score.subject.name] = score
            if told is not None:
                told(score)
    return [scores[subject.name] for subject in chosen]


def tally(scores: Iterable[Score]) -> dict[str, int]:
    """The score: faults, how many were caught and how many exactly, variants, and false alarms."""
    words = [(score.subject.is_fault, score.word) for score in scores]
    faults = [word for is_fault, word in words if is_fault]
    return {
        "faults": len(faults),
        "caught": sum(word in {"caught", "exact"} for word in faults),
        "exact": faults.count("exact"),
        "missed": faults.count("missed"),
        "variants": len(words) - len(faults),
        "false_alarms": sum(word == "false alarm" for _, word in words),
    }
