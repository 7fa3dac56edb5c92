"""`run --bundle`, `judge --bundle`, `--sign` and `verify`: an honest bundle verifies, whatever it was made with, and no
other does.
"""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command import CHECKOUT, environment, plain_pytest, quick_profile
from ended import Ended, called
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lcm_conformance.catalogue.verdict import UsageError
from lcm_conformance.endpoint import Behaviour, Host
from lcm_conformance.report.archive import pack, text_member
from lcm_conformance.report.attestation import statement, written
from lcm_conformance.report.bundle import write_bundle
from lcm_conformance.report.signature import author, author_key
from lcm_conformance.run.verification import verify
from signing import KINDS, Keys, keys, pem


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return keys(tmp_path_factory.mktemp("other"))


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with Host() as host:
        yield host.start(Behaviour(faults=("drops_queue",)))


SOME = ("--clause", "REQ-1", "FLD-Queue", "FLD-Mode")


def ran(folder: Path, url: str, *options: str | Path) -> Ended:
    profile = quick_profile(folder)
    return called(folder, "run", "--url", url, "--profile", profile, "--no-allure-html", "--bundle", "e.zip", *options)


@pytest.fixture(scope="module")
def bare(url: str, tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """A run in which some clauses were asked, and its bundle, which nobody signed."""
    return ran(tmp_path_factory.mktemp("bare"), url, *SOME)


@pytest.fixture(scope="module")
def signed(bare: Ended, pair: Keys, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of a judgement of it, signed."""
    folder = tmp_path_factory.mktemp("signed")
    ended = called(folder, "judge", bare.out, "--no-allure-html", "--bundle", "e.zip", "--sign", pair.private)
    assert ended.status == 1, ended.complaint
    return folder / "e.zip"


def bundle(ended: Ended) -> Path:
    return ended.out.parent / "e.zip"


def texts(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def verified(path: Path, *options: str | Path) -> Ended:
    ended = called(path.parent, "verify", path.name, *options)
    assert ended.status != 5, ended.complaint
    return ended


def test_it_holds_all_that_the_run_wrote_and_was_judged_by(bare: Ended) -> None:
    held = texts(bundle(bare))
    names = {path.relative_to(bare.out).as_posix() for path in bare.out.rglob("*") if path.is_file()}
    assert set(held) == names | {"statement.json", "clauses.toml", "profile.json", "versions.json"}
    assert held["result.json"] == (bare.out / "result.json").read_text(encoding="utf-8")
    assert json.loads(held["versions.json"]) == {
        "suite": bare.result["suite"]["version"],
        "python": ".".join(map(str, sys.version_info[:3])),
        "implementation": "CPython",
    }
    assert 'id = "FLD-Queue-presence"' in held["clauses.toml"]


def test_it_attests_the_tests_results_over_each_member(bare: Ended) -> None:
    said = json.loads(texts(bundle(bare))["statement.json"])
    assert (said["_type"], said["predicateType"]) == (
        "https://in-toto.io/Statement/v1",
        "https://in-toto.io/attestation/test-result/v0.1",
    )
    assert [row["name"] for row in said["subject"]] == list(texts(bundle(bare)))[1:]
    assert said["predicate"]["result"] == "FAILED"
    assert said["predicate"]["failedTests"] == ["FLD-Queue-presence", "FLD-Queue-type"]
    assert said["predicate"]["warnedTests"] == ["FLD-Queue-value"]  # which is advisory
    assert "FLD-Mode-presence" in said["predicate"]["passedTests"]
    assert [row["name"] for row in said["predicate"]["configuration"]] == [
        "clauses.toml", "profile.json", "versions.json",
    ]  # fmt: skip


def row(id_: str, verdict: str, **changes: object) -> dict[str, object]:
    return {"id": id_, "verdict": verdict, "known": None, "waived": None, "excuse": None, **changes}


@pytest.mark.parametrize(
    ("verdict", "complete", "rows", "said"),
    [
        ("conformant", True, [row("A", "pass"), row("B", "not-applicable")], ("PASSED", ["A"], [], [])),
        ("conformant", True, [row("A", "fail", excuse="advisory")], ("PASSED", [], ["A"], [])),
        ("conformant", True, [row("A", "fail", known="soon", excuse="soon")], ("WARNED", [], ["A"], [])),
        ("conformant", True, [row("A", "untested", waived="one agent", excuse="it")], ("WARNED", [], [], [])),
        ("conformant", False, [row("A", "pass")], ("FAILED", ["A"], [], [])),
        ("inconclusive", True, [row("A", "inconclusive"), row("B", "untested")], ("FAILED", [], [], ["A"])),
        ("not-applicable", True, [row("A", "not-applicable")], ("FAILED", [], [], [])),
        ("non-conformant", True, [row("A", "fail"), row("B", "error")], ("FAILED", [], [], ["A", "B"])),
    ],
)
def test_only_what_conforms_passed(verdict: str, complete: bool, rows: list[dict[str, object]], said: Any) -> None:
    digests = dict.fromkeys(("clauses.toml", "profile.json", "versions.json"), "0")
    told = statement({"verdict": verdict, "complete": complete, "clauses": rows}, digests)["predicate"]
    assert (told["result"], told["passedTests"], told["warnedTests"], told["failedTests"]) == said


def test_an_honest_one_verifies(bare: Ended) -> None:
    ended = verified(bundle(bare))
    assert (bare.status, ended.status, ended.complaint) == (1, 0, "")
    first, members, signature, suite = ended.printed.splitlines()
    assert first == "the same verdict  non-conformant  Campaign Manager 2308  65 clauses, judged again one by one"
    assert members.endswith("each as the statement says (SHA-256); none missing, none added")
    assert signature == "signature  none: it proves no author"
    assert suite.endswith("by the same catalogue")
    assert "evidence: e.zip  (not signed; `lcm-conformance verify` checks it)\n" in bare.printed


def test_a_signed_one_says_whose_it_is(signed: Path, pair: Keys, other: Keys) -> None:
    unchecked = verified(signed)
    assert (unchecked.status, "\nsignature  not checked: --key PUB.pem " in unchecked.printed) == (0, True)
    checked = verified(signed, "--key", pair.public)
    assert (checked.status, "\nsignature  valid, by the key " in checked.printed) == (0, True)
    foreign = verified(signed, "--key", other.public)
    assert (foreign.status, foreign.printed) == (
        1, "not by the author: the signature is not by that key, or not of this statement\n",
    )  # fmt: skip


def test_a_key_for_what_nobody_signed_is_not_met(bare: Ended, pair: Keys) -> None:
    ended = verified(bundle(bare), "--key", pair.public)
    assert (ended.status, ended.printed) == (1, "not by the author: it is not signed\n")


def repacked(path: Path, folder: Path, by: Keys | None = None, **changes: str | None) -> Path:
    """The bundle with members changed, or (None) left out, and attested anew by whoever did it."""
    members = {name: text for name, text in texts(path).items() if not name.startswith("statement")}
    for name, text in changes.items():
        members = {known: kept for known, kept in members.items() if known != name.replace("_", ".")}
        members |= {} if text is None else {name.replace("_", "."): text}
    out = folder / "members"
    shutil.rmtree(out, ignore_errors=True)
    for name, text in members.items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text(text, encoding="utf-8")
    reports = [out / name for name in members if name not in {"profile.json", "versions.json", "clauses.toml"}]
    write_bundle(folder / "again.zip", out, reports, json.loads(members["profile.json"]), by and author(by.private))
    return folder / "again.zip"


# -- what it was made with ------------------------------------------------------------------------------------------


def test_it_verifies_with_whatever_it_was_made(url: str, bare: Ended, tmp_path: Path) -> None:
    known = tmp_path / "known.toml"
    known.write_text('[[deviation]]\nclause = "FLD-Queue-presence"\nreason = "soon"\n', encoding="utf-8")
    options = ("--known", known, "--strict", "--baseline", bare.out, "--fail-on", "worse", "--label", "build 14")
    ended = ran(tmp_path, url, *SOME, *options)
    assert (ended.status, ended.result["decided_by"], ended.result["baseline"]["worse"]) == (0, "worse", [])
    told = verified(bundle(ended))
    assert (told.status, "\naccepted   FLD-Queue-presence  fail, a known deviation: soon\n" in told.printed) == (
        0,
        True,
    )


def test_that_of_an_interrupted_run_says_that_it_is_no_verdict(url: str, tmp_path: Path) -> None:
    ended = ran(tmp_path, url, "--max-seconds", "0.3")
    told = verified(bundle(ended))
    assert (ended.status, told.status) == (130, 0)
    assert told.printed.endswith("\nthe run that is judged did not end: this is no verdict\n")
    assert json.loads(texts(bundle(ended))["statement.json"])["predicate"]["result"] == "FAILED"


def test_that_of_a_later_version_verifies(bare: Ended, tmp_path: Path) -> None:
    ended = called(tmp_path, "judge", bare.out, "--cm-version", "2401", "--no-allure-html", "--bundle", "e.zip")
    assert (ended.status, verified(bundle(ended)).status) == (4, 0)


def test_what_a_recording_does_not_say_stays_unknown(bare: Ended, tmp_path: Path) -> None:
    lines = (bare.out / "transcript.ndjson").read_bytes().splitlines(keepends=True)
    for name, content in {"torn": b"".join(lines[:20]), "foreign": lines[0] + b"hello\n" + b"".join(lines[1:])}.items():
        (tmp_path / name).write_bytes(content)
        ended = called(tmp_path, "judge", name, "--no-allure-html", "--bundle", "e.zip")
        assert {row["verdict"] for row in ended.result["clauses"] if row["id"] == "REQ-1"} == {"inconclusive"}
        assert verified(bundle(ended)).status == 0


def test_places_in_its_name_are_filled_in_as_in_that_of_the_folder(bare: Ended, tmp_path: Path) -> None:
    places = ("--out", "{version}/{label}", "--bundle", "{version}/{label}.zip", "--label", "build 14")
    for command in (("judge", bare.out), ("run", "--clause", "VER-1")):
        called(tmp_path, *command, *places, "--no-allure-html")
        assert verified(tmp_path / "2308" / "build-14.zip").status == 0
        shutil.rmtree(tmp_path / "2308")
    (tmp_path / "2308.toml").write_text("mine", encoding="utf-8")
    ended = called(tmp_path, "judge", bare.out, "--no-allure-html", "--bundle", "{version}.toml")
    assert (ended.status, (tmp_path / "2308.toml").read_text(encoding="utf-8")) == (2, "mine")
    shutil.rmtree(ended.out)
    assert refusal(tmp_path, "run", "--bundle", "{when}.zip") == (
        "--bundle has {when}, which is no place to fill in: known are {version}, {date}, {label}\n"
    )


def test_that_of_a_capture_verifies(tmp_path: Path) -> None:
    har = CHECKOUT / "tests" / "har" / "widget.har"
    ended = called(tmp_path, "judge", har, "--cm-version", "2308", "--no-allure-html", "--bundle", "e.zip")
    assert verified(bundle(ended)).status == 0
    assert json.loads(texts(bundle(ended))["profile.json"])["agents"] == {}


def test_a_secret_of_the_profile_is_known_in_a_capture(tmp_path: Path) -> None:
    profile = quick_profile(tmp_path, ('"seven-of-hearts"', '"${LCM_WORD}"'))
    at = "2026-11-27T10:00:00Z"
    lines = [{"event": "sent", "at": at, "frame": json.dumps({"op": "sign-on", "proof": "Orchid-77-kim"})}]
    (tmp_path / "capture").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    options = ("--profile", profile, "--no-allure-html", "--bundle", "e.zip")
    ended = called(tmp_path, "judge", "capture", *options, LCM_WORD="Orchid-77-kim")
    held = bundle(ended).read_bytes()
    assert [word for word in (b"Orchid", b"LCM_WORD", b"5550104711") if word in held] == []
    assert verified(bundle(ended)).status == 0


def test_what_pytest_leaves_out_stays_left_out(url: str, tmp_path: Path) -> None:
    given = ["--lcm-profile", quick_profile(tmp_path), "--lcm-url", url, "--lcm-bundle", "e.zip"]
    done = plain_pytest(CHECKOUT / "features", *given, "-k", "Queue and present", "--lcm-no-allure-html", cwd=tmp_path)
    assert "evidence: e.zip  (not signed;" in done.stdout
    assert verified(tmp_path / "e.zip").status == 0
    first = json.loads(texts(tmp_path / "e.zip")["transcript.ndjson"].partition("\n")[0])
    assert len(first["unexecuted"]) > 50
    called(tmp_path, "judge", tmp_path / "reports", "--no-allure-html", "--out", "again")
    then = json.loads((tmp_path / "reports" / "result.json").read_text())
    now = json.loads((tmp_path / "again" / "result.json").read_text())
    kept = ("id", "verdict", "reason")
    assert [[row[name] for name in kept] for row in now["clauses"]] == [
        [row[name] for name in kept] for row in then["clauses"]
    ]


def test_it_verifies_years_later(bare: Ended, tmp_path: Path) -> None:
    """A deviation that was accepted then and has expired since was accepted then."""
    old = (bare.out / "transcript.ndjson").read_text(encoding="utf-8")
    year = bare.result["started"][:4]
    (tmp_path / "old").write_text(old.replace(f'"{year}-', '"2021-'), encoding="utf-8")
    known = tmp_path / "known.toml"
    known.write_text(
        '[[deviation]]\nclause = "FLD-Queue-presence"\nreason = "soon"\nexpires = 2022-01-31\n', encoding="utf-8"
    )
    ended = called(tmp_path, "judge", "old", "--known", known, "--no-allure-html", "--bundle", "e.zip")
    assert [row["known"] for row in ended.result["clauses"] if row["id"] == "FLD-Queue-presence"] == ["soon"]
    assert verified(bundle(ended)).status == 0


# -- what was tampered with -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small(pair: Keys, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Bundles of a result in which there is next to nothing, bare and signed."""
    folder = tmp_path_factory.mktemp("small")
    result = {"verdict": "conformant", "complete": True, "clauses": [], "sut": {"cm_version": "2308"}}
    result |= {"started": "2026-11-27T10:00:00Z", "suite": {"catalogue": "sha256:0"}}
    (folder / "result.json").write_text(json.dumps(result), encoding="utf-8")
    (folder / "transcript.ndjson").write_text("{}\n", encoding="utf-8")
    (folder / "report.html").write_text("<p>green\n", encoding="utf-8")
    reports = [folder / name for name in ("result.json", "transcript.ndjson", "report.html")]
    for name, by in (("bare", None), ("signed", author(pair.private))):
        write_bundle(folder / name, folder, reports, {"cm_version": "2308"}, by)
    return {name: folder / name for name in ("bare", "signed")}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
@pytest.mark.parametrize("name", ["bare", "signed", "checked"])
def test_any_byte_that_is_changed_fails(
    small: dict[str, Path], pair: Keys, tmp_path: Path, name: str, data: st.DataObject
) -> None:
    path = small["signed" if name == "checked" else name]
    content = bytearray(path.read_bytes())
    rim = st.one_of(st.integers(0, 2000), st.integers(len(content) - 2000, len(content) - 1))
    at = data.draw(st.one_of(st.integers(0, len(content) - 1), rim))
    content[at] ^= data.draw(st.integers(1, 255))
    changed = tmp_path / "changed"
    changed.write_bytes(content)
    told = verify(changed, author_key(pair.public) if name == "checked" else None)
    assert told.status == 1
    assert told.faults
    assert told.again is None
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            begins = info.header_offset + 30 + len(info.filename)
            if begins <= at < begins + info.file_size:
                assert told.faults[0].startswith(info.filename)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_mutilated_bundle_ends_in_a_crash(small: dict[str, Path], tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(small[data.draw(st.sampled_from(["bare", "signed"]))].read_bytes())
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.one_of(st.integers(0, len(content)), st.integers(max(0, len(content) - 800), len(content))))
        content[at : at + data.draw(st.integers(0, 300))] = data.draw(
            st.sampled_from([b"", b"\0", b"PK\3\4", b"PK\1\2", b"PK\5\6", b"\xff" * 4, b"x" * 300, b"statement.json"])
        )
    if bytes(content) in {path.read_bytes() for path in small.values()}:
        return
    changed = tmp_path / "changed"
    changed.write_bytes(content)
    try:
        told = verify(changed)
    except UsageError:
        return
    assert told.status == 1


def with_member(path: Path, folder: Path, name: str, text: str | None) -> Path:
    """The bundle in its form with one member changed, added or left out, but the statement of before."""
    held = {known: kept for known, kept in texts(path).items() if known != name or text is not None}
    held |= {} if text is None else {name: text}
    first = next(iter(held))
    ordered = [first, *sorted(known for known in held if known != first)]
    changed = folder / "changed.zip"
    with changed.open("wb") as file:
        pack(file, [text_member(known, held[known]) for known in ordered])
    return changed


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("report.html", "<p>green", "report.html was changed: its SHA-256 is not what the statement says"),
        ("junit.xml", None, "junit.xml is missing"),
        ("profile.json", None, "profile.json is missing"),
        ("transcript.ndjson", None, "transcript.ndjson is missing"),
        ("result.json", None, "result.json is missing"),
        ("a.txt", "more", "a.txt was added: the statement does not know it"),
        ("z.txt", "more", "z.txt was added: the statement does not know it"),
        ("statement.json", "{}\n", "statement.json is no statement about members"),
        ("statement.json", "[" * 100_000, "statement.json is no JSON, or says something twice"),
        ("statement.dsse.json", "{}\n", "it has no statement about its members, or not in the first place"),
    ],
)
def test_what_is_changed_missing_or_added_is_named(
    bare: Ended, tmp_path: Path, name: str, text: str | None, said: str
) -> None:
    ended = verified(with_member(bundle(bare), tmp_path, name, text))
    assert (ended.status, ended.printed.splitlines()[0], ended.complaint) == (1, f"tampered with: {said}", "")


