"""`judge` on what runs of this suite recorded: the verdict of then, and one line for whatever cannot be read."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from command import LONGEST, environment, quick_profile
from ended import Ended, called
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lcm_conformance.catalogue import scenarios
from lcm_conformance.catalogue.verdict import UsageError, Verdict
from lcm_conformance.endpoint import Behaviour, Host
from lcm_conformance.judge.fold import evidence_for
from lcm_conformance.run import execution
from lcm_conformance.run.recorded import read


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with Host() as host:
        yield host.start(Behaviour(faults=("drops_queue",)))


@pytest.fixture(scope="module")
def ran(url: str, tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """A whole run against an endpoint that is wrong in one way."""
    folder = tmp_path_factory.mktemp("ran")
    profile = quick_profile(folder, ("[timing]", '[statement]\nlaboratory = "Example QA"\n\n[timing]'))
    return called(folder, "run", "--url", url, "--profile", profile, "--no-allure-html")


@pytest.fixture(scope="module")
def short(url: str, tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """A run in which one clause was asked."""
    folder = tmp_path_factory.mktemp("short")
    return called(folder, "run", "--url", url, "--profile", quick_profile(folder), "--clause", "REQ-1", "FLD-Mode")


def judged(folder: Path, *arguments: str | Path) -> Ended:
    return called(folder, "judge", *arguments, "--no-allure-html")


def clauses(ended: Ended) -> list[tuple[object, ...]]:
    kept = ("id", "verdict", "reason", "asked", "findings_total", "known", "waived")
    return [tuple(row[name] for name in kept) for row in ended.result["clauses"]]


def lines_of(ended: Ended) -> list[bytes]:
    return (ended.out / "transcript.ndjson").read_bytes().splitlines(keepends=True)


def test_a_transcript_comes_to_the_verdict_of_its_run_clause_by_clause(ran: Ended, tmp_path: Path) -> None:
    again = judged(tmp_path, ran.out / "transcript.ndjson")
    assert again.status == ran.status == 1
    assert clauses(again) == clauses(ran)
    for name in ("verdict", "robustness", "attribution", "readings", "complete", "ledger", "wire", "started", "sut"):
        assert again.result[name] == ran.result[name], name
    assert again.result["statement"] == ran.result["statement"] == {"laboratory": "Example QA"}
    assert again.complaint == ""
    assert {"junit.xml", "report.html", "transcript.ndjson", "allure-results"} <= {p.name for p in again.out.iterdir()}


def test_what_is_to_be_repeated_is_the_judging(ran: Ended, tmp_path: Path) -> None:
    file = ran.out / "transcript.ndjson"
    assert f"repeat    lcm-conformance judge {file} --out reports/repeat\n" in judged(tmp_path, file).printed


def test_a_transcript_that_judge_wrote_comes_to_the_same_verdict_again(short: Ended, tmp_path: Path) -> None:
    first = judged(tmp_path, short.out)
    again = judged(tmp_path, first.out, "--out", "again")
    assert again.status == first.status == short.status
    assert json.loads((tmp_path / "again" / "result.json").read_text())["clauses"] == first.result["clauses"]


def test_compressed_and_from_standard_input_it_is_the_same(short: Ended, tmp_path: Path) -> None:
    packed = tmp_path / "transcript.gz"
    packed.write_bytes(gzip.compress((short.out / "transcript.ndjson").read_bytes()))
    assert clauses(judged(tmp_path, packed)) == clauses(short)
    piped = subprocess.run(
        [sys.executable, "-m", "lcm_conformance", "judge", "-", "--out", "piped", "--no-allure-html"],
        cwd=tmp_path, env=environment(), input=packed.read_bytes(), capture_output=True, timeout=LONGEST,
    )  # fmt: skip
    assert (piped.returncode, piped.stderr) == (short.status, b"")
    assert clauses(Ended(0, "", "", tmp_path / "piped")) == clauses(short)


def test_a_folder_is_compared_with_the_verdicts_of_then(short: Ended, tmp_path: Path) -> None:
    same = judged(tmp_path, short.out)
    assert f"notice: {short.out} judged again by the same catalogue: no verdict changes" in same.printed
    old = tmp_path / "old"
    old.mkdir()
    (old / "transcript.ndjson").write_bytes(b"".join(lines_of(short)))
    result = short.result
    result["suite"]["catalogue"] = "sha256:older"
    result["clauses"] = [row for row in result["clauses"] if row["id"] != "REQ-7"]
    next(row for row in result["clauses"] if row["id"] == "REQ-1")["verdict"] = "fail"
    (old / "result.json").write_text(json.dumps(result))
    told = judged(tmp_path, old).printed
    assert f"notice: {old} judged again by a newer catalogue: REQ-1 fail → pass\n" in told
    assert f"notice: {old} judged again by a newer catalogue: REQ-7 is new\n" in told
    (old / "result.json").unlink()
    assert "notice: not compared with the verdicts of then: cannot read" in judged(tmp_path, old).printed


def test_reports_that_are_judged_are_not_written_over(short: Ended) -> None:
    before = {path: path.read_bytes() for path in short.out.iterdir() if path.is_file()}
    again = judged(short.out.parent, "reports")
    assert again.status == short.status
    assert {path: path.read_bytes() for path in before} == before
    assert clauses(Ended(0, "", "", short.out / "judged")) == clauses(short)
    refused = judged(short.out.parent, "reports/transcript.ndjson", "--out", "reports")
    assert refused.status == 2
    assert refused.complaint == (
        "lcm-conformance judge: --out reports holds what is to be judged, which would be written over: "
        "name another folder\n"
    )


def test_an_interrupted_run_is_judged_as_far_as_it_came(url: str, tmp_path: Path) -> None:
    broken = called(tmp_path, "run", "--url", url, "--profile", quick_profile(tmp_path), "--max-seconds", "0.6")
    assert broken.status == 130
    again = judged(tmp_path, broken.out, "--out", "again")
    result = json.loads((tmp_path / "again" / "result.json").read_text())
    assert (result["complete"], result["verdict"]) == (False, broken.result["verdict"])
    assert clauses(Ended(0, "", "", tmp_path / "again")) == clauses(broken)
    assert again.status in {1, 3}
    assert "notice: the run that is judged did not end: what it had not asked is open" in again.printed


def test_a_later_version_is_not_applicable_and_a_known_deviation_stays_known(url: str, tmp_path: Path) -> None:
    known = tmp_path / "known.toml"
    known.write_text('[[deviation]]\nclause = "FLD-Queue-presence"\nreason = "comes with the next patch"\n')
    profile = quick_profile(tmp_path)
    ran = called(tmp_path, "run", "--url", url, "--profile", profile, "--known", known, "--clause", "FLD-Queue")
    assert clauses(judged(tmp_path, ran.out, "--out", "again")) == clauses(ran)
    assert judged(tmp_path, ran.out, "--out", "again").status == ran.status
    later = judged(tmp_path, ran.out, "--out", "later", "--cm-version", "2401")
    assert later.status == 4


def test_lines_that_cannot_be_read_are_named_and_the_rest_is_judged(ran: Ended, tmp_path: Path) -> None:
    file = tmp_path / "capture.ndjson"
    first, *rest = lines_of(ran)
    foreign = [
        b"hello\n",
        b"[1]\n",
        b'{"event": "sent"}\n',
        b'{"a": "\xff"}\n',
        b'{"event": "received", "at": 1e999}\n',
    ]
    file.write_bytes(first + b"".join(foreign) + b"\n" + b"x\n" * 30 + b"".join(rest))
    again = judged(tmp_path, file)
    for line, why in enumerate(
        ("is no JSON at column 1", "is no JSON object", "is no line of a recording", "is no UTF-8 at byte 8"), start=2
    ):
        assert f"notice: {file}, line {line} {why}, and is left out\n" in again.printed
    assert "notice: 15 more lines could not be read, and are left out\n" in again.printed
    verdicts = {row["id"]: row["verdict"] for row in again.result["clauses"]}
    assert (again.status, verdicts["FLD-Queue-presence"]) == (1, "fail")
    assert (verdicts["MAP-1"], verdicts["RES-2"]) == ("inconclusive", "inconclusive")


def test_a_torn_transcript_proves_no_silence(ran: Ended, tmp_path: Path) -> None:
    file = tmp_path / "torn.ndjson"
    whole = b"".join(lines_of(ran))
    file.write_bytes(whole[: len(whole) // 2])
    again = judged(tmp_path, file)
    assert "notice: the recording has no end: what came after it is not known\n" in again.printed
    assert again.result["complete"] is False
    failed = {row["id"] for row in again.result["clauses"] if row["verdict"] == "fail"}
    assert failed == {"FLD-Queue-presence"}


def refusal(folder: Path, *arguments: str | Path) -> str:
    ended = judged(folder, *arguments)
    assert (ended.status, ended.printed, ended.complaint.count("\n")) == (2, "", 1), ended
    assert not ended.out.exists()
    return ended.complaint.removeprefix("lcm-conformance judge: ")


def test_what_is_no_recording_is_wrong_use_in_one_line(short: Ended, tmp_path: Path) -> None:
    file = short.out / "transcript.ndjson"
    first = lines_of(short)[0]
    for name, content in {
        "empty": b"", "text": b"hello\n", "blank": b"\n\n", "wide": b"\xff\xfeh\0",
        "torn.gz": gzip.compress(first)[:30],
        "older": b'{"event": "run", "schema": "lcm-conformance/transcript/0"}\n',
        "bare": b'{"event": "run", "schema": "lcm-conformance/transcript/1"}\n',
        "version": first.replace(b'"2308"', b'"soon"'),
        "reading": first.replace(b'"readings": {}', b'"readings": {"none": "table"}'),
        "forever": first.replace(b'"reply": 2.0', b'"reply": 1e999'),
    }.items():  # fmt: skip
        (tmp_path / name).write_bytes(content)
    assert refusal(tmp_path, "gone.ndjson", file).startswith("cannot read gone.ndjson: No such file or directory")
    assert refusal(tmp_path, file, "gone.ndjson").startswith("cannot read gone.ndjson: ")
    assert refusal(tmp_path, tmp_path).endswith("holds no transcript.ndjson: name the folder of a run, or a file\n")
    for name in ("empty", "text", "blank", "torn.gz"):
        assert refusal(tmp_path, name).startswith(f"{name}: nothing to judge: ")
    assert refusal(tmp_path, "wide") == "wide is UTF-16: save it as UTF-8\n"
    (tmp_path / "evidence.zip").write_bytes(b"PK\3\4" + bytes(26))
    assert "evidence.zip is an archive: `lcm-conformance verify` judges a bundle" in refusal(tmp_path, "evidence.zip")
    assert refusal(tmp_path, "older").startswith("older, line 1 is of no transcript that this suite reads")
    for name in ("bare", "forever"):
        assert refusal(tmp_path, name).startswith(f"{name}: its first line does not say what the run is judged by")
    assert refusal(tmp_path, "reading").startswith("reading, line 1: unknown reading 'none'")
    assert "'soon'" in refusal(tmp_path, "version")
    assert refusal(tmp_path, file, file) == f"{file}, line 1 begins another run: judge one run at a time\n"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_mutilated_transcript_ends_in_a_crash(short: Ended, tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(b"".join(lines_of(short)))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 400))] = data.draw(
            st.sampled_from([b"", b"\n", b"\xff", b'"', b"7", b"null", b"[]", b"{}", b"1e999", b"-1", b'""', b"\0"])
        )
    file = tmp_path / "mutilated"
    file.write_bytes(content)
    try:
        recorded = read([str(file)])
    except UsageError:
        return
    evidence = evidence_for(recorded.recording, recorded.terms)
    verdicts = {execution.judge(scenario, evidence).verdict for scenario in scenarios.read()}
    assert Verdict.ERROR not in verdicts


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_line_with_other_values_ends_in_a_crash(short: Ended, tmp_path: Path, data: st.DataObject) -> None:
    lines = [json.loads(line) for line in lines_of(short)]
    values = st.sampled_from([None, "", "x", 7, -1, 1e308, True, [], {}, ["x"], {"a": 1}, "2026-01-01", "9999-12-31"])
    for _ in range(data.draw(st.integers(1, 5))):
        line = lines[data.draw(st.integers(0, len(lines) - 1))]
        line[data.draw(st.sampled_from(sorted(line)))] = data.draw(values)
    file = tmp_path / "altered"
    file.write_text("\n".join(map(json.dumps, lines)))
    try:
        recorded = read([str(file)])
    except UsageError:
        return
    evidence = evidence_for(recorded.recording, recorded.terms)
    verdicts = {execution.judge(scenario, evidence).verdict for scenario in scenarios.read()}
    assert Verdict.ERROR not in verdicts
