"""After bad input: ROB-1 to ROB-7."""

from __future__ import annotations

import json
from typing import Any

import pytest
from building import CHATTER, ERROR, EXPECTED, NOTHING, Notes, frame, outcome, wrapped
from lcm_conformance.catalogue.probes import Part
from lcm_conformance.catalogue.verdict import Finding, Inconclusive, Nonconformity, Verdict
from lcm_conformance.judge.checks.robustness import require_every_answer, require_no_reward, require_revival
from lcm_conformance.record.transcript import Exchange

HOSTILE_ID = "x' OR '1'='1' -- <script>\u0000😀"
ENDED = "the run ended before its answer"


def healthy() -> Notes:
    """Two agents who are answered without bad input."""
    notes = Notes()
    notes.ask(frame())
    notes.ask(frame("other"), agent="other")
    return notes


def bad_input(notes: Notes, *frames: str, probe: str = "not-json", user_id: object = None, **changes: Any) -> Exchange:
    data = {} if user_id is None else {"request": json.dumps({"data": {"UserID": user_id}})}
    return notes.ask(*frames, probe=probe, part=Part.HOSTILE, **(data | changes))


def revive(notes: Notes, hostile: Exchange, *frames: str, **changes: Any) -> Exchange:
    return notes.control(hostile, *frames, part=Part.REVIVAL, **changes)


def revival(notes: Notes, **changes: Any) -> Verdict:
    return outcome(lambda: require_revival(notes.evidence(**changes), "not-json"))


# A valid request is still answered


@pytest.mark.parametrize("frames", [(frame(),), (ERROR, frame()), (CHATTER, frame(), frame()), (wrapped(topic="x"),)])
def test_a_revival_passes_where_the_own_contact_comes(frames: tuple[str, ...]) -> None:
    notes = healthy()
    revive(notes, bad_input(notes), *frames)
    assert revival(notes) is Verdict.PASS


@pytest.mark.parametrize("frames", [(), (CHATTER,), (ERROR,), (NOTHING,), ("Internal Server Error",)])
def test_a_revival_fails_where_no_contact_comes(frames: tuple[str, ...]) -> None:
    notes = healthy()
    revive(notes, bad_input(notes), *frames)
    with pytest.raises(Nonconformity, match=r"^no answer with a contact came$") as failure:
        require_revival(notes.evidence(), "not-json")
    assert failure.value.findings == (
        Finding(
            "the valid request after it answered with the agent's own contact",
            "no answer with a contact came",
            "the request after bad input on session s-3",
            "x-0004",
        ),
    )


def test_a_revival_says_that_the_session_was_closed() -> None:
    notes = healthy()
    revive(notes, bad_input(notes), closed=True)
    with pytest.raises(Nonconformity, match=r"^the session was closed$"):
        require_revival(notes.evidence(), "not-json")


def test_a_revival_passes_on_a_new_session_where_the_first_was_closed() -> None:
    notes = healthy()
    hostile = bad_input(notes)
    revive(notes, hostile, closed=True)
    revive(notes, hostile, frame(), session="s-9")
    assert revival(notes) is Verdict.PASS


@pytest.mark.parametrize("expected", [EXPECTED, {}])
def test_a_revival_fails_where_another_agents_contact_comes(expected: Any) -> None:
    notes = healthy()
    revive(notes, bad_input(notes), frame(), frame("other"))
    with pytest.raises(Nonconformity, match=r"^another agent's contact$") as failure:
        require_revival(notes.evidence(expected=expected), "not-json")
    (found,) = failure.value.findings
    assert found.expected == "the valid request after it answered with the agent's own contact"
    assert found.where == "$ of the reply in x-0004, 40 ms after the request"
    assert found.exchange == "x-0004"


def test_a_revival_is_required_after_every_variant() -> None:
    notes = healthy()
    revive(notes, bad_input(notes), frame())
    revive(notes, bad_input(notes))
    assert revival(notes) is Verdict.FAIL


