"""The selftest: what it runs, how it keeps score, and that it notices a suite gone blunt."""

import json
import signal
import subprocess
import sys
from dataclasses import replace
from multiprocessing import active_children
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from lcm_conformance.catalogue.clauses import load_catalogue
from lcm_conformance.catalogue.verdict import UsageError, Verdict
from lcm_conformance.cli import main
from lcm_conformance.endpoint import Behaviour, Host
from lcm_conformance.endpoint.faults import all_faults, all_variants
from lcm_conformance.judge.checks import members
from lcm_conformance.profile import at
from lcm_conformance.run import selftest
from lcm_conformance.run.runner import released_score
from lcm_conformance.run.selftest import Kind, Score, Subject
from lcm_conformance.run.settings import embedded_profile

TREE = Path(__file__).parents[2]
PROFILE = TREE / "conformance" / "lcm_conformance" / "endpoint" / "profile.toml"
FAULT = Subject("f", "is wrong", Behaviour(), Kind.FAULT, frozenset({"MAP-1"}))
VARIANT = Subject("v", "is right", Behaviour())
OPEN = Subject("o", "may be either", Behaviour(), Kind.OPEN, frozenset({"RES-1"}))
ALL_PASS = dict.fromkeys(load_catalogue().clauses, Verdict.PASS)


def scored(subject: Subject, **verdicts: Verdict) -> str:
    changed = {name.replace("_", "-"): verdict for name, verdict in verdicts.items()}
    verdicts = ALL_PASS | changed
    return Score(subject, verdicts, {}, verdicts).word


def test_every_normative_and_robustness_clause_has_a_fault() -> None:
    named = {clause for row in all_faults() for clause in row.clauses}
    wanted = {row.id for row in load_catalogue().clauses.values() if row.klass in {"normative", "robustness"}}
    assert wanted <= named
    assert len(all_faults()) >= 120
    assert len(all_variants()) >= 40


def test_a_fault_is_exact_only_if_nothing_else_fails() -> None:
    assert scored(FAULT, MAP_1=Verdict.FAIL) == "exact"
    assert scored(FAULT, MAP_1=Verdict.FAIL, MAP_2=Verdict.FAIL) == "caught"
    assert scored(FAULT, MAP_2=Verdict.FAIL) == "missed"
    assert scored(FAULT, MAP_1=Verdict.INCONCLUSIVE) == "missed"


def test_a_variant_that_is_not_wholly_passed_is_a_false_alarm() -> None:
    assert scored(VARIANT) == "conformant"
    assert scored(VARIANT, ROB_1=Verdict.FAIL) == "false alarm"
    assert scored(VARIANT, MAP_1=Verdict.INCONCLUSIVE) == "false alarm"
    assert scored(VARIANT, RES_1=Verdict.UNTESTED) == "false alarm"


def test_what_must_stay_open_is_closed_where_a_clause_is_settled_after_all() -> None:
    assert scored(OPEN, RES_1=Verdict.INCONCLUSIVE) == "open"
    assert scored(OPEN) == "closed"
    assert scored(OPEN, MAP_1=Verdict.INCONCLUSIVE) == "closed"
    assert scored(OPEN, MAP_1=Verdict.FAIL) == "false alarm"


@pytest.mark.parametrize("subject", [FAULT, VARIANT, OPEN])
def test_whatever_comes_out_of_the_transcript_otherwise_differs(subject: Subject) -> None:
    verdicts = ALL_PASS | {"MAP-1": Verdict.FAIL}
    assert Score(subject, verdicts, {}, ALL_PASS).word == "differs"


def test_an_unknown_name_lists_the_nearest() -> None:
    with pytest.raises(UsageError, match="drops_queue"):
        selftest.choose(["drops_queu"])


def test_a_clause_chooses_its_faults() -> None:
    assert {subject.name for subject in selftest.choose(["FLD-Queue-value"])} == {"empties_queue"}


def test_the_command_prints_the_kill_matrix_and_writes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "matrix.json"
    status = main(["selftest", "drops_queue", "replies_twice", "--processes", "1", "--json", str(path)])
    printed = capsys.readouterr().out
    matrix = json.loads(path.read_text(encoding="utf-8"))
    assert status == 0, printed
    assert "1 faults: 1 caught, 1 exactly, 0 missed; 1 conformant variants: 0 false alarms" in printed
    assert [(row["name"], row["failed"], row["outcome"]) for row in matrix["subjects"]] == [
        ("drops_queue", ["FLD-Queue-presence"], "exact"),
        ("replies_twice", [], "conformant"),
    ]


def test_a_blunt_check_is_noticed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    blunt = replace(members.present("Queue"), ask=lambda _reply, _pins: None)
    monkeypatch.setattr(members, "present", lambda member: blunt)
    assert main(["selftest", "drops_queue", "--processes", "1"]) == 5
    assert "missed" in capsys.readouterr().out


@pytest.mark.parametrize("fault", ["drops_queue", "answers_without_login", "leaves_a_trailing_comma"])
def test_pytest_and_the_selftest_come_to_the_same_verdicts(fault: str, tmp_path: Path) -> None:
    profile = replace(embedded_profile(), timing=selftest.TIMING)
    quick = tmp_path / "profile.toml"
    quick.write_text(PROFILE.read_text(encoding="utf-8").replace("silence = 2", "silence = 0.5"), encoding="utf-8")
    with Host() as host:
        url = host.start(Behaviour(faults=(fault,)))
        verdicts, _, judged_again = selftest.judge(at(profile, url))
        again = host.start(Behaviour(faults=(fault,)))
        command = [sys.executable, "-m", "lcm_conformance", "run", "--url", again, "--profile", str(quick)]
        subprocess.run(
            [*command, "--allow-hostile", "--out", str(tmp_path / "out")], cwd=TREE, timeout=60, capture_output=True
        )
    result = json.loads((tmp_path / "out" / "result.json").read_text(encoding="utf-8"))
    assert {row["id"]: row["verdict"] for row in result["clauses"]} == verdicts == judged_again


def test_the_released_score_is_of_this_catalogue_and_these_faults() -> None:
    recorded = json.loads(
        (TREE / "conformance" / "lcm_conformance" / "run" / "selftest.json").read_text(encoding="utf-8")
    )
    score = released_score()
    assert score is not None
    assert recorded["suite"]["catalogue"] == load_catalogue().digest, (
        "run `lcm-conformance selftest --record conformance/lcm_conformance/run/selftest.json`"
    )
    faults = len(all_faults())
    assert score == {
        "faults": faults,
        "caught": faults,
        "exact": faults,
        "missed": 0,
        "variants": sum(subject.kind is Kind.VARIANT for subject in selftest.subjects()),
        "false_alarms": 0,
        "open": sum(subject.kind is Kind.OPEN for subject in selftest.subjects()),
        "closed": 0,
        "differ": 0,
    }


def test_an_interruption_ends_the_processes_that_judge() -> None:
    workers: list[BaseProcess] = []

    def interrupt(_score: Score) -> None:
        workers.extend(active_children())
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        selftest.run(selftest.subjects()[:4], interrupt, processes=2)
    assert [worker.exitcode for worker in workers] == [-signal.SIGTERM] * 2


def test_subjects_are_chosen_by_the_beginning_of_their_clauses() -> None:
    chosen = selftest.choose(["RES"])
    assert {subject.name for subject in chosen} == {
        subject.name for subject in selftest.subjects() if any(clause.startswith("RES-") for clause in subject.clauses)
    }
    with pytest.raises(UsageError, match="`lcm-conformance selftest --all` lists all$"):
        selftest.choose(["qqqq"])
