"""Asks what must not be answered, in every form of it: the quick way, which can only pass, and the slow way.

Quick: on one session each form is followed by its control, and all share one silence; where answers take long, all
forms are followed by one control. Slow: one form alone, a silence, its control. What a row proves is counted by
`record.tally`; here it decides only what is asked over.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from lcm_conformance.catalogue.probes import Form, Part, Probe
from lcm_conformance.catalogue.request import Way
from lcm_conformance.drive.asking import contacts, control, control_elsewhere, learn_copies
from lcm_conformance.drive.lane import PATIENCE, THROTTLE, Ask, Lane
from lcm_conformance.drive.pace import SLOW
from lcm_conformance.record.tally import PROPER, Tally, tally
from lcm_conformance.record.transcript import Exchange

USED_UP = "reserve as many as a run asks for, or let [prepare] do it"
_CLEAN = 12
"""Contacts that are asked for with nothing improper before them, where one was lost among wrong requests."""
_AT_LEAST = 0.1
"""Seconds that a session is given to close, at least."""
_CLOSES = 1.5
"""A session is given so many times as long to close as the first close took."""


@dataclass(frozen=True)
class Wrong:
    """One form to ask, in one way. `clause` is the one that forbids an answer."""

    probe: Probe
    form: Form
    way: Way
    clause: str
    asks_for: str | None = None

    @property
    def ask(self) -> Ask:
        return Ask(self.probe.name, Part.TEST, self.form, way=self.way, asks_for=self.asks_for)


class Forms:
    """All forms of one run, on the lane of one agent who has a contact."""

    def __init__(self, lane: Lane, wanted: Sequence[Wrong]) -> None:
        self._lane = lane
        self._inquiry = lane.inquiry
        self._wanted = list(wanted)
        self._asked: dict[str, Wrong] = {}
        self._alone: set[str] = set()
        self._patience: float | None = None

    def ask_all(self) -> None:
        """Ask every form until it is settled, as far as asking settles it."""
        if not self._wanted:
            return
        if tally(self._inquiry.recorder.on(self._lane.enter().id)).surplus:
            learn_copies(self._lane)  # on a fresh session: a row must add up from its beginning
        odd = self._inquiry.is_weak or self._inquiry.restless
        if not self._inquiry.ways or odd or not self._is_reusable():
            self._ask_hushed(_once(self._wanted))
            return
        lost = self._lane.losses
        closed = self._ask_quickly(self._wanted)
        if closed is not None and not self._closes(*closed):
            closed = self._ask_quickly(self._wanted)  # the line was cut, or an earlier one closed it late
        if closed is not None:
            quiet = self._ask_where_some_close(closed[1] * _CLOSES)
            if quiet and self._ask_quickly(quiet) is not None:
                self._ask_hushed(_once(quiet))
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
        asked = {wrong.probe.name for wrong in self._asked.values()}
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
        begun = time.monotonic()
        while rest and lane.losses < PATIENCE and not lane.gave_up and not self._inquiry.pool.stop.is_set():
            session = lane.enter()
            rows.setdefault(session.id, time.monotonic())
            batch = rest if self._inquiry.pace.is_slow else rest[:1]
            names = [self._send(wrong) for wrong in batch]
            rest = rest[len(batch) :]
            if lane.losses:
                lane.listen(THROTTLE)
            asked_at = time.monotonic()
            answered = control(lane, names, batch[-1].probe.name, batch[-1].way)
            if len(batch) == 1 and time.monotonic() - asked_at > SLOW:
                rest = _sparse(rest)  # a refusal takes long here, and what comes after it waits for it
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
        self._ask_hushed(_once(rest))
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

    def _closes(self, wrong: Wrong, elapsed: float) -> bool:
        """Whether a form ends its session; how long that takes is what a session is given from now on."""
        self._lane.fresh()
        self._patience = self._ask_closing(wrong, self._patient(elapsed * _CLOSES))
        return self._patience is not None

    def _patient(self, seconds: float) -> float:
        pace = self._inquiry.pace
        return min(max(seconds, _AT_LEAST), pace.silence)

    def _ask_where_some_close(self, most: float) -> list[Wrong]:
        """Where a wrong request may end its session: a close is a whole answer, and the control is on a new session.

        A session is given as long to close as the first close took, `most` where that is not known. Returns the forms
        that close nothing.
        """
        patience = self._patient(most if self._patience is None else self._patience * _CLOSES)
        quiet: list[Wrong] = []
        for wrong in _sparse(self._wanted):
            if self._lane.gave_up or self._inquiry.pool.stop.is_set():
                break
            if self._ask_closing(wrong, patience) is None:
                quiet.append(wrong)
        self._lane.pending.clear()  # they are asked again, in a row that a silence ends
        self._lane.fresh()
        return quiet

    def _ask_closing(self, wrong: Wrong, patience: float) -> float | None:
        """Ask a form; seconds until the session ended, with its control on a new one, or None where it did not."""
        lane, session = self._lane, self._lane.enter()
        begun = time.monotonic()
        name = self._send(wrong)
        session.listen(patience)
        if not session.closed:
            self._inquiry.recorder.change(name, part=Part.OPEN)  # asked again in a row that a silence ends
            return None
        took = time.monotonic() - begun
        lane.pending.clear()
        control_elsewhere(lane, [name], wrong.probe.name, wrong.way)
        return took

    def _send(self, wrong: Wrong) -> str:
        name = self._lane.send(wrong.ask)
        self._asked[name] = wrong
        if self._inquiry.pace.is_slow:
            self._lane.listen(THROTTLE if self._lane.losses else self._inquiry.pace.beat)
        return name

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
            self._ask_hushed(_once(tests))
            return
        surplus = _once(self._ours(row.surplus_suspects()))
        suspects = _once(self._ours(row.suspects()))
        if len(suspects) > 2 * PATIENCE:  # among so many it cannot be told which
            self._ask_hushed(suspects)
        else:
            for wrong in suspects:
                self._ask_alone(wrong, times=2 if wrong in surplus else 1)
        if not {wrong.clause for wrong in surplus} <= self._clauses_that_came_back():
            told = {id(wrong.form) for wrong in suspects}
            self._ask_hushed([wrong for wrong in _once(tests) if id(wrong.form) not in told])

    def _ours(self, tests: Iterable[Exchange]) -> list[Wrong]:
        """What was asked here; on the agent's session others may have asked before login."""
        return [self._asked[x.id] for x in tests if x.id in self._asked]

    def _tally(self, session: str, until: float) -> Tally:
        return tally(self._inquiry.recorder.on(session), until, self._inquiry.copies or 1)

    def _clauses_that_came_back(self) -> set[str]:
        return {self._asked[name].clause for name in self._alone if self._lane.brought_contact([name])}

    def _ask_alone(self, wrong: Wrong, times: int = 1) -> None:
        """The slow way: on a fresh session the form, a silence, its control."""
        lane = self._lane
        if lane.gave_up or self._inquiry.pool.stop.is_set():
            return
        session, names = lane.fresh(), list[str]()
        while len(names) < times and not session.closed and not lane.brought_contact(names):
            names.append(self._send(wrong))
            self._alone.add(names[-1])
            lane.hush()
        self._control(names, wrong)

    def _control(self, names: Sequence[str], wrong: Wrong) -> bool:
        ask = control_elsewhere if self._lane.session is None or self._lane.session.closed else control
        return ask(self._lane, names, wrong.probe.name, wrong.way)

    def _ask_hushed(self, wanted: Sequence[Wrong]) -> None:
        """Forms, a silence, one control: nothing that is due can be taken for an answer to them.

        Taken apart where a contact came, or the control was lost: by clause, then form by form.
        """
        lane = self._lane
        if not wanted or lane.gave_up or self._inquiry.pool.stop.is_set():
            return
        if len(wanted) == 1:
            self._ask_alone(wanted[0])
            return
        session, names = lane.fresh(), list[str]()
        for wrong in wanted:
            names.append(self._send(wrong))
            lane.listen(THROTTLE if lane.losses else self._inquiry.pace.beat)
            if session.closed:
                break
        lane.hush()
        brought = lane.brought_contact(names)
        if session.closed or brought:
            lane.pending.clear()
        elif self._control(names, wanted[-1]) or not self._inquiry.ways:
            return
        for name in () if brought else names:
            self._inquiry.recorder.change(name, part=Part.OPEN)  # nothing came, and it is asked over
        for part in _parts(wanted):
            self._ask_hushed(part)


def _once(wanted: Sequence[Wrong]) -> list[Wrong]:
    """Each form once."""
    return list({(wrong.probe.name, wrong.form.name): wrong for wrong in wanted}.values())


def _sparse(wanted: Sequence[Wrong]) -> list[Wrong]:
    """Each form once, and one form of each clause twice."""
    once = _once(wanted)
    first = {wrong.clause: wrong for wrong in reversed(once)}
    return [again for wrong in once for again in ([wrong, replace(wrong)] if first[wrong.clause] is wrong else [wrong])]


def _parts(wanted: Sequence[Wrong]) -> list[list[Wrong]]:
    """By clause; what is of one clause, form by form."""
    by_clause: dict[str, list[Wrong]] = {}
    for wrong in wanted:
        by_clause.setdefault(wrong.clause, []).append(wrong)
    return list(by_clause.values()) if len(by_clause) > 1 else [[wrong] for wrong in wanted]
