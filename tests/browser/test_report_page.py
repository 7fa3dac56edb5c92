"""`report.html` in a real browser: what stands on the first screen, what its tools do, and that it is for everybody."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from excusing import excused
from lcm_conformance.catalogue.verdict import Verdict
from lcm_conformance.judge.result import Result, Trouble
from lcm_conformance.record.transcript import Recording
from sample import recording, sample

RUN = recording()


def _conformant() -> Result:
    made = sample()
    clauses = tuple(replace(c, verdict=Verdict.PASS, reason="", findings=(), waived=None) for c in made.clauses)
    on = ("contact-id-name=sample",)
    return excused(replace(made, verdict="conformant", clauses=clauses, depends_on=on, notices=()))


def _of_none(verdict: str, of_clauses: Verdict, **changes: object) -> Result:
    made = _conformant()
    clauses = tuple(replace(c, verdict=of_clauses, reason="not asked") for c in made.clauses)
    return excused(replace(made, verdict=verdict, clauses=clauses, depends_on=(), **changes))


KINDS: dict[str, Callable[[], tuple[Result, Recording]]] = {
    "non-conformant": lambda: (sample(), RUN),
    "conformant": lambda: (_conformant(), RUN),
    "inconclusive": lambda: (
        _of_none("inconclusive", Verdict.UNTESTED, trouble=Trouble("outage", "staging cannot be reached")),
        Recording(),
    ),
    "not-applicable": lambda: (_of_none("not-applicable", Verdict.NOT_APPLICABLE, cm_version="2311"), Recording()),
    "unfinished": lambda: (replace(sample(), complete=False), RUN),
    "revealed": lambda: (replace(sample(), options={"reveal": "true"}), RUN),
}


@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing_and_the_page_stays_alone(kind, opens, axe):
    page, heard = opens(*KINDS[kind]())
    page.evaluate(axe)
    found = page.evaluate("() => axe.run()")["violations"]
    assert [(row["id"], row["nodes"][0]["html"][:120]) for row in found] == []
    assert heard.console == []
    assert len(heard.requests) == 1


@pytest.mark.parametrize("options", [{"color_scheme": "dark"}, {"viewport": {"width": 360, "height": 700}}])
def test_axe_finds_nothing_in_the_dark_or_where_it_is_narrow(options, opens, axe):
    page, _ = opens(sample(), RUN, **options)
    page.evaluate(axe)
    found = page.evaluate("() => axe.run()")["violations"]
    assert [(row["id"], row["nodes"][0]["html"][:120]) for row in found] == []
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_the_first_screen_says_verdict_causes_and_all_clauses(opens):
    page, _ = opens(sample(), RUN)

    def bottom(selector: str) -> float:
        return max(box["y"] + box["height"] for item in page.locator(selector).all() if (box := item.bounding_box()))

    assert page.locator("h1").inner_text() == "Campaign Manager 2308 does not conform"
    assert "the member Queue is missing" in page.locator(".causes").inner_text()
    assert bottom(".causes") < 450
    assert page.locator(".map .cell").count() == len(sample().clauses)
    assert bottom(".map") < 900


@pytest.mark.parametrize("verdict", Verdict)
def test_a_verdict_has_a_shape_of_its_own_in_the_map(verdict, opens):
    page, _ = opens(sample(), RUN)
    shapes = {
        name.value: page.locator(f".map .cell.{name.value} > span").first.inner_text().strip() for name in Verdict
    }
    assert list(shapes.values()).count(shapes[verdict.value]) == 1


def test_a_cell_of_the_map_leads_to_its_clause(opens):
    page, _ = opens(sample(), RUN)
    page.locator(".map a[href='#FLD-Queue-presence']").click()
    assert page.url.endswith("#FLD-Queue-presence")
    assert page.locator("article:target").get_attribute("id") == "FLD-Queue-presence"
    shown = page.locator("article:target").bounding_box()
    assert 0 <= shown["y"] < 300


def test_a_failure_shows_what_was_sent_and_the_gap_in_the_reply(opens):
    page, _ = opens(sample(), RUN, "#FLD-Queue-presence")
    article = page.locator("#FLD-Queue-presence")
    assert "50 findings say the same" in article.inner_text()
    assert article.locator(".json .gap").inner_text().strip() == '"Queue" is missing here'
    assert page.locator("#FMT-ExpiryTime .json .bad").inner_text().strip().startswith('"ExpiryTime": "Feb 30')
    assert "a request with no data" in page.locator("#REQ-4 svg").text_content()


def test_filters_and_search_leave_what_is_looked_for(opens):
    page, _ = opens(sample(), RUN)
    page.get_by_role("button", name="inconclusive").click()
    shown = page.locator("tr[data-verdict]:visible")
    assert {row.get_attribute("id") for row in shown.all()} == {"FLD-Queue-type"}
    page.get_by_role("button", name="inconclusive").click()
    page.keyboard.press("/")
    page.keyboard.type("fld-queue-value")
    assert [row.get_attribute("id") for row in shown.all()] == ["FLD-Queue-value"]
    assert page.get_by_role("status").inner_text() == "1 clause"
    page.keyboard.press("Escape")
    assert shown.count() == len(sample().clauses)


def test_keys_go_from_finding_to_finding(opens):
    page, _ = opens(sample(), RUN)
    articles = [item.get_attribute("id") for item in page.locator("article").all()]
    for key, expected in (("j", articles[0]), ("j", articles[1]), ("k", articles[0])):
        page.keyboard.press(key)
        assert page.evaluate("() => document.activeElement.id") == expected


def test_a_click_in_the_picture_of_the_run_opens_the_exchange(opens):
    page, _ = opens(sample(), RUN)
    page.locator(".lanes a[href='#x-0003']").dispatch_event("click")
    page.wait_for_function("() => document.getElementById('x-0003').closest('details').open")
    assert "agent-7" in page.locator("#x-0003").inner_text()


def test_the_command_that_repeats_a_clause_is_copied(opens):
    page, _ = opens(sample(), RUN)
    button = page.get_by_role("button", name="Copy the command that repeats REQ-4")
    button.press("Enter")
    page.wait_for_function("button => button.textContent === 'Copied'", arg=button.element_handle())


def test_the_text_for_a_ticket_is_copied(opens):
    page, _ = opens(sample(), RUN)
    page.locator("#REQ-4 summary", has_text="As text for a ticket").press("Enter")
    button = page.get_by_role("button", name="Copy the text for a ticket about REQ-4")
    button.press("Enter")
    page.wait_for_function("button => button.textContent === 'Copied'", arg=button.element_handle())


def test_without_scripts_all_of_it_can_be_read(opens):
    page, _ = opens(sample(), RUN, java_script_enabled=False)
    assert page.locator(".tools").is_hidden()
    assert page.locator("#FLD-Queue-presence .actual").first.is_visible()
    page.locator("summary", has_text="x-0003").press("Enter")
    assert page.locator("#x-0003").is_visible()


def test_it_prints_each_failing_clause_on_a_page_of_its_own_and_the_statement_last(opens):
    page, _ = opens(sample(), RUN)
    page.emulate_media(media="print")
    breaks = page.evaluate(
        "() => [...document.querySelectorAll('article.is-fail, .statement')].map(e => getComputedStyle(e).breakBefore)"
    )
    assert breaks == ["page"] * 5
    printed = page.pdf(format="A4")
    assert printed.startswith(b"%PDF")
    assert _sheets(printed) > len(breaks)


def _sheets(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


@pytest.mark.parametrize("kind", KINDS)
def test_the_statement_alone_is_one_sheet_or_two(kind, opens):
    page, _ = opens(*KINDS[kind]())
    page.evaluate("() => { window.print = () => dispatchEvent(new Event('printed')); }")
    page.get_by_role("button", name="Print the statement alone").press("Enter")
    assert _sheets(page.pdf(format="A4")) <= 2
    page.evaluate("() => dispatchEvent(new Event('afterprint'))")
    assert _sheets(page.pdf(format="A4")) > 2


def test_a_statement_full_of_reservations_is_two_sheets_at_most(opens):
    made = _conformant()
    clauses = tuple(replace(c, verdict=Verdict.FAIL, known="it comes with the next patch " * 9) for c in made.clauses)
    page, _ = opens(replace(made, clauses=clauses, notices=("a notice " * 30,) * 30), RUN)
    page.evaluate("() => document.body.classList.add('statement-alone')")
    assert _sheets(page.pdf(format="A4")) <= 2


def test_the_statement_names_who_and_holds_the_evidence_by_its_hash(opens):
    page, _ = opens(sample(), RUN)
    told = page.locator(".statement").inner_text()
    for words in (
        "Example QA",
        "PRE-2",
        "0" * 64,
        "Signature",
        "Static conformance",
        "Dynamic conformance",
        "released",
    ):
        assert words in told


def test_ten_thousand_exchanges_stay_below_ten_megabytes_and_open(opens, tmp_path):
    page, heard = opens(sample(), recording(10_000))
    assert (tmp_path / "report.html").stat().st_size < 10_000_000
    assert page.locator("h1").is_visible()
    assert "9000 more are in transcript.ndjson" in page.locator(".exchanges").inner_text()
    assert heard.console == []
