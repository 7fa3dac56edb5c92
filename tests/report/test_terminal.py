"""The summary in a terminal: one screen however many faults there are, at any width; a line, or JSON, where asked."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from excusing import excused
from lcm_conformance.catalogue.verdict import Finding, Verdict
from lcm_conformance.cli.account import print_account
from lcm_conformance.cli.live_line import LiveLine
from lcm_conformance.report.console import summary
from lcm_conformance.report.redacts import PSEUDONYM, redact_result
from lcm_conformance.report.result_json import result_json
from lcm_conformance.report.rows import rows

OUT = Path("reports")


@pytest.fixture
def ten_faults(result):
    failing = result.clauses[1]
    finding = Finding("the member Queue", "the member Queue is missing in a reply " * 3, "$.message.response", "x-0007")
    clauses = tuple(
        replace(failing, id=f"FLD-Member{number}-presence", findings=(finding,) * 50, findings_total=50)
        for number in range(10)
    )
    return excused(replace(result, clauses=clauses, notices=()))


def test_ten_faults_fit_one_screen(ten_faults):
    lines = list(rows(summary(ten_faults, OUT), 100))
    assert len(lines) <= 24
    text = "\n".join(lines)
    assert "FLD-Member0-presence  Presence of Member0" in text
    assert "(x-0007; and 49 more)" in text
    assert "and 5 more failing: FLD-Member5-presence" in text
    assert "--clause FLD-Member0-presence" in text


def test_what_follows_from_many_failures_is_one_line(ten_faults):
    open_ones = tuple(
        replace(c, id=f"{c.id}-type", verdict=Verdict.INCONCLUSIVE, reason=f"{c.id} fails", blockers=frozenset({c.id}))
        for c in ten_faults.clauses
    )
    lines = summary(replace(ten_faults, clauses=(*ten_faults.clauses, *open_ones)), OUT)
    [line] = [line for line in lines if line.startswith("inconclusive")]
    assert "and 4 more: what fails leaves nothing to judge there" in line


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_no_row_is_wider_than_the_terminal_but_what_is_pasted(ten_faults, columns):
    wide = [row for row in rows(summary(ten_faults, OUT), columns) if len(row) > columns]
    assert all(row.startswith(("repeat ", "reports: ")) for row in wide)


def test_without_a_terminal_it_is_plain_text(result, capsys):
    print_account(result, OUT)
    said = capsys.readouterr().out
    assert "\x1b" not in said
    assert said.splitlines() == "\n".join(summary(result, OUT)).splitlines()


def test_no_color_is_kept_to_in_a_terminal(result, capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    print_account(result, OUT)
    assert "\x1b[" in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    print_account(result, OUT)
    assert "\x1b[" not in capsys.readouterr().out


def test_quiet_is_one_line(result, capsys):
    print_account(result, OUT, ["a note"], quiet=True)
    assert capsys.readouterr().out.splitlines() == summary(result, OUT)[:1]


@pytest.mark.parametrize("short", [{"quiet": True}, {"as_json": True}])
def test_what_decides_in_the_place_of_the_verdict_is_said_however_short(result, capsys, short):
    stale = "known deviation of MAP-1, TICKET-7, passes now: remove its entry"
    print_account(replace(result, decided_by="known", stale=(stale,)), OUT, **short)
    assert capsys.readouterr().err.endswith(f": {stale}\n")
    print_account(result, OUT, **short)
    assert capsys.readouterr().err == ""


def test_a_known_deviation_is_told_once(result):
    clauses = tuple(replace(c, known="TICKET-7") for c in result.clauses if c.findings)
    lines = summary(replace(result, clauses=clauses), OUT)
    assert sum("TICKET-7" in line for line in lines) == len(clauses)


def test_json_is_the_result_and_nothing_else(result, capsys):
    print_account(result, OUT, ["a note"], as_json=True)
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(result_json(result)))


def test_the_live_line_shows_all_lanes_and_forgets_those_that_went_on():
    shown, now = [], [0.0]
    live = LiveLine(shown.append, 60, lambda: now[0])
    live("agents.idle waits out a silence, 1.2 s left")
    live("agents.other waits out a silence, 1.9 s left")
    assert shown[-1] == "idle: waits out a silence, 1.2 s left · other: waits out a …"
    now[0] = 5.0
    live("starting")
    assert shown[-1] == "starting"


def test_a_pseudonym_is_named_beside_the_value_and_explained_once(result, redactor):
    shown = redact_result(result, redactor)
    assert f"9300184526 {PSEUDONYM}" in shown.clauses[1].findings[0].actual
    assert shown.clauses[1].reason.endswith(f"9300184526 {PSEUDONYM}")
    assert sum("--reveal shows what came" in line for line in summary(shown, OUT)) == 1
    assert not any(PSEUDONYM in line for line in summary(result, OUT))