def test_a_revival_of_another_probe_or_another_agent_is_not_this_ones() -> None:
    notes = healthy()
    hostile = bad_input(notes)
    revive(notes, hostile, frame())
    revive(notes, hostile, agent="other", session="s-9")
    revive(notes, bad_input(notes, probe="binary-frame"))
    assert revival(notes) is Verdict.PASS
    assert outcome(lambda: require_revival(notes.evidence(), "binary-frame")) is Verdict.FAIL


def test_after_many_bad_frames_on_one_session_one_revival_is_enough() -> None:
    notes = healthy()
    first = bad_input(notes)
    revive(notes, bad_input(notes, session=first.session), frame())
    assert revival(notes) is Verdict.PASS


@pytest.mark.parametrize("interrupted", [True, False])
def test_a_revival_that_was_interrupted_or_never_asked_is_inconclusive(interrupted: bool) -> None:
    notes = healthy()
    revive(notes, bad_input(notes), frame())
    hostile = bad_input(notes)
    if interrupted:
        revive(notes, hostile, trouble=ENDED)
    with pytest.raises(Inconclusive, match="no valid request was sent after it, because the run ended before"):
        require_revival(notes.evidence(), "not-json")


def test_a_failed_revival_fails_though_another_was_interrupted() -> None:
    notes = healthy()
    revive(notes, bad_input(notes))
    bad_input(notes)
    assert revival(notes) is Verdict.FAIL


# What bad input cannot be blamed for


@pytest.mark.parametrize(
    ("frames", "reason"),
    [
        ((), "without bad input not every proper request is answered with a contact either"),
        ((NOTHING,), "without bad input not every proper request is answered with a contact either"),
        ((ERROR,), "without bad input not every proper request is answered with a contact either"),
        ((frame()[:-1],), "RSP-1 fails without bad input too"),
        (("no JSON",), "RSP-1 fails without bad input too"),
        ((frame("other"),), "RES-1 fails without bad input too"),
    ],
)
@pytest.mark.parametrize("question", [require_revival, require_no_reward, require_every_answer])
def test_bad_input_is_not_blamed_for_what_goes_wrong_without_it(
    frames: tuple[str, ...], reason: str, question: Any
) -> None:
    notes = healthy()
    notes.ask(*frames)
    revive(notes, bad_input(notes))
    with pytest.raises(Inconclusive, match=f"^{reason}$"):
        question(notes.evidence(), "not-json")


def test_without_any_proper_request_nothing_can_be_blamed_on_bad_input() -> None:
    notes = Notes()
    revive(notes, bad_input(notes))
    assert revival(notes) is Verdict.INCONCLUSIVE


def test_an_interrupted_request_or_an_unanswered_control_says_nothing_about_health() -> None:
    notes = healthy()
    notes.ask(trouble=ENDED)
    notes.control(notes.test())
    revive(notes, bad_input(notes), frame())
    assert revival(notes) is Verdict.PASS


def test_an_ill_formed_control_says_that_bad_input_is_not_to_blame() -> None:
    notes = healthy()
    notes.control(notes.test(), frame()[:-1])
    revive(notes, bad_input(notes))
    assert revival(notes) is Verdict.INCONCLUSIVE


# ROB-5


def reward(notes: Notes, **changes: Any) -> Verdict:
    return outcome(lambda: require_no_reward(notes.evidence(**changes), "hostile-userid"))


def attack(notes: Notes, *frames: str, user_id: object = HOSTILE_ID, **changes: Any) -> Exchange:
    return bad_input(notes, *frames, probe="hostile-userid", user_id=user_id, **changes)


@pytest.mark.parametrize("frames", [(), (ERROR,), (json.dumps({"error": HOSTILE_ID}),), (f"no agent {HOSTILE_ID}",)])
def test_rob_5_passes_where_no_contact_comes_and_no_other_session_hears(frames: tuple[str, ...]) -> None:
    notes = healthy()
    hostile = attack(notes, *frames)
    revive(notes, hostile, frame("other"), agent="other", session="s-9")
    assert reward(notes) is Verdict.PASS


