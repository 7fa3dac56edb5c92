"""What came on a session is counted against what was asked there."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from lcm_conformance.catalogue.probes import Part
from lcm_conformance.record.tally import tally
from lcm_conformance.record.transcript import Event, Exchange, Kind

CONTACT = '{"subtopic": "ContactOD", "message": {"response": {"PhoneNumber": "5550101"}}}'
REFUSAL = '{"subtopic": "ContactOD", "message": {"response": {"success": false}}}'


def session(*steps: tuple[str, int]) -> list[Exchange]:
    """Requests of a session, each `test`, `control` or `refused` (a control told of nothing), with its contacts."""
    made = []
    for number, (what, times) in enumerate(steps):
        clock = float(number)
        frames = [CONTACT] * times + [REFUSAL] * (what == "refused")
        received = tuple(
            Event(10 * number + n, datetime.now(UTC), clock + 0.1, "s-1", "reserved", Kind.RECEIVED, text)
            for n, text in enumerate(frames)
        )
        part = Part.TEST if what == "test" else Part.CONTROL
        made.append(
            Exchange(f"x-{number}", "no-data", part, "s-1", "reserved", "reserved", "", clock, received, clock + 0.5)
        )
    return made


@pytest.mark.parametrize(
    "steps",
    [
        (("test", 0), ("control", 1), ("test", 0), ("control", 1)),
        (("test", 0), ("control", 0), ("test", 1), ("control", 1)),
        (("test", 0), ("test", 0), ("control", 1)),
        (("control", 1), ("test", 0), ("refused", 0)),
    ],
)
def test_a_count_that_is_right_is_regular(steps: tuple[tuple[str, int], ...]) -> None:
    assert tally(session(*steps)).is_regular


def test_more_is_a_surplus_and_the_suspects_are_those_of_its_step() -> None:
    found = tally(session(("test", 0), ("control", 1), ("test", 0), ("control", 2), ("test", 0), ("control", 1)))
    assert (found.surplus, found.loss) == (1, 0)
    assert [x.id for x in found.suspects()] == [x.id for x in found.surplus_suspects()] == ["x-2"]


def test_fewer_is_a_loss_and_what_is_told_of_nothing_counts_as_answered_then() -> None:
    found = tally(session(("test", 0), ("control", 0), ("test", 0), ("control", 1)))
    assert (found.surplus, found.loss) == (0, 1)
    assert [x.id for x in found.suspects()] == ["x-0"]
    assert found.surplus_suspects() == ()


def test_a_surplus_that_a_later_loss_hides_is_seen() -> None:
    found = tally(session(("test", 1), ("control", 1), ("test", 0), ("control", 0)))
    assert (found.surplus, found.loss, found.is_regular) == (1, 0, False)


def test_with_copies_nobody_knows_which_step_it_was() -> None:
    steps = (("test", 1), ("control", 2), ("test", 0), ("control", 2))
    found = tally(session(*steps), copies=2)
    assert (found.surplus, [x.id for x in found.suspects()]) == (1, ["x-0", "x-2"])
    assert tally(session(("test", 0), ("control", 2)), copies=2).is_regular


def test_what_came_after_the_silence_is_left_out() -> None:
    steps = (("test", 0), ("control", 1), ("test", 0), ("control", 3))
    assert not tally(session(*steps)).is_regular
    assert tally(session(*steps), until=2.0).is_regular
