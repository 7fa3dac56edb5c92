"""`lcm-conformance matrix`: many results as one table, and what is left out of it."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from lcm_conformance import cli

FIRST = datetime(2026, 1, 1, 2, 0, tzinfo=UTC)


def write(folder: Path, version: str = "2308", night: int = 0, queue: str = "pass", **members: object) -> Path:
    """A result in which FLD-Queue-presence came to something, MAP-1 passes and REQ-1 fails."""
    verdicts = {"MAP-1": "pass", "FLD-Queue-presence": queue, "REQ-1": "fail"}
    value = {
        "schema": "lcm-conformance/result/1",
        "verdict": "non-conformant",
        "complete": True,
        "sut": {"cm_version": version},
        "suite": {"catalogue": "sha256:1"},
        "started": (FIRST + timedelta(days=night)).isoformat(),
        "clauses": [
            {"id": id_, "class": "normative", "verdict": word, "reason": "", "known": None, "waived": None}
            for id_, word in verdicts.items()
        ],
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "result.json").write_text(json.dumps(value | members), encoding="utf-8")
    return folder


def printed(capsys, *arguments: object) -> list[list[str]]:
    assert cli.main(["matrix", *map(str, arguments), "--format", "csv"]) == 0
    return list(csv.reader(capsys.readouterr().out.splitlines()))


def test_the_newest_result_of_each_version_and_label_is_a_column_the_newest_version_right(tmp_path, capsys) -> None:
    write(tmp_path / "a" / "deep" / "down", "2308", 5, "fail")
    write(tmp_path / "b", "2307", 9)
    write(tmp_path / "c", "2307.1", 1)
    write(tmp_path / "d", "2308", 1)
    write(tmp_path / "e", "2308", 2, label="staging EU")
    header, *rows = printed(capsys, tmp_path)
    assert header == ["clause", "2307", "2307.1", "2308 staging EU", "2308"]
    assert ["FLD-Queue-presence", "pass", "pass", "pass", "fail"] in rows
    assert cli.main(["matrix", str(tmp_path)]) == 0
    assert "1 older result of the same version and label is not shown" in capsys.readouterr().out


def test_rows_in_which_all_agree_are_folded_and_failures_among_them_named(tmp_path, capsys) -> None:
    write(tmp_path / "a", "2307")
    write(tmp_path / "b", "2308", 1, "fail")
    assert "MAP-1" not in [row[0] for row in printed(capsys, tmp_path)]
    assert "MAP-1" in [row[0] for row in printed(capsys, tmp_path, "--all")]
    assert cli.main(["matrix", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "alike in all: 1 pass, 1 fail (--all shows them)" in out
    assert "REQ-1 fail" in out


def test_later_than_2308_is_not_applicable(tmp_path, capsys) -> None:
    write(tmp_path / "a", "2308")
    clauses = json.loads((tmp_path / "a" / "result.json").read_text(encoding="utf-8"))["clauses"]
    later = [clause | {"verdict": "not-applicable"} for clause in clauses]
    write(tmp_path / "b", "2311", 1, verdict="not-applicable", clauses=later)
    assert ["MAP-1", "pass", "not-applicable"] in printed(capsys, tmp_path, "--all")
    rows = printed(capsys, tmp_path)
    assert ["verdict", "non-conformant", "not-applicable"] in rows
    assert "MAP-1" not in [row[0] for row in rows]  # it is no difference that a clause does not apply to one of them
    assert cli.main(["matrix", str(tmp_path)]) == 0
    assert "alike in all to which they apply: 2 pass, 1 fail" in capsys.readouterr().out


def test_an_accepted_failure_says_so_and_a_clause_of_a_newer_catalogue_is_absent_before(tmp_path, capsys) -> None:
    write(tmp_path / "a", "2307")
    clauses = json.loads((tmp_path / "a" / "result.json").read_text(encoding="utf-8"))["clauses"]
    clauses[1] |= {"verdict": "fail", "known": "comes later"}
    new = clauses[0] | {"id": "MAP-3"}
    write(tmp_path / "b", "2308", 1, clauses=[*clauses, new], suite={"catalogue": "sha256:2"})
    rows = printed(capsys, tmp_path)
    assert ["FLD-Queue-presence", "pass", "fail (known)"] in rows
    assert ["MAP-3", "", "pass"] in rows


def test_each_says_in_how_many_of_the_last_thirty_a_clause_failed_and_since_when(tmp_path, capsys) -> None:
    for night in range(40):
        write(tmp_path / str(night), night=night, queue="fail" if night in {3, 20} or night >= 37 else "pass")
    header, *rows = printed(capsys, tmp_path, "--each")
    assert header[:3] == ["clause", "failed of the last", "since"]
    assert len(header) == 3 + 40
    [queue] = [row for row in rows if row[0] == "FLD-Queue-presence"]
    assert queue[1:3] == ["4 of 30", "2026-02-07"]
    assert cli.main(["matrix", str(tmp_path), "--each"]) == 0
    [line] = [line for line in capsys.readouterr().out.splitlines() if line.split()[:1] == ["FLD-Queue-presence"]]
    assert line.endswith("···F················F················FFF")


def test_a_copy_named_latest_counts_once_and_a_link_is_not_followed(tmp_path, capsys) -> None:
    first = write(tmp_path / "2308" / "one", queue="fail")
    write(tmp_path / "2308" / "latest", queue="fail")
    (tmp_path / "link").symlink_to(first)
    header, *rows = printed(capsys, tmp_path, "--each", "--all")
    assert header[3:] == ["2308 2026-01-01"]
    assert ["FLD-Queue-presence", "1 of 1", "2026-01-01", "fail"] in rows


def test_what_is_incomplete_or_foreign_is_named_and_never_counted(tmp_path, capsys) -> None:
    write(tmp_path / "good")
    write(tmp_path / "unfinished", "2307", complete=False)
    write(tmp_path / "foreign", "2307", schema="another/1")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "result.json").write_text("{", encoding="utf-8")
    assert cli.main(["matrix", str(tmp_path)]) == 0
    told = capsys.readouterr()
    assert told.out.startswith("1 result\n")
    lines = told.err.splitlines()
    assert [name for line in lines for name in ("broken", "foreign", "unfinished") if f"/{name}/" in line] == [
        "broken",
        "foreign",
        "unfinished",
    ]


@pytest.mark.parametrize("what", ["empty", "missing", "unreadable"])
def test_where_nothing_readable_is_left_it_is_wrong_use(tmp_path, capsys, what: str) -> None:
    folder = tmp_path / what
    if what == "empty":
        folder.mkdir()
    if what == "unreadable":
        write(folder, complete=False)
    assert cli.main(["matrix", str(folder)]) == 2
    assert "no result that can be read" in capsys.readouterr().err


def test_markdown_and_a_page(tmp_path, capsys) -> None:
    write(tmp_path / "a", "2307")
    write(tmp_path / "b", "2308", 1, "fail", label="=cmd|<b>`")
    assert cli.main(["matrix", str(tmp_path), "--format", "markdown"]) == 0
    assert "| `FLD-Queue-presence` | `pass` | `fail` |" in capsys.readouterr().out
    assert cli.main(["matrix", str(tmp_path), "--format", "html"]) == 0
    page = capsys.readouterr().out
    assert '<td class="fail">fail</td>' in page
    assert "<b>" not in page
