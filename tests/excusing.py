"""A made-up result with the excuses that the judge would give it."""

from __future__ import annotations

from dataclasses import replace

from lcm_conformance.judge.excuses import excuse_clauses, excuse_scenarios
from lcm_conformance.judge.result import Result
from lcm_conformance.judge.terms import Terms


def excused(result: Result) -> Result:
    terms = Terms(result.cm_version, strict=result.options.get("strict") == "true")
    clauses = excuse_clauses(result.clauses, terms)
    return replace(result, clauses=clauses, scenarios=excuse_scenarios(result.scenarios, clauses, terms))
