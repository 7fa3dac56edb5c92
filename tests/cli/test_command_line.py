"""The command line as a user meets it: in a process of its own, in an empty folder, on real sockets."""

from __future__ import annotations

import json
import re
import shlex
import threading
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from command import LONGEST, conformance, quick_profile
from ended import Ended, called, silent_endpoint
from lcm_conformance import cli
from lcm_conformance.catalogue import scenarios
from lcm_conformance.catalogue.clauses import load_catalogue
from lcm_conformance.endpoint import Behaviour, Host
from lcm_conformance.version import VERSION

SECRET = "seven-of-hearts"


def ended(folder: Path, *arguments: str | Path, **variables: str) -> Ended:
    """The command in a process of its own."""
    done = conformance(*arguments, cwd=folder, **variables)
    return Ended(done.returncode, done.stdout, done.stderr, folder / "reports")


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    with Host() as running:
        yield running


@pytest.fixture(scope="module")
def default(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """`lcm-conformance run` in an empty folder."""
    return ended(tmp_path_factory.mktemp("empty"), "run")


Drive = Callable[..., Ended]


@pytest.fixture
def drive(host: Host, tmp_path: Path) -> Drive:
    """Drives an endpoint that behaves as asked, through a quick profile."""

    def run(*options: str, changes: tuple[tuple[str, str], ...] = (), **behaviour: Any) -> Ended:
        url = host.start(Behaviour(**behaviour))
        return called(tmp_path, "run", "--url", url, "--profile", quick_profile(tmp_path, *changes), *options)

    return run


def test_in_an_empty_folder_the_embedded_endpoint_is_conformant(default: Ended) -> None:
    assert default.status == 0, default.printed + default.complaint
    assert default.printed.startswith("conformant  Campaign Manager 2308  ")
    assert default.complaint == ""
    assert sorted(path.name for path in default.out.parent.iterdir()) == ["reports"]


def test_its_result_has_the_shape_that_others_rely_on(default: Ended) -> None:
    result = default.result
    assert list(result)[:1] == ["schema"]
    assert result["schema"] == "lcm-conformance/result/1"
    assert result["verdict"] == "conformant"
    assert (result["robustness"], result["complete"], result["attribution"]) == ("pass", True, "proven")
    sut = result["sut"]
    assert re.fullmatch(r"ws://127\.0\.0\.1:\d+/lcm", sut.pop("url"))
    assert sut == {
        "cm_version": "2308",
        "transport": "websocket",
        "asked_as": {"topic": "WebService", "source": True},
    }
    suite = result["suite"]
    assert (suite["version"], suite["catalogue"]) == (VERSION, load_catalogue().digest)
    assert suite["selftest"]["exact"] == suite["selftest"]["faults"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", result["started"])
    assert 2 < result["seconds"] < LONGEST
    assert result["readings"]["contact-id-name"] == "sample"
    assert "contact-id-name=sample" in result["depends_on"]
    assert set(result["latency"]) == {"count", "p50_ms", "p95_ms", "max_ms"}
    assert {tuple(row) for row in result["observations"]} == {("id", "seen", "detail")}


def test_every_clause_stands_in_it_once_and_passes(default: Ended) -> None:
    rows = default.result["clauses"]
    assert [row["id"] for row in rows] == list(load_catalogue().clauses)
    assert len(rows) >= 60
    assert {row["verdict"] for row in rows} == {"pass"}
    keys = {"id", "class", "verdict", "reason", "findings", "known", "waived"}
    assert all(keys <= set(row) for row in rows)


def test_its_ledger_accounts_for_every_scenario(default: Ended) -> None:
    ledger = default.result["ledger"]
    assert ledger["scenarios"] == len(scenarios.read()) == ledger["executed"] + ledger["untested"]
    assert ledger["unaccounted"] == 0


def test_junit_allure_html_and_transcript_stand_beside_it(default: Ended) -> None:
    suite = ET.parse(default.out / "junit.xml").getroot().find("testsuite")
    assert suite is not None
    assert (suite.get("failures"), suite.get("errors")) == ("0", "0")
    assert len(suite.findall("testcase")) == len(scenarios.read())
    assert len(list((default.out / "allure-results").glob("*-result.json"))) == len(scenarios.read())
    assert "<html" in (default.out / "report.html").read_text(encoding="utf-8")
    first, opened, *_, last = default.transcript
    assert (first["event"], last) == ("run", {"event": "end", "complete": True})
    assert {"at", "event", "session", "agent"} <= set(opened)
    asked = [line for line in default.transcript if line["event"] == "sent" and "exchange" in line]
    assert len(asked) > 100
    assert all({"at", "event", "exchange", "probe", "session", "agent"} <= set(line) for line in asked)


def test_no_password_is_in_any_of_its_files(default: Ended) -> None:
    files = [path for path in default.out.rglob("*") if path.is_file()]
    assert len(files) > 50
    assert [path.name for path in files if SECRET.encode() in path.read_bytes()] == []


@pytest.mark.parametrize("version", ["2308.1", "2302"])
def test_versions_up_to_2308_are_judged(drive: Drive, version: str) -> None:
    run = drive("--cm-version", version)
    assert (run.status, run.result["verdict"]) == (0, "conformant")
    assert run.result["sut"]["cm_version"] == version


@pytest.mark.parametrize("version", ["2311", "2309.1"])
def test_a_later_version_is_not_applicable_and_nothing_is_asked(tmp_path: Path, version: str) -> None:
    run = called(tmp_path, "run", "--cm-version", version)
    assert (run.status, run.result["verdict"], run.result["complete"]) == (4, "not-applicable", True)
    assert {row["verdict"] for row in run.result["clauses"]} == {"not-applicable"}
    assert [line["event"] for line in run.transcript] == ["run", "end"]
    assert run.result["ledger"]["unaccounted"] == 0


def test_a_later_version_may_be_observed(drive: Drive) -> None:
    brief = (("reply = 2", "reply = 0.3"),)
    run = drive("--cm-version", "2311", "--observe-unsupported", changes=brief, cm_version="2311")
    assert (run.status, run.result["verdict"]) == (4, "not-applicable")
    seen = {row["id"]: row["seen"] for row in run.result["observations"]}
    assert seen["OBS-after-2308"] not in {"untested", ""}


def test_a_failure_is_told_in_a_block_with_the_command_that_repeats_it(drive: Drive) -> None:
    run = drive(faults=("drops_queue",))
    assert (run.status, run.result["verdict"]) == (1, "non-conformant")
    row = next(row for row in run.result["clauses"] if row["verdict"] == "fail")
    assert row["id"] == "FLD-Queue-presence"
    assert set(row["findings"][0]) == {"expected", "actual", "where", "exchange"}
    block = run.printed[run.printed.index("FLD-Queue-presence  ") :].splitlines()
    assert [line.split()[0] for line in block[1:6]] == ["expected", "actual", "where", "evidence", "repeat"]
    assert block[5].endswith("--clause FLD-Queue-presence")


def test_what_is_asked_again_as_printed_leaves_the_reports_as_they_are(tmp_path: Path) -> None:
    with Host() as host:
        url = host.start(Behaviour(faults=("drops_queue",)))
        first = called(tmp_path, "run", "--url", url, "--profile", quick_profile(tmp_path), "--clause", "FLD-Queue")
        before = {path: path.read_bytes() for path in first.out.rglob("*") if path.is_file()}
        (printed,) = re.findall(r"^  repeat +lcm-conformance (.*)$", first.printed, re.M)
        again = called(tmp_path, *shlex.split(printed))
    assert (first.status, again.status) == (1, 1)
    assert {path: path.read_bytes() for path in before} == before
    assert f"reports: {Path('reports', 'repeat', 'report.html')}" in again.printed
    assert json.loads((first.out / "repeat" / "result.json").read_text("utf-8"))["verdict"] == "non-conformant"


def test_a_pinned_reading_fails_the_clause_of_the_other_side(drive: Drive) -> None:
    run = drive("--reading", "contact-id-name=table")
    failed = [row["id"] for row in run.result["clauses"] if row["verdict"] == "fail"]
    assert (run.status, failed) == (1, ["FLD-ContactID-presence"])


def test_a_selection_of_clauses_is_inconclusive_because_the_others_are_untested(drive: Drive) -> None:
    run = drive("--clause", "FLD-Queue", "MAP-1")
    verdicts = {row["id"]: row["verdict"] for row in run.result["clauses"]}
    assert (run.status, run.result["verdict"]) == (3, "inconclusive")
    passed = {name for name, verdict in verdicts.items() if verdict == "pass"}
    assert passed == {"FLD-Queue-presence", "FLD-Queue-type", "FLD-Queue-value", "MAP-1"}
    assert verdicts["PRE-1"] == "untested"
    ledger = run.result["ledger"]
    assert (ledger["executed"], ledger["unaccounted"]) == (4, 0)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["run", "--cm-version", "banana"], "unknown Campaign Manager version 'banana': write it like 2308 or 2308.1"),
        (["run", "--profil", "x"], "unknown option --profil: did you mean --profile?"),
        (["run", "--xyzzy"], "unknown option --xyzzy: see `lcm-conformance run --help`"),
        (["run", "--clause", "FLD-Qeue"], "unknown clause 'FLD-Qeue': did you mean FLD-Queue"),
        (["run", "--reading", "topik=table"], "unknown reading 'topik': did you mean topic?"),
        (["run", "--reading", "topic=left"], "write topic=table or topic=sample"),
        (["run", "--profile", "none.toml"], "cannot read profile none.toml: No such file or directory"),
        (["run", "--url", "http://example.test"], "write it like ws://host:port/path"),
        (["run", "--url", "ws://example.test"], "add --profile FILE"),
        (["run", "--out"], "--out"),
        (["run", "--out", ""], "--out is empty: give it a value, or leave it out"),
        (["run", "stray"], "a word too many: options begin with --, as in --profile FILE"),
        (["clauses", "FDL"], "unknown clause 'FDL': did you mean FLD"),
        (["mock", "--fault", "drops_qeue"], "did you mean 'drops_queue'"),
        (["rnu"], "run"),
        ([], "name a command: run, mock, clauses, "),
    ],
)
def test_wrong_use_is_one_line_and_status_2(
    arguments: list[str], line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    try:
        status = cli.main(arguments)
    except SystemExit as end:
        status = int(end.code or 0)
    printed = capsys.readouterr()

    assert status == 2
    assert printed.out == ""
    assert printed.err.startswith("lcm-conformance")
    assert line in printed.err
    assert printed.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("run", "interrupted: it gave no verdict, and a result in --out may be of an earlier run"),
        ("doctor", "interrupted"),
    ],
)
def test_ctrl_c_before_a_command_has_begun_is_told_in_a_line(
    command: str, line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_: object) -> int:
        raise KeyboardInterrupt

    module = {"run": cli.run, "doctor": cli.doctor}[command]
    monkeypatch.setattr(module, "run", interrupted)
    assert cli.main([command]) == 130
    assert capsys.readouterr().err == f"lcm-conformance {command}: {line}\n"


