"""What is worse, better or neither from one result to the next."""

from datetime import UTC, datetime

import pytest
from lcm_conformance.catalogue.verdict import Verdict
from lcm_conformance.judge.comparison import Change, compare
from lcm_conformance.judge.past import Past, PastClause
from lcm_conformance.judge.result import LEFT_OUT, Member

QUEUE = "FLD-Queue-presence"


def result(*clauses: PastClause, **named: object) -> Past:
    facts: dict = {"verdict": "conformant", "cm_version": "2308", "catalogue": "sha256:1", "complete": True}
    started = datetime(2026, 3, 4, tzinfo=UTC)
    return Past(source="there", started=started, clauses={c.id: c for c in clauses}, **facts | named)


def clause(verdict: Verdict, klass: str = "normative", **named: str) -> PastClause:
    return PastClause(QUEUE, klass, verdict, **named)


UP = [
    (Verdict.PASS, Verdict.UNTESTED),
    (Verdict.PASS, Verdict.INCONCLUSIVE),
    (Verdict.PASS, Verdict.FAIL),
    (Verdict.UNTESTED, Verdict.FAIL),
    (Verdict.INCONCLUSIVE, Verdict.FAIL),
]


@pytest.mark.parametrize(("before", "after"), UP)
def test_a_step_up_is_worse_and_the_same_step_down_is_better(before: Verdict, after: Verdict) -> None:
    change = compare(result(clause(before)), result(clause(after)))
    assert ([c.what for c in change.worse], change.better) == ([QUEUE], ())
    back = compare(result(clause(after)), result(clause(before)))
    assert ([c.what for c in back.better], back.worse) == ([QUEUE], ())


@pytest.mark.parametrize(
    ("before", "after"),
    [(v, v) for v in Verdict]
    + [(Verdict.UNTESTED, Verdict.INCONCLUSIVE), (Verdict.INCONCLUSIVE, Verdict.UNTESTED)]
    + [(Verdict.PASS, Verdict.NOT_APPLICABLE), (Verdict.NOT_APPLICABLE, Verdict.FAIL)],
)
def test_no_step_is_neither(before: Verdict, after: Verdict) -> None:
    change = compare(result(clause(before)), result(clause(after)))
    assert (change.worse, change.better) == ((), ())


@pytest.mark.parametrize(
    "now",
    [
        clause(Verdict.FAIL, klass="advisory"),
        clause(Verdict.FAIL, klass="robustness"),
        clause(Verdict.FAIL, known="comes later"),
        clause(Verdict.UNTESTED, waived="no second agent here"),
        clause(Verdict.UNTESTED, reason=LEFT_OUT),
    ],
    ids=["advisory", "robustness", "accepted", "waived", "left out"],
)
def test_what_does_not_decide_is_never_worse_and_is_listed(now: PastClause) -> None:
    change = compare(result(PastClause(QUEUE, now.klass, Verdict.PASS)), result(now))
    assert change.worse == ()
    assert [c.what for c in change.beside] == [QUEUE]


def test_strict_lets_an_advisory_clause_count() -> None:
    pair = result(clause(Verdict.PASS, "advisory")), result(clause(Verdict.FAIL, "advisory"))
    assert [c.what for c in compare(*pair, strict=True).worse] == [QUEUE]


def test_a_waiver_excuses_no_failure() -> None:
    change = compare(result(clause(Verdict.PASS)), result(clause(Verdict.FAIL, waived="not needed here")))
    assert [c.what for c in change.worse] == [QUEUE]


def test_a_clause_that_the_older_catalogue_lacks_is_new_and_never_worse() -> None:
    change = compare(result(catalogue="sha256:0"), result(clause(Verdict.FAIL)))
    assert (change.worse, change.new, change.gone, change.other_catalogue) == ((), (QUEUE,), (), True)
    assert compare(result(clause(Verdict.FAIL)), result()).gone == (QUEUE,)


def test_readings_observations_robustness_and_latency_are_listed_and_never_worse() -> None:
    before = result(readings={"topic": "sample"}, observations={"OBS-expired": "contact"}, latency={"p50_ms": 1.0})
    after = result(
        readings={"topic": "table"},
        observations={"OBS-expired": "silence"},
        latency={"p50_ms": 2.0},
        robustness="fail",
    )
    change = compare(before, after)
    assert change.readings == (Change("topic", "sample", "table"),)
    assert change.observations == (Change("OBS-expired", "contact", "silence"),)
    assert change.latency == (Change("p50", "1.0 ms", "2.0 ms"),)
    assert change.beside == (Change("robustness", "untested", "fail"),)
    assert change.worse == ()


def test_on_the_wire_members_types_and_words_are_compared() -> None:
    def member(kind: str = "string", present: int = 60, *words: str) -> Member:
        return Member({kind: present}, present, 60, words or None)

    before = {"Queue": member(), "CallType": member(), "Mode": member("string", 60, "Home"), "Prefix": member()}
    after = {"CallType": member("number"), "Mode": member("string", 60, "Home", "Mars"), "Prefix": member("string", 9)}
    change = compare(result(wire=before), result(wire=after | {"Extra": member()}))
    assert set(change.wire) == {
        Change("Queue", "in every contact", "none"),
        Change("Extra", "none", "in every contact"),
        Change("Prefix", "in every contact", "in some contacts"),
        Change("type of CallType", "string", "number"),
        Change("words of Mode", "Home", "Home, Mars"),
    }


def test_a_result_that_saw_no_contact_says_nothing_of_members() -> None:
    assert compare(result(wire={"Queue": Member({"string": 1}, 1, 1)}), result()).wire == ()
