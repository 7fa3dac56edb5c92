"""What the page is made of: the map, folded findings, marked JSON, pictures, words of trust, the statement."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from excusing import excused
from lcm_conformance.catalogue.clauses import load_catalogue
from lcm_conformance.catalogue.probes import Part
from lcm_conformance.catalogue.verdict import Finding, Verdict
from lcm_conformance.judge.result import Latency, Result, Trouble
from lcm_conformance.record.asked import asked_in_words
from lcm_conformance.record.transcript import Recording
from lcm_conformance.report.answer import answer
from lcm_conformance.report.clause_map import SHAPES, members, sections
from lcm_conformance.report.findings_shown import findings_shown
from lcm_conformance.report.folded import folded
from lcm_conformance.report.lanes_picture import lanes_picture
from lcm_conformance.report.latency_plot import latency_plot, points
from lcm_conformance.report.marked_json import Line, marked
from lcm_conformance.report.names import condition, name_of
from lcm_conformance.report.sequence_picture import sequence_picture, steps
from lcm_conformance.report.statement import statement
from lcm_conformance.report.trust import trust
from sample import REPLY, recording, sample

RUN = recording(40)


def test_the_map_has_each_clause_once_in_the_page_s_order():
    clauses = sample().clauses
    cells = [cell.id for block in (*sections(clauses), *members(clauses)) for cell in block.cells]
    assert sorted(cells) == sorted(load_catalogue().clauses)
    assert [block.title for block in sections(clauses)][:2] == ["Note on versions", "Pre-requisite"]
    assert [block.title for block in members(clauses)][-1] == "Queue"


def test_each_verdict_has_a_shape_of_its_own():
    assert SHAPES.keys() == set(Verdict)
    assert len(set(SHAPES.values())) == len(SHAPES)


@pytest.mark.parametrize("clause", load_catalogue().clauses)
def test_each_clause_has_a_name_in_words(clause):
    assert name_of(clause) != clause


def test_equal_findings_are_one_with_their_number_the_most_frequent_first():
    seen = [Finding("a", "b", f"$.x of the reply in x-{number}, {number} ms after the request") for number in (1, 2)]
    groups = folded([Finding("a", "c", "$.x"), *seen])
    assert [(group.first.actual, group.count) for group in groups] == [("b", 2), ("c", 1)]


def test_the_text_for_a_ticket_is_true_when_read_alone():
    [ticket] = [item.ticket for item in findings_shown(sample(), RUN) if item.clause.id == "REQ-4"]
    lines = ticket.splitlines()
    assert lines[0] == "Campaign Manager 2308 (staging EU, build 14): Nothing without data (REQ-4)"
    for line in (
        "seen      a contact was handed out for 2 of 10 requests: a request with no data",
        "expected  no contact",
    ):
        assert line in lines
    assert "sent      a request with no data, under topic WebService with source, by agents.reserved" in ticket


def test_the_member_that_is_wrong_is_marked_with_all_that_it_holds():
    lines = marked('{"a": 1, "b": {"c": [1]}}', "$.b")
    assert [line.mark for line in lines] == ["", "", "bad", "bad", "bad", "bad", "bad", ""]


def test_a_gap_is_marked_where_the_member_should_stand():
    assert Line('      "Queue" is missing here', "gap") in marked(REPLY, "$.message.response.Queue")
    assert marked("{}", "$.message")[1] == Line('  "message" is missing here', "gap")


def test_what_is_no_json_is_shown_as_it_came():
    assert marked("{oh\x00", "$") == [Line("{oh\\u0000", "bad")]


@pytest.mark.parametrize("number", [1, 3, 10])
def test_a_sequence_is_well_formed_and_says_who_sent_what(number):
    exchange = RUN.exchanges[number - 1]
    root = ET.fromstring(sequence_picture(exchange))
    assert root.tag == "svg"
    said = " ".join(root.itertext())
    assert asked_in_words(exchange) in said
    assert next(step.kind for step in steps(exchange)) == "sent"


def test_a_sequence_shows_silence_and_a_session_that_was_ended():
    exchange = RUN.exchanges[0]
    assert steps(replace(exchange, received=()))[1].label.startswith("nothing came for")
    assert steps(replace(exchange, closed=True))[-1].kind == "closed"
    assert steps(replace(exchange, trouble="no way in"))[0].label == "could not be asked"


def test_the_lanes_show_every_agent_and_link_what_is_shown():
    root = ET.fromstring(lanes_picture(RUN, {"x-0001"}, lambda name: name < "x-0006"))
    words = list(root.itertext())
    assert {"reserved", "other", "idle", "stranger"} <= set(words)
    assert [a.get("href") for a in root.iter("a")] == [f"#x-000{number}" for number in range(1, 6)]
    [failing] = [path for path in root.iter("path") if path.get("class") == "failing"]
    assert failing.get("d").count("M") == 1
    [silence] = [path for path in root.iter("path") if path.get("class") == "silence"]
    assert silence.get("d").startswith("M")


def test_where_nothing_happened_there_is_no_picture():
    assert lanes_picture(Recording(), set(), lambda _: True) == ""
    assert latency_plot([], Latency()) == ""


def test_the_plot_has_a_dot_for_each_due_reply():
    due = [x for x in RUN.exchanges if x.part is Part.DUE]
    root = ET.fromstring(latency_plot(points(RUN), Latency(len(due), 12.0, 31.0, 44.0)))
    [dots] = [path for path in root.iter("path") if path.get("class") == "dots"]
    assert dots.get("d").count("M") == len(due)


def test_readings_of_one_side_are_one_condition():
    assert condition(["contact-id-name=sample", "topic=sample", "source=table"]) == (
        "the sample on the vendor’s page is right about the name of ContactID and the spelling of the topic, "
        "and the table on the vendor’s page is right about source"
    )
    assert condition([]) == ""


def test_the_answer_names_what_stands_against_a_release():
    told = answer(sample())
    failing = "3 of the 44 deciding clauses fail; 1 more could not be judged."
    assert told.sentence == f"Do not release by this report: {failing}"
    assert [cause.id for cause in told.causes] == ["REQ-4", "FLD-Queue-presence", "FMT-ExpiryTime"]


def test_trust_is_said_in_words():
    assert trust(sample())[0].startswith("This suite was tried on 312 deliberately broken endpoints, and found each")
    worse = trust(replace(sample(), selftest={"faults": 312, "caught": 310}, attribution="assumed"))
    assert "found only 310 of them" in worse[0]
    assert "is assumed" in worse[1]


def test_where_no_reply_came_nothing_is_said_of_whose_reply_it_was():
    none_came = replace(sample(), attribution="assumed", latency=Latency())
    assert len(trust(none_came)) == 2


def test_what_one_thing_left_open_is_one_cause():
    clauses = tuple(replace(c, verdict=Verdict.UNTESTED, reason="not selected") for c in sample().clauses)
    told = answer(excused(replace(sample(), verdict="inconclusive", clauses=clauses)))
    [cause] = told.causes
    assert (cause.id, cause.others) == ("VER-1", 42)  # PRE-2 is waived
    assert "43 deciding clauses are open" in told.sentence


def test_an_unfinished_run_shows_what_failed_until_then():
    told = answer(replace(sample(), complete=False))
    assert (told.tone, len(told.causes)) == ("unfinished", 3)
    assert told.sentence.endswith("what failed until then has failed:")


def test_an_error_of_the_suite_is_no_verdict_whatever_the_clauses_came_to():
    told = answer(replace(sample(), verdict="conformant", suite_errors=("it broke",)))
    assert (told.tone, told.badge) == ("unfinished", "Suite error")
    assert "it broke" in told.sentence


def test_where_only_what_is_worse_decides_it_says_what_is_and_what_fails_as_before():
    before = "no worse than the baseline (fail there)"
    clauses = tuple(
        replace(c, excuse=before) if c.verdict is not Verdict.PASS and c.id != "REQ-4" else c for c in sample().clauses
    )
    told = answer(replace(sample(), decided_by="worse", clauses=clauses))
    assert told.sentence.startswith("Do not release by this report: 1 deciding clause is worse than in the baseline")
    assert [cause.id for cause in told.causes] == ["REQ-4"]
    clauses = tuple(replace(c, excuse=before) if c.id == "REQ-4" else c for c in clauses)
    told = answer(replace(sample(), decided_by="worse", clauses=clauses))
    assert told.tone == "unfinished"
    assert told.sentence.startswith("Nothing is worse than in the baseline, though 3 deciding clauses fail as before")
    assert len(told.causes) == 3


def test_a_wrong_file_of_known_deviations_is_not_the_product_s():
    told = answer(replace(sample(), verdict="conformant", decided_by="known", stale=("REQ-4 passes now",)))
    assert told.sentence.startswith("Nothing that the product does stands against a release. The file of known")


def test_an_outage_is_the_one_cause():
    told = answer(replace(sample(), verdict="inconclusive", trouble=Trouble("outage", "no way in")))
    assert [cause.reason for cause in told.causes] == ["environment: no way in"]
    assert "nothing was learnt of the product" in told.sentence


def test_the_statement_says_who_what_and_under_which_reservations():
    parts = statement(sample(), {"result.json": "0" * 64})
    rows = {term: said for part in parts for term, said in part.rows}
    assert rows["Test laboratory"] == "Example QA"
    assert rows["Version, build"] == "2308, build 14"
    assert "PRE-2" in rows["Waived"]
    assert rows["Verdict"] == "non-conformant"
    assert rows["Status"].startswith("The implementation has been shown by conformance assessment to be non-conforming")
    assert rows["Normative clauses"] == "3 fail, 1 inconclusive, 1 untested, 38 pass"
    assert rows["result.json"] == "0" * 64


def rows_of(result: Result) -> dict[str, str]:
    return {term: said for part in statement(result, {}) for term, said in part.rows}


@pytest.mark.parametrize("changes", [{"complete": False}, {"suite_errors": ("it broke",), "verdict": "conformant"}])
def test_the_statement_has_no_status_of_what_is_no_verdict(changes):
    rows = rows_of(replace(sample(), **changes))
    assert rows["Verdict"] == "none"
    assert rows["Status"].startswith("None: ")


def test_a_conditional_status_is_stated_with_its_condition():
    rows = rows_of(replace(sample(), verdict="conformant", depends_on=("topic=sample",)))
    assert rows["Status"].endswith(", on the condition under 5.")
    assert rows["The verdict holds if"] == "the sample on the vendor’s page is right about the spelling of the topic"


@pytest.mark.parametrize(
    ("declared", "holds"),
    [
        ("topic=sample, contact-id-name = sample", "consistent"),
        ("topic=table", "NOT consistent: the spelling of the topic was seen as sample"),
        ("as in the manual", "not compared: no reading that was seen is declared as reading=side"),
    ],
)
def test_what_the_vendor_declares_is_held_against_what_was_seen(declared, holds):
    assert rows_of(replace(sample(), statement={"readings": declared}))["Against what was seen"] == holds


def test_the_statement_stays_short_whatever_is_reserved():
    made = sample()
    clauses = tuple(replace(c, verdict=Verdict.FAIL, known="late " * 99) for c in made.clauses)
    parts = statement(replace(made, clauses=clauses, notices=("a notice",) * 99), {})
    assert sum(len(part.rows) for part in parts) < 60
    assert "and 57 more, in result.json" in [said for part in parts for _, said in part.rows]
