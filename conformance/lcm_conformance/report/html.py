"""Writes `report.html`: one page that needs nothing else, no script and no network. Called by
`write_all` with a redacted result. What it shows is chosen here; how it looks, in the template.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from lcm_conformance.catalogue.verdict import Finding, Verdict
from lcm_conformance.judge.result import ClauseResult, Result
from lcm_conformance.record.transcript import Recording
from lcm_conformance.report.console import repeat_command
from lcm_conformance.report.files import rfc3339, write_whole
from lcm_conformance.report.frames import Frames
from lcm_conformance.report.headline import WORDS, WORST_FIRST, counts, warnings, why
from lcm_conformance.report.legible import legible, one_line

LIMIT = 2_000
FRAME_LIMIT = 4_000
SHOWN_FINDINGS = 5
_CLASSES = ("normative", "robustness", "advisory", "observation", "scope")
_ABOUT = {
    "scope": "Whether the page binds this version at all.",
    "normative": "What a Campaign Manager must show to conform. These decide the verdict.",
    "advisory": "Reported, does not decide the verdict.",
    "robustness": "A grade of its own: bad input, then a valid request that must still be answered.",
    "observation": "What the endpoint does where the page is silent.",
}


@dataclass(frozen=True)
class Shown:
    """One finding with the frames behind it, as text."""

    finding: Finding
    frames: str | None


@dataclass(frozen=True)
class Row:
    """One clause as the page shows it; `more` counts the findings that are left out."""

    clause: ClauseResult
    shown: tuple[Shown, ...]
    more: int
    repeat: str


@dataclass(frozen=True)
class Group:
    """The clauses of one class, the worst first."""

    klass: str
    about: str
    rows: tuple[Row, ...]


def write_html(result: Result, recording: Recording, out: Path) -> None:
    """Write `out/report.html`, whole or not at all."""
    write_whole(out / "report.html", html_page(result, recording))


def html_page(result: Result, recording: Recording) -> str:
    """The whole page. Every clause has one row, whose `id` is the clause's."""
    environment = Environment(
        loader=PackageLoader("lcm_conformance.report", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["line"] = lambda text: one_line(str(text), LIMIT)
    environment.filters["block"] = legible
    return environment.get_template("report.html.jinja").render(
        result=result,
        headline=WORDS.get(result.verdict, result.verdict) if result.complete else "Unfinished",
        tone=result.verdict if result.complete else "unfinished",
        why=why(result) if result.complete else "The run did not finish, so this is no verdict.",
        warnings=warnings(result),
        elsewhere=[line for line in _elsewhere(result) if line != why(result)],
        revealed=result.revealed,
        failing=_failing(result),
        counts=counts(result),
        started=rfc3339(result.started),
        groups=_groups(result, Frames(recording)),
    )


def _elsewhere(result: Result) -> list[str]:
    trouble = [f"environment: {result.outage}"] if result.outage else []
    return trouble + [f"suite error: {error}" for error in result.suite_errors]


def _failing(result: Result) -> list[tuple[str, list[ClauseResult]]]:
    """The clauses that somebody must look at, with the words in front of them, those that decide first."""
    failed = [clause for clause in result.clauses if clause.verdict is Verdict.FAIL]
    lists = (
        ("Failing", [clause for clause in failed if clause.excuse is None]),
        ("Does not decide the verdict", [clause for clause in failed if clause.excuse is not None]),
        ("Not judged, by the suite's own fault", [c for c in result.clauses if c.verdict is Verdict.ERROR]),
    )
    return [(words, clauses) for words, clauses in lists if clauses]


def _groups(result: Result, frames: Frames) -> list[Group]:
    others = sorted({clause.klass for clause in result.clauses} - set(_CLASSES))
    groups = []
    for klass in (*_CLASSES, *others):
        clauses = _worst_first([clause for clause in result.clauses if clause.klass == klass])
        if clauses:
            rows = tuple(_row(clause, result, frames) for clause in clauses)
            groups.append(Group(klass, _ABOUT.get(klass, ""), rows))
    return groups


def _row(clause: ClauseResult, result: Result, frames: Frames) -> Row:
    told: set[str] = set()
    shown = []
    for finding in clause.findings[:SHOWN_FINDINGS]:
        new = finding.exchange is not None and finding.exchange not in told
        shown.append(Shown(finding, frames.text(finding.exchange or "", FRAME_LIMIT) if new else None))
        told.add(finding.exchange or "")
    return Row(
        clause,
        tuple(shown),
        clause.findings_total - len(shown),
        repeat_command(result.options, result.embedded, clause.id),
    )


def _worst_first(clauses: Iterable[ClauseResult]) -> list[ClauseResult]:
    return sorted(clauses, key=lambda c: (WORST_FIRST.index(c.verdict), c.excuse is not None))
