"""What GitHub Actions shows of a run: a summary in Markdown, and annotations as workflow commands.

Called by `lcm_conformance.run.announcement`. Text from outside stands in code spans there, and percent-escaped here:
it can begin no command, mention nobody and load nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lcm_conformance.catalogue.verdict import Finding, Verdict
from lcm_conformance.judge.fold import exit_status
from lcm_conformance.judge.result import ClauseResult, Result, ScenarioRecord
from lcm_conformance.report.case import RED, case_of
from lcm_conformance.report.headline import GREEN, WORDS, counts, unshown, warnings, why
from lcm_conformance.report.legible import one_line
from lcm_conformance.report.markdown import code

MOST = 10
"""Annotations of one kind that GitHub shows of a step, and failures of which a summary shows all."""

LIMIT = 500
Place = Callable[[ScenarioRecord], tuple[str, int]]
"""The feature file of a scenario, as the repository names it, and its line."""


def summary(result: Result, artefacts: str | None) -> str:
    """The verdict, what failed and what the verdict depends on. `artefacts` is the address of the run's files."""
    verdict = WORDS[result.verdict] if result.complete else "Unfinished"
    named = f"Campaign Manager {result.cm_version}{f', {result.label}' if result.label else ''}"
    tally = ", ".join(f"{number} {verdict}" for verdict, number in counts(result).items())
    parts = [
        f"## {_mark(result)} {verdict}: {code(named)}",
        "",
        f"{code(why(result), LIMIT)}",
        "",
        f"{len(result.clauses)} clauses: {tally}. Robustness {result.robustness}, attribution {result.attribution}.",
        *_failures(result),
        *(f"- {code(warning, LIMIT)}" for warning in warnings(result)),
    ]
    if artefacts:
        parts += ["", f"[Reports of this run]({artefacts})"]
    return "\n".join(parts) + "\n"


def error_commands(result: Result, place: Place) -> Iterator[str]:
    """One `::error` for each clause that makes the run red, at its scenario, failures first; else one for the run."""
    red = [(case, scenario) for scenario in result.scenarios if (case := case_of(scenario)).status in RED]
    shown: dict[str, str] = {}
    for case, scenario in sorted(red, key=lambda pair: RED.index(pair[0].status)):
        if scenario.clause not in shown:
            file, line = place(scenario)
            shown[scenario.clause] = _error(f"{scenario.clause}: {case.message}", file=file, line=str(line))
    yield from list(shown.values())[:MOST]
    sentence = unshown(result)
    if sentence is not None:
        yield _error(sentence)


def _mark(result: Result) -> str:
    return "✅" if result.complete and exit_status(result) in GREEN else "❌"


def _failures(result: Result) -> Iterator[str]:
    failing = [c for c in result.clauses if c.verdict is Verdict.FAIL and c.excuse is None]
    if failing:
        yield from ("", "| clause | expected | actual | where |", "| --- | --- | --- | --- |")
    for clause in failing[:MOST]:
        first = clause.findings[0] if clause.findings else _of(clause)
        cells = (clause.id, first.expected, first.actual, first.where)
        yield f"| {' | '.join(map(code, cells))} |"
    if len(failing) > MOST:
        yield f"\nand {len(failing) - MOST} more in `report.html`"
    yield ""


def _of(clause: ClauseResult) -> Finding:
    return Finding(clause.statement, clause.reason, "the run as a whole")


def _error(message: str, **properties: str) -> str:
    properties["title"] = "lcm-conformance"
    named = ",".join(f"{name}={_escaped(value, ',:')}" for name, value in properties.items())
    return f"::error {named}::{_escaped(one_line(message, LIMIT))}"


def _escaped(text: str, more: str = "") -> str:
    """As GitHub's own toolkit escapes the data and the properties of a command."""
    for char in f"%\r\n{more}":
        text = text.replace(char, f"%{ord(char):02X}")
    return text
