"""Asks the robustness probes: bad input, and the valid request that must still be answered after it."""

from __future__ import annotations

from dataclasses import replace

from lcm_conformance.catalogue.probes import Part, Probe
from lcm_conformance.catalogue.verdict import EnvironmentTrouble
from lcm_conformance.drive.discovery import Learnt
from lcm_conformance.drive.requests import Desk, Request, answered
from lcm_conformance.drive.session import Session
from lcm_conformance.record.transcript import Exchange


def bad_input(desk: Desk, learnt: Learnt, probe: Probe) -> None:
    """Each variant on a session of its own, while a second agent's session watches where the probe asks for it."""
    for number, variant in enumerate(probe.variants):
        try:
            session = desk.sessions.enter("reserved")
        except EnvironmentTrouble:
            if number and not desk.sessions.stop.is_set() and not desk.sessions.has_one_session("reserved"):
                return  # what came before has locked the suite out, and is judged for it
            raise
        watcher = None
        try:
            if probe.watched and desk.sessions.many and "other" in desk.agents:
                watcher = desk.sessions.enter("other")
            if probe.watched and learnt.pushes:
                session.hear(desk.waits.silence().seconds)
            asked = desk.send(session, Request(probe.name, Part.HOSTILE, None, variant, number))
            hostile = session.receive(asked, desk.waits.refusal()) if probe.watched else asked.exchange
            if watcher is not None:
                desk.ask(watcher, Request(probe.name, Part.REVIVAL, controls=hostile.id))
            _revive(desk, learnt, session, hostile)
        finally:
            desk.sessions.leave(session)
            if watcher is not None:
                desk.sessions.leave(watcher)


def burst(desk: Desk, learnt: Learnt, probe: Probe) -> None:
    """Many valid requests on one connection without waiting; all answers are collected on the last one."""
    with desk.sessions.entered("reserved") as session:
        under_way = [desk.send(session, Request(probe.name, Part.HOSTILE)) for _ in range(probe.burst)]
        everything = session.receive(under_way[-1], desk.waits.burst(probe.burst))
        _revive(desk, learnt, session, everything)


def _revive(desk: Desk, learnt: Learnt, session: Session, hostile: Exchange) -> None:
    if not session.closed:
        exchange = desk.ask(session, Request(hostile.probe, Part.REVIVAL, controls=hostile.id))
        if answered(exchange) or (learnt.reusable and not session.closed):
            return
    desk.sessions.leave(session)
    try:
        with desk.sessions.entered("reserved") as fresh:
            desk.ask(fresh, Request(hostile.probe, Part.REVIVAL, controls=hostile.id))
    except EnvironmentTrouble:
        if desk.sessions.stop.is_set() or desk.sessions.has_one_session("reserved"):
            raise
        # No session any more is the worst answer that a valid request can get.
        lost = replace(hostile, id=desk.notebook.exchange_id(), part=Part.REVIVAL, controls=hostile.id, received=())
        desk.notebook.keep(replace(lost, closed=True, trouble=None))
