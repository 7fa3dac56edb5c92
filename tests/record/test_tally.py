"""Contacts are counted against proper requests, step by step, and never matched to one by guess."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from lcm_conformance.catalogue.probes import Part
from lcm_conformance.record.tally import contacts, tally
from lcm_conformance.record.transcript import Event, Exchange, Kind

CONTACT = json.dumps({"subtopic": "ContactOD", "message": {"response": {"PhoneNumber": "5550101", "Queue": "Q"}}})
EMPTY = json.dumps({"subtopic": "ContactOD", "message": {"response": {"success": False}}})
BROKEN = EMPTY[:-1]
CHAT = json.dumps({"subtopic": "SetAgentState"})


def row(*asked: tuple[str, list[str]]) -> list[Exchange]:
    """Exchanges of one session a second apart; each frame comes 0.1 s after the one before it."""
    exchanges = []
    for number, (part, frames) in enumerate(asked):
        events = tuple(
            Event(1, datetime.now(UTC), number + 0.1 * (place + 1), "s-1", "reserved", Kind.RECEIVED, frame)
            for place, frame in enumerate(frames)
        )
        exchanges.append(
            Exchange(
                f"x-{number}", "p", Part(part), "s-1", "reserved", "reserved", "{}", float(number), events, number + 1
            )
        )
    return exchanges


def names(exchanges: tuple[Exchange, ...]) -> list[str]:
    return [exchange.id for exchange in exchanges]


def test_as_many_contacts_as_proper_requests_are_regular() -> None:
    count = tally(
        row(("contact", [CONTACT]), ("test", [CHAT]), ("control", [CONTACT]), ("test", []), ("control", [CONTACT]))
    )
    assert count.is_regular
    assert (count.surplus, count.loss, count.suspects(), count.surplus_suspects()) == (0, 0, (), ())
    assert [(names(step.tests), step.due, step.came) for step in count.steps] == [
        ([], 1, 1),
        (["x-1"], 1, 1),
        (["x-3"], 1, 1),
    ]


def test_a_contact_too_many_is_a_surplus_of_its_step() -> None:
    count = tally(row(("test", []), ("control", [CONTACT]), ("test", [CONTACT]), ("control", [CONTACT])))
    assert (count.is_regular, count.surplus, count.loss) == (False, 1, 0)
    assert names(count.suspects()) == names(count.surplus_suspects()) == ["x-2"]


def test_a_contact_that_is_missing_is_a_loss_of_its_step() -> None:
    count = tally(row(("test", []), ("control", []), ("test", []), ("control", [CONTACT])))
    assert (count.is_regular, count.surplus, count.loss) == (False, 0, 1)
    assert names(count.suspects()) == ["x-0"]
    assert count.surplus_suspects() == ()


def test_a_surplus_that_a_later_loss_makes_up_for_is_one_all_the_same() -> None:
    count = tally(row(("test", [CONTACT]), ("control", [CONTACT]), ("test", []), ("control", [])))
    assert (count.is_regular, count.surplus, count.loss) == (False, 1, 0)
    assert names(count.suspects()) == ["x-0", "x-2"]


def test_a_late_contact_makes_up_for_the_step_that_lacked_it() -> None:
    count = tally(row(("test", []), ("control", []), ("test", [CONTACT]), ("control", [CONTACT])))
    assert (count.surplus, count.loss) == (0, 0)


def test_where_each_request_brings_copies_it_cannot_be_told_which_step_is_odd() -> None:
    twice = row(("test", []), ("control", [CONTACT, CONTACT]), ("test", [CONTACT]), ("control", [CONTACT, CONTACT]))
    assert tally(twice[:2], copies=2).is_regular
    assert names(tally(twice, copies=2).suspects()) == ["x-0", "x-2"]


@pytest.mark.parametrize("weak", [EMPTY, BROKEN])
def test_a_weak_answer_counts_only_where_a_contact_is_missing(weak: str) -> None:
    assert tally(row(("test", []), ("control", [weak]))).is_regular
    assert tally(row(("test", [weak]), ("control", [CONTACT]))).is_regular
    assert tally(row(("test", [EMPTY]), ("control", []))).loss == 1


def test_what_comes_after_the_silence_is_left_out() -> None:
    late = row(("test", []), ("control", [CONTACT, CONTACT]))
    assert tally(late, until=1.15).is_regular
    assert tally(late).surplus == 1
    assert contacts(late[1], until=1.15) == 1
    assert tally([*late, *row(*[("test", [])] * 4)[3:]], until=1.15).steps == tally(late, until=1.15).steps


def test_a_request_that_could_not_be_made_is_due_nothing() -> None:
    from dataclasses import replace

    asked = row(("test", []), ("control", []))
    assert tally([asked[0], replace(asked[1], trouble="the session was given up")]).is_regular


@pytest.mark.parametrize("refusal", [EMPTY, '"ContactOD" is not available'])
def test_a_refusal_makes_up_for_no_contact_that_comes_a_step_later(refusal: str) -> None:
    count = tally(row(("test", []), ("control", [refusal]), ("test", [CONTACT, refusal]), ("control", [CONTACT])))
    assert count.is_regular
    assert [step.came for step in count.steps] == [0, 2]


def test_it_may_be_the_answer_where_a_contact_is_missing_in_the_end() -> None:
    count = tally(row(("test", []), ("control", [BROKEN]), ("test", []), ("control", [CONTACT])))
    assert count.is_regular
    assert [step.came for step in count.steps] == [1, 1]