def test_a_statement_that_says_more_than_the_result_is_tampered_with(bare: Ended, tmp_path: Path) -> None:
    said = json.loads(texts(bundle(bare))["statement.json"])
    said["predicate"]["result"] = "PASSED"
    for text in (written(said), texts(bundle(bare))["statement.json"] + " "):
        ended = verified(with_member(bundle(bare), tmp_path, "statement.json", text))
        assert ended.printed == "tampered with: the statement says something else than the result\n"
        assert ended.status == 1


def test_an_envelope_that_was_opened_is_told(signed: Path, pair: Keys, tmp_path: Path) -> None:
    envelope = json.loads(texts(signed)["statement.dsse.json"])
    one = envelope["signatures"][0]
    for changes in (
        {"signatures": []}, {"signatures": [one, {**one, "keyid": "0"}]}, {"payload": "%"}, {"payload": 7},
        {"payloadType": "text/plain"}, {"signatures": [{**one, "sig": 7}]}, {"signatures": 7}, {"more": 1},
        {"signatures": [{"sig": one["sig"]}]},
    ):  # fmt: skip
        path = with_member(signed, tmp_path, "statement.dsse.json", written(envelope | changes))
        told = verify(path, author_key(pair.public))
        assert told.faults == ("statement.dsse.json is no envelope with one signature",), changes
    other = with_member(signed, tmp_path, "statement.dsse.json", json.dumps(envelope))
    assert verify(other).status == 1
    for changes in ({"keyid": "0"}, {"sig": "AAAA"}, {"keyid": 7}, {"keyid": "\x1b[2J"}):
        path = with_member(signed, tmp_path, "statement.dsse.json", written(envelope | {"signatures": [one | changes]}))
        told = verify(path, author_key(pair.public))
        assert "\x1b" not in verified(path).printed
        assert (told.status, told.faults) == (1, ())
        assert told.unproven == "the signature is not by that key, or not of this statement"


