"""What a terminal shows: the failure block in its one order, and the summary."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from excusing import excused
from lcm_conformance.catalogue.verdict import Finding, Verdict
from lcm_conformance.judge.result import ClauseResult
from lcm_conformance.report.command_line import command_line
from lcm_conformance.report.console import failure_block, repeat_command, summary

OUT = Path("reports")


def test_a_failure_is_always_told_in_this_order():
    clause = ClauseResult(
        "FLD-ContactID-type",
        "normative",
        "ContactID is a Number (table) or String (sample)",
        "Response Parameters",
        Verdict.FAIL,
        "",
    )
    finding = Finding(
        "Number, or String as in the sample",
        "true  (boolean)",
        "$.message.response.ContactID of reply 1, 12 ms after the request",
        "x-0007",
    )
    repeat = "lcm-conformance run --url ws://… --clause FLD-ContactID-type"
    assert failure_block(clause, finding, repeat) == (
        "FLD-ContactID-type  ContactID is a Number (table) or String (sample)      (Response Parameters)\n"
        "  expected  Number, or String as in the sample\n"
        "  actual    true  (boolean)\n"
        "  where     $.message.response.ContactID of reply 1, 12 ms after the request\n"
        "  evidence  x-0007 in transcript.ndjson\n"
        "  repeat    lcm-conformance run --url ws://… --clause FLD-ContactID-type"
    )


def test_a_finding_without_an_exchange_has_no_evidence_line(result):
    block = failure_block(result.clauses[1], Finding("a", "b", "c"), "again")
    assert "evidence" not in block


def test_nothing_that_was_received_acts_on_the_terminal(result):
    block = failure_block(result.clauses[1], Finding("\x1b[2J", "a\nactual  forged\r", "\u202e"), "again")
    assert not {"\x1b", "\r", "\u202e"} & set(block)
    assert len(block.splitlines()) == 5
    assert "\\u001b[2J" in block


def test_a_long_text_is_cut_with_its_length(result):
    block = failure_block(result.clauses[1], Finding("a", "y" * 1_000_000, "c"), "again")
    assert "(cut: 1000000 characters in all)" in block
    assert len(block) < 2_000


def test_the_repeat_line_can_be_pasted(result):
    plain = replace(result, options={"profile": "my site.toml", "url": "ws://host/?a=1&b", "reading": "topic=table"})
    assert repeat_command(plain.options, plain.embedded, "MAP-1") == (
        "lcm-conformance run --profile 'my site.toml' --url 'ws://host/?a=1&b' --reading topic=table "
        "--out repeat --clause MAP-1"
    )


def test_the_repeat_line_leaves_the_reports_alone_that_printed_it(result):
    options = {"profile": "p.toml", "out": "reports/of monday"}
    assert repeat_command(options, False, "MAP-1") == (
        "lcm-conformance run --profile p.toml --out 'reports/of monday/repeat' --clause MAP-1"
    )


def test_the_embedded_endpoint_is_repeated_without_an_address(result):
    embedded = replace(result, embedded=True)
    command = repeat_command(embedded.options, embedded.embedded, "MAP-1")
    assert command == "lcm-conformance run --cm-version 2308 --out repeat --clause MAP-1"


def test_on_windows_a_command_is_quoted_for_its_shells():
    words = [
        "run",
        "--profile",
        r"C:\my site\p.toml",
        "--url",
        "ws://host/?a=1&b",
        "--out",
        r"a\b",
        'say "x"',
        "c d\\",
        "",
    ]
    assert command_line(words, windows=True) == (
        r'run --profile "C:\my site\p.toml" --url "ws://host/?a=1&b" --out a\b "say \"x\"" "c d\\" ""'
    )


def test_the_summary_begins_with_the_verdict_and_ends_with_the_reports(result):
    lines = summary(result, OUT)
    assert lines[0] == (
        "non-conformant  Campaign Manager 2308  6 clauses: "
        "1 not-applicable, 1 pass, 1 untested, 1 inconclusive, 1 fail, 1 error  3.2 s"
    )
    assert lines[-1].startswith(f"reports: {OUT / 'report.html'}")
    assert "untested: PRE-2: the profile has no logout" in lines
    assert "inconclusive: RSP-4: no reply that could show it" in lines
    assert "suite error: ROB-1: the check itself broke" in lines
    assert len([line for line in lines if line.startswith("FLD-ContactID-type  ")]) == 1


def test_clauses_of_one_reason_share_a_line(with_trouble):
    lines = summary(with_trouble, OUT)
    assert [line for line in lines if line.startswith("untested")] == [
        "untested: MAP-1, FLD-ContactID-type, RSP-4, PRE-2, VER-1, ROB-1: not asked"
    ]
    assert lines[2] == "depends on contact-id-name=sample"
    assert lines[3].startswith("environment: staging.example.test cannot be resolved")


def test_the_environment_is_never_told_in_the_words_of_a_nonconformity(with_trouble):
    lines = summary(replace(with_trouble, suite_errors=("a step is missing: add it",)), OUT)
    told = " ".join(line for line in lines if line.startswith(("environment:", "suite error:")))
    assert told
    assert not {"fail", "fails", "expected", "actual", "non-conformant"} & set(told.split())


def test_a_failure_that_does_not_decide_stands_after_those_that_do(result):
    minor = replace(result.clauses[1], id="REQ-3", klass="advisory")
    lines = summary(excused(replace(result, clauses=(minor, result.clauses[1]))), OUT)
    blocks = [line.split()[0] for line in lines if "expected" in line]
    assert blocks == ["FLD-ContactID-type", "REQ-3"]
    assert lines[lines.index(next(x for x in lines if x.startswith("REQ-3"))) - 1] == (
        "advisory, does not decide the verdict:"
    )


def test_strict_lets_an_advisory_clause_decide(result):
    minor = replace(result.clauses[1], id="REQ-3", klass="advisory")
    lines = summary(excused(replace(result, clauses=(minor,), options={"strict": "true"})), OUT)
    assert not [line for line in lines if "does not decide" in line]


def test_a_known_deviation_is_one_line(result):
    clauses = tuple(replace(c, known="TICKET-7") for c in result.clauses if c.findings)
    lines = summary(replace(result, clauses=clauses), OUT)
    assert "known deviation: FLD-ContactID-type: TICKET-7" in lines
    assert not [line for line in lines if "expected" in line]


def test_an_unfinished_run_says_so_in_its_first_line(conformant):
    assert summary(replace(conformant, complete=False), OUT)[0].startswith("conformant (unfinished)")