def test_rob_5_fails_where_a_contact_comes() -> None:
    notes = healthy()
    attack(notes, frame(), frame())
    with pytest.raises(Nonconformity, match=r"^a contact was handed out for one of a burst of requests$") as failure:
        require_no_reward(notes.evidence(), "hostile-userid")
    (found,) = failure.value.findings
    assert (found.expected, found.exchange) == ("no contact", "x-0003")
    assert found.where == "$ of the reply in x-0003, 20 ms after the request"


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"error": f"no agent {HOSTILE_ID} here"}),
        json.dumps({"errors": [{"of": [HOSTILE_ID]}]}, ensure_ascii=False),
        json.dumps({HOSTILE_ID: 1}),
        json.dumps({"a": 1, "b": {"c": {HOSTILE_ID: []}}}),
        json.dumps([None, HOSTILE_ID]),
        f"not JSON: {HOSTILE_ID}",
    ],
)
def test_rob_5_fails_where_another_session_hears_the_user_id(text: str) -> None:
    notes = healthy()
    hostile = attack(notes)
    notes.ask(text, text, agent="other", part=Part.REVIVAL, session="s-9", controls=hostile)
    with pytest.raises(Nonconformity, match=r"^the UserID was sent there$") as failure:
        require_no_reward(notes.evidence(), "hostile-userid")
    assert failure.value.findings == (
        Finding("nothing of it in another session", "the UserID was sent there", "session s-9", "x-0003"),
    )


def test_rob_5_does_not_count_what_came_before_or_what_we_sent_ourselves() -> None:
    notes = healthy()
    notes.stray(json.dumps([HOSTILE_ID]), session="s-8")
    notes.clock += 0.01
    hostile = attack(notes)
    notes.ask(frame(), request=json.dumps([HOSTILE_ID]), part=Part.REVIVAL, controls=hostile)
    assert reward(notes) is Verdict.PASS


def test_rob_5_counts_what_came_at_the_same_moment() -> None:
    notes = healthy()
    notes.stray(HOSTILE_ID, session="s-8")
    attack(notes)
    assert reward(notes) is Verdict.FAIL


@pytest.mark.parametrize("user_id", [None, 7, ["x"], {"a": "b"}])
def test_rob_5_looks_for_texts_only(user_id: object) -> None:
    notes = healthy()
    attack(notes, user_id=user_id)
    notes.stray(json.dumps({"any": ["thing", 7, "x", "b"]}), session="s-8")
    assert reward(notes) is Verdict.PASS


@pytest.mark.parametrize("request_", ["no JSON", "[]", '{"data": []}', '{"data": {}}', "{}"])
def test_rob_5_stands_any_request(request_: str) -> None:
    notes = healthy()
    notes.ask(probe="hostile-userid", part=Part.HOSTILE, request=request_)
    assert reward(notes) is Verdict.PASS


# ROB-6


def burst(notes: Notes, *frames: str, size: int = 4, **changes: Any) -> Exchange:
    session = notes.session()
    for _ in range(size - 1):
        notes.ask(probe="burst", part=Part.HOSTILE, session=session, trouble=ENDED)
    return notes.ask(*frames, probe="burst", part=Part.HOSTILE, session=session, **changes)


def every_answer(notes: Notes) -> Verdict:
    return outcome(lambda: require_every_answer(notes.evidence(), "burst"))


@pytest.mark.parametrize(
    "frames",
    [
        (frame(),) * 4,
        (frame(),) * 5,
        (frame(), ERROR, ERROR, frame()),
        (ERROR,) * 4,
        (NOTHING,) * 4,
        (wrapped(subtopic="x"),) * 4,
        (CHATTER, frame(), CHATTER, frame(), frame(), frame()),
    ],
)
def test_rob_6_passes_where_all_are_answered_or_refused_openly(frames: tuple[str, ...]) -> None:
    notes = healthy()
    burst(notes, *frames)
    assert every_answer(notes) is Verdict.PASS


