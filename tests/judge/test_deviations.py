"""Known deviations: they still run, decide nothing, and end."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from lcm_conformance.catalogue.clauses import load_catalogue
from lcm_conformance.catalogue.verdict import UsageError, Verdict
from lcm_conformance.judge.deviations import Deviation, apply
from lcm_conformance.judge.result import ClauseResult
from lcm_conformance.run.known_file import read_known

TODAY = date(2026, 11, 23)


def clause(verdict: Verdict) -> ClauseResult:
    return ClauseResult("FLD-Queue-presence", "normative", "Queue is present.", "Response Parameters", verdict, "")


def test_a_failure_that_is_known_is_marked_with_its_reason_and_ticket() -> None:
    known = Deviation("FLD-Queue-presence", "Queue comes with 2311", until="2308", ticket="LCM-12")
    applied = apply([clause(Verdict.FAIL)], [known], "2308.1", TODAY)
    assert applied.clauses[0].known == "Queue comes with 2311 (LCM-12)"
    assert applied.clauses[0].verdict is Verdict.FAIL
    assert (applied.stale, applied.notices) == ((), ())


def test_an_entry_whose_clause_passes_is_stale() -> None:
    applied = apply([clause(Verdict.PASS)], [Deviation("FLD-Queue-presence", "r")], "2308", TODAY)
    assert applied.clauses[0].known is None
    assert applied.stale == ("known deviation of FLD-Queue-presence, r, passes now: remove its entry",)


@pytest.mark.parametrize(
    ("deviation", "word"),
    [
        (Deviation("FLD-Queue-presence", "r", expires=date(2026, 11, 22)), "has expired on 2026-11-22"),
        (Deviation("FLD-Queue-presence", "r", until="2302"), "was accepted until 2302 only"),
    ],
)
def test_an_entry_that_has_ended_accepts_nothing_and_is_a_notice(deviation: Deviation, word: str) -> None:
    applied = apply([clause(Verdict.FAIL)], [deviation], "2308", TODAY)
    assert applied.clauses[0].known is None
    assert applied.stale == ()
    assert [word in line for line in applied.notices] == [True]


@pytest.mark.parametrize(("days", "lines"), [(0, 1), (30, 1), (31, 0)])
def test_an_entry_holds_on_its_last_day_and_is_a_notice_thirty_days_before(days: int, lines: int) -> None:
    entry = Deviation("FLD-Queue-presence", "r", expires=TODAY + timedelta(days=days))
    applied = apply([clause(Verdict.FAIL)], [entry], "2308", TODAY)
    assert applied.clauses[0].known == "r"
    assert len(applied.notices) == lines


def test_an_inconclusive_clause_leaves_its_entry_alone() -> None:
    applied = apply([clause(Verdict.INCONCLUSIVE)], [Deviation("FLD-Queue-presence", "r")], "2308", TODAY)
    assert (applied.clauses[0].known, applied.stale, applied.notices) == (None, (), ())


def test_what_a_known_failure_alone_left_unjudged_decides_nothing_either() -> None:
    inner = ClauseResult(
        "FLD-Queue-type",
        "normative",
        "Queue is a String.",
        "Response Parameters",
        Verdict.INCONCLUSIVE,
        "",
        blockers=frozenset({"FLD-Queue-presence"}),
    )
    applied = apply([clause(Verdict.FAIL), inner], [Deviation("FLD-Queue-presence", "r")], "2308", TODAY)
    assert applied.clauses[1].known == "follows from FLD-Queue-presence"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('[[deviation]]\nclause = "FLD-Quue-type"\nreason = "r"', "unknown clause 'FLD-Quue-type'"),
        ('[[deviation]]\nclause = "MAP-1"', "reason is missing"),
        ('[[deviation]]\nclause = "MAP-1"\nreason = "r"\nexpires = "2027-01-31"', "without quotes"),
        ('[[deviation]]\nclause = "MAP-1"\nreason = "r"\nuntill = "2308"', "unknown key untill"),
        ('[[deviation]]\nclause = "MAP-1"\nreason = "r"\n' * 2, "two entries"),
        ('clause = "MAP-1"', "[[deviation]]"),
        ("[[deviation", "is not TOML"),
    ],
)
def test_a_mistake_in_the_file_is_one_line(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "known.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=r".+") as caught:
        read_known(path, load_catalogue())
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_without_entries_knows_of_none(tmp_path: Path) -> None:
    path = tmp_path / "known.toml"
    path.write_text("# all of them are gone\n", encoding="utf-8")
    assert read_known(path, load_catalogue()) == ()


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "known.toml"
    path.write_text('[[deviation]]\nclause = "MAP-1"\nreason = "r"', encoding="utf-8-sig")
    assert [entry.clause for entry in read_known(path, load_catalogue())] == ["MAP-1"]
