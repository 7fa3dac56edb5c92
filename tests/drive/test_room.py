"""How many sessions an endpoint allows is learnt from its refusals, and from nothing that only looks like one."""

from __future__ import annotations

import threading
from typing import cast

import pytest
from lcm_conformance.catalogue.verdict import EnvironmentTrouble
from lcm_conformance.drive.room import IN_VAIN, NoRoom, Room
from lcm_conformance.drive.session import Session


def a_session() -> Session:
    return cast("Session", object())  # a room only counts them


def opened(room: Room) -> Session:
    room.reserve(waits=False)
    session = a_session()
    room.stands(room.fill(session))
    return session


def test_a_refusal_beside_others_leaves_as_many_places() -> None:
    room = Room(5, threading.Event())
    opened(room), opened(room)
    room.reserve(waits=False)
    room.give_back()
    assert room.is_smaller("status 503")
    assert (room.limit, room.refusal) == (
        2,
        "the endpoint refused a session beside 2 that were open (status 503)",
    )
    with pytest.raises(NoRoom):
        room.reserve(waits=False)


def test_one_who_was_being_let_in_meanwhile_counts() -> None:
    room = Room(5, threading.Event())
    opened(room)
    room.reserve(waits=False)
    room.reserve(waits=False)
    room.give_back()
    told = threading.Thread(target=room.is_smaller, args=("status 503",))
    told.start()
    room.stands(room.fill(a_session()))
    told.join(10)
    assert room.limit == 2
    assert " beside 2 that " in room.refusal


def test_a_session_that_the_endpoint_still_counts_takes_no_place_away() -> None:
    room = Room(5, threading.Event())
    opened(room)
    room.leave(opened(room))
    room.reserve(waits=False)
    room.give_back()
    assert room.is_smaller("status 503")
    assert (room.limit, room.refusal) == (5, "")


def test_an_endpoint_that_has_become_narrower_is_believed_in_the_end() -> None:
    room = Room(5, threading.Event())
    opened(room)
    room.leave(opened(room))
    for _ in range(IN_VAIN + 1):
        room.reserve(waits=False)
        room.give_back()
        assert room.is_smaller("status 503")
    assert room.limit == 1
    assert " beside 1 that " in room.refusal


def test_a_refusal_beside_nobody_is_no_question_of_room() -> None:
    room = Room(5, threading.Event())
    room.reserve(waits=False)
    room.give_back()
    assert not room.is_smaller("status 503")
    assert (room.limit, room.refusal) == (5, "")


def test_connections_that_nobody_answers_end_the_waiting() -> None:
    room = Room(5, threading.Event())
    for _ in range(IN_VAIN):
        room.reserve(waits=False)
        room.give_back(reached=False)
    with pytest.raises(EnvironmentTrouble, match="came to nothing"):
        room.reserve(waits=False)


def test_a_parked_session_is_told_of_before_anybody_waits() -> None:
    room = Room(1, threading.Event())
    session = opened(room)
    room.park(session)
    assert room.reserve(waits=True) is session
    assert room.take(session)
    assert not room.take(session)
