"""Which side of the page an endpoint follows, and that it keeps to it (CON-1)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from building import OTHER_SOURCE, OTHER_TOPIC, Notes, frame, pinned, wrapped
from lcm_conformance.catalogue.probes import Part
from lcm_conformance.catalogue.request import Way
from lcm_conformance.catalogue.verdict import Inconclusive, Nonconformity
from lcm_conformance.judge.checks.readings import SIDES, depends_on, followed, require_one_reading, sides
from lcm_conformance.judge.evidence import Evidence

SAMPLE = {"topic": "sample", "contact-id-name": "sample", "contact-id-type": "sample", "call-type-type": "sample"}


def run(*frames: str, pins: dict[str, str] | None = None, **changes: Any) -> Evidence:
    """A run in which these frames came, each to a request of its own."""
    notes = Notes()
    for text in frames:
        notes.ask(text)
    return notes.evidence(pins, **changes)


TABLE = frame(ContactId=..., ContactID=101, CallType=1).replace("WebService", "Webservice")


def test_the_samples_reply_follows_the_sample() -> None:
    assert followed(run(frame())) == SAMPLE


def test_the_tables_reply_follows_the_table() -> None:
    assert followed(run(TABLE)) == dict.fromkeys(SAMPLE, "table")


@pytest.mark.parametrize("reading", SIDES)
def test_con_1_passes_on_either_side(reading: str) -> None:
    require_one_reading(run(frame(), frame()), reading)
    require_one_reading(run(TABLE, TABLE), reading)


@pytest.mark.parametrize("reading", SIDES)
def test_con_1_fails_where_the_side_changes_in_the_run(reading: str) -> None:
    evidence = run(frame(), frame(), TABLE)
    with pytest.raises(Nonconformity, match=r"^the endpoint now .+ as .+, now .+$") as failure:
        require_one_reading(evidence, reading)
    (found,) = failure.value.findings
    assert found.expected == f"one reading of {reading} throughout the run: the page's table or its sample"
    assert re.fullmatch(
        r"the endpoint .+ \(sample\) in the reply in x-0001, .+ \(table\) in the reply in x-0003", found.actual
    )
    assert found.where == "$ of the reply in x-0003, 20 ms after the request"
    assert found.exchange == "x-0003"
    assert followed(evidence)[reading] == "mixed"
    assert depends_on(evidence) == ()


@pytest.mark.parametrize(
    ("changes", "changed"),
    [
        ({"ContactId": ..., "ContactID": "101"}, "contact-id-name"),
        ({"ContactId": 101}, "contact-id-type"),
        ({"CallType": 0}, "call-type-type"),
    ],
)
def test_con_1_is_about_one_reading_at_a_time(changes: dict[str, Any], changed: str) -> None:
    evidence = run(frame(), frame(**changes))
    for reading in SIDES:
        if reading == changed:
            with pytest.raises(Nonconformity):
                require_one_reading(evidence, reading)
        else:
            require_one_reading(evidence, reading)


def test_con_1_says_what_changes_in_words() -> None:
    with pytest.raises(Nonconformity) as failure:
        require_one_reading(run(frame(), TABLE), "contact-id-name")
    assert failure.value.reason == "the endpoint now names ContactID as ContactId, now ContactID"
    (found,) = failure.value.findings
    assert found.actual == (
        "the endpoint names ContactID as ContactId (sample) in the reply in x-0001, "
        "ContactID (table) in the reply in x-0002"
    )


def test_con_1_counts_contacts_of_any_request() -> None:
    notes = Notes()
    notes.ask(frame())
    notes.ask(frame(ContactId=101), probe="burst", part=Part.HOSTILE)
    with pytest.raises(Nonconformity):
        require_one_reading(notes.evidence(), "contact-id-type")


def test_con_1_lets_a_reply_mirror_the_topic_of_a_request_in_the_other_spelling() -> None:
    notes = Notes()
    notes.ask(frame())
    notes.ask(wrapped(topic="Webservice"), probe="topic-respelt", part=Part.OPEN, way=OTHER_TOPIC)
    require_one_reading(notes.evidence(), "topic")
    assert followed(notes.evidence())["topic"] == "sample"


@pytest.mark.parametrize(
    ("reading", "text"),
    [
        ("topic", wrapped(topic="x")),
        ("contact-id-name", frame(ContactId=...)),
        ("contact-id-type", frame(ContactId=None)),
        ("call-type-type", frame(CallType=None)),
    ],
)
def test_con_1_is_inconclusive_where_no_reply_shows_the_reading(reading: str, text: str) -> None:
    evidence = run(text)
    with pytest.raises(Inconclusive, match=f"^no reply shows the reading {reading}, because an outer clause fails$"):
        require_one_reading(evidence, reading)
    assert reading not in followed(evidence)


def test_con_1_leaves_out_replies_that_fail_the_clause_of_the_reading() -> None:
    require_one_reading(run(frame(), frame(ContactId=None), frame(ContactId=...)), "contact-id-type")
    require_one_reading(run(frame(), frame(ContactId=True)), "contact-id-name")


def test_a_pinned_reading_has_one_side() -> None:
    evidence = run(frame(), frame(ContactId=101), pins=pinned(contact_id_type="table"))
    assert set(sides(evidence, "contact-id-type")) == {"table"}


# Both spellings of ContactID


@pytest.mark.parametrize(
    ("table", "sample", "name", "kind"),
    [
        (101, "101", "both", "both"),
        ("101", 101, "both", "both"),
        (101, 101, "both", "table"),
        ("101", "101", "both", "sample"),
        (101, None, "both", "table"),
        ([], "101", "both", "sample"),
    ],
)
def test_both_spellings_in_one_contact_are_both(table: Any, sample: Any, name: str, kind: str) -> None:
    evidence = run(frame(ContactID=table, ContactId=sample))
    assert followed(evidence)["contact-id-name"] == name
    assert followed(evidence)["contact-id-type"] == kind
    require_one_reading(evidence, "contact-id-name")
    assert "contact-id-name=both" not in depends_on(evidence)


def test_now_both_spellings_and_now_one_keeps_to_the_one() -> None:
    evidence = run(frame(), frame(ContactID="101"))
    require_one_reading(evidence, "contact-id-name")
    assert followed(evidence)["contact-id-name"] == "sample"


def test_both_spellings_at_times_hide_no_change_between_them() -> None:
    table = frame(ContactID="101", ContactId=...)
    with pytest.raises(Nonconformity):
        require_one_reading(run(frame(), frame(ContactID="101"), table), "contact-id-name")


# How to ask: what the verdict depends on


def test_a_conformant_verdict_depends_on_the_sides_that_were_seen() -> None:
    assert depends_on(run(TABLE)) == (
        "call-type-type=table",
        "contact-id-name=table",
        "contact-id-type=table",
        "topic=table",
    )


@pytest.mark.parametrize(("source", "side"), [(True, "table"), (False, "sample")])
def test_source_is_needed_one_way_where_the_other_is_not_answered(source: bool, side: str) -> None:
    notes = Notes()
    notes.ask(frame(), way=Way("WebService", source))
    notes.ask(probe="source-turned", part=Part.OPEN, way=Way("WebService", not source))
    evidence = notes.evidence()
    assert followed(evidence)["source"] == side
    assert f"source={side}" in depends_on(evidence)


def test_source_is_needed_neither_way_where_both_are_answered() -> None:
    notes = Notes()
    notes.ask(frame())
    notes.ask(probe="source-turned", part=Part.OPEN, way=OTHER_SOURCE)
    notes.ask(frame(), probe="source-turned", part=Part.OPEN, way=OTHER_SOURCE)
    evidence = notes.evidence()
    assert followed(evidence)["source"] == "both"
    assert not any(pair.startswith("source") for pair in depends_on(evidence))


def test_source_is_not_known_where_nothing_was_answered_or_the_other_way_not_asked() -> None:
    assert "source" not in followed(run(frame()))
    notes = Notes()
    notes.ask(probe="source-turned", part=Part.OPEN, way=OTHER_SOURCE)
    assert "source" not in followed(notes.evidence())


@pytest.mark.parametrize(("topic", "side"), [("WebService", "sample"), ("Webservice", "table")])
def test_the_topic_of_the_request_counts_where_the_other_spelling_is_not_answered(topic: str, side: str) -> None:
    way = Way(topic, True)
    notes = Notes()
    notes.ask(wrapped(topic="x"), way=way)
    assert depends_on(notes.evidence()) == ()
    notes.ask(probe="topic-respelt", part=Part.OPEN, way=way.other_topic)
    assert depends_on(notes.evidence()) == (f"topic={side}",)
    notes.ask(wrapped(topic="x"), probe="topic-respelt", part=Part.OPEN, way=way.other_topic)
    assert depends_on(notes.evidence()) == ()


def test_con_1_compares_the_topic_of_certain_replies_only() -> None:
    notes = Notes()
    first = notes.ask(frame())
    notes.ask(session=first.session, way=OTHER_TOPIC)
    # It may answer the request before it.
    notes.ask(wrapped(topic="Webservice"), session=first.session)
    require_one_reading(notes.evidence(), "topic")
    notes.ask(wrapped(topic="Webservice"))
    with pytest.raises(Nonconformity):
        require_one_reading(notes.evidence(), "topic")


def test_con_1_finds_a_topic_that_changes_in_answer_to_the_other_way_of_asking_alone() -> None:
    notes = Notes()
    notes.ask(frame())
    notes.ask(frame(), way=OTHER_TOPIC)
    notes.ask(wrapped(topic="Webservice"), way=OTHER_TOPIC)
    with pytest.raises(Nonconformity):
        require_one_reading(notes.evidence(), "topic")


def test_con_1_stands_three_ways_of_spelling_in_one_run() -> None:
    notes = Notes()
    notes.ask(frame())
    notes.ask(frame(ContactId=..., ContactID="101"))
    notes.ask(frame(ContactID="101"))
    with pytest.raises(Nonconformity) as failure:
        require_one_reading(notes.evidence(), "contact-id-name")
    assert failure.value.findings[0].actual == (
        "the endpoint names ContactID as ContactId (sample) in the reply in x-0001, "
        "ContactID (table) in the reply in x-0002"
    )
