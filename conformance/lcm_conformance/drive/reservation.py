"""Asks about whose contact it is (Overview): an agent with nothing reserved, two agents at once, a colleague's ID."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, BrokenBarrierError

from lcm_conformance.catalogue.probes import Part
from lcm_conformance.catalogue.verdict import EnvironmentTrouble
from lcm_conformance.drive.asking import contact, wait_for_way
from lcm_conformance.drive.lane import Ask, Lane
from lcm_conformance.drive.room import NoRoom

NOTHING_RESERVED = "nothing-reserved"
COLLEAGUE = "colleague"
AT_ONCE = "at-once"
TIMES = 3
_A_WHILE = 0.3
"""Seconds, for what is recorded only: what comes later is still taken for an answer to it."""
ROUNDS, ROUNDS_WHERE_SLOW = 3, 2
"""How often two agents ask at once."""


def with_nothing_reserved(lane: Lane) -> None:
    """An agent who is logged in, and for whom nothing is reserved, asks three times; one silence covers them."""
    lane.enter()
    wait_for_way(lane)
    tests = [_ask_in_next_way(lane) for _ in range(TIMES)]
    lane.hush()
    if lane.brought_contact(tests):
        lane.inquiry.asked_over.add((lane.role, NOTHING_RESERVED))


def _ask_in_next_way(lane: Lane) -> str:
    if lane.session is None or lane.session.closed:
        lane.pending.clear()
        lane.enter()
    name = lane.send(Ask(NOTHING_RESERVED, Part.TEST, way=lane.next_way()))
    lane.beat()
    return name


def ask_for_a_colleague(lane: Lane) -> None:
    """An agent asks with a colleague's ID, and is answered, refused, or left alone; nothing is asked there later."""
    session, pace = lane.enter(), lane.inquiry.pace
    name = lane.send(Ask(COLLEAGUE, Part.OPEN, label="a colleague's UserID", asks_for="other"))
    heard = session.listen(
        min(pace.silence, max(_A_WHILE, 4 * pace.slowest)), lambda heard: lane.hearing.is_settled(heard[-1])
    )
    lane.beat()
    lane.is_spoilt = not any(map(lane.hearing.is_settled, heard)) or lane.brought_contact([name])


def at_once(first: Lane, second: Lane) -> None:
    """Two agents ask at the same moment, each on its own session; one after the other where there is one session."""
    inquiry = first.inquiry
    if first.gave_up or second.gave_up:
        return
    try:
        if inquiry.pool.room.limit > 1:
            _side_by_side(first, second)
            return
    except NoRoom:
        pass  # the endpoint allows fewer sessions than before
    for lane in (second, first):
        lane.leave()
    for lane in (first, second):
        contact(lane, AT_ONCE)
        lane.leave()


def _side_by_side(first: Lane, second: Lane) -> None:
    for lane in (first, second):
        lane.enter()
    for _ in range(ROUNDS_WHERE_SLOW if first.inquiry.pace.is_slow else ROUNDS):
        if not _one_round(first, second):
            # Beside what was asked before on these sessions, a lost answer says little.
            for lane in (first, second):
                lane.fresh()
            _one_round(first, second)
            return


def _one_round(first: Lane, second: Lane) -> bool:
    barrier = Barrier(2, timeout=30)

    def ask(lane: Lane) -> bool:
        try:
            session = lane.enter()
            lane.inquiry.preparation.before_request(lane.agent)
            barrier.wait()
            part = Part.DUE if session.is_clean else Part.CONTROL
            name = lane.send(Ask(AT_ONCE, part, way=lane.next_way()))
            barrier.wait()  # both are asked before either answer is read
        except BrokenBarrierError:
            raise EnvironmentTrouble("one of two agents could not ask, so the other did not ask beside it") from None
        except BaseException:
            barrier.abort()
            raise
        lane.await_reply(name)
        lane.beat()
        return lane.is_answered(name)

    with ThreadPoolExecutor(2) as pool:
        return all(list(pool.map(ask, (first, second))))
