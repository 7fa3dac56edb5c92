"""Why something that is not right decides nothing: a known deviation, an advisory clause, what follows from either.

Called by the fold, once for the clauses and once for the scenarios, so that every report is red exactly where the
exit status is. It changes no verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from lcm_conformance.catalogue import page
from lcm_conformance.catalogue.verdict import Verdict
from lcm_conformance.judge import deviations
from lcm_conformance.judge.result import ClauseResult, ScenarioRecord
from lcm_conformance.judge.terms import Terms

_LATER = f"the page covers Campaign Manager up to {page.LAST_SUPPORTED_VERSION}"
_KNOWN = "known deviation: {}"
_NEVER_DECIDES = "{}, does not decide the verdict"


def excuse_clauses(clauses: Iterable[ClauseResult], terms: Terms) -> tuple[ClauseResult, ...]:
    """The clauses, each that did not pass with the reason why it does not decide, if there is one."""
    return tuple(replace(clause, excuse=_of_clause(clause, terms)) for clause in clauses)


def excuse_scenarios(
    scenarios: Iterable[ScenarioRecord], clauses: Iterable[ClauseResult], terms: Terms
) -> tuple[ScenarioRecord, ...]:
    """The scenarios, likewise; of a version that the page does not cover all of them."""
    rows = {clause.id: clause for clause in clauses}
    return tuple(replace(record, excuse=_of_scenario(record, rows, terms)) for record in scenarios)


def _of_clause(clause: ClauseResult, terms: Terms) -> str | None:
    if clause.verdict in {Verdict.PASS, Verdict.ERROR}:
        return None
    if not terms.supported:
        return _LATER
    if clause.known is not None:
        return _KNOWN.format(clause.known)
    if clause.klass == "robustness" or (clause.klass == "advisory" and not terms.strict):
        return _NEVER_DECIDES.format(clause.klass)
    if clause.waiver_in_force is not None:
        return f"waived: {clause.waived}"
    return None


def _of_scenario(record: ScenarioRecord, clauses: Mapping[str, ClauseResult], terms: Terms) -> str | None:
    if record.verdict is Verdict.ERROR:
        return None
    if not terms.supported:
        return _LATER
    if record.verdict is Verdict.PASS:
        return None
    clause = clauses.get(record.clause)
    if clause is None:
        return _NEVER_DECIDES.format("observation")
    follows = deviations.follows(record, clauses.values())
    return clause.excuse or (follows and _KNOWN.format(follows))
