"""Asks before login and after logout (Pre-requisite: PRE-1, PRE-2, PRE-3)."""

from __future__ import annotations

import time
from contextlib import suppress

from lcm_conformance.catalogue.probes import Part
from lcm_conformance.catalogue.request import Way
from lcm_conformance.drive.asking import (
    contact,
    control,
    control_elsewhere,
    find_way,
    learn_copies,
    wait_for_way,
)
from lcm_conformance.drive.lane import Ask, Lane
from lcm_conformance.drive.room import NoRoom
from lcm_conformance.record.transcript import Exchange
from lcm_conformance.transport import CannotConnect

EARLY, LATE = "early", "late"
OLD, NEW = "the session that logged out", "a new session"
BEFORE_LOGIN, AFTER_LOGOUT = "not-logged-in", "logged-out"
TIMES = 3
"""A fault that shows the first time only, or every second time, is a fault."""
_TURNED_AWAY = {401, 403}


def before_any_login(lane: Lane) -> None:
    """Before any login of the run, once in each way; then log in on that session, and ask properly."""
    inquiry = lane.inquiry
    try:
        tests = _ask_outside(lane, inquiry.order, EARLY)
    finally:
        inquiry.early_asked.set()
    _then_log_in(lane, tests)


def after_the_first_login(lane: Lane) -> None:
    """After the run's first login, by an agent who was not logged in so far; then log in on that session."""
    inquiry = lane.inquiry
    while not inquiry.pool.first_login.wait(0.1) and not inquiry.way_known.is_set():
        inquiry.require_going_on()
    wait_for_way(lane)
    _then_log_in(lane, _ask_outside(lane, [inquiry.way] * TIMES, LATE))


def _ask_outside(lane: Lane, ways: tuple[Way, ...] | list[Way], label: str) -> list[str]:
    """Ask without login; where that ends the session, the next request is made on a new one."""
    tests: list[str] = []
    for way in ways:
        if lane.session is None or lane.session.closed or lane.session.logged_in:
            lane.pending.clear()
            try:
                lane.connect()
            except CannotConnect as refusal:
                if refusal.status not in _TURNED_AWAY or (lane.inquiry.profile.login is not None and not tests):
                    raise
                return [*tests, _turned_away(lane, way, label, refusal.status)]
        tests.append(lane.send(Ask(BEFORE_LOGIN, Part.TEST, label=label, way=way)))
        lane.beat()
    return tests


def _turned_away(lane: Lane, way: Way, label: str, status: int | None) -> str:
    """The exchange that there was not: without login not even a session is to be had."""
    now = time.monotonic()
    request = f"(none: the handshake was refused with HTTP status {status})"
    exchange = Exchange(
        "",
        BEFORE_LOGIN,
        Part.TEST,
        "none",
        lane.role,
        lane.role,
        request,
        now,
        (),
        now,
        way,
        label,
        lane.role,
        closed=True,
    )
    return lane.inquiry.recorder.begin(exchange).id


def _then_log_in(lane: Lane, tests: list[str]) -> None:
    """The control (PRE-3): the same agent, once logged in, on that session, or on a new one where it was closed."""
    inquiry = lane.inquiry
    if lane.session is not None:
        lane.hush()
    if lane.brought_contact(tests):
        inquiry.asked_over.add((lane.role, BEFORE_LOGIN))
    if lane.role == "logged_out" and inquiry.profile.login is None:
        lane.leave()  # nobody can log in here: the control is whoever is logged in by headers
        inquiry.without_control = tuple(tests)
        return
    if lane.session is not None and not lane.session.closed:
        inquiry.pool.log_in(lane.session)
        lane.beat()
    else:
        lane.enter()
    if find_way(lane, tuple(tests)) or not inquiry.ways:
        return
    if lane.session is not None and any(lane.exchange(name).session == lane.session.id for name in tests):
        control(lane, tests, BEFORE_LOGIN, on_any_session=True)
    else:
        control_elsewhere(lane, tests, BEFORE_LOGIN)


def control_by_headers(lane: Lane) -> None:
    """The control where headers log in, and whoever asked before login has none: an agent who is logged in by them."""
    control(lane, lane.inquiry.without_control, BEFORE_LOGIN, on_any_session=True)


def after_logout(lane: Lane) -> None:
    """Log in, be answered, log out, and ask: on the session that logged out, and on a new one."""
    tests = _after_logout(lane, asks_first=True)
    if tests and lane.brought_contact(tests):
        learn_copies(lane)
        if lane.inquiry.restless or (lane.inquiry.copies or 1) > 1 or lane.was_patient:
            # What came may be a copy, or late: a session that logs in and out and asks nothing between decides.
            for name in tests:
                lane.inquiry.recorder.change(name, part=Part.OPEN)
            tests = _after_logout(lane, asks_first=False)
    if tests and not lane.brought_contact(tests):
        lane.enter()
        control(lane, tests, AFTER_LOGOUT, on_any_session=True)


def _after_logout(lane: Lane, asks_first: bool) -> list[str]:
    session = lane.enter() if asks_first else lane.fresh()
    if asks_first and lane.inquiry.ways:
        contact(lane)  # an endpoint may keep a contact for the session that has asked for it
    lane.inquiry.pool.log_out(session)
    if lane.inquiry.profile.logout is not None and lane.inquiry.profile.logout.success is None and not session.closed:
        lane.hush()  # nothing says when the logout has taken effect; until then nothing may be asked
    tests: list[str] = []
    second = None
    if not session.closed:
        tests += _ask_times(lane, OLD)
    if lane.inquiry.has_room_for_two:
        with suppress(NoRoom):
            one_more = Lane(lane.inquiry, lane.role)
            one_more.connect(waits=False)
            second = one_more
            tests += _ask_times(second, NEW)
    if lane.session is not None and lane.pending:
        lane.hush()
    if second is None:
        lane.connect()
        tests += _ask_times(lane, NEW)
        lane.hush()
    else:
        second.hush()
        lane.leave()
        lane.session = second.session
    if lane.session is not None and not lane.session.closed and not lane.brought_contact(tests):
        lane.inquiry.pool.log_in(lane.session)
        lane.beat()
    return tests


def _ask_times(lane: Lane, label: str) -> list[str]:
    tests: list[str] = []
    for _ in range(TIMES):
        if lane.session is None or lane.session.closed:
            break
        tests.append(lane.send(Ask(AFTER_LOGOUT, Part.TEST, label=label)))
        lane.beat()
    return tests