def test_another_verdict_is_told_clause_by_clause(bare: Ended, tmp_path: Path) -> None:
    result = bare.result
    green = next(row for row in result["clauses"] if row["id"] == "FLD-Queue-presence")
    green["verdict"], green["known"] = "pass", "it is so"
    result["verdict"] = "conformant"
    ended = verified(repacked(bundle(bare), tmp_path, result_json=json.dumps(result)))
    assert ended.status == 1
    lines = ended.printed.splitlines()
    assert lines[0] == "another verdict  by the same catalogue"
    assert {
        "  the verdict  conformant → non-conformant",
        "  FLD-Queue-presence  pass → fail",
        "  FLD-Queue-presence  accepted → not accepted",
    } <= set(lines)


def test_a_clause_that_stands_there_twice_is_no_result(bare: Ended, tmp_path: Path) -> None:
    result = bare.result
    result["clauses"].insert(0, result["clauses"][5] | {"verdict": "pass"})
    ended = verified(repacked(bundle(bare), tmp_path, result_json=json.dumps(result)))
    assert (ended.status, ended.printed) == (1, "tampered with: result.json is not a whole result\n")


def test_a_newer_catalogue_is_told_from_tampering(bare: Ended, tmp_path: Path) -> None:
    result = bare.result
    result["suite"]["catalogue"] = "sha256:older"
    result["clauses"] = [row for row in result["clauses"] if row["id"] != "REQ-7"]
    ended = verified(repacked(bundle(bare), tmp_path, result_json=json.dumps(result)))
    assert (ended.status, "\n  REQ-7 is new\n" in ended.printed) == (0, True)
    assert ended.printed.endswith("; by a newer catalogue\n")
    result["clauses"][0]["verdict"] = "fail"
    ended = verified(repacked(bundle(bare), tmp_path, result_json=json.dumps(result)))
    assert ended.status == 1
    assert ended.printed.startswith("another verdict  only the catalogue is newer\n")
    result["suite"]["catalogue"] = bare.result["suite"]["catalogue"]
    ended = verified(repacked(bundle(bare), tmp_path, result_json=json.dumps(result)))
    assert (ended.status, "\n  REQ-7 is new\n" in ended.printed) == (1, True)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"result_json": '{"verdict": "x", "complete": NaN, "clauses": []}'}, "result.json is no JSON, or"),
        ({"transcript_ndjson": ""}, "its transcript cannot be judged again: transcript.ndjson: nothing to judge"),
        ({"transcript_ndjson": '{"event": "run", "schema": "x"}'}, "its transcript cannot be judged again: "),
        ({"result_json": '{"verdict": "x", "complete": 1, "clauses": []}'}, "result.json is not a whole result"),
        (
            {"result_json": '{"verdict": "x", "verdict": "x", "complete": 1, "clauses": []}'},
            "result.json is no JSON, or",
        ),
        ({"result_json": '{"verdict": "x", "complete": 1, "clauses": [], "sut": 7}'}, "result.json is not a whole"),
    ],
)
def test_what_cannot_be_judged_again_is_no_verdict(
    bare: Ended, tmp_path: Path, changes: dict[str, str], said: str
) -> None:
    ended = verified(repacked(bundle(bare), tmp_path, **changes))
    assert (ended.status, ended.printed.count("\n")) == (1, 1)
    assert ended.printed.startswith(f"tampered with: {said}")


