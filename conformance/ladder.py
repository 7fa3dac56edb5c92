"""The ladder to a first answer: name resolution, TCP, proxy, TLS, handshake, login, answer; each rung timed.

Called by `doctor`. A run climbs the same rungs, so its `environment:` line says which one failed too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from conformance import probes
from conformance.desk import Desk
from conformance.discovery import ways
from conformance.precondition import ADD_LOGIN
from conformance.reply import Message, Shape, reply_to
from conformance.session import Session
from conformance.transcript import Part, Way
from conformance.transport import CannotConnect, Climbed, Connection, Transport
from conformance.verdict import EnvironmentTrouble

LOGIN = "login"
ANSWER = "first answer"
_PROBE = probes.load()["ask"]


@dataclass(frozen=True)
class Step:
    """One rung: what was found there or, where it did not hold, what is wrong and what to change."""

    rung: str
    seconds: float
    says: str
    held: bool = True


class _Watched:
    """A transport that tells of each rung."""

    def __init__(self, transport: Transport, climbed: Callable[[Climbed], None]) -> None:
        self._transport = transport
        self._climbed = climbed

    def connect(
        self, headers: Mapping[str, str] | None = None, climbed: Callable[[Climbed], None] | None = None
    ) -> Connection:
        return self._transport.connect(headers, climbed or self._climbed)


def watched(transport: Transport, told: Callable[[Step], None]) -> Transport:
    """The transport, telling of each rung that held."""
    return _Watched(transport, lambda climbed: told(Step(climbed.rung, climbed.seconds, climbed.found)))


def climb(desk: Desk, told: Callable[[Step], None]) -> bool:
    """Climb as `agents.reserved` until a rung fails; whether all of them held. Closes what it opens."""
    began = time.monotonic()
    try:
        session = desk.enter("reserved") if desk.profile.login is None else desk.connect("reserved")
    except EnvironmentTrouble as trouble:
        rung = str(trouble.rung) if isinstance(trouble, CannotConnect) else LOGIN
        says = trouble.what if isinstance(trouble, CannotConnect) else str(trouble)
        told(Step(rung, time.monotonic() - began, says, held=False))
        return False
    try:
        return _log_in(desk, session, told) and _ask(desk, session, told)
    finally:
        desk.leave(session)


def _log_in(desk: Desk, session: Session, told: Callable[[Step], None]) -> bool:
    began = time.monotonic()
    login = desk.profile.login
    says = "agents.reserved is logged in"
    if not desk.profile.says_login:
        says = f"none, for the profile has no [login]: {ADD_LOGIN}"
    elif login is None:
        says = "made with the handshake's headers"
    elif login.success is None:
        says = "sent; login.success does not say how its answer looks"
    try:
        desk.log_in(session, "reserved")
    except EnvironmentTrouble as trouble:
        told(Step(LOGIN, time.monotonic() - began, str(trouble), held=False))
        return False
    told(Step(LOGIN, time.monotonic() - began, says))
    return True


def _ask(desk: Desk, session: Session, told: Callable[[Step], None]) -> bool:
    began = time.monotonic()
    for way in ways({}):
        try:
            reply = reply_to(desk.ask(session, _PROBE.name, Part.DUE, way=way))
        except EnvironmentTrouble as trouble:
            told(Step(ANSWER, time.monotonic() - began, str(trouble), held=False))
            return False
        if reply is not None:
            told(Step(ANSWER, time.monotonic() - began, _described(reply, way)))
            return True
        if session.closed:
            break
    how = "the session was closed" if session.closed else "no answer, however it was asked"
    says = (
        f"{how}: check that a contact is reserved for the agent, that the agent stays logged in, "
        "and that the endpoint's URL is the bus itself"
    )
    if not desk.profile.says_login:
        says += f"; the profile has no [login]: {ADD_LOGIN}"
    told(Step(ANSWER, time.monotonic() - began, says, held=False))
    return False


def _described(reply: Message, way: Way) -> str:
    asked = f"asked under topic {way.topic} {'with' if way.source else 'without'} source"
    what = {
        Shape.CONTACT: "a contact",
        Shape.EMPTY: "a ContactOD without a contact (is one reserved for this agent?)",
        Shape.ELSEWHERE: "a contact, though not as ContactOD",
    }.get(reply.shape, "something that is not JSON")
    return f"{what}, {asked}"
