"""What the page is made of: the map, folded findings, marked JSON, pictures, words of trust, the statement."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from lcm_conformance.catalogue.clauses import load_catalogue
from lcm_conformance.catalogue.probes import Part
from lcm_conformance.catalogue.verdict import Finding, Verdict
from lcm_conformance.judge.result import Latency
from lcm_conformance.record.asked import asked_in_words
from lcm_conformance.record.transcript import Recording
from lcm_conformance.report.answer import answer
from lcm_conformance.report.clause_map import SHAPES, members, sections
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
    assert [block.title for block in sections(clauses)][:2] == ["Note", "Pre-requisite"]
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
        "the page’s sample is right about the name of ContactID and the spelling of the topic, "
        "and the page’s table is right about source"
    )
    assert condition([]) == ""


def test_the_answer_names_what_stands_against_a_release():
    told = answer(sample())
    assert told.sentence == "Not fit for release as it is: 3 clauses that decide fail."
    assert [cause.id for cause in told.causes] == ["REQ-4", "FLD-Queue-presence", "FMT-ExpiryTime"]


def test_trust_is_said_in_words():
    assert trust(sample())[0].startswith("This suite was tried on 312 deliberately broken endpoints, and it found each")
    worse = trust(replace(sample(), selftest={"faults": 312, "caught": 310}, attribution="assumed"))
    assert "it found only 310 of them" in worse[0]
    assert "is assumed" in worse[1]


def test_the_statement_says_who_what_and_under_which_reservations():
    parts = statement(sample(), {"result.json": "0" * 64})
    rows = {term: said for part in parts for term, said in part.rows}
    assert rows["Test laboratory"] == "Example QA"
    assert rows["Version, build"] == "2308, build 14"
    assert "PRE-2" in rows["Waived"]
    assert rows["Verdict"] == "non-conformant"
    assert rows["result.json"] == "0" * 64
    [unfinished] = [
        said for part in statement(replace(sample(), complete=False), {}) for t, said in part.rows if t == "Verdict"
    ]
    assert unfinished == "none: the run did not finish"
