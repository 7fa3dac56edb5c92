"""The slow way of asking what must not be answered: a form, a silence, its control. Only this fails a clause."""

from __future__ import annotations

from collections.abc import Sequence

from lcm_conformance.catalogue.probes import Part
from lcm_conformance.drive.asking import control, control_elsewhere
from lcm_conformance.drive.lane import THROTTLE, Lane
from lcm_conformance.drive.wrong import Wrong, parts


class SlowWay:
    """On one lane. `asked` are all requests under test by their exchange, `alone` those that were asked this way."""

    def __init__(self, lane: Lane) -> None:
        self.asked: dict[str, Wrong] = {}
        self.alone: set[str] = set()
        self._lane = lane
        self._inquiry = lane.inquiry

    def send(self, wrong: Wrong) -> str:
        """Send one request and go on; where answers take long, after a moment."""
        name = self._lane.send(wrong.ask)
        self.asked[name] = wrong
        if self._inquiry.pace.is_slow:
            self._lane.listen(THROTTLE if self._lane.losses else self._inquiry.pace.beat)
        return name

    def clauses_that_came_back(self) -> set[str]:
        """The clauses of which a form brought a contact when it was asked alone."""
        return {self.asked[name].clause for name in self.alone if self._lane.brought_contact([name])}

    def ask_alone(self, wrong: Wrong, times: int = 1) -> None:
        """The slow way: on a fresh session the form, a silence, its control."""
        lane = self._lane
        if lane.is_tired or self._inquiry.pool.stop.is_set():
            return
        session, names = lane.fresh(), list[str]()
        while len(names) < times and not session.closed and not lane.brought_contact(names):
            names.append(self.send(wrong))
            self.alone.add(names[-1])
            lane.hush()
        self._control(names, wrong)

    def _control(self, names: Sequence[str], wrong: Wrong) -> bool:
        ask = control_elsewhere if self._lane.session is None or self._lane.session.closed else control
        return ask(self._lane, names, wrong.probe.name, wrong.way)

    def ask_hushed(self, wanted: Sequence[Wrong]) -> None:
        """Forms, a silence, one control: nothing that is due can be taken for an answer to them.

        Taken apart where a contact came, or the control was lost: by clause, then form by form.
        """
        lane = self._lane
        if not wanted or lane.is_tired or self._inquiry.pool.stop.is_set():
            return
        if len(wanted) == 1:
            self.ask_alone(wanted[0])
            return
        session, names = lane.fresh(), list[str]()
        for wrong in wanted:
            names.append(self.send(wrong))
            lane.listen(THROTTLE if lane.losses else self._inquiry.pace.beat)
            if session.closed:
                break
        lane.hush()
        brought = lane.brought_contact(names)
        if session.closed or brought:
            lane.pending.clear()
        elif self._control(names, wanted[-1]) or not self._inquiry.ways:
            return
        if brought and self._inquiry.restless:
            return  # where contacts come unasked, one after a form that is asked alone proves no more
        for name in () if brought else names:
            self._inquiry.recorder.change(name, part=Part.OPEN)  # nothing came, and it is asked over
        for part in parts(wanted):
            self.ask_hushed(part)
