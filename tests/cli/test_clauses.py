"""`lcm-conformance clauses`: why a clause holds, and the page's defects for its authors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lcm_conformance import cli
from lcm_conformance.catalogue.clauses import load_catalogue

RESULT = {
    "schema": "lcm-conformance/result/1",
    "verdict": "conformant",
    "complete": True,
    "sut": {"cm_version": "2308"},
    "suite": {"catalogue": "sha256:1"},
    "started": "2026-03-04T05:06:07Z",
    "clauses": [],
    "label": "staging `EU`",
    "readings": {"topic": "table"},
    "observations": [{"id": "OBS-expired", "seen": "silence", "detail": ""}],
}


def test_a_clause_says_why_no_reading_of_the_page_allows_otherwise(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["clauses", "REQ-2"]) == 0
    assert f"  why       {load_catalogue().clauses['REQ-2'].why}" in capsys.readouterr().out.splitlines()
    assert cli.main(["clauses", "REQ-1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["why"] == load_catalogue().clauses["REQ-1"].why


def test_the_defects_name_every_place_and_what_would_settle_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["clauses", "--defects"]) == 0
    page = capsys.readouterr().out
    rows = load_catalogue()
    names = [*rows.readings, *rows.observations, *(defect.id for defect in rows.defects)]
    assert [line.removeprefix("### ") for line in page.splitlines() if line.startswith("### ")] == names
    assert page.count("- To settle it: ") == len(names)
    assert "- Seen" not in page


def test_the_defects_say_what_endpoints_were_seen_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "result.json").write_text(json.dumps(RESULT), encoding="utf-8")
    assert cli.main(["clauses", "--defects", str(tmp_path)]) == 0
    seen = [line for line in capsys.readouterr().out.splitlines() if line.startswith("- Seen")]
    assert seen == ["- Seen: `table` in `` 2308 staging `EU` ``", "- Seen: `silence` in `` 2308 staging `EU` ``"]


def test_a_result_that_cannot_be_read_is_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["clauses", "--defects", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
