"""Questions about whole exchanges: MAP-1, PRE-3, REQ-2 and REQ-3."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from building import (
    CHATTER,
    ERROR,
    NOTHING,
    OTHER_TOPIC,
    WAYS,
    Notes,
    failed,
    frame,
    full_run,
    judged,
    outcome,
    pinned,
    wrapped,
)
from lcm_conformance.catalogue.probes import Part
from lcm_conformance.catalogue.verdict import Finding, Inconclusive, Nonconformity, Untested, Verdict
from lcm_conformance.judge.checks.answers import (
    require_answer_after_login,
    require_answers,
    require_documented_topic,
    require_pinned_source,
)
from lcm_conformance.judge.evidence import Evidence
from lcm_conformance.judge.notices import notices
from lcm_conformance.record.transcript import CUT, Exchange

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
    notes.ask(frame())
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
    notes.ask(frame())
    with pytest.raises(Nonconformity) as failure:
        require_answers(notes.evidence())
    assert {found.exchange for found in failure.value.findings} == ({"x-0002", "x-0003"} if silent else {"x-0002"})


def test_map_1_is_inconclusive_where_the_reply_is_no_json() -> None:
    notes = Notes()
    notes.ask(frame()[:-1])
    with pytest.raises(Inconclusive, match="^RSP-1 fails in the reply in x-0001"):
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
        notes.ask(part=part, probe="other-topic", session="s-9")
    assert answers(notes) is Verdict.PASS


def test_map_1_does_not_count_what_was_asked_after_something_improper() -> None:
    notes = Notes()
    notes.ask(frame())
    test = notes.test()
    notes.control(test)
    notes.control(test, frame())
    notes.ask(session=test.session)
    assert answers(notes) is Verdict.PASS


def test_map_1_does_not_count_a_way_of_asking_that_is_never_answered() -> None:
    notes = Notes()
    notes.ask(frame())
    notes.ask(way=OTHER_TOPIC)
    notes.ask(frame())
    assert answers(notes) is Verdict.PASS
    notes.ask(frame(), way=OTHER_TOPIC)
    assert answers(notes) is Verdict.FAIL


# Late answers


def test_map_1_is_open_where_an_answer_comes_later_than_it_may_and_says_what_would_do() -> None:
    notes = Notes()
    notes.ask(frame())
    notes.ask(frame(), latency=6)
    with pytest.raises(
        Inconclusive, match=r"^answers came up to 6\.0 s after .* than timing\.reply = 5:.* = 8 would do"
    ):
        require_answers(notes.evidence())
    assert answers(notes, reply_seconds=6.5) is Verdict.PASS


def test_an_answer_that_comes_while_the_next_one_is_awaited_is_late_and_not_lost() -> None:
    notes = Notes()
    first = notes.ask(latency=6)
    notes.clock += 6
    notes.ask(frame(), frame(), session=first.session)
    with pytest.raises(Inconclusive, match=r"^answers came up to 6\.5 s after"):
        require_answers(notes.evidence())


def test_a_single_late_answer_is_not_taken_for_those_of_two_requests() -> None:
    notes = Notes()
    first = notes.ask()
    notes.ask(frame(), session=first.session)
    assert answers(notes) is Verdict.FAIL


# A session that ended in place of an answer, one that answers once, a bus that drops what it has just seen


def test_a_session_that_ended_is_asked_again_once_and_that_is_the_environments() -> None:
    notes = Notes()
    notes.ask(closed=True)
    notes.ask(frame())
    assert answers(notes) is Verdict.PASS
    assert any("a session ended in place of an answer" in line for line in notices(notes.evidence()))


@pytest.mark.parametrize(("times", "verdict"), [(3, Verdict.PASS), (4, Verdict.FAIL)])
def test_a_line_that_is_cut_again_and_again_is_no_accident(times: int, verdict: Verdict) -> None:
    notes = Notes()
    for _ in range(times):
        cut = notes.ask(closed=True)
        notes.closed(cut.session, f"{CUT}: connection reset")
        notes.ask(frame())
    assert answers(notes) is verdict


def test_that_a_session_ended_in_place_of_a_controls_answer_is_said_too() -> None:
    notes = Notes()
    test = notes.test()
    cut = notes.control(test, closed=True)
    notes.closed(cut.session, f"{CUT}: connection reset")
    notes.ask(frame())
    assert notices(notes.evidence()) == (
        "environment: a session ended in place of an answer; what was asked there was answered on a new one",
    )


def test_a_session_that_ends_at_the_same_request_again_fails() -> None:
    notes = Notes()
    notes.ask(frame())
    notes.ask(closed=True)
    notes.ask(closed=True)
    assert answers(notes) is Verdict.FAIL


@pytest.mark.parametrize("note", ["1008 (policy violation)", "1013 (try again later)", "HTTP 429"])
def test_a_limit_to_the_number_of_requests_is_the_environments(note: str) -> None:
    notes = Notes()
    notes.ask(frame())
    last = notes.ask(closed=True)
    notes.closed(last.session, note)
    assert answers(notes) is Verdict.PASS
    assert any("set endpoint.requests_per_second" in line for line in notices(notes.evidence()))


def test_a_session_that_answers_its_first_request_only_is_a_notice_where_a_fresh_one_answers() -> None:
    notes = Notes()
    first = notes.ask(frame())
    notes.ask(session=first.session)
    notes.ask(session=first.session)
    assert answers(notes) is Verdict.FAIL
    notes.ask(frame())
    assert answers(notes) is Verdict.PASS
    assert any("answers its first request and no later one" in line for line in notices(notes.evidence()))


def test_a_session_that_answers_now_and_then_fails() -> None:
    notes = Notes()
    first = notes.ask(frame())
    notes.ask(session=first.session)
    notes.ask(frame(), session=first.session)
    notes.ask(frame())
    assert answers(notes) is Verdict.FAIL


def test_a_bus_may_drop_a_frame_that_equals_the_one_before() -> None:
    notes = Notes()
    first = notes.ask(frame(), request="same")
    notes.ask(session=first.session, request="same")
    notes.ask(frame(), session=first.session, request="another")
    assert answers(notes) is Verdict.PASS
    assert any("equals the one before it" in line for line in notices(notes.evidence()))
    notes.ask(frame(), session=first.session, request="another")
    assert answers(notes) is Verdict.FAIL


# Reservations


def spent(times: int = 3, *refusal: str, **changes: Any) -> Notes:
    """An agent who is handed so many contacts, and then none on two sessions."""
    notes = Notes()
    first = notes.ask(frame())
    for _ in range(times - 1):
        notes.ask(frame(), session=first.session)
    notes.ask(*refusal, session=first.session)
    notes.ask(*refusal, **changes)
    return notes


@pytest.mark.parametrize("refusal", [(), (ERROR,), (NOTHING,)])
@pytest.mark.parametrize("times", [1, 5, 12])
def test_a_reservation_that_was_used_up_is_the_environments(times: int, refusal: tuple[str, ...]) -> None:
    evidence = spent(times, *refusal).evidence()
    line = rf"^environment: the reservation of agents\.reserved was used up after {times} contacts: "
    with pytest.raises(Inconclusive, match=line):
        require_answers(evidence)
    assert answers(spent(times, *refusal), stays=frozenset({"reserved"})) is Verdict.FAIL


def test_a_reservation_is_not_used_up_where_a_contact_comes_again_or_no_fresh_session_was_asked() -> None:
    again = spent()
    again.ask(frame())
    assert answers(again, **UNKNOWN) is Verdict.FAIL
    notes = Notes()
    first = notes.ask(frame())
    notes.ask(session=first.session)
    assert answers(notes) is Verdict.FAIL


def test_a_session_that_is_closed_on_the_agent_does_not_show_a_used_up_reservation() -> None:
    assert answers(spent(closed=True)) is Verdict.FAIL


def test_an_agent_who_was_answered_before_and_after_had_a_contact_whatever_the_profile_says() -> None:
    for refusal in ((), (NOTHING,)):
        notes = Notes()
        notes.ask(frame())
        notes.ask(*refusal)
        assert answers(notes, **UNKNOWN) is Verdict.INCONCLUSIVE
        notes.ask(frame())
        assert answers(notes, **UNKNOWN) is Verdict.FAIL


@pytest.mark.parametrize("refusal", [ERROR, NOTHING])
def test_by_default_only_an_agent_who_is_told_what_the_idle_one_is_told_is_not_vouched_for(refusal: str) -> None:
    notes = Notes()
    notes.ask(frame("other"), agent="other")
    notes.ask(refusal)
    default = {"by_default": frozenset({"reserved"})}
    assert answers(notes, **default) is Verdict.FAIL
    notes.test(refusal, probe="nothing-reserved", agent="idle")
    assert answers(notes, **default) is Verdict.INCONCLUSIVE
    assert answers(notes) is Verdict.FAIL


def test_what_comes_to_everybody_is_not_what_the_idle_agent_is_told() -> None:
    notes = Notes()
    notes.ask(CHATTER, frame("other"), agent="other")
    notes.ask(CHATTER)
    notes.test(CHATTER, probe="nothing-reserved", agent="idle")
    assert answers(notes, by_default=frozenset({"reserved"})) is Verdict.FAIL


# Which frame is the reply


@pytest.mark.parametrize("heartbeat", ["h", "o", "", "17", "[]", "OK", "\x00\x01"])
def test_a_heartbeat_is_no_reply(heartbeat: str) -> None:
    notes = Notes()
    notes.ask(heartbeat, frame(), heartbeat)
    assert failed(notes.evidence()) == set()
    notes.ask(heartbeat, heartbeat)
    notes.ask(frame())
    assert failed(notes.evidence()) == {"MAP-1"}


def test_heartbeats_are_known_by_their_number_and_by_when_nothing_was_asked() -> None:
    notes = Notes()
    notes.ask("h", "h", "h")
    assert failed(notes.evidence()) == {"MAP-1"}
    notes = Notes()
    notes.stray("tick 17")
    notes.ask("tick 18")
    assert failed(notes.evidence()) == {"MAP-1"}


def test_a_frame_that_is_no_json_and_comes_in_place_of_the_reply_is_it() -> None:
    notes = Notes()
    notes.ask("<contact/>")
    assert failed(notes.evidence()) == {"RSP-1"}
    notes.ask(frame())
    assert failed(notes.evidence()) == {"RSP-1"}


def test_a_contact_under_another_subtopic_beside_the_reply_is_other_traffic() -> None:
    notes = Notes()
    first = notes.ask(frame(), wrapped(subtopic="ContactPushed"))
    notes.ask(wrapped(subtopic="ContactPushed"), frame(), session=first.session)
    notes.silence(session=first.session)
    assert failed(notes.evidence()) == set()
    notes.ask(wrapped(subtopic="ContactPushed"))
    assert failed(notes.evidence()) == {"MAP-1"}


# PRE-3


def before_login(notes: Notes, *frames: str, **changes: Any) -> Exchange:
    return notes.test(*frames, probe="not-logged-in", agent="logged_out", **changes)


def after_login(notes: Notes, *tests: Exchange, **changes: Any) -> Verdict:
    return outcome(lambda: require_answer_after_login(notes.evidence(**changes), tests))


@pytest.mark.parametrize("text", [frame("logged_out"), frame("logged_out")[:-1], "no JSON"])
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


@pytest.mark.parametrize(("closed", "same"), [(True, True), (False, False)])
def test_pre_3_passes_on_a_new_session_where_the_first_was_closed(closed: bool, same: bool) -> None:
    notes = Notes()
    test = before_login(notes, closed=closed)
    if same:
        notes.control(test)
    notes.control(test, frame("logged_out"), session="s-9")
    assert after_login(notes, test) is Verdict.PASS


def test_pre_3_passes_on_a_new_session_where_sessions_answer_their_first_request_only() -> None:
    notes = Notes()
    first = notes.ask(frame())
    notes.ask(session=first.session)
    test = before_login(notes)
    notes.control(test)
    notes.control(test, frame("logged_out"), session="s-9")
    assert after_login(notes, test) is Verdict.PASS
    notes.ask(frame(), session=first.session)
    assert after_login(notes, test) is Verdict.FAIL


def test_pre_3_is_about_each_session_on_which_nobody_was_logged_in() -> None:
    notes = Notes()
    early, late = before_login(notes), notes.test(probe="not-logged-in", agent="other")
    notes.control(early, frame("logged_out"))
    assert after_login(notes, early, late) is Verdict.PASS
    notes.control(late)
    notes.control(late, frame("other"), session="s-9")
    assert after_login(notes, early, late) is Verdict.FAIL


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
    ],
)
def test_pre_3_is_inconclusive_where_a_new_session_is_not_answered_either(changes: dict[str, Any], reason: str) -> None:
    notes = Notes()
    notes.ask(frame())
    test = before_login(notes)
    notes.control(test)
    notes.control(test, session="s-9")
    with pytest.raises(Inconclusive, match=f"^{reason}"):
        require_answer_after_login(notes.evidence(**changes), [test])


# REQ-2 and REQ-3


def ways(*pairs: tuple[str, bool], pins: dict[str, str] | None = None) -> Evidence:
    """A run in which these ways of asking are answered, of all four that are tried."""
    notes = Notes()
    for way in WAYS:
        notes.ask(*([frame()] if (way.topic, way.source) in pairs else []), part=Part.OPEN, way=way)
    return notes.evidence(pins)


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
    ("sources", "words"),
    [
        ((True,), "answered with source"),
        ((False,), "answered without source"),
        ((True, False), "answered with source and without source"),
    ],
)
def test_req_3_records_with_and_without_source(sources: tuple[bool, ...], words: str) -> None:
    assert require_pinned_source(ways(*(("WebService", source) for source in sources))) == words


def test_req_3_is_inconclusive_where_no_request_is_answered() -> None:
    with pytest.raises(Inconclusive, match="no request was answered, with source or without"):
        require_pinned_source(ways())


@pytest.mark.parametrize(
    ("pin", "source", "wanted", "only"),
    [("table", False, "with source", "without source"), ("sample", True, "without source", "with source")],
)
def test_req_3_fails_where_the_pinned_side_is_not_answered(pin: str, source: bool, wanted: str, only: str) -> None:
    with pytest.raises(Nonconformity, match=f"^not answered {wanted}, to which the reading is pinned$") as failure:
        require_pinned_source(ways(("WebService", source), pins=pinned(source=pin)))
    (found,) = failure.value.findings
    assert found == Finding(wanted, f"answered {only} only", "$.source of the request")
    require_pinned_source(ways(("WebService", True), ("WebService", False), pins=pinned(source=pin)))
    require_pinned_source(ways(("WebService", not source), pins=pinned(source=pin)))


# What nobody vouches for, over all scenarios


def test_an_endpoint_that_never_answers_fails_map_1_alone_and_passes_nothing() -> None:
    silent = full_run(lambda asked: ()).evidence()
    verdicts = judged(silent)
    assert {clause for clause, verdict in verdicts.items() if verdict is Verdict.FAIL} == {"MAP-1"}
    passed = {clause for clause, verdict in verdicts.items() if verdict is Verdict.PASS and clause[:3] != "OBS"}
    assert passed == {"VER-1"}


def test_without_anybody_vouching_silence_everywhere_fails_nothing() -> None:
    silent = full_run(lambda asked: ()).evidence(**UNKNOWN)
    assert failed(silent) == set()
    assert judged(silent)["MAP-1"] is Verdict.INCONCLUSIVE


def test_an_endpoint_that_is_not_vouched_for_and_says_so_openly_fails_nothing() -> None:
    answered = full_run(lambda asked: (NOTHING,)).evidence(**UNKNOWN)
    assert failed(answered) == set()
    assert judged(answered)["MAP-1"] is Verdict.INCONCLUSIVE


def test_a_run_in_which_everything_was_interrupted_fails_and_passes_nothing() -> None:
    notes = full_run(lambda asked: ())
    notes.exchanges = [replace(x, trouble="the run ended before its answer") for x in notes.exchanges]
    verdicts = judged(notes.evidence())
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


def test_the_reason_is_said_in_full_where_nothing_could_be_judged() -> None:
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
    notes.ask(frame())
    test = before_login(notes)
    notes.control(test)
    notes.control(test, session="s-9")
    with pytest.raises(Inconclusive, match=r"^a new session of this agent was not answered either"):
        require_answer_after_login(notes.evidence(asserted=frozenset({str(test.asks_for)})), [test])
