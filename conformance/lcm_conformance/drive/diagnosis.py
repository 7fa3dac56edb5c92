"""The ladder to a first answer (name resolution, TCP, proxy, TLS, handshake, login, answer), then every other login.

Called by `doctor`. A run climbs the same rungs, so its `environment:` line says which one failed too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lcm_conformance.catalogue import page
from lcm_conformance.catalogue.probes import load_probes
from lcm_conformance.catalogue.request import Way
from lcm_conformance.catalogue.verdict import EnvironmentTrouble
from lcm_conformance.drive.inquiry import Inquiry
from lcm_conformance.drive.lane import Ask, Lane
from lcm_conformance.drive.mismatch import listed
from lcm_conformance.drive.precondition import ADD_LOGIN
from lcm_conformance.drive.session import Session
from lcm_conformance.judge.checks.contact import is_expected
from lcm_conformance.record.reply import Message, Reply, Shape, messages, reply_to
from lcm_conformance.transport import CannotConnect, Climbed, Connection, Transport

LOGIN = "login"
ANSWER = "first answer"
LOGOUT = "logout"
PREPARE = "prepare"
_ASKS = {"other", "stranger", "leaver"}
"""Who has a contact too, and is asked about it."""
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


def climb(inquiry: Inquiry, told: Callable[[Step], None]) -> bool:
    """Climb as `agents.reserved`, then log every other agent in and out, until a rung fails; whether all of them held.

    One session is open at a time, and each agent is logged in once.
    """
    return _climb_first(inquiry, told) and all(_try_out(inquiry, role, told) for role in _others(inquiry))


def _climb_first(inquiry: Inquiry, told: Callable[[Step], None]) -> bool:
    began = time.monotonic()
    try:
        session = inquiry.pool.enter("reserved") if inquiry.profile.login is None else inquiry.pool.connect("reserved")
    except EnvironmentTrouble as trouble:
        rung = str(trouble.rung) if isinstance(trouble, CannotConnect) else LOGIN
        says = trouble.what if isinstance(trouble, CannotConnect) else str(trouble)
        told(Step(rung, time.monotonic() - began, says, held=False))
        return False
    try:
        return (
            _log_in(inquiry, session, told)
            and _ask(Lane(inquiry, "reserved", session), ANSWER, told)
            and _log_out(inquiry, session, LOGOUT, told)
        )
    finally:
        inquiry.pool.leave(session)


def _others(inquiry: Inquiry) -> list[str]:
    """Whom a run logs in too: `logged_out` only by message, after the agent has asked without."""
    never = {"reserved", "unknown"} | (set() if inquiry.profile.login else {"logged_out"})
    return [role for role in inquiry.profile.agents if role not in never]


def _try_out(inquiry: Inquiry, role: str, told: Callable[[Step], None]) -> bool:
    rung, began = f"{LOGIN} of {role}", time.monotonic()
    try:
        session = inquiry.pool.enter(role)
    except EnvironmentTrouble as trouble:
        told(Step(rung, time.monotonic() - began, str(trouble), held=False))
        return False
    try:
        told(Step(rung, time.monotonic() - began, _login_in_words(inquiry, role)))
        asks = role in _ASKS and not _ask(Lane(inquiry, role, session), f"answer to {role}", told)
        return not asks and _log_out(inquiry, session, f"{LOGOUT} of {role}", told)
    finally:
        inquiry.pool.leave(session)


def _log_out(inquiry: Inquiry, session: Session, rung: str, told: Callable[[Step], None]) -> bool:
    """Log out where the profile says how; a session that the endpoint has closed is logged out already."""
    logout = inquiry.profile.logout
    if logout is None or session.closed:
        return True
    began = time.monotonic()
    try:
        inquiry.pool.log_out(session)
    except EnvironmentTrouble as trouble:
        told(Step(rung, time.monotonic() - began, str(trouble), held=False))
        return False
    says = f"agents.{session.agent} is logged out"
    if logout.success is None:
        says = "sent; logout.success does not say how its answer looks"
    told(Step(rung, time.monotonic() - began, says))
    return True


def _log_in(inquiry: Inquiry, session: Session, told: Callable[[Step], None]) -> bool:
    began = time.monotonic()
    try:
        inquiry.pool.log_in(session)
    except EnvironmentTrouble as trouble:
        told(Step(LOGIN, time.monotonic() - began, str(trouble), held=False))
        return False
    told(Step(LOGIN, time.monotonic() - began, _login_in_words(inquiry, "reserved")))
    return True


def _login_in_words(inquiry: Inquiry, role: str) -> str:
    login = inquiry.profile.login
    if not inquiry.profile.says_login:
        return f"none, for the profile has no [login]: {ADD_LOGIN}"
    if login is None:
        return "made with the handshake's headers"
    if login.success is None:
        return "sent; login.success does not say how its answer looks"
    return f"agents.{role} is logged in"


def _ask(lane: Lane, rung: str, told: Callable[[Step], None]) -> bool:
    """Ask for the agent's contact until one of the ways is answered, and compare it with what the profile expects."""
    began, heard = time.monotonic(), list[Message]()
    if not lane.inquiry.profile.supported:
        told(Step(rung, 0.0, f"not asked: the page covers Campaign Manager up to {page.LAST_SUPPORTED_VERSION}"))
        return True
    try:
        _prepare(lane, told)
        for way in (lane.inquiry.ways or lane.inquiry.order) if lane.session is not None else ():
            name = lane.proper(Ask(_PROBE.name, way=way))
            reply = reply_to(lane.exchange(name))
            if reply is not None:
                lane.inquiry.ways = [way]
                after = reply.event.clock - lane.exchange(name).sent
                says, held = _described(lane, reply, way, after)
                told(Step(rung, time.monotonic() - began, says, held))
                return held
            heard += messages(lane.exchange(name).received)
            if lane.session is None or lane.session.closed:
                break
    except EnvironmentTrouble as trouble:
        told(Step(rung, time.monotonic() - began, str(trouble), held=False))
        return False
    how = "no answer, however it was asked"
    if lane.session is None or lane.session.closed:
        how = "the session was closed"
    says = (
        f"{how}: check that a contact is reserved for the agent, that the agent stays logged in, "
        "and that the endpoint's URL is the bus itself"
    )
    if not lane.inquiry.profile.says_login:
        says += f"; the profile has no [login]: {ADD_LOGIN}"
    says += f"; {listed(heard)} came instead" if heard else ""
    told(Step(rung, time.monotonic() - began, says, held=False))
    return False


