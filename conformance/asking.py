"""Asks one probe: the request under test, and the proper request whose answer gives silence a meaning."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.desk import Desk, answered
from conformance.discovery import Learnt
from conformance.probes import Probe, Variant
from conformance.reply import messages
from conformance.session import Session
from conformance.transcript import Exchange, Part, Way


def ask_variant(desk: Desk, learnt: Learnt, probe: Probe, number: int, variant: Variant) -> None:
    """One variant of a probe, on a session of its own."""
    role = desk.role(probe.agent)
    with desk.entered(role) as session:
        exchange = desk.ask(session, probe.name, probe.part, probe.asks_as or role, variant, number)
        if probe.part is Part.TEST:
            _control(desk, learnt, session, exchange, role)


def at_once(desk: Desk, learnt: Learnt, probe: Probe) -> None:
    """Several agents ask at the same moment, `count` times; one after the other where one session is all there is."""
    for _ in range(probe.count if learnt.answered else 1):
        if not desk.many:
            for role in probe.together:
                with desk.entered(role) as session:
                    desk.ask(session, probe.name, Part.DUE)
            continue
        sessions: list[Session] = []
        try:
            for role in probe.together:
                sessions.append(desk.enter(role))
            under_way = [(session, desk.send(session, probe.name, Part.DUE)) for session in sessions]
            for session, asked in under_way:
                session.receive(asked, desk.waits.due())
        finally:
            for session in sessions:
                desk.leave(session)


def not_logged_in(desk: Desk, probe: Probe, ways: Sequence[Way]) -> None:
    """Ask before login, then log in on the same session and ask again (on a new one if it was closed).

    Several `ways` are asked where none is known yet.
    """
    role = desk.role(probe.agent)
    session = desk.connect(role)
    try:
        for way in ways[:-1]:
            desk.send(session, probe.name, Part.TEST, way=way)
        test = desk.ask(session, probe.name, Part.TEST, way=ways[-1])
        if desk.profile.login is None or _hands_out(test):
            return
        session = _log_in_again(desk, session, role)
        for way in ways:
            control = desk.ask(session, probe.name, Part.CONTROL, role, controls=test.id, way=way)
            if answered(control) or session.closed:
                break
        if not answered(control):
            desk.leave(session)
            session = desk.enter(role)
            desk.ask(session, probe.name, Part.CONTROL, role, controls=test.id, way=ways[0])
    finally:
        desk.leave(session)


def logged_out(desk: Desk, learnt: Learnt, probe: Probe) -> None:
    """Log in and out, ask, then log in again for the control."""
    role = desk.role(probe.agent)
    logout = desk.profile.logout
    if logout is None:
        return
    session = desk.enter(role)
    try:
        if learnt.reusable:
            desk.ask(session, probe.name, Part.DUE)
        session.log_out(desk.agents[role], logout, desk.profile.timing.reply)
        if logout.success is None and not session.closed:
            # Nothing says when the logout has taken effect; until then nothing may be asked.
            desk.stop.wait(desk.waits.silence().seconds)
        if session.closed:
            desk.leave(session)
            session = desk.connect(role)
        test = desk.ask(session, probe.name, Part.TEST)
        if not _hands_out(test):
            session = _log_in_again(desk, session, role)
            _control(desk, learnt, session, test, role)
    finally:
        desk.leave(session)


def _log_in_again(desk: Desk, session: Session, role: str) -> Session:
    if not session.closed:
        desk.log_in(session, role)
        return session
    desk.leave(session)
    return desk.enter(role)


def _control(desk: Desk, learnt: Learnt, session: Session, test: Exchange, role: str) -> None:
    """A proper request, alike but for the one thing under test.

    It is made on the same session, except where the endpoint closed that, or answers one request
    a session only, or where the agent is what differs.
    """
    if _hands_out(test) or not learnt.answered:
        return
    proper = "reserved" if role == "idle" else role
    if proper == role and not session.closed:
        control = desk.ask(session, test.probe, Part.CONTROL, role, controls=test.id)
        if answered(control):
            return
        if learnt.reusable and not session.closed:
            # A lost answer and a deaf session look alike until one more is asked.
            desk.ask(session, test.probe, Part.CONTROL, role, controls=test.id)
            return
    desk.leave(session)
    with desk.entered(proper) as fresh:
        desk.ask(fresh, test.probe, Part.CONTROL, proper, controls=test.id)


def _hands_out(exchange: Exchange) -> bool:
    return any(message.hands_out for message in messages(exchange.received))
