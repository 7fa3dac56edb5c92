"""Whether a request that must not be answered is handed a contact: alone, in a row, and where something explains it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from building import (
    CHATTER,
    ERROR,
    NOTHING,
    OTHER_TOPIC,
    Notes,
    failed,
    frame,
    full_run,
    gives,
    judged,
    outcome,
    wrapped,
)
from lcm_conformance.catalogue.probes import Part
from lcm_conformance.catalogue.verdict import Inconclusive, Nonconformity, Verdict
from lcm_conformance.judge.checks.contact import require_own_contacts
from lcm_conformance.judge.checks.no_contact import require_no_contact
from lcm_conformance.record.transcript import BY_THEM, Exchange, Kind


def no_contact(notes: Notes, *tests: Exchange, **changes: Any) -> Verdict:
    return outcome(lambda: require_no_contact(notes.evidence(**changes), tests))


def reason(notes: Notes, *tests: Exchange, **changes: Any) -> str:
    with pytest.raises(Inconclusive) as unclear:
        require_no_contact(notes.evidence(**changes), tests)
    return unclear.value.reason


# Alone: a silence, and its control


@pytest.mark.parametrize("refusal", [(), (ERROR,), (NOTHING,), (CHATTER,), ("Bad Request",)])
@pytest.mark.parametrize("control", [frame(), "no JSON", wrapped(subtopic="x"), wrapped(channel=7), frame()[:-1]])
def test_it_passes_where_the_control_is_answered_even_ill_formed(refusal: tuple[str, ...], control: str) -> None:
    notes = Notes()
    test = notes.test(*refusal)
    notes.control(test, control)
    assert no_contact(notes, test) is Verdict.PASS


@pytest.mark.parametrize("frames", [(), (CHATTER,), (ERROR,), (NOTHING,), (wrapped(message=[]),)])
def test_it_is_open_where_the_control_is_handed_no_contact(frames: tuple[str, ...]) -> None:
    notes = Notes()
    test = notes.test()
    notes.control(test, *frames)
    assert reason(notes, test).startswith("no contact came in x-0001, but the proper request after it was not answered")


def test_what_was_refused_alike_before_is_no_answer_to_the_control() -> None:
    notes = Notes()
    test = notes.test("Bad Request 1")
    notes.control(test, "Bad Request 2")
    assert no_contact(notes, test) is Verdict.INCONCLUSIVE


def test_it_is_open_without_a_control_without_a_silence_or_without_a_test() -> None:
    notes = Notes()
    test = notes.test()
    notes.control(notes.test(), frame())
    assert no_contact(notes, test) is Verdict.INCONCLUSIVE
    assert reason(notes) == "not asked: the run ended before"
    unheard = notes.test(silent=False)
    assert reason(notes, unheard) == f"the run ended before the silence after {unheard.id} was over"


def test_a_control_that_was_broken_off_is_not_called_unanswered() -> None:
    notes = Notes()
    test = notes.test()
    notes.control(test, trouble="the run ended before its answer")
    assert reason(notes, test) == "the run ended before the proper request after x-0001 was answered"


@pytest.mark.parametrize(
    "text",
    [frame(), wrapped(subtopic="Other"), wrapped(channel="x"), f"[{frame()}]", frame()[:-2], frame(Queue=...)],
)
def test_it_fails_where_a_contact_comes_however_wrapped(text: str) -> None:
    notes = Notes()
    test = notes.test(CHATTER, text)
    with pytest.raises(
        Nonconformity, match=r"^a contact was handed out for 1 of 1 requests: a request with wrong$"
    ) as failure:
        require_no_contact(notes.evidence(), [test])
    (found,) = failure.value.findings
    assert (found.expected, found.actual, found.exchange) == (
        "no contact",
        "a contact was handed out for a request with wrong",
        "x-0001",
    )
    assert found.where == "$ of the reply in x-0001, 40 ms after the request"


def test_there_is_one_finding_for_each_request() -> None:
    notes = Notes()
    tests = [notes.test(frame(), frame()), notes.test(), notes.test(frame())]
    with pytest.raises(
        Nonconformity, match=r"^a contact was handed out for 2 of 3 requests: a request with wrong$"
    ) as failure:
        require_no_contact(notes.evidence(), tests)
    assert [found.exchange for found in failure.value.findings] == ["x-0001", "x-0003"]


def test_every_form_counts() -> None:
    notes = Notes()
    first, second = notes.test(), notes.test(form="another")
    notes.control(first, frame())
    assert no_contact(notes, first) is Verdict.PASS
    assert no_contact(notes, first, second) is Verdict.INCONCLUSIVE
    assert no_contact(notes, second, first) is Verdict.INCONCLUSIVE


def test_a_fault_that_shows_at_the_second_request_of_three_only_is_one() -> None:
    notes = Notes()
    session = notes.session()
    tests = [notes.test(*texts, session=session, silent=False) for texts in ((), (frame(),), ())]
    notes.silence(*tests)
    notes.control(tests[0], frame())
    assert no_contact(notes, *tests) is Verdict.FAIL


@pytest.mark.parametrize(("closed", "verdict"), [(False, Verdict.INCONCLUSIVE), (True, Verdict.PASS)])
def test_a_control_on_another_session_counts_only_where_this_one_was_closed(closed: bool, verdict: Verdict) -> None:
    notes = Notes()
    test = notes.test(closed=closed)
    notes.control(test, frame(), session="s-9")
    assert no_contact(notes, test) is verdict


@pytest.mark.parametrize(("note", "verdict"), [(f"{BY_THEM}: 1000", Verdict.PASS), ("by us", Verdict.INCONCLUSIVE)])
def test_so_it_does_where_the_session_was_closed_after_login_with_no_request_open(note: str, verdict: Verdict) -> None:
    notes = Notes()
    test = notes.test()
    notes.event(Kind.CLOSED, test.session, "reserved", note=note)
    notes.control(test, frame(), session="s-9")
    assert no_contact(notes, test) is verdict


def test_a_contact_on_a_session_that_is_then_closed_fails() -> None:
    notes = Notes()
    test = notes.test(frame(), closed=True)
    assert no_contact(notes, test) is Verdict.FAIL


@pytest.mark.parametrize(("probe", "later"), [("not-logged-in", False), ("logged-out", True)])
def test_a_contact_without_login_names_what_to_exclude(probe: str, later: bool) -> None:
    notes = Notes()
    test = notes.test(frame("other"), probe=probe, agent="other")
    with pytest.raises(Nonconformity) as failure:
        require_no_contact(notes.evidence(), [test])
    (found,) = failure.value.findings
    assert "to be excluded: that the agent is logged in elsewhere" in found.actual
    assert ("a logout takes longer" in found.actual) is later


def test_after_logout_the_control_comes_after_a_new_login_and_so_on_any_session() -> None:
    notes = Notes()
    test = notes.test(probe="logged-out", agent="other")
    notes.control(test, frame("other"), session="s-9")
    assert no_contact(notes, test) is Verdict.PASS


def test_a_reply_to_the_control_is_not_held_against_the_test() -> None:
    notes = Notes()
    test = notes.test()
    notes.control(test, frame(), frame())
    assert no_contact(notes, test) is Verdict.PASS


def test_a_contact_that_is_nested_too_deep_leaves_it_open() -> None:
    notes = Notes()
    test = notes.test(frame(Queue="deep").replace('"deep"', "[" * 1001 + "]" * 1001))
    assert reason(notes, test).startswith("the reply in x-0001 is nested deeper than the suite reads")


def test_where_the_reservation_was_used_up_the_environment_is_named() -> None:
    notes = Notes()
    notes.ask(frame())
    test = notes.test()
    notes.control(test)
    notes.ask()
    assert reason(notes, test).startswith(
        "environment: the reservation of agents.reserved was used up after 1 contacts"
    )


# Several at once


def batch(notes: Notes, *answers: Sequence[str]) -> list[Exchange]:
    """Requests of several probes on one session, one silence, one control."""
    session = notes.session()
    probes = ("no-data", "no-userid", "other-topic")
    tests = [
        notes.test(*texts, probe=probe, session=session, silent=False)
        for probe, texts in zip(probes, answers, strict=True)
    ]
    notes.silence(*tests)
    notes.ask(frame(), part=Part.CONTROL, session=session, controls=tests)
    return tests


def test_a_batch_in_which_nothing_comes_passes_all() -> None:
    notes = Notes()
    for test in batch(notes, (), (ERROR,), ()):
        assert no_contact(notes, test) is Verdict.PASS


def test_a_batch_in_which_a_contact_comes_proves_nothing_until_each_is_asked_alone() -> None:
    notes = Notes()
    tests = batch(notes, (), (frame(),), ())
    assert {no_contact(notes, test) for test in tests} == {Verdict.INCONCLUSIVE}
    alone = [notes.test(*texts, probe=test.probe) for test, texts in zip(tests, ((), (), (frame(),)), strict=True)]
    for test in alone:
        notes.control(test, frame())
    verdicts = [no_contact(notes, *pair) for pair in zip(tests, alone, strict=True)]
    assert verdicts == [Verdict.PASS, Verdict.PASS, Verdict.FAIL]


# RES-2


def idle(notes: Notes, *frames: str, **changes: Any) -> Exchange:
    return notes.test(*frames, probe="nothing-reserved", agent="idle", form=None, **changes)


def test_the_idle_agents_control_is_anybody_who_is_answered_after_the_silence() -> None:
    notes = Notes()
    notes.ask(frame())
    test = idle(notes)
    assert no_contact(notes, test) is Verdict.INCONCLUSIVE
    notes.ask(frame("other"), agent="other")
    assert no_contact(notes, test) is Verdict.PASS


def test_the_idle_agents_session_must_be_open_after_the_silence() -> None:
    notes = Notes()
    broken = idle(notes, silent=False)
    notes.silence(broken, broken=True)
    notes.ask(frame())
    assert no_contact(notes, broken) is Verdict.INCONCLUSIVE


def test_that_the_idle_agents_own_request_closes_its_session_is_a_whole_answer() -> None:
    notes = Notes()
    closed = idle(notes, closed=True)
    assert no_contact(notes, closed) is Verdict.INCONCLUSIVE
    notes.ask(frame())
    assert no_contact(notes, closed) is Verdict.PASS


def test_a_contact_of_its_own_for_an_idle_agent_fails() -> None:
    notes = Notes()
    test = idle(notes, frame("logged_out"))
    assert no_contact(notes, test, expected={}) is Verdict.FAIL


@pytest.mark.parametrize("again", [True, False])
def test_another_agents_contact_for_an_idle_agent_is_asked_over_and_that_decides(again: bool) -> None:
    notes = Notes()
    notes.ask(frame())
    first = idle(notes, frame())
    second = idle(notes, *([frame()] if again else []))
    notes.ask(frame("other"), agent="other")
    verdict = no_contact(notes, first, second)
    assert verdict is (Verdict.FAIL if again else Verdict.INCONCLUSIVE)
    crossed = outcome(lambda: require_own_contacts(notes.evidence()))
    assert crossed is (Verdict.PASS if again else Verdict.FAIL)


def test_a_contact_for_an_idle_agent_fails_nothing_where_one_is_known_to_be_reserved() -> None:
    notes = Notes()
    test = idle(notes, frame("other"))
    unmet = {"unmet": {"idle": "a contact is reserved for agents.idle"}}
    assert reason(notes, test, **unmet) == "environment: a contact is reserved for agents.idle"


def test_another_agents_contact_in_a_test_fails_it_unless_contacts_cross_anyway() -> None:
    notes = Notes()
    notes.ask(frame())
    test = notes.test(frame("other"))
    assert no_contact(notes, test) is Verdict.FAIL
    notes.ask(frame("other"))
    with pytest.raises(Inconclusive, match=r"^a contact of another agent strayed into x-0002 \(RES-1\)") as unclear:
        require_no_contact(notes.evidence(), [test])
    assert unclear.value.blockers == {"RES-1"}


# What explains a contact


def test_contacts_that_come_unasked_leave_it_open() -> None:
    notes = Notes()
    notes.stray(frame())
    test = notes.test(frame())
    notes.control(test, frame())
    assert "contacts come unasked on this endpoint (session s-0)" in reason(notes, test)


@pytest.mark.parametrize("frames", [((), (frame(), frame())), ((frame(), frame(), frame()), (frame(),))])
def test_contacts_that_come_late_or_too_often_leave_it_open(frames: tuple[tuple[str, ...], ...]) -> None:
    notes = Notes()
    session = notes.session()
    for texts in frames:
        notes.ask(*texts, session=session)
    test = notes.test(frame())
    notes.control(test, frame())
    assert "contacts come late or more often than asked for" in reason(notes, test)


def test_a_late_contact_explains_nothing_where_no_contact_was_asked_for_before() -> None:
    notes = Notes()
    notes.ask(frame(), latency=9)
    test = notes.test(frame("other"), probe="logged-out", agent="other")
    assert no_contact(notes, test) is Verdict.FAIL


def test_copies_explain_nothing() -> None:
    notes = Notes()
    first = notes.ask(frame(), frame())
    notes.silence(session=first.session)
    test = notes.test(frame())
    assert no_contact(notes, test) is Verdict.FAIL


# In a row with proper requests

FORMS = (("no-data", "no data"), ("no-userid", "no UserID"), ("other-topic", "another topic"))


def row(notes: Notes, *steps: tuple[Sequence[str], Sequence[str]], copies: int = 1, **silence: Any) -> list[Exchange]:
    """By form: what came before its control was sent, and after."""
    session = notes.session()
    tests = []
    for (probe, form), (mine, its) in zip(FORMS, steps, strict=True):
        test = notes.test(*mine, probe=probe, form=form, session=session, silent=False)
        notes.control(test, *its, way=OTHER_TOPIC)
        tests.append(test)
    notes.silence(*tests, **silence)
    return tests


def alone(notes: Notes, test: Exchange, *frames: str) -> Exchange:
    """The same asked over on a session of its own."""
    made = notes.test(*frames, probe=test.probe, form=test.form)
    notes.control(made, frame())
    return made


def verdicts(notes: Notes, tests: Sequence[Exchange], **changes: Any) -> list[str]:
    found = []
    for test in tests:
        same = [x for x in notes.exchanges if x.part is Part.TEST and x.probe == test.probe]
        found.append(no_contact(notes, *same, **changes).value)
    return found


CONTACT, SILENT = ((), (frame(),)), ((), ())


@pytest.mark.parametrize(
    "steps",
    [
        (CONTACT, CONTACT, CONTACT),
        (((ERROR,), (frame(),)), ((), (ERROR, frame())), CONTACT),
        (((), (NOTHING, frame())), ((NOTHING,), (frame(),)), CONTACT),
        (CONTACT, CONTACT, ((), ("Bad Request", frame()))),
    ],
)
def test_a_row_whose_count_is_right_passes_all(steps: Any) -> None:
    notes = Notes()
    assert verdicts(notes, row(notes, *steps)) == ["pass"] * 3


def test_contacts_that_come_later_but_are_not_too_many_pass() -> None:
    notes = Notes()
    tests = row(notes, SILENT, ((), (frame(), frame())), CONTACT)
    assert verdicts(notes, tests) == ["pass"] * 3


def test_a_row_is_not_regular_where_refusals_stand_in_for_contacts() -> None:
    notes = Notes()
    tests = row(notes, CONTACT, ((), (NOTHING,)), CONTACT)
    assert verdicts(notes, tests)[1] == "inconclusive"


def test_a_broken_row_proves_nothing_until_it_is_asked_over() -> None:
    notes = Notes()
    tests = row(notes, CONTACT, CONTACT, CONTACT, broken=True)
    assert verdicts(notes, tests) == ["inconclusive"] * 3
    for test in tests:
        alone(notes, test)
    assert verdicts(notes, tests) == ["pass"] * 3


def test_a_form_that_closes_its_session_is_a_whole_answer() -> None:
    notes = Notes()
    session = notes.session()
    first = notes.test(probe="no-data", session=session, silent=False)
    notes.control(first, frame())
    last = notes.test(probe="no-userid", session=session, closed=True)
    notes.control(last, frame(), session="s-9")
    assert verdicts(notes, [first, last]) == ["pass", "pass"]


def test_a_surplus_fails_nothing_by_itself() -> None:
    notes = Notes()
    tests = row(notes, CONTACT, ((frame(),), (frame(),)), CONTACT)
    assert verdicts(notes, tests) == ["inconclusive"] * 3


def test_a_surplus_that_comes_again_alone_fails_its_clause_and_passes_the_others() -> None:
    notes = Notes()
    tests = row(notes, CONTACT, ((), (frame(), frame())), CONTACT)
    alone(notes, tests[1], frame())
    assert verdicts(notes, tests) == ["pass", "fail", "pass"]


def test_a_surplus_that_another_form_brings_again_is_that_ones() -> None:
    notes = Notes()
    tests = row(notes, CONTACT, ((), (frame(), frame())), CONTACT)
    over = [alone(notes, test, *([frame()] if test is tests[0] else [])) for test in tests]
    assert verdicts(notes, over) == ["fail", "pass", "pass"]


def test_a_surplus_that_never_comes_again_fails_the_suspects_clause() -> None:
    notes = Notes()
    tests = row(notes, CONTACT, ((frame(),), (frame(),)), CONTACT)
    for test in tests:
        alone(notes, test)
    assert verdicts(notes, tests) == ["pass", "fail", "pass"]
    with pytest.raises(Nonconformity) as failure:
        require_no_contact(notes.evidence(), [tests[1]])
    (found,) = failure.value.findings
    assert found.actual == (
        "4 contacts: 1 more than the 3 proper requests on s-1 bring; asked alone, it did not come again"
    )


def test_a_surplus_of_two_clauses_that_never_comes_again_is_open() -> None:
    notes = Notes()
    tests = row(notes, ((frame(),), (frame(),)), ((frame(),), (frame(),)), CONTACT)
    for test in tests:
        alone(notes, test)
    assert verdicts(notes, tests) == ["inconclusive", "inconclusive", "pass"]


def test_a_surplus_that_this_endpoint_brings_anyway_is_explained() -> None:
    notes = Notes()
    notes.stray(frame())
    tests = row(notes, CONTACT, ((frame(),), (frame(),)), CONTACT)
    for test in tests:
        alone(notes, test)
    assert verdicts(notes, tests) == ["pass"] * 3


def test_another_agents_contact_in_a_row_that_does_not_come_again_is_res_1s() -> None:
    notes = Notes()
    notes.ask(frame("other"), agent="other")
    tests = row(notes, CONTACT, ((frame("other"),), (frame(),)), CONTACT)
    for test in tests:
        alone(notes, test)
    assert verdicts(notes, tests) == ["pass", "inconclusive", "pass"]
    assert outcome(lambda: require_own_contacts(notes.evidence())) is Verdict.FAIL


def test_a_loss_leaves_only_the_forms_of_its_step_open() -> None:
    notes = Notes()
    tests = row(notes, CONTACT, SILENT, CONTACT)
    assert verdicts(notes, tests) == ["pass", "inconclusive", "pass"]
    alone(notes, tests[1])
    assert verdicts(notes, tests) == ["pass"] * 3


def test_copies_are_counted_as_such() -> None:
    notes = Notes()
    session = notes.session()
    for _ in range(2):
        notes.ask(frame(), frame(), session=session)
    notes.silence(session=session)
    twice = ((), (frame(), frame()))
    assert verdicts(notes, row(notes, twice, twice, twice)) == ["pass"] * 3
    # The second copy of one may come when the next form was sent.
    shifted = row(notes, ((), (frame(),)), ((frame(),), (frame(), frame())), ((), (frame(), frame())))
    assert verdicts(notes, shifted) == ["pass"] * 3


# Whole runs


@pytest.mark.parametrize("times", [(1,), (2,), (3,)])
def test_an_idle_agent_who_is_handed_a_contact_at_one_request_of_three_is_found(times: tuple[int, ...]) -> None:
    assert failed(full_run(gives("nothing-reserved", role="logged_out", times=times)).evidence()) == {"RES-2"}


@pytest.mark.parametrize("times", [(1,), (3,), (4,), (6,)])
def test_an_agent_who_is_answered_once_after_a_logout_is_found(times: tuple[int, ...]) -> None:
    assert failed(full_run(gives("logged-out", role="other", times=times)).evidence()) == {"PRE-2"}


@pytest.mark.parametrize(("times", "role"), [((1, 2, 3, 4), "logged_out"), ((2,), "logged_out"), ((5, 6, 7), "other")])
def test_an_agent_who_is_answered_without_login_early_or_late_only_is_found(times: tuple[int, ...], role: str) -> None:
    assert failed(full_run(gives("not-logged-in", role=role, times=times)).evidence()) == {"PRE-1"}


def test_a_fault_that_shows_in_a_row_only_is_found_by_count() -> None:
    verdict = judged(full_run(gives("no-userid", times=(2,))).evidence())
    assert [name for name, found in verdict.items() if found is Verdict.FAIL] == ["REQ-5"]


def test_the_result_can_say_how_often_was_asked() -> None:
    evidence = full_run().evidence()
    assert {probe: evidence.asked(probe) for probe in ("not-logged-in", "logged-out", "no-data", "other-subtopic")} == {
        "not-logged-in": 7,
        "logged-out": 6,
        "no-data": 2,
        "other-subtopic": 12,
    }
    assert evidence.asked("burst") == 4
