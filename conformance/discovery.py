"""Finds out how to ask, and what one session, or two of the same agent, can be used for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from conformance import page, probes
from conformance.desk import Desk, answered
from conformance.reply import messages
from conformance.session import Session
from conformance.transcript import Exchange, Part, Way


@dataclass
class Learnt:
    """What was found out; the fields are those of `Recording`."""

    answered: bool = False
    reusable: bool = False
    shared: bool = False
    tried: list[Way] = field(default_factory=list)
    answered_ways: list[Way] = field(default_factory=list)


def ways(pins: Mapping[str, str]) -> tuple[Way, ...]:
    """The documented ways of asking in the order of trying; those that keep to pinned readings come first."""

    def against_pins(way: Way) -> int:
        sides = {"topic": _side(way.topic), "source": "table" if way.source else "sample"}
        return sum(pins.get(name, side) != side for name, side in sides.items())

    return tuple(sorted(probes.candidates(), key=against_pins))


def discover(desk: Desk, order: tuple[Way, ...], learnt: Learnt) -> None:
    """Fill in `learnt` and set the desk's way; raises `EnvironmentTrouble` where no agent gets in."""
    session = desk.enter("reserved")
    try:
        session = _find_way(desk, session, order, learnt)
        if not learnt.answered or desk.stop.is_set():
            return
        again = desk.ask(session, "asked-twice", Part.OPEN)
        learnt.reusable = answered(again)
        if desk.many:
            learnt.shared = _can_share(desk, session, learnt.reusable)
    finally:
        desk.leave(session)


def _find_way(desk: Desk, session: Session, order: tuple[Way, ...], learnt: Learnt) -> Session:
    asked: list[Exchange] = []
    for way in order:
        if session.closed:
            desk.leave(session)
            session = desk.enter("reserved")
        learnt.tried.append(way)
        exchange = desk.ask(session, "ask", Part.DUE, way=way)
        asked.append(exchange)
        if answered(exchange):
            desk.way = way
            learnt.answered = True
            learnt.answered_ways.append(way)
            desk.notebook.keep(replace(exchange, standard_way=True))
            break
        if desk.stop.is_set():
            break
    # An answer was due to one of the four, and to none of them in particular.
    for exchange in asked[0 if learnt.answered else 1 :]:
        if not answered(exchange):
            desk.notebook.keep(replace(exchange, part=Part.OPEN))
    return session


def _can_share(desk: Desk, first: Session, reusable: bool) -> bool:
    """Whether two sessions of one agent leave each other alone.

    Each asks and is answered, also after the other has gone, and no more contacts come than were
    asked for: more would be answers that go to every session of the agent (or are sent twice,
    which looks the same; then the agent's sessions take turns, which is slower and always right).
    """
    with desk.entered("reserved") as second:
        if reusable:
            own, other = first, second
        else:
            desk.leave(first)
            own, other = desk.enter("reserved"), second
        try:
            exchanges = [
                desk.ask(other, "ask", Part.OPEN),
                *([] if not reusable else [desk.ask(own, "ask", Part.OPEN)]),
            ]
            desk.leave(other)
            exchanges.append(desk.ask(own, "ask", Part.OPEN))
        finally:
            if own is not first:
                desk.leave(own)
    if not all(answered(exchange) for exchange in exchanges):
        return False
    ours = [x for x in desk.notebook.exchanges() if x.session in {own.id, other.id}]
    contacts = sum(message.hands_out for exchange in ours for message in messages(exchange.received))
    return contacts <= len(ours)


def _side(topic: str) -> str:
    return next(side for side, spelling in page.TOPICS.items() if spelling == topic)
