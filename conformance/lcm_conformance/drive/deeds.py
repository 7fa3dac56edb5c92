"""What each deed of the plan is done by: the table from a deed's name to the function that does it on a lane."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from lcm_conformance.catalogue.probes import Part, Probe, load_probes
from lcm_conformance.catalogue.scenarios import clause_of
from lcm_conformance.drive import bad_input, plan, prerequisite, reservation
from lcm_conformance.drive.asking import contacts, find_way, try_other_ways, wait_for_way
from lcm_conformance.drive.forms import Forms
from lcm_conformance.drive.lane import Lane
from lcm_conformance.drive.plan import Deed
from lcm_conformance.drive.wrong import Wrong


class Deeds:
    """Does deeds. `lanes` are those of the run, by role; `selected` the probes that are asked."""

    def __init__(self, lanes: Mapping[str, Lane], selected: Sequence[Probe]) -> None:
        self._lanes = lanes
        self._selected = selected

    def do(self, deed: Deed, lane: Lane) -> None:
        """Do one deed on a lane; raises `EnvironmentTrouble`."""
        table: Mapping[str, Callable[[Lane], None]] = {
            plan.EARLY: prerequisite.before_any_login,
            plan.LATE: prerequisite.after_the_first_login,
            plan.BY_HEADERS: prerequisite.control_by_headers,
            plan.IDLE: reservation.with_nothing_reserved,
            plan.FIND: self._find_out,
            plan.OFTEN: self._ask_often,
            plan.FORMS: self._ask_forms,
            plan.LOGOUT: prerequisite.after_logout,
            plan.COLLEAGUE: reservation.ask_for_a_colleague,
            plan.AT_ONCE: lambda lane: reservation.at_once(lane, self._lanes["other"]),
        }
        (table.get(deed.name) or self._send_bad_input(deed.name))(lane)

    def _find_out(self, lane: Lane) -> None:
        if not lane.inquiry.way_known.is_set():
            lane.enter()
            find_way(lane)
        if lane.inquiry.ways:
            try_other_ways(lane)
            contacts(lane, 1, "asked-twice")

    def _ask_often(self, lane: Lane) -> None:
        lane.enter()
        wait_for_way(lane)
        if lane.inquiry.ways:
            slow = plan.CONTACTS_WHERE_SLOW.get(lane.role, plan.AT_LEAST - 2)
            contacts(lane, slow if lane.inquiry.pace.is_slow else plan.CONTACTS)

    def _ask_forms(self, lane: Lane) -> None:
        inquiry = lane.inquiry
        ways = [inquiry.way, inquiry.way.other_topic if inquiry.way.other_topic in inquiry.ways else inquiry.way]
        tests = [probe for probe in self._selected if probe.part is Part.TEST]
        forms = [(probe, form) for probe in tests for form in probe.forms]
        wanted = [
            Wrong(probe, form, way, clause_of(probe.name), probe.asks_as)
            for number, (probe, form) in enumerate(forms)
            for way in (ways if number % 2 == 0 else reversed(ways))
        ]
        # Last come those of REQ-7: no sentence forbids an endpoint to be so lenient.
        Forms(lane, sorted(wanted, key=lambda wrong: wrong.clause == "REQ-7")).ask_all()

    def _send_bad_input(self, name: str) -> Callable[[Lane], None]:
        probe = load_probes()[name]
        if probe.burst:
            return lambda lane: bad_input.burst(lane, probe)
        other = self._lanes.get("other")
        return lambda lane: bad_input.bad_input(lane, probe, other if lane.inquiry.pool.room.limit > 1 else None)
