"""A run's own result against an older one, and, with `--fail-on worse`, by that alone. Called by the fold, last."""

from __future__ import annotations

from dataclasses import replace

from lcm_conformance.catalogue.verdict import Verdict
from lcm_conformance.judge.comparison import Comparison, compare
from lcm_conformance.judge.excuses import excuse_scenarios
from lcm_conformance.judge.past import as_past
from lcm_conformance.judge.result import ClauseResult, Result
from lcm_conformance.judge.terms import Terms


def weighed(result: Result, terms: Terms) -> Result:
    """The result with what changed since the baseline, if there is one; its verdict stays as it is."""
    if terms.baseline is None:
        return result
    comparison = compare(terms.baseline, as_past(result), terms.strict)
    if not terms.fail_on_worse:
        return replace(result, baseline=comparison)
    clauses = tuple(replace(clause, excuse=_excuse(clause, comparison)) for clause in result.clauses)
    scenarios = excuse_scenarios(result.scenarios, clauses, terms)
    return replace(result, baseline=comparison, clauses=clauses, scenarios=scenarios)


def _excuse(clause: ClauseResult, comparison: Comparison) -> str | None:
    """Why a clause that did not pass decides nothing: it is no worse than it was."""
    passed = clause.verdict in {Verdict.PASS, Verdict.ERROR}
    if passed or clause.excuse is not None or any(change.what == clause.id for change in comparison.worse):
        return clause.excuse
    then = comparison.before.clauses.get(clause.id)
    return f"no worse than the baseline ({f'{then.verdict} there' if then else 'which has no such clause'})"
