"""What a run says in a terminal, as plain text: the failure block and the summary. Called by the
command line and the pytest plugin, which may colour it. It prints nothing itself, and redacts
nothing: what it is given has been through `redact_result`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from lcm_conformance.catalogue.verdict import Finding, Verdict
from lcm_conformance.judge.result import ClauseResult, Result
from lcm_conformance.report.command_line import command_line
from lcm_conformance.report.folded import folded
from lcm_conformance.report.headline import KNOWN, counts, warnings, why
from lcm_conformance.report.legible import one_line
from lcm_conformance.report.names import name_of

LIMIT = 300
WHOLE, SHORT, FEW = 2, 5, 3
"""How many failing clauses are told whole; else how many in short; how many lines of one kind."""

_REPEATED = ("profile", "url", "cm_version", "reading")
_FOLLOWS = "what fails leaves nothing to judge there"
JUDGED = "judged"
"""The folder, in that of an earlier run, for what comes of judging its files again: these stay as they are."""
AGAIN = "repeat"
"""The folder, in that of the reports, for what is asked again."""


def failure_block(clause: ClauseResult, finding: Finding, repeat: str) -> str:
    """One failure, always in this order: clause, expected, actual, where, evidence, how to see it again."""
    lines = [
        f"{clause.id}  {one_line(clause.statement)}      ({one_line(clause.section)})",
        f"  expected  {one_line(finding.expected, LIMIT)}",
        f"  actual    {one_line(finding.actual, LIMIT)}",
        f"  where     {one_line(finding.where, LIMIT)}",
    ]
    if finding.exchange:
        lines.append(f"  evidence  {finding.exchange} in transcript.ndjson")
    lines.append(f"  repeat    {one_line(repeat, 2 * LIMIT)}")
    return "\n".join(lines)


def repeat_command(options: Mapping[str, str], embedded: bool, clause_id: str) -> str:
    """The command that asks for this clause again, with the options of the run, and leaves its reports as they are."""
    judged = options.get("judged", "").splitlines()
    words = ["lcm-conformance", *(["judge", *judged] if judged else ["run"])]
    for name in _REPEATED:
        if options.get(name) and not (name == "url" and embedded):
            for value in options[name].split() if name == "reading" else [options[name]]:
                words += [f"--{name.replace('_', '-')}", value]
    if options.get("allow_hostile"):
        words.append("--allow-hostile")
    again = str(Path(options.get("out", "")) / AGAIN)
    return command_line([*words, "--out", again, *([] if judged else ["--clause", clause_id])])


def summary(result: Result, out: Path, notes: Iterable[str] = ()) -> list[str]:
    """The whole account of a run: the verdict first, what to open last; each entry one line or one failure block."""
    return [
        _verdict_line(result),
        *_standing(result),
        *([one_line(why(result), LIMIT)] if result.decided_by != "verdict" else []),
        *(f"suite error: {one_line(error, LIMIT)}" for error in result.suite_errors),
        *([f"environment: {one_line(result.outage, LIMIT)}"] if result.outage else []),
        *(f"notice: {one_line(line, LIMIT)}" for line in warnings(result) if not line.startswith(KNOWN)),
        *_failures(result),
        "",
        *_grouped(result, Verdict.ERROR, "suite error"),
        *_grouped(result, Verdict.INCONCLUSIVE, "inconclusive"),
        *_grouped(result, Verdict.UNTESTED, "untested"),
        *notes,
        f"reports: {out / 'report.html'}  (beside it result.json, junit.xml, transcript.ndjson, allure-results)",
    ]


def _verdict_line(result: Result) -> str:
    parts = ", ".join(f"{number} {verdict}" for verdict, number in reversed(counts(result).items()))
    word = result.verdict if result.complete else f"{result.verdict} (unfinished)"
    version = f"Campaign Manager {one_line(result.cm_version, LIMIT)}"
    return f"{word}  {version}  {len(result.clauses)} clauses: {parts or 'none'}  {result.seconds:.1f} s"


def _standing(result: Result) -> Iterator[str]:
    endpoint = "  embedded endpoint" if result.embedded else ""
    yield f"robustness {result.robustness}  attribution {result.attribution}{endpoint}"
    if result.depends_on:
        yield f"depends on {', '.join(result.depends_on)}"


def _failures(result: Result) -> Iterator[str]:
    """One block a failing clause: whole for a few, short for many, so that all of it stays on one screen."""
    failed = sorted((c for c in result.clauses if c.verdict is Verdict.FAIL), key=lambda c: c.excuse is not None)
    known = [clause for clause in failed if clause.known is not None]
    yield from _first(f"{KNOWN}{clause.id}: {one_line(clause.known or '', LIMIT)}" for clause in known)
    others = [clause for clause in failed if clause.known is None]
    if len(others) > WHOLE:
        yield from _short_blocks(others, result)
        return
    for clause in others:
        yield ""
        if clause.excuse is not None:
            yield f"{clause.excuse}:"
        finding = _most_telling(clause)
        yield failure_block(clause, finding, repeat_command(result.options, result.embedded, clause.id))
        if clause.findings_total > 1:
            which = "" if clause.findings_total == len(clause.findings) else f", the first {len(clause.findings)}"
            yield f"  and {clause.findings_total - 1} more findings of {clause.id}{which} in result.json"


def _short_blocks(clauses: Sequence[ClauseResult], result: Result) -> Iterator[str]:
    """Two lines a clause, and one command for the first of them."""
    yield ""
    for clause in clauses[:SHORT]:
        finding = _most_telling(clause)
        aside = f"  ({one_line(clause.excuse)})" if clause.excuse is not None else ""
        yield f"{clause.id}  {name_of(clause.id)}{aside}"
        more = f"; and {clause.findings_total - 1} more" if clause.findings_total > 1 else ""
        seen = f"  ({finding.exchange}{more})" if finding.exchange else ""
        yield f"  {one_line(clause.reason or finding.actual, LIMIT)}{seen}"
    if len(clauses) > SHORT:
        yield f"and {len(clauses) - SHORT} more failing: {_some(c.id for c in clauses[SHORT:])}"
    yield f"repeat    {one_line(repeat_command(result.options, result.embedded, clauses[0].id), 2 * LIMIT)}"


def _most_telling(clause: ClauseResult) -> Finding:
    """The first of the findings of which there are most."""
    groups = folded(clause.findings)
    return groups[0].first if groups else _finding_of(clause)


def _first(lines: Iterable[str]) -> Iterator[str]:
    """Of many lines the first few."""
    listed = list(lines)
    yield from listed[:FEW]
    if len(listed) > FEW:
        yield f"and {len(listed) - FEW} more like it in report.html"


def _finding_of(clause: ClauseResult) -> Finding:
    return Finding(expected=clause.statement, actual=clause.reason, where="the run as a whole")


def _grouped(result: Result, verdict: Verdict, word: str) -> Iterator[str]:
    """One line for each reason, the clauses that share it in front; one for all that follows from several failures."""
    found = [clause for clause in result.clauses if clause.verdict is verdict]
    follow = len({clause.reason for clause in found if clause.blockers}) > 1
    reasons: dict[str, list[str]] = {}
    for clause in found:
        reason = _FOLLOWS if follow and clause.blockers else clause.reason
        reasons.setdefault(reason, []).append(clause.id)
    yield from _first(f"{word}: {_some(ids)}: {one_line(reason, LIMIT)}" for reason, ids in reasons.items())


def _some(ids: Iterable[str], limit: int = 6) -> str:
    named = list(ids)
    more = f" and {len(named) - limit} more" if len(named) > limit else ""
    return ", ".join(named[:limit]) + more
