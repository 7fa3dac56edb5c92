"""Finds out how to ask, and what one session, or two of the same agent, can be used for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from lcm_conformance.catalogue import page
from lcm_conformance.catalogue.probes import Part
from lcm_conformance.catalogue.request import Way, candidates
from lcm_conformance.catalogue.verdict import EnvironmentTrouble
from lcm_conformance.drive.requests import Desk, LineLost, Request, answered, hands_out, is_broken
from lcm_conformance.drive.session import Session
from lcm_conformance.record.transcript import Exchange


@dataclass
class Learnt:
    """What was found out: the fields of `Recording`, the first exchange that was answered,
    and whether contacts may come to sessions that did not ask for them.
    """

    answered: bool = False
    reusable: bool = False
    shared: bool = False
    tried: list[Way] = field(default_factory=list)
    answered_ways: list[Way] = field(default_factory=list)
    first: Exchange | None = None
    pushes: bool = False


def ways(pins: Mapping[str, str]) -> tuple[Way, ...]:
    """The documented ways of asking in the order of trying; those that keep to pinned readings come first."""

    def against_pins(way: Way) -> int:
        sides = {"topic": _side(way.topic), "source": "table" if way.source else "sample"}
        return sum(pins.get(name, side) != side for name, side in sides.items())

    return tuple(sorted(candidates(), key=against_pins))


def discover(desk: Desk, order: tuple[Way, ...], learnt: Learnt) -> None:
    """Fill in `learnt` and set the desk's way; raises `EnvironmentTrouble` where no agent gets in."""
    try:
        _discover(desk, order, learnt)
    except LineLost:
        _forget(desk, learnt)
        _discover(desk, order, learnt)


def _discover(desk: Desk, order: tuple[Way, ...], learnt: Learnt) -> None:
    session = desk.sessions.enter("reserved")
    try:
        session = _find_way(desk, session, order, learnt)
        _ask_twice(desk, session, learnt)
        if learnt.first is not None and hands_out(learnt.first) and not learnt.reusable:
            # It may not have been an answer: then the way of asking is not known yet.
            desk.sessions.leave(session)
            if not comes_unasked(desk, "reserved"):
                return
            # What came unasked was taken for an answer; from now on it is waited for first.
            _forget(desk, learnt)
            learnt.pushes = True
            session = desk.sessions.enter("reserved")
            session.hear(desk.waits.silence().seconds)
            session = _find_way(desk, session, order, learnt)
            _ask_twice(desk, session, learnt)
        if not learnt.answered:
            # Nothing is answered, so no answer can go astray: it is enough that sessions are to be had.
            learnt.shared = desk.sessions.many and _is_let_in_twice(desk, session)
        elif desk.sessions.many and not desk.sessions.stop.is_set():
            learnt.shared = _can_share(desk, session, learnt)
    finally:
        desk.sessions.leave(session)


def comes_unasked(desk: Desk, role: str) -> bool:
    """Whether a contact comes to an agent who has only logged in."""
    try:
        with desk.sessions.entered(role) as session:
            return any(message.hands_out for message in session.hear(desk.waits.silence().seconds))
    except EnvironmentTrouble:
        return False


def _ask_twice(desk: Desk, session: Session, learnt: Learnt) -> None:
    if not learnt.answered or desk.sessions.stop.is_set():
        return
    again = desk.ask(session, Request("asked-twice", Part.OPEN))
    if is_broken(again):
        desk.notebook.keep(replace(again, part=Part.DUE))
    learnt.reusable = _as_good(again, learnt.first)


def _forget(desk: Desk, learnt: Learnt) -> None:
    for exchange in desk.notebook.exchanges():
        if exchange.probe in {"ask", "asked-twice"}:
            desk.notebook.keep(replace(exchange, part=Part.OPEN, standard_way=False))
    learnt.answered, learnt.first = False, None
    learnt.tried.clear()
    learnt.answered_ways.clear()


def _find_way(desk: Desk, session: Session, order: tuple[Way, ...], learnt: Learnt) -> Session:
    asked: list[Exchange] = []
    for way in order:
        if session.closed:
            desk.sessions.leave(session)
            session = desk.sessions.enter("reserved")
        learnt.tried.append(way)
        exchange = desk.ask(session, Request("ask", Part.DUE, way=way))
        asked.append(exchange)
        if hands_out(exchange) or desk.sessions.stop.is_set():
            break
    # A refusal answers too, but only where no way brings the contact; and an answer was due to one way.
    chosen = next((x for x in asked if hands_out(x)), None) or next((x for x in asked if answered(x)), None)
    if chosen is not None:
        desk.way = learnt.tried[asked.index(chosen)]
        learnt.answered = True
        learnt.answered_ways.append(desk.way)
        learnt.first = chosen
    for exchange in asked:
        due = exchange is (chosen or asked[0])
        desk.notebook.keep(replace(exchange, part=Part.DUE if due else Part.OPEN, standard_way=exchange is chosen))
    return session


def _as_good(exchange: Exchange, first: Exchange | None) -> bool:
    """Whether a request was answered as the first one was: a refusal in place of a contact is no such answer."""
    return answered(exchange) and (first is None or not hands_out(first) or hands_out(exchange))


def _is_let_in_twice(desk: Desk, first: Session) -> bool:
    if first.closed:
        return False
    second = desk.sessions.enter_beside(first)
    if second is not None:
        desk.sessions.leave(second)
    return second is not None


def _can_share(desk: Desk, first: Session, learnt: Learnt) -> bool:
    """Whether two sessions of one agent leave each other alone: both are answered, one also after the other has gone.

    That answers do not go to both is held later, while the probes run, by a session that only listens.
    """
    if not learnt.reusable:
        # A second login that is refused is the agent's last, and one session for one request is not enough.
        return False
    second = desk.sessions.enter_beside(first)
    if second is None:
        # On the one session that is left, what comes late must not be taken for the next answer.
        learnt.pushes = desk.sessions.has_one_session(first.agent)
        return False
    try:
        if not _as_good(desk.ask(second, Request("ask", Part.OPEN)), learnt.first):
            return False
        if not _as_good(desk.ask(first, Request("ask", Part.OPEN)), learnt.first):
            return False
        desk.sessions.leave(second)
        return _as_good(desk.ask(first, Request("ask", Part.OPEN)), learnt.first)
    finally:
        desk.sessions.leave(first)
        desk.sessions.leave(second)


def _side(topic: str) -> str:
    return next(side for side, spelling in page.TOPICS.items() if spelling == topic)
