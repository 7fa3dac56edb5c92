"""Questions about whole exchanges: MAP-1, "no contact is handed out", PRE-3, REQ-2 and REQ-3."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from building import CHATTER, ERROR, NOTHING, Notes, failed, frame, full_run, judged, outcome, pinned, wrapped
from lcm_conformance.catalogue.probes import Part
from lcm_conformance.catalogue.request import Way
from lcm_conformance.catalogue.verdict import Finding, Inconclusive, Nonconformity, Untested, Verdict
from lcm_conformance.judge.checks.answers import (
    require_answer_after_login,
    require_answers,
    require_documented_topic,
    require_no_contact,
    require_pinned_source,
)
from lcm_conformance.judge.evidence import Evidence
from lcm_conformance.record.transcript import Exchange

UNKNOWN: dict[str, Any] = {"asserted": frozenset()}
WHAT_TO_CHECK = r"agent is logged in, that a contact is reserved for the agent, and that the endpoint's URL is the bus"


def answers(notes: Notes, **changes: Any) -> Verdict:
    return outcome(lambda: require_answers(notes.evidence(**changes)))


# MAP-1


def test_map_1_passes_where_every_due_request_is_answered() -> None:
    notes = Notes()
    notes.ask(frame())
    notes.ask(CHATTER, CHATTER, frame(), CHATTER)
    notes.ask(wrapped(message=[]))
    assert answers(notes) is Verdict.PASS


@pytest.mark.parametrize("frames", [(), (CHATTER,), (ERROR,), (CHATTER, ERROR)])
def test_map_1_fails_where_a_vouched_for_contact_does_not_come(frames: tuple[str, ...]) -> None:
    notes = Notes()
    notes.ask(frame())
    notes.ask(*frames)
    with pytest.raises(Nonconformity, match=r"^no answer within 5 s$") as failure:
        require_answers(notes.evidence())
    assert failure.value.findings == (
        Finding(
            "a ContactOD with the reserved contact",
            "no answer within 5 s",
            "the request of agents.reserved on session s-2",
            "x-0002",
        ),
    )


def test_map_1_is_open_where_answers_were_lost_while_an_agent_had_several_sessions() -> None:
    notes = Notes()
    notes.ask(frame())
    lost = notes.ask(part=Part.OPEN)
    evidence = notes.evidence()
    evidence = replace(evidence, recording=replace(evidence.recording, lost_together=(lost.id,)))
    with pytest.raises(Inconclusive, match=r"proper requests \(1, x-0002 the first\) .* set max_connections = 1"):
        require_answers(evidence)


def test_map_1_says_that_the_session_was_closed_and_how_long_was_waited() -> None:
    notes = Notes()
    notes.ask(closed=True)
    notes.ask()
    with pytest.raises(Nonconformity, match=r"^the session was closed instead$") as failure:
        require_answers(notes.evidence(reply_seconds=2.5))
    assert [found.actual for found in failure.value.findings] == [
        "the session was closed instead",
        "no answer within 2.5 s",
    ]


@pytest.mark.parametrize("text", [wrapped(subtopic="contactod"), wrapped(subtopic=...), NOTHING])
@pytest.mark.parametrize("silent", [True, False])
def test_map_1_fails_where_the_contact_comes_under_another_subtopic_or_not_at_all(text: str, silent: bool) -> None:
    notes = Notes()
    notes.ask(frame())
    notes.ask(text)
    if silent:
        notes.ask()
    with pytest.raises(Nonconformity) as failure:
        require_answers(notes.evidence())
    assert {found.exchange for found in failure.value.findings} == ({"x-0002", "x-0003"} if silent else {"x-0002"})


def test_map_1_is_inconclusive_where_the_reply_is_no_json() -> None:
    notes = Notes()
    notes.ask(frame()[:-1])
    with pytest.raises(Inconclusive, match="^RSP-1 fails in reply 1"):
        require_answers(notes.evidence())


def test_map_1_is_inconclusive_where_nothing_was_asked() -> None:
    assert answers(Notes()) is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("frames", [(), (CHATTER,), (ERROR,)])
def test_map_1_is_inconclusive_where_nobody_vouches_for_a_contact(frames: tuple[str, ...]) -> None:
    notes = Notes()
    notes.ask(*frames)
    with pytest.raises(Inconclusive, match=rf"^agents\.reserved got no answer within 5 s.*{WHAT_TO_CHECK}"):
        require_answers(notes.evidence(**UNKNOWN))


@pytest.mark.parametrize("text", [NOTHING, NOTHING.replace('{"success": false}', "{}")])
def test_map_1_is_inconclusive_where_nobody_vouches_and_the_answer_is_that_there_is_none(text: str) -> None:
    notes = Notes()
    notes.ask(frame())
    notes.ask(text, agent="other")
    with pytest.raises(Inconclusive, match=rf"^agents\.other got a ContactOD without a contact.*{WHAT_TO_CHECK}"):
        require_answers(notes.evidence(asserted=frozenset({"reserved"})))
    assert answers(notes) is Verdict.FAIL


def test_map_1_fails_without_anybody_vouching_where_a_contact_comes_under_another_subtopic() -> None:
    notes = Notes()
    notes.ask(wrapped(subtopic="contactod"))
    notes.ask(NOTHING)
    assert answers(notes, **UNKNOWN) is Verdict.FAIL


def test_map_1_fails_for_the_agent_who_is_vouched_for_though_another_is_not() -> None:
    notes = Notes()
    notes.ask()
    notes.ask(agent="other")
    evidence = notes.evidence(asserted=frozenset({"other"}))
    with pytest.raises(Nonconformity) as failure:
        require_answers(evidence)
    assert [found.exchange for found in failure.value.findings] == ["x-0002"]


def test_map_1_prefers_silence_to_what_outer_layers_leave_unclear() -> None:
    notes = Notes()
    notes.ask("no JSON")
    notes.ask()
    with pytest.raises(Inconclusive, match="got no answer"):
        require_answers(notes.evidence(**UNKNOWN))


def test_map_1_blames_nobody_for_a_request_that_was_interrupted() -> None:
    notes = Notes()
    notes.ask(frame())
    notes.ask(trouble="the run ended before its answer")
    assert answers(notes) is Verdict.PASS


def test_map_1_does_not_count_what_is_not_due() -> None:
    notes = Notes()
    notes.ask(frame())
    for part in (Part.TEST, Part.OPEN, Part.HOSTILE, Part.REVIVAL, Part.CONTROL):
        notes.ask(part=part, probe="other-topic")
    assert answers(notes) is Verdict.PASS


def lost(notes: Notes, *frames: str, **changes: Any) -> Exchange:
    """A test whose control stayed unanswered, and one more control on its session."""
    test = notes.test()
    notes.control(test, **changes)
    return notes.control(test, *frames)


def test_map_1_counts_a_control_that_was_lost_on_a_session_that_still_answers() -> None:
    notes = Notes()
    notes.ask(frame())
    lost(notes, frame())
    with pytest.raises(Nonconformity) as failure:
        require_answers(notes.evidence())
    assert [found.exchange for found in failure.value.findings] == ["x-0003"]


def test_map_1_does_not_count_a_control_on_a_session_that_has_gone_deaf() -> None:
    notes = Notes()
    notes.ask(frame())
    test = lost(notes)
    notes.control(test, frame(), session="s-9")
    notes.control(test, frame(), probe="no-data")
    assert answers(notes) is Verdict.PASS


def test_map_1_does_not_count_a_control_before_which_the_session_answered() -> None:
    notes = Notes()
    notes.ask(frame())
    test = notes.test()
    notes.control(test, frame())
    notes.control(test)
    assert answers(notes) is Verdict.PASS


@pytest.mark.parametrize("changes", [{"standard_way": False}, {"trouble": "the run ended before its answer"}])
def test_map_1_does_not_count_a_control_that_left_the_runs_way_or_was_interrupted(changes: dict[str, Any]) -> None:
    notes = Notes()
    notes.ask(frame())
    lost(notes, frame(), **changes)
    assert answers(notes) is Verdict.PASS


# A reply after its window


def test_a_reply_after_its_window_answers_nothing_and_is_judged_all_the_same() -> None:
    notes = Notes()
    first = notes.ask()
    notes.stray(frame(Queue=...), session=first.session)
    assert failed(notes.evidence()) == {"MAP-1", "FLD-Queue-presence"}


# "No contact is handed out", and its control


def no_contact(notes: Notes, *tests: Exchange, **changes: Any) -> Verdict:
    return outcome(lambda: require_no_contact(notes.evidence(**changes), tests))


@pytest.mark.parametrize("refusal", [(), (ERROR,), (NOTHING,), (CHATTER,), ("Bad Request",)])
@pytest.mark.parametrize("control", [frame(), NOTHING, "no JSON", wrapped(subtopic="x"), wrapped(message=[])])
def test_no_contact_passes_where_the_control_is_answered_even_ill_formed(
    refusal: tuple[str, ...], control: str
) -> None:
    notes = Notes()
    test = notes.test(*refusal)
    notes.control(test, control)
    assert no_contact(notes, test) is Verdict.PASS


@pytest.mark.parametrize("frames", [(), (CHATTER,), (ERROR,)])
def test_no_contact_is_inconclusive_where_the_control_is_not_answered(frames: tuple[str, ...]) -> None:
    notes = Notes()
    test = notes.test()
    notes.control(test, *frames)
    with pytest.raises(Inconclusive, match=r"^no contact came in x-0001, but the proper request after it was not"):
        require_no_contact(notes.evidence(), [test])


def test_no_contact_is_inconclusive_without_a_control_or_without_a_test() -> None:
    notes = Notes()
    test = notes.test()
    notes.control(notes.test(), frame())
    assert no_contact(notes, test) is Verdict.INCONCLUSIVE
    assert no_contact(notes) is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    "text",
    [frame(), wrapped(subtopic="Other"), wrapped(channel="x"), f"[{frame()}]", frame()[:-2], frame(Queue=...)],
)
def test_no_contact_fails_where_a_contact_comes_however_wrapped(text: str) -> None:
    notes = Notes()
    test = notes.test(CHATTER, text)
    with pytest.raises(Nonconformity, match=r"^a contact was handed out for 1 of 1 requests$") as failure:
        require_no_contact(notes.evidence(), [test])
    (found,) = failure.value.findings
    assert (found.expected, found.actual, found.exchange) == ("no contact", "a contact was handed out", "x-0001")
    assert found.where == "$ of reply 1, 40 ms after the request"


def test_no_contact_has_one_finding_for_each_request() -> None:
    notes = Notes()
    tests = [notes.test(frame(), frame()), notes.test(), notes.test(frame())]
    with pytest.raises(Nonconformity, match=r"^a contact was handed out for 2 of 3 requests$") as failure:
        require_no_contact(notes.evidence(), tests)
    assert [found.exchange for found in failure.value.findings] == ["x-0001", "x-0003"]


def test_no_contact_judges_every_variant() -> None:
    notes = Notes()
    first, second = notes.test(), notes.test()
    notes.control(first, frame())
    assert no_contact(notes, first) is Verdict.PASS
    assert no_contact(notes, first, second) is Verdict.INCONCLUSIVE
    assert no_contact(notes, second, first) is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("closed", "reusable", "verdict"),
    [
        (False, True, Verdict.INCONCLUSIVE),
        (True, True, Verdict.PASS),
        (False, False, Verdict.PASS),
    ],
)
def test_a_control_on_another_session_counts_only_where_this_one_cannot_be_asked(
    closed: bool, reusable: bool, verdict: Verdict
) -> None:
    notes = Notes()
    test = notes.test(closed=closed)
    notes.control(test, frame(), session="s-9")
    assert no_contact(notes, test, reusable=reusable) is verdict


def test_a_control_of_another_agent_counts_where_the_agent_is_what_differs() -> None:
    notes = Notes()
    test = notes.test(probe="nothing-reserved", agent="idle")
    notes.control(test, frame(), agent="reserved", session="s-9")
    assert no_contact(notes, test) is Verdict.PASS


def test_another_agents_contact_in_a_test_fails_it_unless_contacts_cross_anyway() -> None:
    notes = Notes()
    notes.ask(frame())
    test = notes.test(frame("other"))
    assert no_contact(notes, test) is Verdict.FAIL

    notes.ask(frame("other"))
    with pytest.raises(Inconclusive, match=r"^a contact of another agent strayed into x-0002 \(RES-1\)") as unclear:
        require_no_contact(notes.evidence(), [test])
    assert unclear.value.blockers == {"RES-1"}


def test_a_stray_contact_hides_neither_a_real_one_nor_another_request() -> None:
    notes = Notes()
    notes.ask(frame("other"))
    strayed = notes.test(frame("other"))
    both = notes.test(frame("other"), frame(), asks_for="reserved")
    uncontrolled = notes.test()
    assert no_contact(notes, strayed, both) is Verdict.FAIL
    assert no_contact(notes, strayed, uncontrolled) is Verdict.INCONCLUSIVE


def test_a_reply_to_the_control_is_not_held_against_the_test() -> None:
    notes = Notes()
    test = notes.test()
    notes.control(test, frame(), frame())
    assert no_contact(notes, test) is Verdict.PASS


# PRE-3


def before_login(notes: Notes, *frames: str, **changes: Any) -> Exchange:
    return notes.test(*frames, probe="not-logged-in", agent="logged_out", **changes)


def after_login(notes: Notes, *tests: Exchange, **changes: Any) -> Verdict:
    return outcome(lambda: require_answer_after_login(notes.evidence(**changes), tests))


@pytest.mark.parametrize("text", [frame("logged_out"), NOTHING, "no JSON"])
def test_pre_3_passes_where_the_same_session_is_answered(text: str) -> None:
    notes = Notes()
    test = before_login(notes)
    notes.control(test, text)
    assert after_login(notes, test) is Verdict.PASS


def test_pre_3_passes_where_the_second_request_on_the_session_is_answered() -> None:
    notes = Notes()
    test = before_login(notes)
    notes.control(test)
    notes.control(test, frame("logged_out"))
    assert after_login(notes, test) is Verdict.PASS


def test_pre_3_fails_where_only_a_new_session_is_answered() -> None:
    notes = Notes()
    test = before_login(notes)
    notes.control(test)
    notes.control(test, frame("logged_out"), session="s-9")
    with pytest.raises(Nonconformity, match=r"^the session stays unanswered after login$") as failure:
        require_answer_after_login(notes.evidence(), [test])
    (found,) = failure.value.findings
    assert found.where == "the request of agents.logged_out on session s-1"
    assert found.exchange == "x-0002"


@pytest.mark.parametrize(
    ("closed", "same", "reusable"), [(True, True, True), (False, False, True), (False, True, False)]
)
def test_pre_3_passes_on_a_new_session_where_the_first_was_closed_or_takes_one_request_only(
    closed: bool, same: bool, reusable: bool
) -> None:
    notes = Notes()
    test = before_login(notes, closed=closed)
    if same:
        notes.control(test)
    notes.control(test, frame("logged_out"), session="s-9")
    assert after_login(notes, test, reusable=reusable) is Verdict.PASS


def test_pre_3_is_inconclusive_where_pre_1_fails() -> None:
    notes = Notes()
    test = before_login(notes, frame("logged_out"))
    notes.control(test, frame("logged_out"))
    with pytest.raises(Inconclusive, match=r"^PRE-1 fails") as unclear:
        require_answer_after_login(notes.evidence(), [test])
    assert unclear.value.blockers == {"PRE-1"}


def test_pre_3_is_inconclusive_where_nothing_was_asked_after_login() -> None:
    notes = Notes()
    test = before_login(notes)
    with pytest.raises(Inconclusive, match=r"^after login nothing was asked"):
        require_answer_after_login(notes.evidence(), [test])
    assert after_login(notes) is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, "a new session of this agent was not answered either"),
        ({"asserted": frozenset({"reserved"})}, f"no proper request of this agent was answered.*{WHAT_TO_CHECK}"),
        ({"answered_ways": ()}, "no proper request of this agent was answered"),
    ],
)
def test_pre_3_is_inconclusive_where_a_new_session_is_not_answered_either(changes: dict[str, Any], reason: str) -> None:
    notes = Notes()
    test = before_login(notes)
    notes.control(test)
    notes.control(test, session="s-9")
    with pytest.raises(Inconclusive, match=f"^{reason}"):
        require_answer_after_login(notes.evidence(**changes), [test])


# REQ-2 and REQ-3


def ways(*pairs: tuple[str, bool], pins: dict[str, str] | None = None, turned: bool | None = None) -> Evidence:
    notes = Notes()
    if turned is not None:
        notes.ask(*([frame()] if turned else []), probe="source-turned", part=Part.OPEN)
    return notes.evidence(pins, answered_ways=tuple(Way(topic, source) for topic, source in pairs))


def test_req_2_passes_under_either_spelling_of_the_topic() -> None:
    for topic in ("Webservice", "WebService"):
        require_documented_topic(ways((topic, True)))
    require_documented_topic(ways(("Webservice", True), pins=pinned(topic="table")))
    require_documented_topic(ways(("WebService", True), ("Webservice", True), pins=pinned(topic="table")))
    require_documented_topic(ways(("WebService", True), pins=pinned(source="table")))


def test_req_2_is_inconclusive_where_no_request_is_answered() -> None:
    with pytest.raises(Inconclusive, match="no request was answered under either spelling"):
        require_documented_topic(ways())


def test_req_2_fails_where_the_pinned_spelling_is_not_answered() -> None:
    with pytest.raises(Nonconformity, match=r"^not answered under topic 'Webservice', to which the reading") as failure:
        require_documented_topic(ways(("WebService", False), pins=pinned(topic="table")))
    (found,) = failure.value.findings
    assert found == Finding("Webservice", "answered under WebService only", "$.topic of the request")


@pytest.mark.parametrize(
    ("source", "turned", "words"),
    [
        (True, None, "answered with source"),
        (True, False, "answered with source"),
        (False, False, "answered without source"),
        (True, True, "answered with source and without source"),
        (False, True, "answered with source and without source"),
    ],
)
def test_req_3_records_with_and_without_source(source: bool, turned: bool | None, words: str) -> None:
    assert require_pinned_source(ways(("WebService", source), turned=turned)) == words


def test_req_3_is_inconclusive_where_no_request_is_answered() -> None:
    with pytest.raises(Inconclusive, match="no request was answered, with source or without"):
        require_pinned_source(ways(turned=True))


@pytest.mark.parametrize(
    ("pin", "source", "wanted", "only"),
    [("table", False, "with source", "without source"), ("sample", True, "without source", "with source")],
)
def test_req_3_fails_where_the_pinned_side_is_not_answered(pin: str, source: bool, wanted: str, only: str) -> None:
    with pytest.raises(Nonconformity, match=f"^not answered {wanted}, to which the reading is pinned$") as failure:
        require_pinned_source(ways(("WebService", source), pins=pinned(source=pin), turned=False))
    (found,) = failure.value.findings
    assert found == Finding(wanted, f"answered {only} only", "$.source of the request")
    require_pinned_source(ways(("WebService", source), pins=pinned(source=pin), turned=True))
    require_pinned_source(ways(("WebService", not source), pins=pinned(source=pin), turned=False))


# What nobody vouches for, over all scenarios


def test_an_endpoint_that_never_answers_fails_map_1_alone_and_passes_nothing() -> None:
    silent = full_run(lambda asked: ()).evidence(answered_ways=(), way=None)
    verdicts = judged(silent)
    assert {clause for clause, verdict in verdicts.items() if verdict is Verdict.FAIL} == {"MAP-1"}
    passed = {clause for clause, verdict in verdicts.items() if verdict is Verdict.PASS and clause[:3] != "OBS"}
    assert passed == {"VER-1"}


def test_without_anybody_vouching_silence_everywhere_fails_nothing() -> None:
    silent = full_run(lambda asked: ()).evidence(answered_ways=(), way=None, **UNKNOWN)
    assert failed(silent) == set()
    assert judged(silent)["MAP-1"] is Verdict.INCONCLUSIVE


def test_an_endpoint_that_is_not_vouched_for_and_says_so_openly_fails_nothing() -> None:
    answered = full_run(lambda asked: (NOTHING,)).evidence(**UNKNOWN)
    assert failed(answered) == set()
    assert judged(answered)["MAP-1"] is Verdict.INCONCLUSIVE


def test_a_run_in_which_everything_was_interrupted_fails_and_passes_nothing() -> None:
    notes = full_run(lambda asked: ())
    notes.exchanges = [replace(x, trouble="the run ended before its answer") for x in notes.exchanges]
    verdicts = judged(notes.evidence(answered_ways=(), way=None))
    assert not {clause for clause, verdict in verdicts.items() if verdict in {Verdict.FAIL, Verdict.ERROR}}


# What the environment is known not to provide

UNMET = {"unmet": {"reserved": "the reservation of agents.reserved was gone"}}


def test_map_1_is_the_environments_where_the_precondition_is_known_to_be_unmet() -> None:
    notes = Notes()
    notes.ask()
    notes.ask(frame("other"), agent="other")
    with pytest.raises(Inconclusive, match=r"^environment: the reservation of agents\.reserved was gone$"):
        require_answers(notes.evidence(**UNMET, **UNKNOWN))


def test_what_is_unmet_for_one_agent_excuses_no_other() -> None:
    notes = Notes()
    notes.ask(frame())
    notes.ask(agent="other")
    with pytest.raises(Nonconformity):
        require_answers(notes.evidence(**UNMET))


@pytest.mark.parametrize(("agent", "verdict"), [("idle", Verdict.INCONCLUSIVE), ("reserved", Verdict.FAIL)])
def test_a_contact_for_an_idle_agent_fails_nothing_where_one_is_known_to_be_reserved(
    agent: str, verdict: Verdict
) -> None:
    notes = Notes()
    test = notes.test(frame("other"), agent=agent, asks_for=agent)
    evidence = notes.evidence(unmet={agent: f"a contact is reserved for agents.{agent}"}, expected={})
    assert outcome(lambda: require_no_contact(evidence, [test])) is verdict


# What is said where nothing could be judged


def test_a_control_that_was_broken_off_is_not_called_unanswered() -> None:
    notes = Notes()
    test = notes.test()
    notes.control(test, trouble="the run ended before its answer")
    with pytest.raises(Inconclusive, match=r"^the run ended before the proper request after x-0001 was answered$"):
        require_no_contact(notes.evidence(), [test])


def test_the_reason_is_said_in_full_where_nothing_could_be_judged() -> None:
    notes = Notes()
    test = notes.test()
    with pytest.raises(Inconclusive, match=r"^not asked: the run ended before$"):
        require_no_contact(notes.evidence(), [])
    with pytest.raises(Inconclusive, match=r"^no contact came in x-0001, but .* so the silence proves nothing$"):
        require_no_contact(notes.evidence(), [test])
    with pytest.raises(Inconclusive, match=r"^no request was answered under either spelling of the topic$"):
        require_documented_topic(ways())
    with pytest.raises(Inconclusive, match=r"^no request was answered, with source or without$"):
        require_pinned_source(ways())


def test_pre_3_is_untested_where_headers_log_in_and_nothing_was_asked_after_it() -> None:
    notes = Notes()
    test = before_login(notes)
    headers = {"logs_in_by_headers": True}
    with pytest.raises(Untested, match=r"^headers log agents in here, so nobody can log in on a session that is open"):
        require_answer_after_login(notes.evidence(**headers), [test])
    with pytest.raises(Untested, match=r"already$"):
        require_answer_after_login(notes.evidence(**headers), [test])
    notes.control(test, frame())
    require_answer_after_login(notes.evidence(**headers), [test])


def test_pre_3_is_not_for_want_of_a_contact_where_just_this_agent_is_vouched_for() -> None:
    notes = Notes()
    test = before_login(notes)
    notes.control(test)
    notes.control(test, session="s-9")
    with pytest.raises(Inconclusive, match=r"^a new session of this agent was not answered either"):
        require_answer_after_login(notes.evidence(asserted=frozenset({str(test.asks_for)})), [test])


def test_req_3_asks_only_the_requests_that_turned_the_source() -> None:
    notes = Notes()
    notes.ask(frame())
    notes.ask(probe="source-turned", part=Part.OPEN)
    assert require_pinned_source(notes.evidence()) == "answered with source"


def test_a_contact_that_is_nested_too_deep_leaves_no_contact_open() -> None:
    notes = Notes()
    test = notes.test(frame(Queue="deep").replace('"deep"', "[" * 1001 + "]" * 1001))
    with pytest.raises(Inconclusive, match="^reply 1 is nested deeper than the suite reads"):
        require_no_contact(notes.evidence(), [test])
