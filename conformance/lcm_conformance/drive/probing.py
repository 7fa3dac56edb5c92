"""Asks one probe: the request under test, and the proper request whose answer gives silence a meaning."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from lcm_conformance.catalogue.probes import Part, Probe, Variant
from lcm_conformance.catalogue.request import Way
from lcm_conformance.drive.discovery import Learnt
from lcm_conformance.drive.login import log_out
from lcm_conformance.drive.plan import ASKED_TOGETHER
from lcm_conformance.drive.requests import Desk, Request, answered, hands_out
from lcm_conformance.drive.session import Session
from lcm_conformance.profile import Exchangeable
from lcm_conformance.record.transcript import Exchange
from lcm_conformance.transport import CannotConnect


def ask_variant(desk: Desk, learnt: Learnt, probe: Probe, number: int, variant: Variant) -> None:
    """One variant of a probe, on a session of its own."""
    role = desk.role(probe.agent)
    with desk.sessions.entered(role) as session:
        if learnt.pushes and probe.part is Part.TEST:
            # What comes unasked, after login say, must not be taken for the answer.
            session.hear(desk.waits.silence().seconds)
        exchange = desk.ask(session, Request(probe.name, probe.part, probe.asks_as or role, variant, number))
        if probe.part is Part.TEST:
            _control(desk, learnt, session, exchange, role)
        elif probe.part is Part.DUE and hands_out(exchange) and (desk.sessions.many or number == 0):
            # Another agent's contact may come after the own one.
            session.hear(desk.waits.silence().seconds)


def at_once(desk: Desk, learnt: Learnt, probe: Probe) -> None:
    """Several agents ask at the same moment, `count` times; one after the other where one session is all there is."""
    for _ in range(probe.count if learnt.answered else 1):
        if not desk.sessions.many:
            for role in probe.together:
                with desk.sessions.entered(role) as session:
                    desk.ask(session, Request(probe.name, Part.DUE))
            continue
        sessions: list[Session] = []
        try:
            for role in probe.together:
                sessions.append(desk.sessions.enter(role))
            for _ in range(ASKED_TOGETHER if learnt.reusable else 1):
                under_way = [(session, desk.send(session, Request(probe.name, Part.DUE))) for session in sessions]
                answers = [session.receive(asked, desk.waits.due()) for session, asked in under_way]
                for session, answer in zip(sessions, answers, strict=True):
                    desk.require_line(session, answer)
                if not all(hands_out(answer) for answer in answers):
                    break
        finally:
            for session in sessions:
                desk.sessions.leave(session)


def not_logged_in(desk: Desk, probe: Probe, ways: Sequence[Way]) -> None:
    """Ask before login, then log in on the same session and ask again (on a new one if it was closed).

    Several `ways` are asked where none is known yet.
    """
    role = desk.role(probe.agent)
    try:
        session = desk.sessions.connect(role)
    except CannotConnect as refusal:
        if desk.profile.login is not None or refusal.status not in {401, 403}:
            raise
        _control_elsewhere(desk, _turned_away(desk, probe, role, refusal.status), role, ways)
        return
    try:
        for way in ways[:-1]:
            # Whatever any of them brings is collected with the last one, which is the test.
            desk.send(session, Request(probe.name, Part.OPEN, way=way))
        test = desk.ask(session, Request(probe.name, Part.TEST, way=ways[-1]))
        if hands_out(test):
            return
        if desk.profile.login is None:
            desk.sessions.leave(session)  # the control may need the one session that is allowed
            _control_elsewhere(desk, test, role, ways)
            return
        session = _log_in_again(desk, session, role)
        if not _is_answered(desk, session, test, role, ways):
            desk.sessions.leave(session)
            session = desk.sessions.enter(role)
            _is_answered(desk, session, test, role, ways)
    finally:
        desk.sessions.leave(session)


def _turned_away(desk: Desk, probe: Probe, role: str, status: int) -> Exchange:
    """The exchange that there was not: without login not even a session is to be had."""
    now = time.monotonic()
    return desk.notebook.keep(
        Exchange(
            id=desk.notebook.exchange_id(),
            probe=probe.name,
            part=Part.TEST,
            session="none",
            agent=role,
            asks_for=role,
            request=f"(none: the handshake was refused with HTTP status {status})",
            sent=now,
            received=(),
            ended=now,
            closed=True,
        )
    )


def _control_elsewhere(desk: Desk, test: Exchange, role: str, ways: Sequence[Way]) -> None:
    """Where headers log in, the control is on another session: of the same agent, or of one who can be logged in."""
    proper = role if role != "logged_out" else "reserved"
    with desk.sessions.entered(proper) as session:
        _is_answered(desk, session, test, proper, ways)


def _is_answered(desk: Desk, session: Session, test: Exchange, role: str, ways: Sequence[Way]) -> bool:
    """Ask properly until one of the ways is answered. That one is the control; to the others no answer was due."""
    if len(ways) == 1:
        return answered(desk.ask(session, Request(test.probe, Part.CONTROL, role, controls=test.id, way=ways[0])))
    for way in ways:
        asked = desk.ask(session, Request(test.probe, Part.DUE, role, way=way))
        part = Part.CONTROL if answered(asked) or session.closed or way == ways[-1] else Part.OPEN
        controls = test.id if part is Part.CONTROL else None
        desk.notebook.keep(replace(asked, part=part, controls=controls, standard_way=answered(asked)))
        if part is Part.CONTROL:
            return answered(asked)
    return False


def logged_out(desk: Desk, learnt: Learnt, probe: Probe) -> None:
    """Log in and out, ask, then log in again for the control."""
    role = desk.role(probe.agent)
    logout = desk.profile.logout
    if logout is None:
        return
    if desk.sessions.has_one_session(role):
        desk.sessions.require_admitted(role)  # whoever logs out here could not be logged in again for the control
    if not _after_logout(desk, learnt, probe, role, logout, settled=False):
        # What came may be a late copy of the answer before logout: only what comes after a silence tells.
        _after_logout(desk, learnt, probe, role, logout, settled=True)


def _after_logout(desk: Desk, learnt: Learnt, probe: Probe, role: str, logout: Exchangeable, settled: bool) -> bool:
    """One round of `logged_out`; False where a contact came that need not answer the request after logout."""
    session = desk.sessions.enter(role)
    try:
        if learnt.reusable:
            # An endpoint may keep a contact for the session that has asked for it.
            desk.ask(session, Request("ask", Part.DUE))
            if settled:
                session.hear(desk.waits.silence().seconds)
        log_out(session, desk.agents[role], logout, desk.profile.timing.reply)
        if logout.success is None and not session.closed:
            # Nothing says when the logout has taken effect; until then nothing may be asked.
            desk.sessions.stop.wait(desk.waits.silence().seconds)
        if session.closed:
            desk.sessions.leave(session)
            session = desk.sessions.connect(role)
        test = desk.ask(session, Request(probe.name, Part.TEST))
        if test.closed and not hands_out(test):
            # The logout may have ended the session only now, and then nobody has heard the request.
            desk.notebook.keep(replace(test, part=Part.OPEN))
            desk.sessions.leave(session)
            session = desk.sessions.connect(role)
            test = desk.ask(session, Request(probe.name, Part.TEST))
        if not hands_out(test):
            session = _log_in_again(desk, session, role)
            _control(desk, learnt, session, test, role)
        elif learnt.reusable and not settled:
            desk.notebook.keep(replace(test, part=Part.OPEN))
            return False
        return True
    finally:
        desk.sessions.leave(session)


def _log_in_again(desk: Desk, session: Session, role: str) -> Session:
    if not session.closed and desk.profile.login is not None:
        desk.sessions.log_in(session, role)
        return session
    desk.sessions.leave(session)
    return desk.sessions.enter(role)


def _control(desk: Desk, learnt: Learnt, session: Session, test: Exchange, role: str) -> None:
    """A proper request, alike but for the one thing under test.

    It is made on the same session, except where the endpoint closed that, or answers one request
    a session only, or where the agent is what differs. After a few that stayed unanswered the
    endpoint is given up on: nothing that follows could be controlled.
    """
    if hands_out(test) or not learnt.answered or desk.given_up:
        return
    proper = "reserved" if role == "idle" else role
    if proper == role and not session.closed:
        control = desk.ask(session, Request(test.probe, Part.CONTROL, role, controls=test.id))
        if answered(control):
            return
        if learnt.reusable and not session.closed:
            # A lost answer and a deaf session look alike until one more is asked.
            desk.ask(session, Request(test.probe, Part.CONTROL, role, controls=test.id))
            return
    desk.sessions.leave(session)
    with desk.sessions.entered(proper) as fresh:
        desk.ask(fresh, Request(test.probe, Part.CONTROL, proper, controls=test.id))
