"""What stands in the headline and decides nothing."""

from __future__ import annotations

import inspect

import pytest
from checks.building import Notes, frame
from lcm_conformance.judge import notices as notices_module
from lcm_conformance.judge.checks import answers
from lcm_conformance.judge.notices import notices
from lcm_conformance.record.transcript import CUT
from lcm_conformance.report.meanings import of_notice

CLOSES = "the session is closed by a wrong request: "


def said(notes: Notes) -> list[str]:
    return [line for line in notices(notes.evidence()) if line.startswith(CLOSES)]


def closing(notes: Notes, note: str) -> None:
    """A wrong request whose session ends, and its control on a new one."""
    test = notes.test(closed=True)
    notes.closed(test.session, note)
    notes.control(test, frame(), session=notes.session())


def test_a_wrong_request_that_closes_the_session_is_said_with_its_code() -> None:
    notes = Notes()
    closing(notes, "close frame 1003 no such agent")
    assert said(notes) == [f"{CLOSES}wrong (by the endpoint: close frame 1003 no such agent)"]


@pytest.mark.parametrize(
    "line",
    [
        f"{CLOSES}no data",
        "an agent who asks with a colleague's UserID is handed the colleague's contact",
        "answers came up to 7.1 s after the request, later than timing.reply = 5",
        "a request that equals the one before it on its session is not answered",
        "a session answers its first request and no later one; a new session answers again",
    ],
)
def test_a_notice_about_the_endpoint_says_what_it_means_for_a_widget(line: str) -> None:
    sources = (notices_module, answers)
    written = " ".join(" ".join(inspect.getsource(module).split()) for module in sources)
    assert line[:18] in written  # the words of the judge
    assert "a widget" in of_notice(line)


def test_a_line_that_is_cut_once_at_a_wrong_request_may_be_the_networks() -> None:
    notes = Notes()
    closing(notes, f"{CUT}: connection reset")
    assert said(notes) == []


def test_a_line_that_is_cut_again_at_the_same_wrong_request_is_not() -> None:
    notes = Notes()
    for _ in range(2):
        closing(notes, f"{CUT}: connection reset")
    assert len(said(notes)) == 1


@pytest.mark.parametrize("form", ["another", "one more"])
def test_cuts_at_different_requests_may_still_be(form: str) -> None:
    notes = Notes()
    closing(notes, f"{CUT}: connection reset")
    test = notes.test(closed=True, form=form)
    notes.closed(test.session, f"{CUT}: connection reset")
    assert said(notes) == []
