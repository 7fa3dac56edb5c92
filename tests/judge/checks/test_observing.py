"""What the endpoint does where the page is silent: one word and a detail."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from building import CHATTER, ERROR, NOON, NOTHING, Notes, frame, pinned, wrapped
from lcm_conformance.catalogue.clauses import load_catalogue
from lcm_conformance.catalogue.probes import Part
from lcm_conformance.catalogue.verdict import Inconclusive, Untested
from lcm_conformance.judge.checks.observing import OBSERVATIONS, answer_to, latencies, quantiles
from lcm_conformance.judge.evidence import Evidence
from lcm_conformance.record.reply import messages
from lcm_conformance.record.transcript import Phase

NEITHER = "Bad Request"


@pytest.mark.parametrize(
    ("frames", "closed", "word", "detail"),
    [
        ((), False, "silence", "nothing came"),
        ((), True, "closed", "the endpoint closed the session"),
        ((CHATTER,), True, "closed", "the endpoint closed the session"),
        ((CHATTER,), False, "other", CHATTER),
        ((NEITHER, CHATTER), False, "other", NEITHER),
        (("",), False, "other", ""),
        ((CHATTER, frame()), True, "contact", frame()),
        ((NOTHING, ERROR, frame()), False, "contact", frame()),
        ((wrapped(subtopic="x"),), False, "contact", wrapped(subtopic="x")),
        ((CHATTER, frame()[:-1]), False, "contact", frame()[:-1]),
        ((CHATTER, NOTHING), True, "empty-contact", NOTHING),
        ((ERROR, NOTHING), False, "empty-contact", NOTHING),
        ((CHATTER, ERROR), True, "error-message", ERROR),
    ],
)
def test_an_answer_has_one_word(frames: tuple[str, ...], closed: bool, word: str, detail: str) -> None:
    assert answer_to(messages(Notes().ask(*frames).received), closed) == (word, detail)


def test_every_observation_of_the_catalogue_is_made() -> None:
    assert list(OBSERVATIONS) == list(load_catalogue().observations)


@pytest.mark.parametrize(
    ("observation", "probe", "part"),
    [
        ("OBS-nothing-reserved", "nothing-reserved", Part.TEST),
        ("OBS-not-logged-in", "not-logged-in", Part.TEST),
        ("OBS-unknown-agent", "unknown-agent", Part.TEST),
        ("OBS-no-userid", "no-userid", Part.TEST),
        ("OBS-other-agents-userid", "colleague", Part.OPEN),
        ("OBS-after-2308", "ask", Part.OPEN),
    ],
)
def test_a_probes_first_request_is_observed_and_not_its_control(observation: str, probe: str, part: Part) -> None:
    notes = Notes()
    first = notes.ask(ERROR, probe=probe, part=part, form="wrong")
    notes.control(first, frame())
    notes.ask(NOTHING, probe=probe, part=part, form="wrong")
    notes.ask(frame(), probe="at-once", part=part)
    assert OBSERVATIONS[observation](notes.evidence()) == ("error-message", ERROR)


def test_a_probe_that_was_asked_properly_only_is_not_observed() -> None:
    notes = Notes()
    notes.ask(frame())
    with pytest.raises(Untested, match=r"^not asked$"):
        OBSERVATIONS["OBS-after-2308"](notes.evidence())


def test_a_probe_that_was_not_asked_is_not_observed() -> None:
    with pytest.raises(Inconclusive):
        OBSERVATIONS["OBS-no-userid"](Notes().evidence())
    with pytest.raises(Untested, match="the profile names no"):
        OBSERVATIONS["OBS-no-userid"](Notes().evidence(left_out={"no-userid": "the profile names no one"}))


# OBS-asked-twice


def asked_twice(first: tuple[str, ...], second: tuple[str, ...], pins: Any = None) -> tuple[str, str]:
    notes = Notes()
    notes.ask(*first)
    notes.ask(*second, probe="asked-twice", part=Part.OPEN)
    return OBSERVATIONS["OBS-asked-twice"](notes.evidence(pins))


@pytest.mark.parametrize(
    ("first", "second", "seen"),
    [
        ((frame(),), (frame(),), ("contact", "the same contact again")),
        ((frame(),), (frame(Extra=1),), ("contact", "the same contact again")),
        ((frame(),), (frame(ContactId=101),), ("contact", "the same contact again")),
        ((frame(),), (frame(Queue="Queue9"),), ("contact", "another contact")),
        ((frame(),), (frame("other"),), ("contact", "another contact")),
        ((frame(),), (), ("silence", "nothing came")),
        ((frame(),), (NOTHING,), ("empty-contact", NOTHING)),
        ((), (frame(),), ("contact", frame())),
        ((NOTHING,), (frame(),), ("contact", frame())),
    ],
)
def test_asked_twice_tells_the_same_contact_from_another(
    first: tuple[str, ...], second: tuple[str, ...], seen: tuple[str, str]
) -> None:
    assert asked_twice(first, second) == seen


def test_asked_twice_compares_what_the_pins_leave_right() -> None:
    pins = pinned(contact_id_type="sample")
    assert asked_twice((frame(),), (frame(ContactId=101),), pins) == ("contact", "another contact")


def test_asked_twice_is_compared_with_the_agents_contact_before_it() -> None:
    notes = Notes()
    notes.ask(frame("other"))
    notes.ask(frame())
    notes.ask(frame("other"), agent="other")
    notes.ask(frame(), probe="asked-twice")
    assert OBSERVATIONS["OBS-asked-twice"](notes.evidence()) == ("contact", "the same contact again")


# OBS-expired


def expired(*values: object, pins: Any = None) -> tuple[str, str]:
    notes = Notes()
    for value in values:
        notes.ask(frame(ExpiryTime=value), latency=0)
    return OBSERVATIONS["OBS-expired"](notes.evidence(pins))


def as_in_the_sample(days: float) -> str:
    return (NOON + timedelta(days=days)).strftime("%b %d %Y %I:%M%p")


@pytest.mark.parametrize("days", [-2.001, -3, -400])
def test_expired_is_seen_where_an_expiry_time_is_over_for_more_than_two_days(days: float) -> None:
    seen = ("contact", "a contact was handed out after its ExpiryTime")
    assert expired(as_in_the_sample(days)) == seen
    assert expired("2020-01-01T00:00:00", None, as_in_the_sample(1), as_in_the_sample(days)) == seen


@pytest.mark.parametrize("value", [as_in_the_sample(-2), as_in_the_sample(-1), as_in_the_sample(1), "2020-01-01T00:00"])
def test_expired_is_not_claimed_where_a_zone_could_explain_it(value: object) -> None:
    with pytest.raises(Untested, match="no contact was due after its ExpiryTime in this run"):
        expired(value)


def test_expired_is_not_claimed_of_a_date_that_does_not_exist() -> None:
    with pytest.raises(Untested):
        expired("Feb 30 2020 11:59PM", 7)


# OBS-extra-members


def run(*frames: str, **changes: Any) -> Evidence:
    notes = Notes()
    for text in frames:
        notes.ask(text)
    return notes.evidence(**changes)


def test_extra_members_are_named_once_each() -> None:
    observe = OBSERVATIONS["OBS-extra-members"]
    assert observe(run(frame(), frame(ContactId=..., ContactID=1))) == ("contact", "no extra members")
    assert observe(run(frame(success=True, Zone=1), frame(Zone=2), frame(contactId=3))) == (
        "other",
        '"Zone", "contactId", "success"',
    )


# OBS-unsolicited


def test_unsolicited_traffic_is_counted_by_address() -> None:
    observe = OBSERVATIONS["OBS-unsolicited"]
    assert observe(run(frame())) == ("silence", "nothing but replies")
    notes = Notes()
    notes.ask(CHATTER, frame(), CHATTER)
    notes.stray("[]")
    notes.stray(NEITHER)
    test = notes.test(ERROR, CHATTER, silent=False)
    notes.control(test, ERROR, frame())
    seen, detail = observe(notes.evidence())
    assert seen == "other"
    assert detail == "LCM/WebService/AgentCallCount ×3, no object ×1, not JSON ×1"


def test_what_the_suite_asked_for_is_not_unsolicited() -> None:
    notes = Notes()
    for phase in Phase:
        notes.stray(CHATTER, phase=phase)
    notes.ask(frame())
    test = notes.test(ERROR, silent=False)
    notes.control(test, "Bad Request", frame())
    notes.ask(ERROR, probe="colleague", part=Part.OPEN, asks_for="other")
    assert OBSERVATIONS["OBS-unsolicited"](notes.evidence()) == ("silence", "nothing but replies")


def test_a_contact_that_nobody_asked_for_is_unsolicited() -> None:
    notes = Notes()
    notes.stray(frame())
    assert OBSERVATIONS["OBS-unsolicited"](notes.evidence()) == ("other", "LCM/WebService/ContactOD ×1")


def test_a_refusal_that_comes_when_the_control_was_sent_is_the_answer_to_the_test() -> None:
    notes = Notes()
    test = notes.test(probe="no-userid", silent=False)
    notes.control(test, ERROR, frame())
    notes.silence(test)
    assert OBSERVATIONS["OBS-no-userid"](notes.evidence()) == ("error-message", ERROR)


def test_unsolicited_traffic_of_many_kinds_is_cut_after_ten() -> None:
    notes = Notes()
    for number in range(12):
        notes.stray(f'{{"channel": "{number}"}}')
    _, detail = OBSERVATIONS["OBS-unsolicited"](notes.evidence())
    assert detail.count("×") == 10


# OBS-latency


def test_latency_counts_due_requests_and_controls_that_were_answered() -> None:
    notes = Notes()
    notes.ask(frame(), latency=0.25)
    notes.ask()
    test = notes.test(frame(), latency=9)
    notes.control(test, frame(), latency=0.5)
    notes.ask(frame(), part=Part.OPEN, latency=9)
    notes.ask(CHATTER, frame(), frame(), latency=0.5)
    evidence = notes.evidence()
    assert latencies(evidence) == pytest.approx([250, 500, 1000])
    assert OBSERVATIONS["OBS-latency"](evidence) == ("contact", "3 replies: p50 500.0 ms, p95 1000.0 ms, max 1000.0 ms")


def test_latency_is_untested_where_nothing_was_answered() -> None:
    with pytest.raises(Untested, match="no due request was answered"):
        OBSERVATIONS["OBS-latency"](run())


@pytest.mark.parametrize(
    ("times", "wanted"),
    [
        ([], (0.0, 0.0, 0.0)),
        ([7], (7, 7, 7)),
        ([2, 1], (1, 2, 2)),
        ([3, 1, 2], (2, 3, 3)),
        (list(range(1, 21)), (10, 19, 20)),
        (list(range(1, 101)), (50, 95, 100)),
        (list(range(1, 102)), (51, 96, 101)),
    ],
)
def test_quantiles_are_those_of_the_nearest_rank(times: list[float], wanted: tuple[float, float, float]) -> None:
    assert quantiles(times[::-1]) == wanted


def test_the_reason_is_said_in_full_where_there_was_nothing_to_observe() -> None:
    with pytest.raises(Untested, match=r"^no due request was answered$"):
        OBSERVATIONS["OBS-latency"](run())
    with pytest.raises(Untested, match=r"^no contact was due after its ExpiryTime in this run$"):
        OBSERVATIONS["OBS-expired"](run())


def test_asked_twice_is_about_the_second_request_alone() -> None:
    notes = Notes()
    notes.ask(ERROR, probe="colleague", part=Part.OPEN)
    notes.ask(NOTHING, probe="asked-twice", part=Part.OPEN)
    assert OBSERVATIONS["OBS-asked-twice"](notes.evidence()) == ("empty-contact", NOTHING)
