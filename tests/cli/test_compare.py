"""`lcm-conformance compare`: real results of two versions, and what is no result."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from command import conformance, quick_profile
from lcm_conformance import cli
from lcm_conformance.endpoint import Behaviour, Host


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("runs")
    profile = quick_profile(folder)
    with Host() as host:
        for version, faults in (("2307", ()), ("2308", ("drops_queue",))):
            url = host.start(Behaviour(cm_version=version, faults=faults))
            options = ("--profile", profile, "--url", url, "--cm-version", version, "--no-allure-html")
            conformance("run", *options, "--out", folder / version, cwd=folder)
    return folder / "2307", folder / "2308"


def test_what_got_worse_is_named_and_ends_with_status_1(runs: tuple[Path, Path], capsys) -> None:
    assert cli.main(["compare", *map(str, runs)]) == 1
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == ["2307", "→", "2308:", "2", "worse"]
    assert ["FLD-Queue-presence", "pass", "fail"] in [line[:3] for line in lines]
    assert ["Queue", "in", "every", "contact", "none"] in lines


def test_what_got_better_ends_with_status_0_and_a_file_will_do(runs: tuple[Path, Path], capsys) -> None:
    older, newer = runs
    assert cli.main(["compare", str(newer / "result.json"), str(older)]) == 0
    assert "nothing worse, 2 better" in capsys.readouterr().out


def test_programs_read_it_as_json(runs: tuple[Path, Path], capsys) -> None:
    assert cli.main(["compare", *map(str, runs), "--format", "json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert {change["id"]: (change["before"], change["after"]) for change in told["worse"]} == {
        "FLD-Queue-presence": ("pass", "fail"),
        "FLD-Queue-type": ("pass", "inconclusive"),
    }
    assert (told["before"]["cm_version"], told["after"]["cm_version"]) == ("2307", "2308")
    assert (told["new"], told["gone"], told["better"]) == ([], [], [])


def test_people_read_it_as_markdown_and_as_a_page(runs: tuple[Path, Path], capsys) -> None:
    assert cli.main(["compare", *map(str, runs), "--format", "markdown"]) == 1
    assert "| `FLD-Queue-presence` | `pass` | `fail` |" in capsys.readouterr().out
    assert cli.main(["compare", *map(str, runs), "--format", "html"]) == 1
    page = capsys.readouterr().out
    assert '<td class="fail">fail</td>' in page
    assert "http" not in page.replace("http-equiv", "")


def changed(runs: tuple[Path, Path], folder: Path, **members: object) -> str:
    value = json.loads((runs[0] / "result.json").read_text(encoding="utf-8"))
    (folder / "result.json").write_text(json.dumps(value | members), encoding="utf-8")
    return str(folder)


def test_older_catalogues_are_compared_by_id_with_the_difference_said(
    runs: tuple[Path, Path], tmp_path: Path, capsys
) -> None:
    clauses = json.loads((runs[0] / "result.json").read_text(encoding="utf-8"))["clauses"]
    older = [clause for clause in clauses if clause["id"] != "RES-3"] + [clauses[0] | {"id": "OLD-1"}]
    suite = {"version": "0.0.9", "catalogue": "sha256:0"}
    assert cli.main(["compare", changed(runs, tmp_path, clauses=older, suite=suite), str(runs[0])]) == 0
    out = capsys.readouterr().out
    assert "only the newer has RES-3" in out
    assert "only the older has OLD-1" in out


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"complete": False}, "is incomplete"),
        ({"schema": "something/else"}, "is no result of this suite"),
        ({"clauses": [{"id": "RES-1"}]}, "is not a whole result"),
        ({"verdict": "splendid"}, "is not a whole result"),
    ],
)
def test_what_is_no_whole_result_is_wrong_use_in_one_line(
    runs: tuple[Path, Path], tmp_path: Path, capsys, members: dict[str, object], said: str
) -> None:
    assert cli.main(["compare", changed(runs, tmp_path, **members), str(runs[1])]) == 2
    told = capsys.readouterr()
    assert said in told.err
    assert (told.err.count("\n"), told.out) == (1, "")


@pytest.mark.parametrize("content", [None, b"", b"[1, 2", b"\xff\xfe", b"[" * 100_000, b"7"])
def test_what_cannot_be_read_is_wrong_use_in_one_line(
    runs: tuple[Path, Path], tmp_path: Path, capsys, content: bytes | None
) -> None:
    file = tmp_path / "other.json"
    if content is not None:
        file.write_bytes(content)
    assert cli.main(["compare", str(runs[0]), str(file)]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_text_of_an_endpoint_acts_in_no_format(runs: tuple[Path, Path], tmp_path: Path, capsys) -> None:
    evil = "<img src=x> | [a](http://h) ``` @team \x1b[2J =1+1"
    clauses = json.loads((runs[0] / "result.json").read_text(encoding="utf-8"))["clauses"]
    clauses[3] |= {"verdict": "fail", "reason": evil}
    folder = changed(runs, tmp_path, clauses=clauses)
    for style in ("text", "markdown", "html"):
        assert cli.main(["compare", str(runs[0]), folder, "--format", style]) == 1
        out = capsys.readouterr().out
        assert "\x1b" not in out
        assert "<img src=x>" not in out or style != "html"
        if style == "markdown":
            [row] = [line for line in out.splitlines() if "img" in line]
            assert row.count("````") == 2
            assert row.replace("\\|", "").count("|") == 5
        if style == "html":
            ET.fromstring(out.partition("<body>")[2].partition("</body>")[0].join(["<b>", "</b>"]))
