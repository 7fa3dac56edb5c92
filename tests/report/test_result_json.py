"""`result.json`: the contract's names and shapes, whole or not at all."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from lcm_conformance.report.files import json_text, rfc3339, write_whole
from lcm_conformance.report.result_json import result_json, write_result_json


def test_the_shape_is_the_contract_s(result):
    told = json.loads(json_text(result_json(result)))
    assert told["schema"] == "lcm-conformance/result/1"
    assert told["verdict"] == "non-conformant"
    assert told["robustness"] == "untested"
    assert told["complete"] is True
    assert told["sut"] == {
        "cm_version": "2308",
        "url": "ws://127.0.0.1:4711/lcm",
        "transport": "websocket",
        "asked_as": {"topic": "WebService", "source": True},
    }
    assert told["suite"] == {
        "version": "0.1.0",
        "catalogue": "sha256:0123",
        "selftest": {"faults": 41, "caught": 41},
    }
    assert told["started"] == "2026-03-04T05:06:07.123Z"
    assert told["seconds"] == 3.21
    assert told["ledger"] == {"scenarios": 6, "executed": 4, "untested": 2, "unaccounted": 0}
    assert told["attribution"] == "proven"
    assert told["readings"] == {"contact-id-name": "sample"}
    assert told["depends_on"] == ["contact-id-name=sample"]
    assert set(told["observations"][0]) == {"id", "seen", "detail"}
    assert told["latency"] == {"count": 40, "p50_ms": 1.1, "p95_ms": 2.0, "max_ms": 3.3}


def test_every_clause_stands_in_it_once_with_the_contract_s_members(result):
    clauses = json.loads(json_text(result_json(result)))["clauses"]
    assert [clause["id"] for clause in clauses] == [clause.id for clause in result.clauses]
    members = {"id", "class", "verdict", "reason", "asked", "findings", "findings_total", "known", "waived", "excuse"}
    assert all(set(clause) == members for clause in clauses)
    assert {clause["verdict"] for clause in clauses} == {
        "pass",
        "fail",
        "inconclusive",
        "untested",
        "not-applicable",
        "error",
    }
    assert set(clauses[1]["findings"][0]) == {"expected", "actual", "where", "exchange"}


def test_without_a_self_test_the_suite_says_nothing_of_it(result):
    assert "selftest" not in result_json(replace(result, selftest=None))["suite"]


def test_what_was_added_has_names_of_its_own(with_trouble):
    told = result_json(replace(with_trouble, suite_errors=("a step is missing",)))
    line = "staging.example.test cannot be resolved: check the name in the profile"
    assert told["trouble"] == {"kind": "outage", "line": line}
    assert (told["decided_by"], told["label"], told["baseline"], told["wire"]) == ("verdict", None, None, {})
    assert told["suite_errors"] == ["a step is missing"]
    assert (told["notices"], told["embedded"]) == ([], False)


def test_a_failure_midway_leaves_the_old_file(result, out, monkeypatch):
    write_result_json(result, out)
    before = (out / "result.json").read_bytes()

    def broken(_: int) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="the disk is gone"):
        write_result_json(replace(result, verdict="conformant"), out)
    assert (out / "result.json").read_bytes() == before
    assert [path.name for path in out.iterdir()] == ["result.json"]


def test_a_lone_surrogate_survives_as_its_escape(out):
    write_whole(out / "one.json", json_text({"é": "\ud800"}))
    raw = (out / "one.json").read_bytes()
    assert raw == b'{"\xc3\xa9": "\\ud800"}'
    assert json.loads(raw) == {"é": "\ud800"}


def test_what_is_no_json_number_is_refused():
    with pytest.raises(ValueError, match="JSON"):
        json_text({"seconds": float("nan")})


@pytest.mark.parametrize(
    "moment",
    [datetime(2026, 3, 4, 5, 6, 7), datetime(2026, 3, 4, 7, 6, 7, tzinfo=timezone(timedelta(hours=2)))],
    ids=["no zone", "another zone"],
)
def test_moments_are_written_in_utc(moment):
    assert rfc3339(moment) == "2026-03-04T05:06:07.000Z"
