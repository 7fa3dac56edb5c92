"""What a report that is made of test cases says of one scenario: passed, failed, error or skipped, and why.

JUnit, Allure, CTRF and pytest's own outcome all take it from here, so that they are red where the exit status is.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from lcm_conformance.catalogue.verdict import Verdict
from lcm_conformance.judge.result import ScenarioRecord
from lcm_conformance.report.legible import one_line

LIMIT = 2_000
RED = ("failed", "error")
_STATUS = {
    Verdict.PASS: "passed",
    Verdict.FAIL: "failed",
    Verdict.INCONCLUSIVE: "error",
    Verdict.ERROR: "error",
    Verdict.UNTESTED: "skipped",
    Verdict.NOT_APPLICABLE: "skipped",
}


@dataclass(frozen=True)
class Case:
    """`status` is passed, failed, error or skipped; `message` one line, empty where it passed."""

    status: str
    message: str = field(repr=False)


def case_of(scenario: ScenarioRecord) -> Case:
    """The test case of a scenario; one that decides nothing is skipped with that reason."""
    reason = one_line(scenario.reason, LIMIT)
    excuse = scenario.excuse and one_line(scenario.excuse, LIMIT)
    status = _STATUS[scenario.verdict]
    if status == "skipped":
        return Case(status, f"{scenario.verdict}: {reason}" + (f" ({excuse})" if excuse else ""))
    if excuse:
        return Case("skipped", f"{excuse}: {reason}" if reason else excuse)
    if scenario.verdict is Verdict.ERROR:
        return Case(status, f"suite error: {reason.removeprefix('suite error: ')}")
    return Case(status, reason)
