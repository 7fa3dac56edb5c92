"""The table of exit statuses: JUnit, Allure and plain pytest are red exactly where the status is, row by row.

Each row is a real run: `pytest features` in a process of its own against an endpoint on a socket.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from command import quick_profile
from reported import assert_alike

KNOWN_QUEUE = '[[deviation]]\nclause = "FLD-Queue-presence"\nreason = "comes later"\nticket = "LCM-12"\n'


def test_conformant(run) -> None:
    ended = run()
    assert (ended.status, ended.result["verdict"], ended.result["decided_by"]) == (0, "conformant", "verdict")
    assert_alike(ended, failures=0, errors=0)


def test_an_advisory_finding_and_what_follows_are_skipped_with_that_reason(run) -> None:
    ended = run(variants=("writes_date_times_in_iso_8601_with_zone",))
    assert (ended.status, ended.result["verdict"]) == (0, "conformant")
    assert_alike(ended, failures=0, errors=0)
    assert [m for m in ended.messages("skipped") if m.startswith("advisory, does not decide the verdict: ")]


def test_an_advisory_finding_decides_with_strict(run) -> None:
    ended = run("--lcm-strict", variants=("writes_date_times_in_iso_8601_with_zone",))
    assert ended.status == 1
    assert_alike(ended, failures=len(ended.messages("failure")), errors=0)
    assert ended.junit["failures"] > 0


def test_a_robustness_failure_is_skipped_with_that_reason(run) -> None:
    ended = run(faults=("goes_deaf_on_a_binary_frame",))
    assert (ended.status, ended.result["robustness"]) == (0, "fail")
    assert_alike(ended, failures=0, errors=0)
    assert [m for m in ended.messages("skipped") if m.startswith("robustness, does not decide the verdict: ")]


def test_an_accepted_deviation_and_what_follows_are_skipped_with_that_reason(run) -> None:
    ended = run(known=KNOWN_QUEUE, faults=("drops_queue",))
    assert (ended.status, ended.result["verdict"], ended.result["decided_by"]) == (0, "conformant", "verdict")
    assert_alike(ended, failures=0, errors=0)
    known = [message for message in ended.messages("skipped") if message.startswith("known deviation: ")]
    assert [message.startswith("known deviation: comes later (LCM-12): ") for message in known].count(True) == 1
    assert [message.startswith("known deviation: follows from FLD-Queue-presence: ") for message in known].count(True)
    assert "FAILED" not in ended.printed


def test_non_conformant(run) -> None:
    ended = run(faults=("drops_queue",))
    assert (ended.status, ended.result["verdict"]) == (1, "non-conformant")
    # What follows from a failure that counts is an error; its advisory clause is not.
    assert_alike(ended, failures=1, errors=1)
    row = next(row for row in ended.result["clauses"] if row["id"] == "FLD-Queue-presence")
    assert row["findings_total"] > len(row["findings"]) == 100
    assert row["asked"] > 0


def test_a_known_deviation_that_passes_is_wrong_use_and_one_error_that_names_it(run) -> None:
    ended = run(known=KNOWN_QUEUE)
    assert (ended.status, ended.result["verdict"], ended.result["decided_by"]) == (2, "conformant", "known")
    assert_alike(ended, failures=0, errors=1)
    [message] = ended.messages("error")
    assert "FLD-Queue-presence" in message
    assert message.endswith("remove its entry")
    assert message in ended.printed


def test_a_failure_decides_before_a_known_deviation_that_passes(run) -> None:
    ended = run(known=KNOWN_QUEUE, faults=("drops_prefix",))
    assert (ended.status, ended.result["decided_by"]) == (1, "verdict")
    assert "passes now: remove its entry" in ended.printed


def test_a_known_deviation_that_passes_decides_before_what_is_inconclusive(run) -> None:
    ended = run("--lcm-clause", "FLD-Queue", known=KNOWN_QUEUE)
    assert (ended.status, ended.result["verdict"], ended.result["decided_by"]) == (2, "inconclusive", "known")
    assert (ended.junit["failures"], ended.junit["errors"]) == (0, 1)


def test_an_entry_that_has_expired_accepts_nothing(run) -> None:
    ended = run(known=KNOWN_QUEUE + "expires = 2020-01-31\n", faults=("drops_queue",))
    assert (ended.status, ended.result["decided_by"]) == (1, "verdict")
    assert ended.junit["failures"] == 1
    assert [line for line in ended.result["notices"] if "has expired on 2020-01-31" in line]


def test_inconclusive_for_an_outage(run) -> None:
    ended = run("--lcm-url", "ws://127.0.0.1:1/lcm")
    assert (ended.status, ended.result["verdict"], ended.result["trouble"]["kind"]) == (3, "inconclusive", "outage")
    assert ended.result["trouble"]["line"].startswith("TCP connection failed")
    assert_alike(ended, failures=0, errors=ended.junit["errors"])
    assert ended.junit["errors"] > 0


def test_inconclusive_for_a_gap(run, tmp_path: Path) -> None:
    other = quick_profile(tmp_path).read_text(encoding="utf-8").partition("[agents.other]")[2].partition("[agents.")[0]
    ended = run(profile=((f"[agents.other]{other}", ""),))
    assert (ended.status, ended.result["verdict"]) == (3, "inconclusive")
    assert ended.result["trouble"]["kind"] == "gap"
    assert "agents.other" in ended.result["trouble"]["line"]
    assert_alike(ended, failures=0, errors=ended.junit["errors"])
    assert ended.junit["errors"] > 0


def test_inconclusive_for_a_selection(run) -> None:
    ended = run("--lcm-clause", "FLD-Queue")
    assert (ended.status, ended.result["trouble"]) == (3, None)
    assert_alike(ended, failures=0, errors=1)


@pytest.mark.parametrize("observed", [(), ("--lcm-observe-unsupported",)], ids=["not asked", "observed"])
@pytest.mark.parametrize("url", [(), ("--lcm-url", "ws://127.0.0.1:1/lcm")], ids=["reached", "out of reach"])
def test_not_applicable_is_skipped_all_of_it(run, observed: tuple[str, ...], url: tuple[str, ...]) -> None:
    ended = run("--lcm-cm-version", "2309", *observed, *url, known=KNOWN_QUEUE)
    assert (ended.status, ended.result["verdict"]) == (4, "not-applicable")
    assert_alike(ended, failures=0, errors=0)
    assert ended.junit["skipped"] == ended.junit["tests"]
    assert ended.of_pytest().keys() == {"skipped"}


def test_the_suite_s_own_failure(run, tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text(
        "import lcm_conformance.judge.checks.envelope as envelope\n"
        "def broken(reply, pins):\n    raise ZeroDivisionError\n"
        "envelope.CHANNEL = envelope.Check('RSP-2', broken)\n",
        encoding="utf-8",
    )
    ended = run("-p", "broken", "-o", f"pythonpath={tmp_path}")
    assert ended.status == 5
    assert_alike(ended, failures=0, errors=ended.junit["errors"])
    assert [message for message in ended.messages("error") if message.startswith("suite error: ")]
