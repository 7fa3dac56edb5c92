"""`report.html`: one page without references, that says everything once and the worst first."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from excusing import excused
from lcm_conformance.catalogue.verdict import Verdict
from lcm_conformance.judge.comparison import compare
from lcm_conformance.judge.past import as_past
from lcm_conformance.report.html import html_page

ATTRIBUTES_THAT_LOAD = {"src", "srcset", "href", "action", "data", "poster", "background", "formaction"}


class Page(HTMLParser):
    """What is in a page: tags, attributes, ids, and all text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data):
        self.words += data

    def handle_endtag(self, tag):
        self.words += " "

    def of(self, name: str, tag: str | None = None) -> list[str]:
        return [value for t, n, value in self.attributes if n == name and tag in (None, t)]


@pytest.fixture
def show(recording):
    return lambda result, heard=recording: Page(html_page(result, heard))


def test_the_page_needs_nothing_from_anywhere(result, recording, show):
    page = show(result)
    assert not {"link", "img", "iframe", "base", "object"} & set(page.tags)
    loads = [value for _, name, value in page.attributes if name in ATTRIBUTES_THAT_LOAD]
    assert loads
    assert all(value.startswith("#") for value in loads)
    text = html_page(result, recording)
    assert "url(" not in text
    assert "@import" not in text
    script = text.partition("<script>")[2].partition("</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    assert policy in page.of("content", "meta")
    assert page.tags.count("script") == 1
    assert not [value for tag, name, value in page.attributes if name.startswith("on")]


def test_every_clause_has_one_row_and_every_jump_a_target(result, show):
    page = show(result)
    ids = Counter(page.of("id"))
    assert all(ids[clause.id] == 1 for clause in result.clauses)
    assert all(ids[target.removeprefix("#")] == 1 for target in page.of("href", "a"))
    assert max(ids.values()) == 1


def test_the_headline_says_the_verdict_and_the_failing_clause(result, show):
    page = show(result)
    assert "Non-conformant" in page.words
    words = " ".join(page.words.split())
    assert "Campaign Manager 2308 does not conform" in words
    assert "Do not release by this report: 1 of the 5 deciding clauses fails; 2 more could not be judged." in words
    assert words.index("a boolean, in the contact of") < words.index("All clauses")


def test_the_worst_clause_of_a_class_stands_first(result, show):
    page = show(result)
    rows = [id_ for id_ in page.of("id", "tr") if not id_.startswith("OBS")]
    assert rows == ["RSP-4", "PRE-2", "MAP-1", "VER-1"]
    assert page.of("id", "article") == ["FLD-ContactID-type", "ROB-1"]


def test_an_error_of_the_suite_is_named_as_one_wherever_a_verdict_stands(result, show):
    words = show(result).words.split()
    alone = [before for before, word in pairwise(words) if word == "error" and before not in {"suite", "(an"}]
    assert alone == []
    assert "suite error" in " ".join(words)


def test_a_finding_stands_with_the_frames_behind_it(result, show):
    page = show(result)
    assert page.tags.count("details") == 3  # the request, the text for a ticket, and the exchange in the list of all
    assert page.of("id", "pre") == ["ticket-1", "x-0007"]
    assert "Number, or String as in the sample" in page.words
    assert "GetReservedContactOD" in page.words
    assert "--clause FLD-ContactID-type" in page.words


def test_everything_a_release_engineer_asks_for_is_there(result, show):
    words = " ".join(show(result).words.split())
    for fact in (
        "ws://127.0.0.1:4711/lcm",
        "2026-03-04T05:06:07.123Z",
        "3.2 s",
        "Which reply belongs to which request was proven",
        "topic WebService, source yes",
        "It holds if the sample on the vendor’s page is right about the name of ContactID.",
        "6 written, 4 executed, 2 untested, 0 unaccounted for",
        "p50 1.1 ms, p95 2.0 ms, max 3.3 ms",
        "tried on 41 deliberately broken endpoints, and found each of them",
        "OBS-nothing-reserved",
        "certificates were not verified",
    ):
        assert fact in words


def test_markup_of_the_endpoint_stays_text(with_text, show):
    page = show(*with_text("<script>alert(1)</script>{{ 7 * 7 }}"))
    assert page.tags.count("script") == 1
    assert "<script>alert(1)</script>{{ 7 * 7 }}" in page.words


def test_text_cannot_turn_the_page_round_or_hide(with_text, recording):
    page = html_page(*with_text("a\u202eb\x00c\ud800"))
    assert "a\\u202eb\\u0000c\\ud800" in page
    assert not {"\u202e", "\x00", "\ud800"} & set(page)


def test_waivers_and_known_deviations_stand_under_the_headline(conformant, show):
    clauses = (
        replace(conformant.clauses[0], verdict=Verdict.UNTESTED, waived="one agent only"),
        replace(conformant.clauses[1], verdict=Verdict.FAIL, known="TICKET-7"),
    )
    words = show(excused(replace(conformant, clauses=clauses))).words
    assert "waived: MAP-1 (Answers to requests) was not tested: one agent only" in words
    assert "known deviation: FLD-ContactID-type (Type of ContactID): TICKET-7" in words
    assert words.index("waived: MAP-1") < words.index("All clauses")
    assert "but what is set aside (1 waived and 1 accepted as known deviations)" in words


def test_a_waiver_of_a_clause_that_was_tested_is_no_waiver(conformant, show):
    clauses = (replace(conformant.clauses[0], waived="one agent only"),)
    words = show(replace(conformant, clauses=clauses)).words
    assert "one agent only" not in words
    assert "all 1 deciding clauses pass" in words


def test_the_environment_s_line_is_the_reason_of_an_inconclusive_run(with_trouble, show):
    words = show(with_trouble).words
    assert "Inconclusive" in words
    assert words.count("environment: staging.example.test cannot be resolved") == 1


def test_an_unfinished_run_shows_no_verdict(conformant, show):
    page = show(replace(conformant, complete=False))
    assert "Unfinished" in page.words
    assert "Conformant" not in page.words
    assert "conforms" not in page.words
    assert any("alarm" in value for value in page.of("class", "section"))


def test_revealed_data_is_said_in_red(conformant, show):
    assert not any("alarm" in value for value in show(conformant).of("class", "section"))
    page = show(replace(conformant, options={"reveal": "true"}))
    assert any("alarm" in value for value in page.of("class", "section"))
    assert "--reveal" in page.words


def test_table_headers_say_what_they_head(result, show):
    page = show(result)
    assert page.tags.count("th") == len(page.of("scope", "th"))
    assert page.tags.count("h1") == 1
    assert page.of("lang", "html") == ["en"]


def test_a_flood_of_findings_is_cut_with_their_number(result, show):
    clauses = tuple(replace(c, findings=c.findings * 500, findings_total=500 * len(c.findings)) for c in result.clauses)
    page = show(replace(result, clauses=clauses))
    assert "500 findings say the same; one example" in page.words
    assert "499 more like it" in page.words
    assert len(page.of("class", "div")) < 200


def test_a_run_that_learnt_nothing_can_be_shown(result, recording, show):
    bare = replace(result, asked_as=None, readings={}, depends_on=(), observations=(), clauses=(), selftest=None)
    assert "no way of asking was answered" in show(bare).words


def test_what_changed_since_the_baseline_stands_on_the_first_screen(result, conformant, show):
    since = compare(as_past(conformant), as_past(result))
    page = show(replace(result, baseline=since))
    words = " ".join(page.words.split())
    assert "worse : Type of ContactID FLD-ContactID-type pass → fail: a boolean" in words
    assert words.index("Since the baseline") < words.index("How far to trust it")
    back = show(replace(conformant, baseline=compare(as_past(result), as_past(conformant))))
    assert "better : Type of ContactID FLD-ContactID-type fail → pass" in " ".join(back.words.split())
    same = show(replace(conformant, baseline=compare(as_past(conformant), as_past(conformant))))
    assert "No clause that decides got worse or better." in same.words