def _prepare(lane: Lane, told: Callable[[Step], None]) -> None:
    preparation = lane.inquiry.preparation
    if preparation.is_there:
        began = time.monotonic()
        preparation.before_request(lane.agent)
        told(Step(PREPARE, time.monotonic() - began, f"prepare.command was run for agents.{lane.role}"))


def _described(lane: Lane, reply: Message, way: Way, after: float) -> tuple[str, bool]:
    asked = f"asked under topic {way.topic} {'with' if way.source else 'without'} source"
    what = {
        Shape.CONTACT: "a contact",
        Shape.EMPTY: f"a {page.REPLY} without a contact",
        Shape.ELSEWHERE: "a contact, though not as ContactOD",
    }.get(reply.shape, "something that is not JSON")
    if reply.is_unread:
        what = f"a message {reply.parsed.error}"
    due = lane.inquiry.profile.timing.reply
    if after > due:
        return f"{what}, {asked}, but only after {after:.1f} s: set timing.reply above {after:.1f}", False
    if reply.shape is Shape.CONTACT and lane.agent.expect and not is_expected(Reply(1, reply), lane.agent.expect):
        return (
            f"{what}, {asked}, but none that agents.{lane.role}.expect names: correct the profile or reserve it",
            False,
        )
    if reply.shape is Shape.EMPTY:
        return f"{what}, {asked}: check that one is reserved for agents.{lane.role}", False
    return f"{what}, {asked}", True
