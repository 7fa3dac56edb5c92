"""How one question is asked of every reply: layers, blockers, and what the sum of it comes to."""

from __future__ import annotations

import pytest
from building import frame, reply
from lcm_conformance.catalogue.verdict import Finding, Inconclusive, Nonconformity
from lcm_conformance.judge.checks.check import Check, Difference, Pins, finding, require
from lcm_conformance.record.reply import Reply

WRONG = Difference("a queue", '"none"', "$.message.response.Queue")


def refuses(clause: str, word: str, *outer: Check) -> Check:
    """A check that finds a fault in every reply whose text has the word."""

    def question(asked: Reply, _pins: Pins) -> Difference | None:
        return WRONG if word in (asked.message.event.frame or "") else None

    return Check(clause, question, outer)


OUTER = refuses("RSP-2", "outer")
BESIDE = refuses("RSP-3", "beside", OUTER)
INNER = refuses("RSP-4", "inner", OUTER, BESIDE)


def blocked_by(text: str) -> str | None:
    check = INNER.blocked_by(reply(text), {})
    return check.clause if check else None


def test_a_check_is_blocked_by_the_outermost_layer_that_fails() -> None:
    assert blocked_by("outer beside inner") == "RSP-2"
    assert blocked_by("beside inner") == "RSP-3"
    assert blocked_by("inner") is None
    assert Check("RSP-1", OUTER.ask).blocked_by(reply("outer"), {}) is None


def test_a_check_is_blocked_by_what_blocks_its_outer_check() -> None:
    innermost = refuses("RSP-5", "innermost", INNER)
    for text, clause in (("outer", "RSP-2"), ("beside", "RSP-3"), ("inner", "RSP-4")):
        found = innermost.blocked_by(reply(text), {})
        assert found is not None
        assert found.clause == clause


@pytest.mark.parametrize("text", ["outer", "beside", "inner"])
def test_a_reply_is_accepted_only_if_every_layer_passes(text: str) -> None:
    assert not INNER.accepts(reply(text), {})
    assert INNER.accepts(reply("right"), {})


def test_pins_reach_the_question_and_every_layer_around_it() -> None:
    seen = []

    def question(_asked: Reply, pins: Pins) -> Difference | None:
        seen.append(pins)
        return None

    pins = {"topic": "table"}
    inner = Check("RSP-2", question, (Check("RSP-1", question, (Check("MAP-1", question),)),))
    inner.accepts(reply("{}"), pins)
    require(inner, [reply("{}")], pins)
    assert seen == [pins] * 6


def test_all_replies_right_is_a_pass() -> None:
    require(INNER, [reply("right"), reply("right, too", 2)], {})


def test_one_fault_among_many_fails_and_every_one_is_shown() -> None:
    replies = [reply("right"), reply("inner", 2), reply("right", 3), reply("inner", 4)]
    with pytest.raises(Nonconformity, match=r'^2 of 4 replies: "none"$') as failure:
        require(INNER, replies, {})
    assert [found.where for found in failure.value.findings] == [
        "$.message.response.Queue of contact 2 of the run, which nothing asked for",
        "$.message.response.Queue of contact 4 of the run, which nothing asked for",
    ]


def test_a_failure_is_counted_among_the_replies_that_could_be_asked() -> None:
    with pytest.raises(Nonconformity, match=r"^1 of 2 replies"):
        require(INNER, [reply("outer"), reply("inner", 2), reply("right", 3)], {})


def test_what_an_outer_layer_leaves_unjudged_is_inconclusive_and_names_it() -> None:
    with pytest.raises(
        Inconclusive, match=r"^RSP-3 fails in contact 2 of the run, which leaves nothing to judge there$"
    ) as unclear:
        require(INNER, [reply("right"), reply("beside", 2), reply("outer", 3)], {})
    assert unclear.value.blockers == {"RSP-2", "RSP-3"}
    assert unclear.value.findings == ()


def test_no_reply_at_all_is_inconclusive_and_blames_no_clause() -> None:
    with pytest.raises(Inconclusive, match=r"^no contact was handed out in this run, so there is nothing") as unclear:
        require(INNER, [], {})
    assert unclear.value.blockers == frozenset()


def test_a_text_that_comes_again_is_judged_once_and_counted_each_time() -> None:
    asked = []

    def question(one: Reply, _pins: Pins) -> Difference | None:
        asked.append(one.number)
        return WRONG

    with pytest.raises(Nonconformity) as failure:
        require(Check("RSP-1", question), [reply("same"), reply("same", 2), reply("another", 3)], {})
    assert asked == [1, 3]
    assert len(failure.value.findings) == 3


def test_a_text_that_is_blocked_again_is_asked_once() -> None:
    asked = []

    def question(one: Reply, _pins: Pins) -> Difference | None:
        asked.append(one.number)
        return WRONG

    outer = Check("RSP-1", question)
    with pytest.raises(Inconclusive):
        require(Check("RSP-2", OUTER.ask, (outer,)), [reply("same"), reply("same", 2)], {})
    assert asked == [1]


def test_a_finding_says_where_and_in_which_exchange() -> None:
    found = finding(reply(frame(), 7, exchange="x-0003", after_ms=12.4), WRONG)
    assert found == Finding(
        "a queue", '"none"', "$.message.response.Queue of the reply in x-0003, 12 ms after the request", "x-0003"
    )
