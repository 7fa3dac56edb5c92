"""What holds for all reports together: order, personal data, hostile text, a run that dies."""

from __future__ import annotations

import errno
import hashlib
import json
import pickle
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from command import environment
from lcm_conformance import report
from lcm_conformance.catalogue.verdict import Verdict
from lcm_conformance.report import Written, begin, write_all

WRITTEN = {"result.json", "junit.xml", "report.html", "transcript.ndjson", "ctrf-report.json", "badge.json"}
HOSTILE = {
    "control characters": "".join(map(chr, range(32))) + "\x7f\x85\x9f",
    "lone surrogates": "a\ud800b\udfffc",
    "NUL": "before\x00after",
    "right to left": "\u202eevil\u2066 שלום \u200f",
    "not for XML": "\ufffe\uffff]]>",
    "markup": "<script>alert(1)</script>&\"'<!-- ]]> {{ 7 * 7 }} {% raw %}",
    "line ends": "a\u2028b\u2029c\r\nd",
    "a megabyte": "x" * 1_048_576,
    "nothing": "",
}


def files_under(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_everything_the_contract_names_is_written(result, recording, terms, redactor, out):
    assert write_all(result, recording, terms, out, redactor, allure_html=False) == Written([], [])
    assert {path.name for path in out.iterdir()} == WRITTEN | {"allure-results"}


def test_no_original_is_left_in_any_file(result, recording, terms, redactor, out):
    write_all(result, recording, terms, out, redactor, allure_html=False)
    written = files_under(out)
    assert len(written) > 10
    for path in written:
        assert b"5550104711" not in path.read_bytes(), path.name
    for name in WRITTEN - {"badge.json"}:
        assert b"9300184526" in (out / name).read_bytes(), name


@pytest.mark.parametrize("url", ["ws://agent:hunter2@host/lcm", "ws://host/lcm?token=hunter2", "ws://host/#hunter2"])
def test_secrets_in_the_address_are_written_nowhere(result, recording, terms, redactor, out, url):
    result = replace(result, url=url, options={"url": url})
    begin(out, result)
    assert b"hunter2" not in (out / "result.json").read_bytes()
    write_all(result, recording, terms, out, redactor, allure_html=False)
    assert not [path.name for path in files_under(out) if b"hunter2" in path.read_bytes()]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_is_written_by_every_writer(with_text, terms, redactor, out, text):
    result, recording = with_text(text)
    write_all(result, recording, terms, out, redactor, allure_html=False)
    for path in files_under(out):
        path.read_bytes().decode("utf-8")
    told = json.loads((out / "result.json").read_text(encoding="utf-8"))
    assert told["clauses"][0]["reason"] == text


def test_a_megabyte_is_cut_for_people_and_kept_for_machines(with_text, terms, redactor, out):
    text = HOSTILE["a megabyte"]
    write_all(*with_text(text), terms, out, redactor, allure_html=False)
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "1048576 characters in all" in page
    assert len(page) < 500_000
    assert text in (out / "transcript.ndjson").read_text(encoding="utf-8")


def test_a_run_that_dies_leaves_no_verdict_and_no_earlier_report(conformant, recording, terms, redactor, out):
    write_all(conformant, recording, terms, out, redactor, allure_html=False)
    (out / "README.md").write_text("ours", encoding="utf-8")
    begin(out, conformant)
    assert json.loads((out / "result.json").read_text(encoding="utf-8"))["complete"] is False
    assert {path.name for path in files_under(out)} == {"result.json", "README.md"}


def test_a_writer_that_fails_leaves_the_result_incomplete(conformant, recording, terms, redactor, out, monkeypatch):
    begin(out, conformant)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(report, "write_html", full)
    (unwritten,) = write_all(conformant, recording, terms, out, redactor, allure_html=False).unwritten
    line = f"cannot write {out / 'report.html'}: No space left on device: free some space, or name another folder"
    assert str(unwritten) == line
    told = json.loads((out / "result.json").read_text(encoding="utf-8"))
    assert (told["complete"], told["notices"][-1]) == (False, str(unwritten))
    assert (out / "junit.xml").is_file()
    assert any((out / "allure-results").iterdir())


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a draft has a name, which the next run takes away")
def test_a_run_that_is_killed_at_any_moment_leaves_nothing_that_can_be_mistaken(
    conformant, result, recording, tmp_path
):
    newer = replace(result, started=conformant.started + timedelta(hours=1), cm_version="2307")
    heard = replace(recording, events=tuple(replace(event, note="newer") for event in recording.events))
    pickled = tmp_path / "runs.pickle"
    pickled.write_bytes(pickle.dumps(((conformant, recording), (newer, heard))))
    script = Path(__file__).with_name("killed_run.py")
    ended = subprocess.run(
        [sys.executable, script, pickled, tmp_path], env=environment(), capture_output=True, text=True, timeout=300
    )
    assert ended.stderr == ""
    told = json.loads(ended.stdout)
    assert (told["wrong"], told["ended"]) == ([], 0)
    assert told["moments"] > 50


def test_what_a_killed_run_had_begun_goes_with_the_next(conformant, recording, terms, redactor, out):
    write_all(conformant, recording, terms, out, redactor, allure_html=False)
    for draft in (out / ".lcm-conformance-junit.xml.0a", out / "allure-results" / ".lcm-conformance-x.json.0b"):
        draft.write_text("half")
    (out / ".somebody-else").write_text("theirs")
    begin(out, conformant)
    assert {path.name for path in files_under(out)} == {"result.json", ".somebody-else"}


def test_an_unreadable_earlier_result_is_taken_away(conformant, out):
    out.mkdir(parents=True, exist_ok=True)
    (out / "result.json").write_text("[1", encoding="utf-8")
    begin(out, conformant)
    assert json.loads((out / "result.json").read_text(encoding="utf-8"))["complete"] is False


def test_frames_are_redacted_before_free_text(result, recording, terms, out):
    """A redactor that learns a name from the frames must have seen them when it meets the name in a finding."""

    class Learns:
        known = False

        def frame(self, text: str) -> str:
            self.known = True
            return text.replace("5550104711", "9300184526")

        def text(self, text: str, *, times: bool = True) -> str:
            return text.replace("5550104711", "9300184526") if self.known else text

    recording = replace(recording, events=tuple(replace(event, note=None) for event in recording.events))
    write_all(result, recording, terms, out, Learns(), allure_html=False)
    assert not [path.name for path in files_under(out) if b"5550104711" in path.read_bytes()]


REPORTS = ("result.json", "report.html", "junit.xml", "allure-results/environment.properties")


@pytest.mark.parametrize("name", REPORTS)
def test_what_a_reader_must_know_of_the_run_stands_in_every_report(result, recording, terms, redactor, out, name):
    off = "TLS verification is off (endpoint.verify = false)"
    untested = next(c for c in result.clauses if c.verdict is Verdict.UNTESTED)
    waived = replace(untested, waived="nobody logs out here")
    clauses = tuple(waived if c is untested else c for c in result.clauses)
    told = replace(
        result, notices=(off,), clauses=clauses, options={"reveal": "true"}, selftest={"faults": 4711, "caught": 4710}
    )
    write_all(told, recording, terms, out, redactor, allure_html=False)
    text = (out / name).read_text(encoding="utf-8")
    words = [off, "nobody logs out here", "4711", "4710"]
    assert [word for word in words if word not in text] == []
    assert "--reveal" in text or '"revealed": true' in text


def test_the_page_prints_the_hashes_of_the_evidence_beside_it(result, recording, terms, redactor, out):
    write_all(result, recording, terms, out, redactor, allure_html=False)
    page = (out / "report.html").read_text(encoding="utf-8")
    for name in ("result.json", "transcript.ndjson"):
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() in page
