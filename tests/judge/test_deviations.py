"""Known deviations: they still run, decide nothing, and end."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from lcm_conformance.catalogue.clauses import load_catalogue
from lcm_conformance.catalogue.verdict import UsageError, Verdict
from lcm_conformance.endpoint import Behaviour, Host
from lcm_conformance.judge.deviations import Deviation, apply
from lcm_conformance.judge.result import ClauseResult
from lcm_conformance.run.known_file import read_known

TODAY = date(2026, 11, 23)
PACKAGED = Path(__file__).parents[2] / "conformance" / "lcm_conformance" / "endpoint" / "profile.toml"


def clause(verdict: Verdict) -> ClauseResult:
    return ClauseResult("FLD-Queue-presence", "normative", "Queue is present.", "Response Parameters", verdict, "")


def test_a_failure_that_is_known_is_marked_with_its_reason_and_ticket() -> None:
    known = Deviation("FLD-Queue-presence", "Queue comes with 2311", until="2308", ticket="LCM-12")
    [marked], lines = apply([clause(Verdict.FAIL)], [known], "2308.1", TODAY)
    assert marked.known == "Queue comes with 2311 (LCM-12)"
    assert marked.verdict is Verdict.FAIL
    assert lines == ()


@pytest.mark.parametrize(
    ("deviation", "verdict", "version", "word"),
    [
        (Deviation("FLD-Queue-presence", "r"), Verdict.PASS, "2308", "passes now"),
        (Deviation("FLD-Queue-presence", "r", expires=date(2026, 11, 22)), Verdict.FAIL, "2308", "has expired"),
        (Deviation("FLD-Queue-presence", "r", until="2302"), Verdict.FAIL, "2308", "until 2302 only"),
    ],
)
def test_an_entry_that_has_become_wrong_is_named(
    deviation: Deviation, verdict: Verdict, version: str, word: str
) -> None:
    [marked], [line] = apply([clause(verdict)], [deviation], version, TODAY)
    assert marked.known is None
    assert word in line
    assert line.endswith("remove its entry")


def test_an_entry_holds_on_its_last_day() -> None:
    _, lines = apply([clause(Verdict.FAIL)], [Deviation("FLD-Queue-presence", "r", expires=TODAY)], "2308", TODAY)
    assert lines == ()


def test_an_inconclusive_clause_leaves_its_entry_alone() -> None:
    [marked], lines = apply([clause(Verdict.INCONCLUSIVE)], [Deviation("FLD-Queue-presence", "r")], "2308", TODAY)
    assert (marked.known, lines) == (None, ())


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
    (_, marked), _ = apply([clause(Verdict.FAIL), inner], [Deviation("FLD-Queue-presence", "r")], "2308", TODAY)
    assert marked.known == "follows from FLD-Queue-presence"


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


@pytest.mark.parametrize(
    ("fault", "status", "verdict"), [("drops_queue", 0, "conformant"), (None, 1, "non-conformant")]
)
def test_a_run_with_a_known_deviation(tmp_path: Path, fault: str | None, status: int, verdict: str) -> None:
    known = tmp_path / "known.toml"
    known.write_text(
        '[[deviation]]\nclause = "FLD-Queue-presence"\nreason = "r"\nticket = "LCM-12"\n', encoding="utf-8"
    )
    profile = tmp_path / "profile.toml"
    profile.write_text(
        PACKAGED.read_text(encoding="utf-8").replace("silence = 2", "silence = 0.3"),
        encoding="utf-8",
    )
    with Host() as host:
        url = host.start(Behaviour(faults=(fault,) if fault else ()))
        command = [sys.executable, "-m", "lcm_conformance", "run", "--url", url, "--profile", str(profile)]
        done = subprocess.run(
            [*command, "--known", str(known), "--out", str(tmp_path / "out")],
            capture_output=True,
            text=True,
            timeout=60,
            cwd=Path(__file__).parents[2],
        )
    result = json.loads((tmp_path / "out" / "result.json").read_text(encoding="utf-8"))
    [row] = [row for row in result["clauses"] if row["id"] == "FLD-Queue-presence"]
    assert (done.returncode, result["verdict"]) == (status, verdict), done.stdout + done.stderr
    assert row["known"] == ("r (LCM-12)" if fault else None)
    assert "LCM-12" in done.stdout