def test_what_a_hostile_statement_says_is_shown_on_few_harmless_lines(small: dict[str, Path], tmp_path: Path) -> None:
    said = json.loads(texts(small["bare"])["statement.json"])
    said["subject"] += [{"name": f"\x1b[2J\n{n}", "digest": {"sha256": "0"}} for n in range(500)]
    ended = verified(with_member(small["bare"], tmp_path, "statement.json", written(said)))
    assert (ended.status, len(ended.printed.splitlines())) == (1, 101)
    assert "\x1b" not in ended.printed


# -- wrong use ------------------------------------------------------------------------------------------------------


def refusal(folder: Path, *arguments: str | Path) -> str:
    ended = called(folder, *arguments)
    assert (ended.status, ended.printed, ended.complaint.count("\n")) == (2, "", 1), ended
    assert not ended.out.exists()
    return ended.complaint.partition(": ")[2]


def test_what_is_no_bundle_is_wrong_use(tmp_path: Path, small: dict[str, Path]) -> None:
    (tmp_path / "text").write_text("hello", encoding="utf-8")
    (tmp_path / "empty").write_bytes(b"")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("hello.txt", "hello")
    for name in ("text", "empty", "other.zip"):
        assert refusal(tmp_path, "verify", name) == f"{name} is no evidence bundle: name a file that --bundle wrote\n"
    assert refusal(tmp_path, "verify", "gone").startswith("cannot read gone: No such file or directory")
    assert refusal(tmp_path, "verify", tmp_path).endswith("is no file: name one that --bundle wrote\n")
    assert refusal(tmp_path, "verify", "a\0b").startswith("cannot read a\0b: it is no path")


