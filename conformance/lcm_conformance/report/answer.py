"""What the first screen answers: may the release go out, and why not. It puts a verdict into words and makes none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from lcm_conformance.catalogue.verdict import Verdict
from lcm_conformance.judge.result import ClauseResult, Result
from lcm_conformance.report.headline import why
from lcm_conformance.report.names import condition, name_of

_OPEN = (Verdict.ERROR, Verdict.INCONCLUSIVE, Verdict.UNTESTED)
_DO_NOT = "Do not release by this report"
NAMED = 5


@dataclass(frozen=True)
class Cause:
    """What stands against the release, in words: a clause, and how many `others` there are with the same reason.

    An outage has no clause: `id` and `name` are empty.
    """

    id: str
    name: str
    verdict: str
    reason: str
    others: int = 0


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
    causes = (_outage(result.outage),) if result.outage else _causes(_against(result))
    tone, (badge, headline, sentence) = result.verdict, _SAYS[result.verdict](result, product)
    on = condition(result.depends_on)
    if result.suite_errors:
        tone, badge, headline, on = "unfinished", "Suite error", f"No verdict on {product}: this suite failed", ""
        sentence = f"{_DO_NOT}. {why(result)}"
    elif not result.complete:
        tone, badge, headline, on = "unfinished", "Unfinished", f"No verdict on {product}: the run did not finish", ""
        sentence = _unfinished(causes)
    elif result.decided_by == "worse":
        tone, sentence, causes = _only_worse(result, tone)
    elif result.decided_by == "known":
        product_is_right = "Nothing that the product does stands against a release. "
        sentence = f"{product_is_right if result.verdict == 'conformant' else ''}{why(result)}"
    more = max(0, len(causes) - NAMED)
    return Answer(tone, badge, headline, on and f"if {on}", sentence, causes[:NAMED], more)


def _against(result: Result) -> list[ClauseResult]:
    """The clauses that stand against a release, those that fail first; none where there is nothing to decide."""
    if result.verdict == "not-applicable":
        return []
    failing_only = result.verdict == "non-conformant" or not result.complete
    wanted = (Verdict.FAIL,) if failing_only else _OPEN
    return [clause for verdict in wanted for clause in _of(result, verdict)]


def _causes(clauses: Iterable[ClauseResult]) -> tuple[Cause, ...]:
    """Clauses of one reason are one cause, so that what one thing left open is not said of each clause."""
    found: dict[tuple[Verdict, str], list[ClauseResult]] = {}
    for clause in clauses:
        found.setdefault((clause.verdict, clause.reason), []).append(clause)
    return tuple(
        Cause(first.id, name_of(first.id), verdict.value, reason, len(others))
        for (verdict, reason), [first, *others] in found.items()
    )


def _outage(line: str) -> Cause:
    return Cause("", "", Verdict.INCONCLUSIVE.value, f"environment: {line}")


def _of(result: Result, *verdicts: Verdict) -> list[ClauseResult]:
    """The clauses that decide and came to one of these verdicts."""
    return [clause for clause in result.clauses if clause.excuse is None and clause.verdict in verdicts]


def _deciding(result: Result) -> list[ClauseResult]:
    """The clauses that the verdict is made of."""
    classes = {"scope", "normative"} | ({"advisory"} if result.strict else set())
    return [clause for clause in result.clauses if clause.klass in classes]


def _unfinished(causes: tuple[Cause, ...]) -> str:
    until = "; what failed until then has failed:" if causes else ". Run it again."
    return f"{_DO_NOT}: only a part was asked{until}"


def _only_worse(result: Result, tone: str) -> tuple[str, str, tuple[Cause, ...]]:
    """What is worse than in the baseline, where only that decides; else what is as bad as it was, which decides not."""
    against = _of(result, Verdict.FAIL, *_OPEN)
    as_before = [c for c in _deciding(result) if c.verdict is Verdict.FAIL and c.excuse and not c.known]
    only = "only what is worse than in the baseline decides here (--fail-on worse)"
    still = f", though {_number(as_before, 'fails', 'fail')} as before" if as_before else ""
    if against:
        said = f"{_DO_NOT}: {_number(against, 'is', 'are')} worse than in the baseline; {only}."
        return tone, said, _causes(against)
    amber = "unfinished" if as_before else tone
    return amber, f"Nothing is worse than in the baseline{still}: {only}.", _causes(as_before)


def _number(found: Sequence[ClauseResult], one: str, more: str) -> str:
    return f"1 deciding clause {one}" if len(found) == 1 else f"{len(found)} deciding clauses {more}"


def _non_conformant(result: Result, product: str) -> tuple[str, str, str]:
    deciding, failing = _deciding(result), len(_of(result, Verdict.FAIL))
    left_open = sum(clause.excuse is None and clause.verdict in _OPEN for clause in deciding)
    said = f"{failing} of the {len(deciding)} deciding clauses {'fails' if failing == 1 else 'fail'}"
    open_ = f"; {left_open} more could not be judged" if left_open else ""
    return "Non-conformant", f"{product} does not conform", f"{_DO_NOT}: {said}{open_}."


def _inconclusive(result: Result, product: str) -> tuple[str, str, str]:
    said = "the environment stood in the way, and nothing was learnt of the product"
    if not result.outage:
        left_open = _of(result, *_OPEN)
        said = f"no fault of the product was seen, but {_number(left_open, 'is', 'are')} open"
    return "Inconclusive", f"No verdict on {product}", f"{_DO_NOT}: {said}."


def _not_applicable(result: Result, product: str) -> tuple[str, str, str]:
    said = "So this report speaks neither for a release nor against one."
    return "Not applicable", f"{product} no longer has this call", f"{why(result)} {said}"


def _conformant(result: Result, product: str) -> tuple[str, str, str]:
    return "Conformant", f"{product} conforms", _nothing_against(result)


def _nothing_against(result: Result) -> str:
    nothing = "Nothing here stands against a release"
    kinds = (
        ("waived", [c for c in result.clauses if c.waiver_in_force]),
        ("accepted as known deviations", [c for c in result.clauses if c.known and c.verdict is Verdict.FAIL]),
    )
    apart = [f"{len(found)} {kind}" for kind, found in kinds if found]
    if apart:
        return f"{nothing} but what is set aside ({' and '.join(apart)}): all else that decides passes."
    return f"{nothing}: all {len(_deciding(result))} deciding clauses pass."


_SAYS: dict[str, Callable[[Result, str], tuple[str, str, str]]] = {
    "conformant": _conformant,
    "non-conformant": _non_conformant,
    "inconclusive": _inconclusive,
    "not-applicable": _not_applicable,
}