def test_wrong_use_ends_a_process_the_same_way(tmp_path: Path) -> None:
    run = ended(tmp_path, "run", "--cm-version", "banana")
    line = "lcm-conformance run: unknown Campaign Manager version 'banana': write it like 2308 or 2308.1\n"
    assert (run.status, run.printed, run.complaint) == (2, "", line)


@contextmanager
def refusing_endpoint() -> Iterator[str]:
    """An HTTP server that answers every handshake with 403."""

    class Refusal(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(403)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Refusal) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"ws://127.0.0.1:{server.server_port}/lcm"
        finally:
            server.shutdown()
            thread.join()


def test_an_out_that_cannot_be_written_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("taken", encoding="utf-8")
    with silent_endpoint() as (url, arrived):
        run = called(tmp_path, "run", "--url", url, "--profile", quick_profile(tmp_path))

    assert (run.status, run.printed) == (2, "")
    assert run.complaint.startswith("lcm-conformance run: cannot write to --out reports: ")
    assert run.complaint.count("\n") == 1
    assert not arrived.is_set()


def test_a_missing_variable_is_named_and_nothing_is_asked(tmp_path: Path) -> None:
    profile = quick_profile(tmp_path, (f'"{SECRET}"', '"${NO_SUCH_VARIABLE}"'))
    run = called(tmp_path, "run", "--profile", profile, OTHER_VARIABLE="value-of-the-test")

    assert (run.status, run.printed) == (2, "")
    assert "needs the environment variable NO_SUCH_VARIABLE, which is not set: set it" in run.complaint
    assert run.complaint.count("\n") == 1
    assert not run.out.exists()