def test_a_key_that_cannot_be_used_is_wrong_use_before_anything_is_done(
    tmp_path: Path, small: dict[str, Path], pair: Keys
) -> None:
    (tmp_path / "key").write_bytes(pem(KINDS["Ed25519"](), phrase=b"open sesame"))
    for command in ("run", "judge"):
        files = ["gone"] if command == "judge" else []
        told = refusal(tmp_path, command, *files, "--bundle", "e.zip", "--sign", "key")
        assert told == "--sign key has a passphrase: name a key without one\n"
        told = refusal(tmp_path, command, *files, "--sign", "key")
        assert told == "--sign signs what is in a bundle: add --bundle FILE\n"
    assert not (tmp_path / "e.zip").exists()
    assert refusal(tmp_path, "verify", small["signed"], "--key", pair.private).startswith(
        f"--key {pair.private} is a pri"
    )


def test_a_place_where_no_bundle_can_be_is_wrong_use(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    for name, said in {
        "notes.txt": "--bundle notes.txt is there, and is no bundle: name another file\n",
        ".": "--bundle . is there, and is no bundle: name another file\n",
        "notes.txt/e.zip": "cannot write --bundle notes.txt/e.zip: Not a directory: name another file\n",
        "reports/result.json": "--bundle reports/result.json is where a report goes: name another file\n",
        "reports/allure-results/lcm-e.zip": (
            "--bundle reports/allure-results/lcm-e.zip is where a report goes: name another file\n"
        ),
        "a\0b": "--bundle is no path: name a file\n",
        "": "--bundle is empty: give it a value, or leave it out\n",
    }.items():
        assert refusal(tmp_path, "run", "--bundle", name) == said
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_the_bundle_of_an_earlier_run_is_gone_when_the_next_begins(tmp_path: Path, small: dict[str, Path]) -> None:
    shutil.copy(small["bare"], tmp_path / "e.zip")
    ended = called(tmp_path, "judge", "gone.ndjson", "--bundle", "e.zip")
    assert (ended.status, (tmp_path / "e.zip").exists()) == (2, True)
    ended = called(tmp_path, "run", "--clause", "VER-1", "--bundle", "e.zip", "--no-allure-html")
    assert (ended.status, verified(tmp_path / "e.zip").status) == (3, 0)


def test_what_is_not_asked_to_sign_does_not_load_the_libraries() -> None:
    program = (
        "import sys, lcm_conformance.cli; print([n for n in ('cryptography', 'securesystemslib') if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment(), capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_no_memory_is_taken_for_what_is_only_claimed(tmp_path: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("statement.json", bytes(30_000_000))
    (tmp_path / "bomb.zip").write_bytes(made.getvalue())
    ended = verified(tmp_path / "bomb.zip")
    assert (ended.status, ended.printed) == (1, "tampered with: statement.json is compressed\n")
