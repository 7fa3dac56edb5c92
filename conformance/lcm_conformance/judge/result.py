"""What a run has to say: one immutable tree from which every report is written.

Built by `lcm_conformance.judge.fold`; read by `lcm_conformance.report`. It holds no frames: those are
in the transcript, found by the exchange ids that findings and scenarios carry. No `repr` of it shows a value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from lcm_conformance.catalogue.verdict import Finding, Verdict

if TYPE_CHECKING:
    from lcm_conformance.judge.comparison import Comparison

LEFT_OUT = "not selected for this run"
"""The reason of what a selection left out."""


@dataclass(frozen=True)
class StepRecord:
    """One Gherkin step as it ran; `status` is passed, failed or skipped."""

    keyword: str
    text: str
    status: str


@dataclass(frozen=True)
class Observation:
    """What the endpoint does where the page is silent."""

    id: str
    seen: str = field(repr=False)
    detail: str = field(repr=False)


@dataclass
class Remarks:
    """What a scenario that passes has to say; its steps fill it in."""

    reason: str = field(default="", repr=False)
    observation: Observation | None = None


@dataclass(frozen=True)
class ScenarioRecord:
    """One scenario of the feature files and what came of it.

    `excuse` is the reason why, though not passed, it decides nothing; `earlier` are further times that it was executed
    in this run (something of pytest's repeated it), of which this is the worst. `folded` counts the exchanges that are
    like some of these, and not kept.
    """

    feature: str
    feature_file: str
    rule: str | None
    name: str
    clause: str
    steps: tuple[StepRecord, ...]
    verdict: Verdict
    reason: str = field(repr=False)
    findings: tuple[Finding, ...] = ()
    exchanges: tuple[str, ...] = ()
    observation: Observation | None = None
    blockers: frozenset[str] = frozenset()
    started: datetime | None = None
    seconds: float = 0.0
    findings_total: int = 0
    excuse: str | None = field(default=None, repr=False)
    earlier: tuple[ScenarioRecord, ...] = ()
    folded: int = 0

    @property
    def key(self) -> tuple[str, str]:
        """What identifies the scenario: file and name."""
        return self.feature_file, self.name


@dataclass(frozen=True)
class ClauseResult:
    """The verdict on one clause of the catalogue. `klass` is the clause's class.

    `asked` counts the requests that its scenarios ask, controls apart; `findings` holds the first hundred of
    `findings_total`; `excuse` is the reason why, though not passed, it decides nothing; `why` why
    no reading of the page allows otherwise.
    """

    id: str
    klass: str
    statement: str
    section: str
    verdict: Verdict
    reason: str = field(repr=False)
    findings: tuple[Finding, ...] = ()
    known: str | None = None
    waived: str | None = None
    blockers: frozenset[str] = frozenset()
    asked: int = 0
    findings_total: int = 0
    excuse: str | None = field(default=None, repr=False)
    why: str = ""

    @property
    def waiver_in_force(self) -> str | None:
        """The reason of its waiver, where that excuses it: only what stayed untested is excused."""
        return self.waived if self.verdict is Verdict.UNTESTED else None


@dataclass(frozen=True)
class Ledger:
    """The scenarios written in the feature files against what became of them."""

    scenarios: int = 0
    executed: int = 0
    untested: int = 0
    unaccounted: int = 0


@dataclass(frozen=True)
class Latency:
    """How long due replies took, in milliseconds."""

    count: int = 0
    p50_ms: float = 0.0
    p95_ms: float = 0.0
    max_ms: float = 0.0


@dataclass(frozen=True)
class Trouble:
    """What kept the run from learning: an `outage` (could not reach or log in) or a `gap` (a precondition missing)."""

    kind: str
    line: str = field(repr=False)


@dataclass(frozen=True)
class Member:
    """One member of the contacts as it was on the wire. `words` are the values of an open vocabulary, else None."""

    types: dict[str, int]
    present: int
    replies: int
    words: tuple[str, ...] | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Result:
    """The whole of `result.json`, typed. `notices` are what every report must show.

    `decided_by` says what the exit status follows from: `verdict`, `worse` (than the baseline), or `known` (an entry is
    `stale`).
    `statement` is what the profile says of who tested what.
    """

    verdict: str
    robustness: str
    complete: bool
    cm_version: str
    url: str = field(repr=False)
    asked_as: dict[str, object] | None
    suite_version: str
    catalogue: str
    started: datetime
    seconds: float
    clauses: tuple[ClauseResult, ...]
    scenarios: tuple[ScenarioRecord, ...]
    ledger: Ledger
    attribution: str
    readings: dict[str, str]
    depends_on: tuple[str, ...]
    observations: tuple[Observation, ...]
    latency: Latency
    embedded: bool
    trouble: Trouble | None = None
    suite_errors: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    decided_by: str = "verdict"
    stale: tuple[str, ...] = ()
    baseline: Comparison | None = field(default=None, repr=False)
    label: str | None = field(default=None, repr=False)
    statement: Mapping[str, str] = field(default_factory=dict, repr=False)
    wire: dict[str, Member] = field(default_factory=dict, repr=False)
    selftest: dict[str, object] | None = None
    options: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def outage(self) -> str | None:
        """The environment's line, where the run could not reach the endpoint or log in."""
        return self.trouble.line if self.trouble is not None and self.trouble.kind == "outage" else None

    @property
    def strict(self) -> bool:
        """Whether advisory clauses decide too."""
        return self.options.get("strict") == "true"

    @property
    def revealed(self) -> bool:
        """Whether personal data is shown as it was received."""
        return self.options.get("reveal") == "true"