def of_the_environment(run: Ended) -> str:
    """The line that begins `environment:` of a run that is inconclusive for the environment's sake, and complete."""
    assert (run.status, run.result["verdict"], run.result["complete"]) == (3, "inconclusive", True), run.printed
    assert "fail" not in {row["verdict"] for row in run.result["clauses"]}
    assert run.result["ledger"]["unaccounted"] == 0
    assert "Traceback" not in run.printed + run.complaint
    return next(line for line in run.printed.splitlines() if line.startswith("environment: "))


def test_an_endpoint_that_is_not_there_is_the_environments_trouble(tmp_path: Path, host: Host) -> None:
    url = host.start()
    host.stop(url)
    run = called(tmp_path, "run", "--url", url, "--profile", quick_profile(tmp_path))
    assert re.search("cannot reach|refused.*: check ", of_the_environment(run))


def test_a_refused_handshake_is_the_environments_trouble(tmp_path: Path) -> None:
    with refusing_endpoint() as url:
        run = called(tmp_path, "run", "--url", url, "--profile", quick_profile(tmp_path))
    assert re.search("refused.* HTTP status 403: check ", of_the_environment(run))


def test_a_refused_login_is_the_environments_trouble_and_never_retried(drive: Drive) -> None:
    run = drive(changes=((f'"{SECRET}"', '"no-such-word"'),))
    assert "the login of agents.reserved was refused: check the agent's credentials" in of_the_environment(run)
    assert len([line for line in run.logins if line["agent"] == "reserved"]) == 1
    assert "no-such-word" not in "".join(path.read_text("utf-8") for path in run.out.rglob("*.*") if path.is_file())


