"""What the first screen answers: may the release go out, and why not. It puts a verdict into words and makes none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lcm_conformance.catalogue.verdict import Verdict
from lcm_conformance.judge.result import ClauseResult, Result
from lcm_conformance.report.headline import why
from lcm_conformance.report.names import condition, name_of

_OPEN = (Verdict.ERROR, Verdict.INCONCLUSIVE, Verdict.UNTESTED)
NAMED = 5


@dataclass(frozen=True)
class Cause:
    """A clause that stands against the release, in words."""

    id: str
    name: str
    verdict: str
    reason: str


@dataclass(frozen=True)
class Answer:
    """`tone` is the verdict, or `unfinished`; `more` counts the causes that are left out."""

    tone: str
    badge: str
    headline: str
    condition: str
    sentence: str
    causes: tuple[Cause, ...]
    more: int


def answer(result: Result) -> Answer:
    """The whole of it."""
    product = f"Campaign Manager {result.cm_version}"
    if not result.complete:
        return Answer("unfinished", "Unfinished", f"No verdict on {product}: the run did not finish", "",
                      "The run did not finish, so this is no verdict.", (), 0)  # fmt: skip
    badge, headline, sentence = _SAYS[result.verdict](result, product)
    on = condition(result.depends_on)
    against = _against(result)
    causes = tuple(Cause(c.id, name_of(c.id), c.verdict.value, c.reason) for c in against)
    if result.suite_errors or result.decided_by != "verdict":
        sentence = why(result)
    return Answer(
        result.verdict, badge, headline, on and f", if {on}", sentence, causes[:NAMED], max(0, len(causes) - NAMED)
    )


def _against(result: Result) -> list[ClauseResult]:
    """The clauses that stand against a release, those that fail first; none where there is nothing to decide."""
    if result.verdict == "not-applicable" or result.outage:
        return []
    wanted = (Verdict.FAIL,) if result.verdict == "non-conformant" else _OPEN
    return [clause for verdict in wanted for clause in _deciding(result) if clause.verdict is verdict]


def _deciding(result: Result) -> list[ClauseResult]:
    return [clause for clause in result.clauses if clause.excuse is None]


def _non_conformant(result: Result, product: str) -> tuple[str, str, str]:
    failing = sum(clause.verdict is Verdict.FAIL for clause in _deciding(result))
    clauses = "1 clause that decides fails" if failing == 1 else f"{failing} clauses that decide fail"
    return "Non-conformant", f"{product} does not conform", f"Not fit for release as it is: {clauses}."


def _inconclusive(result: Result, product: str) -> tuple[str, str, str]:
    said = "Not enough was learnt to release by: no fault of the product is shown, and its conformance is not either."
    if result.outage:
        said = why(result)
    return "Inconclusive", f"No verdict on {product}", said


def _not_applicable(result: Result, product: str) -> tuple[str, str, str]:
    return "Not applicable", f"{product} is beyond this call", why(result)


def _conformant(result: Result, product: str) -> tuple[str, str, str]:
    return "Conformant", f"{product} conforms", _nothing_against(result)


def _nothing_against(result: Result) -> str:
    aside = [c for c in result.clauses if c.verdict is not Verdict.PASS and (c.known or c.waived)]
    apart = f" ({len(aside)} set aside by known deviations or waivers)" if aside else ""
    return f"Nothing here stands against a release: every normative clause passes{apart}."


_SAYS: dict[str, Callable[[Result, str], tuple[str, str, str]]] = {
    "conformant": _conformant,
    "non-conformant": _non_conformant,
    "inconclusive": _inconclusive,
    "not-applicable": _not_applicable,
}