@pytest.mark.parametrize("frames", [(frame(),) * 3, (frame(), frame(), frame(), CHATTER), ()])
def test_rob_6_fails_where_an_answer_is_missing(frames: tuple[str, ...]) -> None:
    notes = healthy()
    last = burst(notes, *frames)
    with pytest.raises(Nonconformity) as failure:
        require_every_answer(notes.evidence(), "burst")
    answers = sum(text != CHATTER for text in frames)
    assert failure.value.findings == (
        Finding("every request answered, or refused openly", f"{answers} answers to 4 requests", "the burst", last.id),
    )


def test_rob_6_takes_a_closed_session_for_an_open_refusal() -> None:
    notes = healthy()
    burst(notes, frame(), closed=True)
    assert every_answer(notes) is Verdict.PASS


def test_rob_6_fails_where_another_agents_contact_comes() -> None:
    notes = healthy()
    last = burst(notes, frame(), frame("other"), frame("other"), frame())
    with pytest.raises(Nonconformity, match=r"^another agent's contact$") as failure:
        require_every_answer(notes.evidence(), "burst")
    (found,) = failure.value.findings
    assert found == Finding(
        "the agent's own contact",
        "another agent's contact",
        f"$ of the reply in {last.id}, 40 ms after the request",
        last.id,
    )


def test_rob_6_is_inconclusive_where_the_burst_was_interrupted() -> None:
    notes = healthy()
    burst(notes, frame(), trouble=ENDED)
    with pytest.raises(Inconclusive, match="the run ended before the burst was answered"):
        require_every_answer(notes.evidence(), "burst")


# What else goes wrong without it, and what is said


@pytest.mark.parametrize("question", [require_revival, require_no_reward, require_every_answer])
def test_bad_input_is_not_blamed_where_an_unknown_agent_is_handed_a_contact_anyway(question: Any) -> None:
    notes = healthy()
    notes.test(frame(), probe="unknown-agent", asks_for="unknown")
    revive(notes, bad_input(notes))
    with pytest.raises(Inconclusive, match=r"^RES-3 fails without bad input too$") as unclear:
        question(notes.evidence(), "not-json")
    assert unclear.value.blockers == {"RES-3"}


def test_a_contact_for_another_request_under_test_is_no_excuse_for_what_follows_bad_input() -> None:
    notes = healthy()
    notes.test(frame(), probe="no-userid")
    revive(notes, bad_input(notes))
    assert revival(notes) is Verdict.FAIL


def test_rob_5_counts_every_request_and_not_the_last_alone() -> None:
    notes = healthy()
    attack(notes, frame())
    attack(notes)
    assert reward(notes) is Verdict.FAIL


def test_rob_5_looks_everywhere_in_what_another_session_hears() -> None:
    notes = healthy()
    attack(notes)
    notes.stray(json.dumps([HOSTILE_ID, {"a": {"b": 1}}]), session="s-8")
    assert reward(notes) is Verdict.FAIL


def test_the_reason_is_said_in_full_where_the_run_ended() -> None:
    notes = healthy()
    bad_input(notes)
    with pytest.raises(Inconclusive, match=r"^no valid request was sent after it, because the run ended before$"):
        require_revival(notes.evidence(), "not-json")
    notes = healthy()
    bad_input(notes, probe="burst", trouble=ENDED)
    with pytest.raises(Inconclusive, match=r"^the run ended before the burst was answered$"):
        require_every_answer(notes.evidence(), "burst")


def test_a_revival_that_is_nested_too_deep_leaves_the_clause_open() -> None:
    notes = Notes()
    notes.ask(frame())
    hostile = notes.ask(part=Part.HOSTILE, probe="not-json")
    notes.control(hostile, "[" * 1001 + "]" * 1001, part=Part.REVIVAL)
    with pytest.raises(Inconclusive, match="nested deeper than the suite reads"):
        require_revival(notes.evidence(), "not-json")


def test_a_reward_that_is_nested_too_deep_leaves_the_clause_open() -> None:
    notes = healthy()
    bad_input(notes, "[" * 1001 + frame() + "]" * 1001, probe="hostile-userid", user_id=HOSTILE_ID)
    with pytest.raises(Inconclusive, match="nested deeper than the suite reads"):
        require_no_reward(notes.evidence(), "hostile-userid")
