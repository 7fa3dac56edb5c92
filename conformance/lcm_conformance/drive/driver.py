"""Asks the endpoint what the selected scenarios need, in lanes: one an agent, overlapped as far as sessions allow.

It returns a `Recording` and judges nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait

from lcm_conformance.catalogue.probes import Part, Probe
from lcm_conformance.catalogue.verdict import EnvironmentTrouble, SuiteError
from lcm_conformance.drive import plan, precondition, prerequisite, reservation
from lcm_conformance.drive.deeds import Deeds
from lcm_conformance.drive.inquiry import Inquiry, Progress
from lcm_conformance.drive.lane import Lane
from lcm_conformance.drive.needs import left_out
from lcm_conformance.drive.plan import Deed, Plan
from lcm_conformance.profile import Agent, Profile
from lcm_conformance.record.transcript import Recording
from lcm_conformance.transport import Transport

STANDSTILL = 60.0
"""Seconds that no lane waits, beside the profile's times."""
WAITS = 10  # of the profile's times that may follow one another without a word: logins by programs, connecting
_TURN = 1.0  # seconds
_UNHEALTHY = "without bad input not every proper request is answered with a contact either"


class Driver:
    """One run against one endpoint. `progress` is told, now and then, what is being waited for.

    Without `sends_bad_input` the robustness probes are left out.
    """

    def __init__(
        self,
        profile: Profile,
        transport: Transport,
        pins: Mapping[str, str] | None = None,
        progress: Progress | None = None,
        sends_bad_input: bool = True,
    ) -> None:
        self._inquiry = Inquiry(profile, transport, pins, progress)
        self._sends_bad_input = sends_bad_input
        self._lanes: dict[str, Lane] = {}
        self._is_last = False
        self.stopped = False
        self._selected: list[Probe] = []
        self._deeds = Deeds(self._lanes, self._selected)

    def run(self, selected: Iterable[Probe]) -> Recording:
        """Ask all selected probes. What the environment prevents stands in the recording; nothing is raised for it."""
        inquiry = self._inquiry
        course = self.plan(selected)
        inquiry.most_requests, inquiry.preparation.most_calls = course.most_requests, course.most_calls
        try:
            if self._selected:
                self._drive(course)
        except EnvironmentTrouble as trouble:
            inquiry.trouble = str(trouble)
        finally:
            inquiry.pool.close()
        return inquiry.recording()

    def plan(self, selected: Iterable[Probe]) -> Plan:
        """What a run for these probes does; those that cannot be asked here are left out."""
        inquiry, probes = self._inquiry, list(selected)
        inquiry.left_out |= left_out(probes, inquiry.profile, inquiry.agents, inquiry.role, self._sends_bad_input)
        self._selected[:] = [probe for probe in probes if probe.name not in inquiry.left_out]
        return plan.planned(inquiry.profile, self._selected, inquiry.role)

    def stop(self) -> None:
        """End the asking; what was learnt stays."""
        self.stopped = True
        self._inquiry.pool.stop.set()

    def recording(self) -> Recording:
        """What is known so far; also after an interruption."""
        return self._inquiry.recording()

    @property
    def secrets(self) -> tuple[str, ...]:
        """What has come to light in the run and must never be shown."""
        return self._inquiry.pool.secrets

    @property
    def agents(self) -> tuple[Agent, ...]:
        """All agents of the run, the one who exists nowhere among them."""
        return tuple(self._inquiry.agents.values())

    def _drive(self, course: Plan) -> None:
        inquiry = self._inquiry
        precondition.before(inquiry)
        self._lanes |= {role: Lane(inquiry, role) for role in {**course.lanes, "reserved": (), **self._second()}}
        inquiry.has_room_for_two = inquiry.pool.room.limit > len(course.lanes)
        self._run_side_by_side(course)
        inquiry.pool.room.nobody_leaves = True
        precondition.require_login_known(inquiry)
        self._control_by_headers()
        self._ask_over()
        self._ask_last(course)
        precondition.after(inquiry)

    def _second(self) -> dict[str, tuple[Deed, ...]]:
        return {"other": ()} if "other" in self._inquiry.profile.agents else {}

    def _run_side_by_side(self, course: Plan) -> None:
        """The lanes, as many at once as there are sessions; who asks before any login goes first."""
        inquiry = self._inquiry
        with ThreadPoolExecutor(max(1, inquiry.pool.room.limit), thread_name_prefix="lane") as pool:
            try:
                futures: list[Future[None]] = []
                for role, deeds in course.lanes.items():
                    futures.append(pool.submit(self._run_lane, self._lanes[role], deeds))
                    if deeds[0].name == plan.EARLY:
                        while not inquiry.early_asked.wait(0.02) and not futures[0].done():
                            continue
                self._wait_for(futures)
                for future in futures:
                    future.result()
            except BaseException:
                inquiry.pool.stop.set()
                raise
            finally:
                inquiry.way_known.set()

    def _wait_for(self, lanes: Sequence[Future[None]]) -> None:
        """Wait until all lanes are done; raises `SuiteError` where each waits for another, for ever."""
        profile, pending = self._inquiry.profile, set(lanes)
        rate, timing = profile.endpoint.requests_per_second, profile.timing
        longest = timing.connect + timing.reply + timing.silence + (1 / rate if rate else 0.0)
        bound = STANDSTILL + WAITS * longest
        while pending:
            _, pending = wait(pending, _TURN)
            if pending and self._inquiry.recorder.quiet > bound:
                raise SuiteError(f"for {bound:g} s nothing was said, longer than anything may be waited for: report it")

    def _run_lane(self, lane: Lane, deeds: Sequence[Deed]) -> None:
        """One deed after the other; what the environment prevents does not keep the lane from the next."""
        inquiry = self._inquiry
        try:
            for deed in deeds:
                try:
                    self._deeds.do(deed, lane)
                except EnvironmentTrouble as trouble:
                    if inquiry.pool.stop.is_set():
                        return
                    if deed.name == plan.FIND or inquiry.recorder.is_full:
                        inquiry.trouble = str(trouble)  # who cannot get in, or is drowned, proves nothing to anybody
                    if inquiry.recorder.is_full:
                        inquiry.pool.stop.set()
                    self._note(_named_by(deed, lane, deeds), str(trouble))
        finally:
            if lane.role == "reserved":
                inquiry.way_known.set()
            self._put_away(lane)

    def _put_away(self, lane: Lane) -> None:
        try:
            nobody_waits = self._is_last or self._inquiry.pool.room.limit >= len(self._lanes)
            if nobody_waits and lane.session is not None:
                if lane.pending:
                    lane.hush()
                lane.park()
            else:
                lane.leave()
        except EnvironmentTrouble as trouble:
            self._note("ask", str(trouble))

    def _note(self, probe: str, line: str) -> None:
        names = [probe] if probe != "forms" else [p.name for p in self._selected if p.part is Part.TEST and p.forms]
        for name in names:
            self._inquiry.troubles.setdefault(name, line)

    def _control_by_headers(self) -> None:
        if self._inquiry.without_control:
            lane = self._lanes["reserved"]
            lane.take()
            self._run_lane(lane, [Deed(plan.BY_HEADERS, prerequisite.BEFORE_LOGIN, "", 0, 0)])

    def _ask_over(self) -> None:
        """Alone, after a whole silence: what came where nothing was due."""
        for role, probe in sorted(self._inquiry.asked_over):
            lane = self._lanes[role]
            lane.take()
            name = plan.IDLE if probe == reservation.NOTHING_RESERVED else plan.LATE
            if name == plan.LATE:
                lane.leave()
            self._run_lane(lane, [Deed(name, probe, "", 0, 0)])

    def _ask_last(self, course: Plan) -> None:
        inquiry = self._inquiry
        reserved, other = self._lanes["reserved"], self._lanes.get("other")
        is_healthy = self._is_last = True
        for who, deed in course.last:
            if inquiry.pool.stop.is_set():
                return
            reserved.take()
            if other is not None and who == plan.BOTH:
                other.take()
            if deed.name == plan.AT_ONCE and not inquiry.ways:
                continue
            if deed.name != plan.AT_ONCE:
                is_healthy = is_healthy and inquiry.are_all_answered()
                if not is_healthy:
                    inquiry.left_out[deed.probe] = _UNHEALTHY
                    continue
                if deed is next(d for _, d in course.last if d.name != plan.AT_ONCE):
                    reserved.leave()
            self._run_lane(reserved, [deed])
            if other is not None and who == plan.BOTH:
                self._put_away(other)


def _named_by(deed: Deed, lane: Lane, deeds: Sequence[Deed]) -> str:
    """The probe that an agent's trouble keeps from being asked; asking for contacts often needs that agent alone."""
    if lane.role == "reserved" or deed.probe != "ask":
        return deed.probe
    return next((other.probe for other in deeds if other.probe != "ask"), "at-once")
