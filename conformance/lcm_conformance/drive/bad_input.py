"""Sends bad input, and the valid request that must still be answered after it (ROB-1 to ROB-7). Asked last."""

from __future__ import annotations

import time
from dataclasses import replace

from lcm_conformance.catalogue.probes import Part, Probe
from lcm_conformance.catalogue.verdict import EnvironmentTrouble
from lcm_conformance.drive.lane import Ask, Lane
from lcm_conformance.record.reply import Message

_SHAKEN = 3
"""Sessions after which an endpoint that ignores the next ones is asked as if it did not."""


def bad_input(lane: Lane, probe: Probe, watcher: Lane | None) -> None:
    """Each form, and a valid request after it; while a second agent's session watches where the probe asks for it."""
    _recover(lane)
    for form in probe.forms:
        is_doubtful = lane.inquiry.restless or (lane.inquiry.copies or 1) > 1
        session = lane.fresh() if probe.watched and is_doubtful else lane.enter()
        name = lane.send(Ask(probe.name, Part.HOSTILE, form))
        if probe.watched:
            session.listen(lane.inquiry.pace.silence, lambda heard: lane.hearing.is_settled(heard[-1]))
        if probe.watched and watcher is not None:
            watcher.enter()
            watcher.proper(Ask(probe.name, Part.REVIVAL, controls=(name,)))
        if not _revive(lane, name, probe):
            return


def burst(lane: Lane, probe: Probe) -> None:
    """Many valid requests on one connection without waiting; what comes is collected on the last of them."""
    session = lane.fresh()
    names = [lane.send(Ask(probe.name, Part.HOSTILE)) for _ in range(probe.burst)]
    pace = lane.inquiry.pace
    session.listen(
        pace.timing.reply + pace.slowest + probe.burst * pace.usual,
        lambda heard: sum(map(lane.hearing.is_settled, heard)) >= probe.burst,
    )
    if lane.inquiry.pool.stop.is_set():
        lane.inquiry.recorder.change(names[-1], trouble="the run was interrupted")
    _revive(lane, names[-1], probe)


def _revive(lane: Lane, name: str, probe: Probe) -> bool:
    """A valid request, once more where it is lost; on a fresh session where that was closed. Whether there was one."""
    ask = Ask(probe.name, Part.REVIVAL, controls=(name,))
    if lane.session is not None and not lane.session.closed:
        if _is_revived(lane, ask):
            return True
        if not lane.session.closed and not lane.inquiry.answers_once:
            # A lost answer and a deaf session look alike until one more is asked.
            if _is_revived(lane, ask):
                return True
            if not lane.session.closed:
                lane.leave()
                return True
    try:
        lane.fresh()
        lane.is_shaken = not _is_revived(lane, ask)
    except EnvironmentTrouble:
        if lane.inquiry.pool.stop.is_set():
            raise
        # No session any more is the worst answer that a valid request can get.
        lost, now = lane.exchange(name), time.monotonic()
        lane.inquiry.recorder.begin(
            replace(lost, part=Part.REVIVAL, controls=(name,), received=(), sent=now, ended=now, closed=True, form=None)
        )
        return False
    return True


def _recover(lane: Lane) -> None:
    """A fresh session; where the bad input before has harmed the next ones too, one that is answered again."""
    lane.fresh()
    for _ in range(_SHAKEN if lane.is_shaken else 0):
        if _is_revived(lane, Ask("ask", Part.OPEN)):
            lane.is_shaken = False
            return
        lane.fresh()


def _is_revived(lane: Lane, ask: Ask) -> bool:
    name = lane.proper(ask)
    lane.beat()
    return any(Message(event).hands_out for event in lane.exchange(name).received)
