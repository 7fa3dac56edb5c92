"""`lcm-conformance page`: which clauses rest on a part of the page that has changed, by fingerprints alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from lcm_conformance import cli
from lcm_conformance.catalogue import page as vendors
from lcm_conformance.catalogue.clauses import load_catalogue
from lcm_conformance.catalogue.passages import Passage, fingerprint, load_passages, missing, words_of
from lcm_conformance.cli import page

TEXT = """
Overview
    Fetches a parcel kept for a courier.
Table
    Weight   Yes   Number   In grams.
    Colour   Yes   String   Any.
"""


def passage(place: str, text: str, *clauses: str) -> Passage:
    words = words_of(text)
    return Passage(place, len(words), fingerprint(words), clauses)


MADE_UP = (
    passage("Overview", "Fetches a parcel kept for a courier.", "A-1"),
    passage("Table, row Weight", "Weight Yes Number", "A-2", "A-3"),
    passage("Table, row Colour", "Colour Yes String", "A-3"),
)


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setattr(page, "load_passages", lambda: MADE_UP)

    def run(text: str | None) -> tuple[int, list[str], str]:
        file = tmp_path / "page"
        if text is not None:
            file.write_text(text, encoding="utf-8")
        status = cli.main(["page", str(file)])
        captured = capsys.readouterr()
        return status, captured.out.splitlines(), captured.err

    return run


def test_a_page_that_has_not_changed_ends_with_status_0(told) -> None:
    assert told(TEXT) == (0, ["0 of 3 sentences and rows changed, on which 0 clauses and readings rest"], "")


def test_line_breaks_spaces_and_markup_are_no_change(told) -> None:
    assert told(TEXT.replace(" ", "\n\u00a0"))[0] == 0
    cells = "".join(f"<td>{word}</td>" if word != "parcel" else "<td>par<b>cel</b></td>" for word in TEXT.split())
    assert told(f"<html><head><script>Weight Yes Number</script></head><body><tr>{cells}</tr></body></html>")[0] == 0


def test_what_changed_is_named_with_what_rests_on_it(told) -> None:
    status, lines, _ = told(TEXT.replace("Number", "Integer"))
    assert (status, lines) == (
        1,
        [
            "changed: Table, row Weight: A-2, A-3",
            "1 of 3 sentences and rows changed, on which 2 clauses and readings rest",
        ],
    )


def test_letter_case_is_a_change(told) -> None:
    assert told(TEXT.replace("Colour", "colour"))[0] == 1


@pytest.mark.parametrize("text", ["Another page altogether.", "", None, "x" * (page._LARGEST + 1)])
def test_what_is_not_that_page_is_wrong_use_in_one_line(told, text: str | None) -> None:
    status, lines, error = told(text)
    assert (status, lines, error.count("\n")) == (2, [], 1)


def test_a_passage_that_stands_too_seldom_has_changed() -> None:
    twice = Passage("both tables", 2, fingerprint(["channel", "LCM"]), ("A-1",), times=2)
    assert missing(words_of("channel LCM, channel LCM"), [twice]) == [twice]
    assert missing(words_of("channel LCM channel LCM"), [twice]) == []


def test_every_clause_of_the_page_rests_on_a_passage_and_every_passage_bears_something() -> None:
    rows = load_catalogue()
    borne = {name for row in load_passages() for name in row.clauses}
    deciding = {row.id for row in rows.clauses.values() if row.klass in {"scope", "normative"}}
    assert deciding - borne == set()
    assert borne - set(rows.clauses) - set(rows.readings) == set()
    assert set(rows.readings) - borne == set()


def test_the_fingerprints_are_of_the_page_s_words() -> None:
    known = {row.sha256: row.times for row in load_passages()}
    assert known[fingerprint(["channel", vendors.CHANNEL])] == 2
    assert known[fingerprint(["topic", vendors.TOPICS["table"]])] == 2
    assert known[fingerprint(["subtopic", vendors.REPLY])] == 1
    for member in vendors.MEMBERS:
        kind = "Number" if member in {"ContactID", "CallType"} else "String"
        assert known[fingerprint([member, "Yes", kind])] == 1
