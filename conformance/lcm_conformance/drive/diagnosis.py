"""The ladder to a first answer (name resolution, TCP, proxy, TLS, handshake, login, answer), then every other login.

Called by `doctor`. A run climbs the same rungs, so its `environment:` line says which one failed too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lcm_conformance.catalogue import page
from lcm_conformance.catalogue.probes import Part, load_probes
from lcm_conformance.catalogue.request import Way
from lcm_conformance.catalogue.verdict import EnvironmentTrouble
from lcm_conformance.drive.discovery import ways
from lcm_conformance.drive.login import log_out
from lcm_conformance.drive.mismatch import listed
from lcm_conformance.drive.precondition import ADD_LOGIN
from lcm_conformance.drive.requests import Desk, Request
from lcm_conformance.drive.session import Session
from lcm_conformance.record.reply import Message, Shape, messages, reply_to
from lcm_conformance.transport import CannotConnect, Climbed, Connection, Transport

LOGIN = "login"
ANSWER = "first answer"
LOGOUT = "logout"
_PROBE = load_probes()["ask"]


@dataclass(frozen=True)
class Step:
    """One rung: what was found there or, where it did not hold, what is wrong and what to change."""

    rung: str
    seconds: float
    says: str
    held: bool = True


class _Watched:
    """A transport that tells of each rung, until a session is open."""

    def __init__(self, transport: Transport, climbed: Callable[[Climbed], None]) -> None:
        self._transport = transport
        self._climbed: Callable[[Climbed], None] | None = climbed

    def connect(
        self, headers: Mapping[str, str] | None = None, climbed: Callable[[Climbed], None] | None = None
    ) -> Connection:
        connection = self._transport.connect(headers, climbed or self._climbed)
        self._climbed = None
        return connection


def watched(transport: Transport, told: Callable[[Step], None]) -> Transport:
    """The transport, telling of each rung that held."""
    return _Watched(transport, lambda climbed: told(Step(climbed.rung, climbed.seconds, climbed.found)))


def climb(desk: Desk, told: Callable[[Step], None]) -> bool:
    """Climb as `agents.reserved`, then log every other agent in and out, until a rung fails; whether all of them held.

    One session is open at a time, and each agent is logged in once.
    """
    return _climb_first(desk, told) and all(_try_out(desk, role, told) for role in _others(desk))


def _climb_first(desk: Desk, told: Callable[[Step], None]) -> bool:
    began = time.monotonic()
    try:
        session = desk.sessions.enter("reserved") if desk.profile.login is None else desk.sessions.connect("reserved")
    except EnvironmentTrouble as trouble:
        rung = str(trouble.rung) if isinstance(trouble, CannotConnect) else LOGIN
        says = trouble.what if isinstance(trouble, CannotConnect) else str(trouble)
        told(Step(rung, time.monotonic() - began, says, held=False))
        return False
    try:
        return _log_in(desk, session, told) and _ask(desk, session, told) and _log_out(desk, session, LOGOUT, told)
    finally:
        desk.sessions.leave(session)


def _others(desk: Desk) -> list[str]:
    """Whom a run logs in too: `logged_out` only by message, after the agent has asked without."""
    never = {"reserved", "unknown"} | (set() if desk.profile.login else {"logged_out"})
    return [role for role in desk.profile.agents if role not in never]


def _try_out(desk: Desk, role: str, told: Callable[[Step], None]) -> bool:
    rung, began = f"{LOGIN} of {role}", time.monotonic()
    try:
        session = desk.sessions.enter(role)
    except EnvironmentTrouble as trouble:
        told(Step(rung, time.monotonic() - began, str(trouble), held=False))
        return False
    try:
        told(Step(rung, time.monotonic() - began, _login_in_words(desk, role)))
        return _log_out(desk, session, f"{LOGOUT} of {role}", told)
    finally:
        desk.sessions.leave(session)


def _log_out(desk: Desk, session: Session, rung: str, told: Callable[[Step], None]) -> bool:
    """Log out where the profile says how; a session that the endpoint has closed is logged out already."""
    logout = desk.profile.logout
    if logout is None or session.closed:
        return True
    began = time.monotonic()
    try:
        log_out(session, desk.agents[session.agent], logout, desk.profile.timing.reply)
    except EnvironmentTrouble as trouble:
        told(Step(rung, time.monotonic() - began, str(trouble), held=False))
        return False
    says = f"agents.{session.agent} is logged out"
    if logout.success is None:
        says = "sent; logout.success does not say how its answer looks"
    told(Step(rung, time.monotonic() - began, says))
    return True


def _log_in(desk: Desk, session: Session, told: Callable[[Step], None]) -> bool:
    began = time.monotonic()
    try:
        desk.sessions.log_in(session, "reserved")
    except EnvironmentTrouble as trouble:
        told(Step(LOGIN, time.monotonic() - began, str(trouble), held=False))
        return False
    told(Step(LOGIN, time.monotonic() - began, _login_in_words(desk, "reserved")))
    return True


def _login_in_words(desk: Desk, role: str) -> str:
    login = desk.profile.login
    if not desk.profile.says_login:
        return f"none, for the profile has no [login]: {ADD_LOGIN}"
    if login is None:
        return "made with the handshake's headers"
    if login.success is None:
        return "sent; login.success does not say how its answer looks"
    return f"agents.{role} is logged in"


def _ask(desk: Desk, session: Session, told: Callable[[Step], None]) -> bool:
    began, heard = time.monotonic(), list[Message]()
    if not desk.profile.supported:
        told(Step(ANSWER, 0.0, f"not asked: the page covers Campaign Manager up to {page.LAST_SUPPORTED_VERSION}"))
        return True
    for way in ways({}):
        try:
            exchange = desk.ask(session, Request(_PROBE.name, Part.DUE, way=way))
        except EnvironmentTrouble as trouble:
            told(Step(ANSWER, time.monotonic() - began, str(trouble), held=False))
            return False
        reply = reply_to(exchange)
        if reply is not None:
            told(Step(ANSWER, time.monotonic() - began, _described(reply, way)))
            return True
        heard += messages(exchange.received)
        if session.closed:
            break
    how = "the session was closed" if session.closed else "no answer, however it was asked"
    says = (
        f"{how}: check that a contact is reserved for the agent, that the agent stays logged in, "
        "and that the endpoint's URL is the bus itself"
    )
    if not desk.profile.says_login:
        says += f"; the profile has no [login]: {ADD_LOGIN}"
    says += f"; {listed(heard)} came instead" if heard else ""
    told(Step(ANSWER, time.monotonic() - began, says, held=False))
    return False


def _described(reply: Message, way: Way) -> str:
    asked = f"asked under topic {way.topic} {'with' if way.source else 'without'} source"
    what = {
        Shape.CONTACT: "a contact",
        Shape.EMPTY: "a ContactOD without a contact (is one reserved for this agent?)",
        Shape.ELSEWHERE: "a contact, though not as ContactOD",
    }.get(reply.shape, "something that is not JSON")
    if reply.is_unread:
        what = f"a message {reply.parsed.error}"
    return f"{what}, {asked}"
