"""How long is listened after a request, learnt from how slow answers were."""

from __future__ import annotations

import pytest
from lcm_conformance.drive.pace import Pace
from lcm_conformance.profile import Timing

TIMING = Timing(connect=10, reply=5, silence=2)


def after(*answers: float) -> Pace:
    pace = Pace(TIMING)
    for seconds in answers:
        pace.took(seconds)
    return pace


def test_a_silence_is_as_long_as_the_profile_says_and_longer_by_the_slowest_answer() -> None:
    assert after().silence == 2
    assert after(0.25, 0.5, 0.01).silence == 2.5


def test_what_is_usual_is_the_median() -> None:
    assert after().usual == 0
    assert after(0.1, 4.0, 0.2).usual == 0.2


@pytest.mark.parametrize(
    ("answers", "slow"), [((), False), ((0.1, 0.2, 4), False), ((0.3, 0.3), False), ((0.31,), True), ((2, 2, 0), True)]
)
def test_an_endpoint_is_slow_where_answers_usually_take_more_than_0_3_s(answers: tuple[float, ...], slow: bool) -> None:
    assert after(*answers).is_slow is slow


@pytest.mark.parametrize(("usual", "beat"), [(0, 0.005), (0.001, 0.005), (0.01, 0.03), (1, 0.05)])
def test_a_beat_is_three_usual_answers_between_5_and_50_ms(usual: float, beat: float) -> None:
    assert after(usual).beat == pytest.approx(beat)


def test_after_an_answer_that_took_long_it_is_as_long_for_a_while() -> None:
    assert after(0.001, 0.04, 0.001).beat == pytest.approx(0.04)
    assert after(0.001, 0.2, 0.001).beat == pytest.approx(0.05)
    assert after(0.04, *[0.001] * 20).beat == pytest.approx(0.005)
