"""An older result as far as it is compared with: read back from `result.json` by `lcm_conformance.report.past_file`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from lcm_conformance.catalogue.verdict import Verdict
from lcm_conformance.judge.result import LEFT_OUT, Member, Result

_DECIDING = frozenset({"scope", "normative"})
_STEPS = {Verdict.PASS: 0, Verdict.UNTESTED: 1, Verdict.INCONCLUSIVE: 1, Verdict.ERROR: 1, Verdict.FAIL: 2}


@dataclass(frozen=True)
class PastClause:
    """One clause's verdict then. `klass` is its class; `known` and `waived` the reasons that accept or excuse it."""

    id: str
    klass: str
    verdict: Verdict
    reason: str = field(default="", repr=False)
    known: str | None = None
    waived: str | None = None

    @property
    def step(self) -> int | None:
        """How far it is from passing: pass 0, what is open 1, fail 2; None where it does not apply."""
        return _STEPS.get(self.verdict)

    def counts(self, strict: bool = False) -> bool:
        """Whether a step up of it makes a result worse: what is accepted, waived or was left out does not."""
        deciding = self.klass in _DECIDING or (strict and self.klass == "advisory")
        waived = self.waived is not None and self.verdict is Verdict.UNTESTED
        return deciding and self.known is None and not waived and self.reason != LEFT_OUT


@dataclass(frozen=True)
class Past:
    """A whole result. `source` is the file as it was named, `observations` words by id, `latency` ms by name."""

    source: str
    verdict: str
    cm_version: str
    started: datetime
    catalogue: str
    complete: bool
    clauses: Mapping[str, PastClause]
    robustness: str = "untested"
    label: str | None = field(default=None, repr=False)
    readings: Mapping[str, str] = field(default_factory=dict)
    observations: Mapping[str, str] = field(default_factory=dict, repr=False)
    latency: Mapping[str, float] = field(default_factory=dict)
    wire: Mapping[str, Member] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        """The version, and the label where there is one."""
        return f"{self.cm_version} {self.label}" if self.label else self.cm_version


def as_past(result: Result, source: str = "") -> Past:
    """A result of now in the form in which older ones are compared."""
    latency = {"p50_ms": result.latency.p50_ms, "p95_ms": result.latency.p95_ms, "max_ms": result.latency.max_ms}
    return Past(
        source=source,
        verdict=result.verdict,
        cm_version=result.cm_version,
        started=result.started,
        catalogue=result.catalogue,
        complete=result.complete,
        clauses={c.id: PastClause(c.id, c.klass, c.verdict, c.reason, c.known, c.waived) for c in result.clauses},
        robustness=result.robustness,
        label=result.label,
        readings=result.readings,
        observations={observation.id: observation.seen for observation in result.observations},
        latency=latency if result.latency.count else {},
        wire=result.wire,
    )
