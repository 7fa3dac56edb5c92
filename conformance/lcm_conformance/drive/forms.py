"""Asks what must not be answered, in every form of it: the quick way, which can only pass, and the slow way.

Quick: on one session each form is followed by its control, and all share one silence; where answers take long, all
forms are followed by one control. Slow: one form alone, a silence, its control. What a row proves is counted by
`record.tally`; here it decides only what is asked over.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

from lcm_conformance.catalogue.probes import Part
from lcm_conformance.drive.asking import contacts, control, learn_copies
from lcm_conformance.drive.closing import Closing
from lcm_conformance.drive.lane import PATIENCE, THROTTLE, Lane
from lcm_conformance.drive.pace import SLOW
from lcm_conformance.drive.slow_way import SlowWay
from lcm_conformance.drive.wrong import Wrong, once, sparse
from lcm_conformance.record.tally import PROPER, Tally, tally
from lcm_conformance.record.transcript import Exchange

USED_UP = "reserve as many as a run asks for, or let [prepare] do it"
_CLEAN = 12
"""Contacts that are asked for with nothing improper before them, where one was lost among wrong requests."""


_HABIT = 3
"""Controls in a row that were answered late after a refusal: fewer may be an accident of a busy machine."""


class Forms:
    """All forms of one run, on the lane of one agent who has a contact."""

    def __init__(self, lane: Lane, wanted: Sequence[Wrong]) -> None:
        self._lane = lane
        self._inquiry = lane.inquiry
        self._wanted = list(wanted)
        self._slow = SlowWay(lane)
        self._closing = Closing(lane, self._slow)

    def ask_all(self) -> None:
        """Ask every form until it is settled, as far as asking settles it."""
        if not self._wanted:
            return
        if tally(self._inquiry.recorder.on(self._lane.enter().id)).surplus:
            learn_copies(self._lane)  # on a fresh session: a row must add up from its beginning
        odd = self._inquiry.hearing.is_weak or self._inquiry.restless
        if not self._inquiry.ways or odd or not self._is_reusable():
            self._slow.ask_hushed(once(self._wanted))
            return
        lost = self._lane.losses
        closed = self._ask_quickly(self._wanted)
        if closed is not None and not self._closing.closes(*closed):
            closed = self._ask_quickly(self._wanted)  # the line was cut, or an earlier one closed it late
        if closed is not None:
            quiet = self._closing.ask_where_some_close(self._wanted, closed[1])
            if quiet and self._ask_quickly(quiet) is not None:
                self._slow.ask_hushed(once(quiet))
        self._explain_what_was_not_asked()
        if self._lane.losses > lost and not self._lane.gave_up:
            # What was lost beside wrong requests may be lost without them.
            self._lane.fresh()
            contacts(self._lane, _CLEAN)

    def _explain_what_was_not_asked(self) -> None:
        """Where no contact is left to ask with, what was not come to stays open for that."""
        role, handed = self._lane.role, self._inquiry.contacts_of(self._lane.role)
        if not self._lane.gave_up or not handed:
            return
        asked = {wrong.probe.name for wrong in self._slow.asked.values()}
        for probe in {wrong.probe.name for wrong in self._wanted} - asked:
            line = f"the reservation of agents.{role} was used up after {handed} contacts"
            self._inquiry.troubles.setdefault(probe, f"{line}: {USED_UP}")

    def _is_reusable(self) -> bool:
        proper = [x for x in self._inquiry.recorder.on(self._lane.enter().id) if x.part in PROPER]
        return len(proper) > 1 and all(self._lane.is_answered(x.id) for x in proper)

    def _ask_quickly(self, wanted: Sequence[Wrong]) -> tuple[Wrong, float] | None:
        """The quick way, and what does not add up in it asked over.

        Where a session was closed by a form: the last one that was asked there, and seconds since the first one was.
        """
        lane, rest, rows = self._lane, list(wanted), dict[str, float]()
        begun, held_up = time.monotonic(), 0
        while rest and lane.losses < PATIENCE and not lane.is_tired and not self._inquiry.pool.stop.is_set():
            session = lane.enter()
            rows.setdefault(session.id, time.monotonic())
            batch = rest if self._inquiry.pace.is_slow else rest[:1]
            names = [self._slow.send(wrong) for wrong in batch]
            rest = rest[len(batch) :]
            if lane.losses:
                lane.listen(THROTTLE)
            asked_at = time.monotonic()
            answered = control(lane, names, batch[-1].probe.name, batch[-1].way)
            held_up = held_up + 1 if len(batch) == 1 and time.monotonic() - asked_at > SLOW else 0
            if held_up == _HABIT:
                rest = sparse(rest)  # a refusal takes long here, and what comes after it waits for it
            if session.closed and not answered and session.harm is None:
                self._void_control(names)
                return batch[-1], time.monotonic() - begun
            if lane.session is session and not session.closed:
                lane.beat()
        if lane.session is not None and lane.pending:
            lane.hush()
        until = time.monotonic()
        for session_id in rows:
            self._settle(session_id, until)
        self._slow.ask_hushed(once(rest))
        return None

    def _void_control(self, names: Sequence[str]) -> None:
        """A control that was sent into a session that a form had closed asked nothing; the form is asked again."""
        for name in names:
            if not self._lane.brought_contact([name]):
                self._inquiry.recorder.change(name, part=Part.OPEN)
        for exchange in self._inquiry.recorder.on(self._inquiry.recorder.exchange(names[0]).session):
            if exchange.part is Part.CONTROL and set(exchange.controls) == set(names):
                self._inquiry.recorder.change(exchange.id, part=Part.OPEN, controls=())
        self._lane.pending.clear()

    def _settle(self, session: str, until: float) -> None:
        """Ask over what does not add up in a row."""
        if self._tally(session, until).is_regular:
            return
        learn_copies(self._lane)
        row = self._tally(session, until)
        tests = self._ours(x for step in row.steps for x in step.tests)
        if row.is_regular:
            return
        if self._inquiry.restless:
            self._slow.ask_hushed(once(tests))
            return
        surplus = once(self._ours(row.surplus_suspects()))
        suspects = once(self._ours(row.suspects()))
        if len(suspects) > 2 * PATIENCE:  # among so many it cannot be told which
            self._slow.ask_hushed(suspects)
        else:
            for wrong in suspects:
                self._slow.ask_alone(wrong, times=2 if wrong in surplus else 1)
        if not {wrong.clause for wrong in surplus} <= self._slow.clauses_that_came_back():
            told = {id(wrong.form) for wrong in suspects}
            self._slow.ask_hushed([wrong for wrong in once(tests) if id(wrong.form) not in told])

    def _ours(self, tests: Iterable[Exchange]) -> list[Wrong]:
        """What was asked here; on the agent's session others may have asked before login."""
        return [self._slow.asked[x.id] for x in tests if x.id in self._slow.asked]

    def _tally(self, session: str, until: float) -> Tally:
        return tally(self._inquiry.recorder.on(session), until, self._inquiry.copies or 1)
