"""The catalogue: every clause once, sound rows only, and what users may say of it."""

from __future__ import annotations

from collections import Counter
from importlib.resources import files

import pytest
from lcm_conformance.catalogue import page
from lcm_conformance.catalogue.clauses import load_catalogue, read_catalogue
from lcm_conformance.catalogue.verdict import SuiteError, UsageError

SOURCE = files("lcm_conformance.catalogue").joinpath("clauses.toml").read_bytes()

NORMATIVE = {
    *("PRE-1", "PRE-2", "PRE-3", "MAP-1", "MAP-2", "RES-1", "RES-2", "RES-3", "REQ-1", "REQ-2", "REQ-4", "REQ-5"),
    *("RSP-1", "RSP-2", "RSP-3", "RSP-4", "RSP-5", "FMT-ExpiryTime", "FMT-CallbackTime", "FMT-CallType", "CON-1"),
    *(f"FLD-{member}-{what}" for member in page.MEMBERS for what in ("presence", "type")),
}
ADVISORY = {
    *("REQ-3", "REQ-6", "FMT-sample"),
    *(f"FLD-{member}-value" for member in page.MEMBERS if member not in {"Prefix", "Suffix"}),
}
ROBUSTNESS = {f"ROB-{number}" for number in range(1, 8)}
OBSERVATIONS = {
    f"OBS-{name}"
    for name in (
        *("nothing-reserved", "not-logged-in", "unknown-agent", "no-userid", "other-agents-userid", "asked-twice"),
        *("expired", "extra-members", "unsolicited", "latency", "after-2308"),
    )
}


@pytest.mark.parametrize(
    ("klass", "ids"),
    [("scope", {"VER-1"}), ("normative", NORMATIVE), ("advisory", ADVISORY), ("robustness", ROBUSTNESS)],
)
def test_the_permanent_ids_of_each_class_are_all_there(klass: str, ids: set[str]) -> None:
    found = {clause.id for clause in load_catalogue().clauses.values() if clause.klass == klass}
    assert ids <= found  # rows may be added, none may go


def test_the_observations_are_all_there() -> None:
    assert set(load_catalogue().observations) >= OBSERVATIONS


def test_there_are_sixty_clauses_and_more_each_with_a_statement_and_a_place_in_the_page() -> None:
    clauses = load_catalogue().clauses.values()
    assert len(clauses) >= 60
    assert all(clause.statement.endswith(".") and clause.section for clause in clauses)


def test_the_readings_are_those_of_the_page_and_name_clauses_that_exist() -> None:
    rows = load_catalogue()
    assert set(rows.readings) == {"topic", "source", "contact-id-name", "contact-id-type", "call-type-type"}
    assert {name for reading in rows.readings.values() for name in reading.clauses} <= set(rows.clauses)


@pytest.mark.parametrize(
    "alike",
    [
        SOURCE.replace(b"\n", b"\r\n"),
        b"# a remark\n\n" + SOURCE,
        SOURCE.replace(b'class = "scope"\nsection = "Note"\n', b"section = \"Note\"\nclass = 'scope'\n"),
    ],
    ids=["line ends of Windows", "remarks", "another order and other quotes"],
)
def test_the_digest_is_of_what_the_file_says_and_not_of_how_it_is_written(alike: bytes) -> None:
    assert alike != SOURCE
    assert read_catalogue(alike) == read_catalogue(SOURCE) == load_catalogue()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"is handed no contact.", b"is handed a contact."),
        (b'id = "PRE-1"', b'id = "PRE-9"'),
        (b'section = "Note"', b'section = "note"'),
        (b'table = "Webservice"', b'table = "webservice"'),
    ],
)
def test_another_word_is_another_digest(old: bytes, new: bytes) -> None:
    assert old in SOURCE
    assert read_catalogue(SOURCE.replace(old, new, 1)).digest != load_catalogue().digest


def test_no_scenario_is_named_twice_by_one_row() -> None:
    rows = load_catalogue()
    assert all(max(Counter(rows.scenarios(name)).values()) == 1 for name in rows.ids)


CLAUSE = """
[[clause]]
id = "ABC-1"
class = "normative"
section = "Overview"
statement = "It does."
scenarios = ["It does"]
"""
REST = """
[[reading]]
name = "topic"
table = "a"
sample = "b"
clauses = ["ABC-1"]

[[observation]]
id = "OBS-a"
statement = "What it does."
scenarios = ["What it does"]
"""