def test_an_unanswered_login_is_the_environments_trouble_and_never_retried(tmp_path: Path) -> None:
    with silent_endpoint() as (url, _):
        run = called(tmp_path, "run", "--url", url, "--profile", quick_profile(tmp_path, ("reply = 2", "reply = 0.3")))
    line = of_the_environment(run)
    assert "was not answered within 0.3 s: check login.request and login.success (it is not tried again)" in line
    assert len(run.logins) == len({line["agent"] for line in run.logins})


def test_variables_stand_in_for_the_options(tmp_path: Path) -> None:
    with refusing_endpoint() as url:
        run = called(tmp_path, "run", LCM_URL=url, LCM_PROFILE=str(quick_profile(tmp_path)), LCM_CM_VERSION="2304")
    assert run.result["sut"]["cm_version"] == "2304"
    assert "403" in of_the_environment(run)


def test_clauses_lists_every_clause_and_observation(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["clauses"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(load_catalogue().ids)


def test_clauses_tells_all_about_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["clauses", "FLD-Queue-type"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("FLD-Queue-type  (normative)\n  ")
    assert "  page      Response Parameters\n" in printed
    assert "  scenario  members_type.feature: Queue is a String\n" in printed
    assert re.search(r"^  fault     \w+: \w+", printed, re.MULTILINE)


def test_clauses_prints_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["clauses", "--json", "FLD-ContactID"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["id"] for row in rows] == [f"FLD-ContactID-{what}" for what in ("presence", "type", "value")]
    assert rows[0]["readings"] == ["contact-id-name"]
    assert set(rows[0]) == {"id", "class", "section", "statement", "readings", "scenarios", "faults", "why"}


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["--version"]])
def test_help_and_version_are_no_mistake(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main(arguments)
    assert end.value.code == 0
    assert capsys.readouterr().out
