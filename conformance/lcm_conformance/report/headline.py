"""What every report says first, in the same words: the verdict, why, and what must be known with it.
Called by the console, HTML, JUnit and Allure writers. It puts a verdict into words and never makes one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from lcm_conformance.catalogue.verdict import Verdict
from lcm_conformance.judge.comparison import Comparison
from lcm_conformance.judge.fold import exit_status
from lcm_conformance.judge.result import Result
from lcm_conformance.report.case import RED, case_of
from lcm_conformance.report.comparison_sheet import headline
from lcm_conformance.report.names import name_of
from lcm_conformance.report.redacts import PSEUDONYM

WORDS = {
    "conformant": "Conformant",
    "non-conformant": "Non-conformant",
    "inconclusive": "Inconclusive",
    "not-applicable": "Not applicable",
}
WORST_FIRST = tuple(reversed(Verdict))
_NAMED = 3
_SAYS = {
    Verdict.FAIL: "fails",
    Verdict.ERROR: "was not judged",
    Verdict.INCONCLUSIVE: "is inconclusive",
    Verdict.UNTESTED: "is untested",
}
KNOWN = "known deviation: "
GREEN = (0, 4)
"""The exit statuses at which no report is red."""


def why(result: Result) -> str:
    """One sentence: what made the verdict."""
    if result.suite_errors:
        return f"suite error: {result.suite_errors[0]}"
    if result.decided_by == "known":
        return f"The file of known deviations is wrong, not the product: {result.stale[0]}"
    if result.decided_by == "worse" and result.baseline is not None:
        return _worse(result.baseline)
    return _WHY[result.verdict](result)


def warnings(result: Result) -> list[str]:
    """What stands right under the headline, what undoes the verdict first; waivers and known deviations last."""
    lines = [] if result.complete else ["This run did not finish: nothing here is a verdict."]
    if result.ledger.unaccounted:
        lines.append(f"{result.ledger.unaccounted} scenarios are unaccounted for: this run is no proof.")
    if result.baseline is not None:
        lines.append(f"compared with {result.baseline.before.source}: {headline(result.baseline)}")
    if result.revealed:
        lines.append("Personal data is shown as it was received (--reveal): do not pass this report on.")
    lines += result.notices
    if any(PSEUDONYM in finding.actual for clause in result.clauses for finding in clause.findings):
        lines.append(f"Where a finding says {PSEUDONYM}, it stands for personal data: --reveal shows what came.")
    lines += [
        f"waived: {clause.id} ({name_of(clause.id)}) was not tested: {clause.waiver_in_force}"
        for clause in result.clauses
        if clause.waiver_in_force
    ]
    said = [notice for notice in result.notices if "known" in notice.lower()]
    lines += [
        f"{KNOWN}{clause.id} ({name_of(clause.id)}): {clause.known}"
        for clause in result.clauses
        if clause.known and clause.verdict is Verdict.FAIL and not _names(said, clause.id)
    ]
    return lines


def facts(result: Result) -> dict[str, str]:
    """What a report that is made of scenarios says of the whole run, by name; texts of one line."""
    return {
        "verdict": result.verdict,
        "decided_by": result.decided_by,
        "label": result.label or "",
        "robustness": result.robustness,
        "attribution": result.attribution,
        "depends_on": ", ".join(result.depends_on),
        "notices": " | ".join(warnings(result)),
        "cm_version": result.cm_version,
        "url": result.url,
        "suite_version": result.suite_version,
        "catalogue": result.catalogue,
        "selftest": ", ".join(f"{name} {value}" for name, value in (result.selftest or {}).items()),
    }


def counts(result: Result) -> dict[Verdict, int]:
    """How many clauses came to each verdict that occurs, the worst first."""
    seen = Counter(clause.verdict for clause in result.clauses)
    return {verdict: seen[verdict] for verdict in WORST_FIRST if seen[verdict]}


def unshown(result: Result) -> str | None:
    """The sentence that a report made of scenarios must add, because none of them shows why the run is not green."""
    if result.suite_errors:
        return f"suite error: {result.suite_errors[0]}"
    if result.decided_by == "known":
        return "; ".join(result.stale)
    if not result.complete:
        return warnings(result)[0]
    shown = any(case_of(scenario).status in RED for scenario in result.scenarios)
    return None if shown or exit_status(result) in GREEN else why(result)


def _naming(result: Result, verdicts: tuple[Verdict, ...]) -> str:
    found = [c for v in verdicts for c in result.clauses if c.verdict is v and c.excuse is None]
    named = "; ".join(f"{clause.id} {_SAYS[clause.verdict]}: {clause.reason}" for clause in found[:_NAMED])
    return f"{named}; and {len(found) - _NAMED} more clauses." if len(found) > _NAMED else named


def _worse(comparison: Comparison) -> str:
    only = "Only what is worse than in the baseline decides (--fail-on worse)"
    named = [f"{change.what} {change.before} → {change.after}: {change.why}" for change in comparison.worse[:_NAMED]]
    more = f"; and {len(comparison.worse) - _NAMED} more" if len(comparison.worse) > _NAMED else ""
    return f"{only}: {'; '.join(named) or 'nothing is'}{more}"


def _non_conformant(result: Result) -> str:
    return _naming(result, (Verdict.FAIL,))


def _inconclusive(result: Result) -> str:
    if result.outage:
        return f"environment: {result.outage}"
    open_ones = (Verdict.ERROR, Verdict.INCONCLUSIVE, Verdict.UNTESTED)
    return _naming(result, open_ones) or "Not enough was learnt for a verdict."


def _not_applicable(result: Result) -> str:
    return f"The vendor's page offers this call up to Campaign Manager 2308; this one is {result.cm_version}."


def _conformant(result: Result) -> str:
    kinds = (
        ("waived by name", [c.waiver_in_force for c in result.clauses]),
        ("known to deviate", [c.known for c in result.clauses]),
    )
    apart = " and ".join(f"{sum(map(bool, found))} {kind}" for kind, found in kinds if any(found))
    on = f" It depends on the reading {', '.join(result.depends_on)}." if result.depends_on else ""
    return f"Every normative clause passes{f', apart from {apart}' if apart else ''}.{on}"


def _names(lines: list[str], clause_id: str) -> bool:
    return any(clause_id in line.replace(":", " ").replace(",", " ").split() for line in lines)


_WHY: dict[str, Callable[[Result], str]] = {
    "conformant": _conformant,
    "non-conformant": _non_conformant,
    "inconclusive": _inconclusive,
    "not-applicable": _not_applicable,
}