def test_a_small_catalogue_is_read() -> None:
    rows = read_catalogue((CLAUSE + REST).encode())
    assert rows.ids == ("ABC-1", "OBS-a")
    assert rows.scenarios("OBS-a") == ("What it does",)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (CLAUSE + CLAUSE + REST, "ABC-1 stands there twice"),
        (CLAUSE.replace("ABC-1", "OBS-a") + REST, "OBS-a stands there twice"),
        (CLAUSE.replace("normative", "binding") + REST, "ABC-1 has the unknown class 'binding'"),
        (CLAUSE.replace('["It does"]', "[]") + REST, "ABC-1 names no scenario"),
        (CLAUSE.replace("statement", "statment") + REST, "a row is not sound"),
        (CLAUSE.replace('class = "normative"\n', "") + REST, "a row is not sound"),
        (CLAUSE, "a row is not sound"),
        (CLAUSE.replace('"It does."', "2027-01-31") + REST, "a row is not sound"),
    ],
)
def test_a_row_that_is_not_sound_is_the_suites_own_fault(text: str, complaint: str) -> None:
    with pytest.raises(SuiteError, match=complaint):
        read_catalogue(text.encode())


def test_an_id_selects_itself_and_a_beginning_all_that_follows_it() -> None:
    rows = load_catalogue()
    assert rows.select(["FLD-Queue-type"]) == {"FLD-Queue-type"}
    assert rows.select(["FLD-Queue"]) == {"FLD-Queue-presence", "FLD-Queue-type", "FLD-Queue-value"}
    assert rows.select(["ROB", "VER-1"]) == ROBUSTNESS | {"VER-1"}
    assert rows.select(["OBS-"]) == set(rows.observations)
    assert rows.select(["REQ-1"]) == {"REQ-1"}


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("FLD-Qeue-type", "did you mean FLD-Queue-type"),
        ("fld", "did you mean FLD"),
        ("xyzzy", "`lcm-conformance clauses` lists all"),
        ("", "`lcm-conformance clauses` lists all"),
    ],
)
def test_an_unknown_clause_is_wrong_use_and_the_nearest_are_named(text: str, fix: str) -> None:
    with pytest.raises(UsageError) as refused:
        load_catalogue().select(["PRE-1", text])
    assert str(refused.value).startswith(f"unknown clause {text!r}: ")
    assert fix in str(refused.value)


def test_readings_are_pinned_by_name_and_side() -> None:
    pins = load_catalogue().pins(["topic=table", "source=sample", "topic=table"])
    assert pins == {"topic": "table", "source": "sample"}


@pytest.mark.parametrize(
    ("texts", "complaint"),
    [
        (["topik=table"], "unknown reading 'topik': did you mean topic\\?"),
        (["xyzzy=table"], "unknown reading 'xyzzy': did you mean topic, source, contact-id-name"),
        (["topic"], "reading topic has no side '': write topic=table or topic=sample"),
        (["topic=both"], "reading topic has no side 'both'"),
        (["topic=table", "topic=sample"], "reading topic is pinned to both sides"),
    ],
)
def test_a_pin_that_makes_no_sense_is_wrong_use(texts: list[str], complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        load_catalogue().pins(texts)


def test_every_clause_that_decides_says_why_no_reading_allows_otherwise() -> None:
    rows = load_catalogue().clauses.values()
    assert [row.id for row in rows if (row.klass in {"scope", "normative"}) != bool(row.why)] == []


def test_every_place_where_the_page_is_unclear_has_a_wording_that_would_settle_it() -> None:
    rows = load_catalogue()
    places = [*rows.readings.values(), *rows.observations.values(), *rows.defects]
    assert [place for place in places if not place.settle] == []
    assert "sample-json" in {defect.id for defect in rows.defects}


def test_the_digest_is_of_what_is_judged_and_not_of_what_explains_it() -> None:
    content = files("lcm_conformance.catalogue").joinpath("clauses.toml").read_text(encoding="utf-8")
    digest = load_catalogue().digest
    assert read_catalogue(content.replace('why = "', 'why = "Well: ').encode()).digest == digest
    assert read_catalogue(content.replace('statement = "', 'statement = "Well: ').encode()).digest != digest
