"""Asks the endpoint what the selected scenarios need, with the waiting overlapped.

First the way of asking is discovered on one session; then every probe runs as a job of its own;
the robustness probes come last. It returns a `Recording` and judges nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import replace

from lcm_conformance.catalogue.probes import Part, Probe
from lcm_conformance.catalogue.request import Way
from lcm_conformance.catalogue.verdict import EnvironmentTrouble
from lcm_conformance.drive import precondition, probing
from lcm_conformance.drive.discovery import Learnt, comes_unasked, discover, ways
from lcm_conformance.drive.jobs import Worklist
from lcm_conformance.drive.plan import most_requests
from lcm_conformance.drive.requests import Desk, LineLost, hands_out, is_broken
from lcm_conformance.drive.schedule import Job, Schedule
from lcm_conformance.profile import Agent, Profile
from lcm_conformance.record.transcript import Recording
from lcm_conformance.transport import Transport


class Driver:
    """One run against one endpoint. `progress` is told, now and then, what is being waited for.

    Without `sends_bad_input` the robustness probes are left out.
    """

    def __init__(
        self,
        profile: Profile,
        transport: Transport,
        pins: Mapping[str, str] | None = None,
        progress: Callable[[str], None] | None = None,
        sends_bad_input: bool = True,
    ) -> None:
        self._sends_bad_input = sends_bad_input
        self._order: tuple[Way, ...] = ways(pins or {})
        self._desk = Desk(profile, transport, self._order[0])
        self._learnt = Learnt()
        self._worklist = Worklist(self._desk, self._learnt, self._attempt)
        self._progress = progress or (lambda _: None)
        self._lock = threading.Lock()
        self._untested: dict[str, str] = {}
        self._troubles: dict[str, str] = {}
        self._trouble: str | None = None
        self._lost_together: tuple[str, ...] = ()

    def run(self, selected: Iterable[Probe]) -> Recording:
        """Ask all selected probes. What the environment prevents stands in the recording; nothing is raised for it."""
        try:
            probes = list(selected)
            self._desk.most_requests = most_requests(probes, self._desk.profile)
            self._drive(probes)
        except EnvironmentTrouble as trouble:
            self._trouble = str(trouble)
        finally:
            self._desk.sessions.close()
        return self.recording()

    @property
    def secrets(self) -> tuple[str, ...]:
        """What has come to light in the run and must never be shown."""
        return self._desk.sessions.secrets

    @property
    def agents(self) -> tuple[Agent, ...]:
        """All agents of the run, the one who exists nowhere among them."""
        return tuple(self._desk.agents.values())

    def recording(self) -> Recording:
        """What is known so far; also after an interruption."""
        learnt = self._learnt
        return Recording(
            events=self._desk.notebook.journal.events(),
            exchanges=self._desk.notebook.exchanges(),
            way=self._desk.way if learnt.answered else None,
            tried_ways=tuple(learnt.tried),
            answered_ways=tuple(learnt.answered_ways),
            reusable=learnt.reusable,
            shared=learnt.shared,
            together=self._desk.sessions.many,
            lost_together=self._lost_together,
            lost_line=self._desk.lost_line,
            untested=dict(self._untested),
            troubles=dict(self._troubles),
            trouble=self._trouble,
            unmet=dict(self._desk.unmet),
        )

    def role(self, name: str) -> str:
        """The role of the profile that plays a probe's agent."""
        return self._desk.role(name)

    def _drive(self, selected: Sequence[Probe]) -> None:
        self._untested |= {probe.name: why for probe in selected if (why := self.missing(probe)) is not None}
        if all(probe.name in self._untested for probe in selected):
            return
        stranger = next((probe for probe in selected if probe.login == "never"), None)
        rest = [probe for probe in selected if probe is not stranger]
        if stranger is not None and stranger.name not in self._untested and self._desk.role("stranger") == "reserved":
            # An agent who has once been logged in may count as logged in for good, and no other is at
            # hand: so this comes before any login, when the way of asking is not known yet.
            self._progress("asking before login")
            self._attempt(stranger, 0, lambda: probing.not_logged_in(self._desk, stranger, self._order))
        elif stranger is not None:
            rest.insert(0, stranger)
        self._progress("logging in and finding the way to ask")
        precondition.before(self._desk)
        discover(self._desk, self._order, self._learnt)
        precondition.require_login_known(self._desk)
        rest = [probe for probe in rest if probe.name not in self._untested]
        self._ask_all([probe for probe in rest if probe.part is not Part.HOSTILE])
        self._ask_hostile([probe for probe in rest if probe.part is Part.HOSTILE])
        precondition.after(self._desk)

    def _ask_all(self, selected: Sequence[Probe]) -> None:
        if self._desk.sessions.limit < 3:
            self._learnt.shared = False  # two sessions at work leave none to listen with
        jobs = [job for probe in selected for job in self._worklist.of(probe)]
        done = {exchange.id for exchange in self._desk.notebook.exchanges()}
        if not self._learnt.shared or len(jobs) < 2:
            self._run_jobs(jobs)
            self._ask_again_if_pushed([probe for probe in selected if probe.login == "in"], done)
            return
        # The listener is logged in: an agent who must not be, anywhere, asks before it comes or when it has gone.
        apart = [job for job in jobs if "reserved" in job.alone]
        self._run_jobs([job for job in apart if not job.after])
        with self._desk.sessions.entered("reserved") as listener:
            self._run_jobs([job for job in jobs if job not in apart], spare=1)
            overheard = any(message.hands_out for message in listener.hear())
        self._run_jobs([job for job in apart if job.after])
        missed = self._missed(done)
        if (overheard or missed) and not self._desk.sessions.stop.is_set():
            # The sessions of an agent disturb each other after all, or the endpoint fails to answer: only
            # asking one after the other tells. What overlapped does not say whose fault a silence was.
            self._learnt.shared = False
            self._learnt.pushes = overheard
            self._desk.start_over()
            again = [probe for probe in selected if probe.login == "in"]
            self._lost_together = () if overheard else tuple(missed)
            self._set_aside({probe.name for probe in again}, done, overheard)
            self._run_jobs([job for probe in again for job in self._worklist.of(probe)])

    def _ask_again_if_pushed(self, selected: Sequence[Probe], done: Container[str]) -> None:
        """Where no session listened meanwhile: a contact under test may have come unasked, as after any login."""
        hits = [x for x in self._desk.notebook.exchanges() if x.id not in done and x.part is Part.TEST and hands_out(x)]
        names = {probe.name for probe in selected} & {exchange.probe for exchange in hits}
        if not names or self._learnt.pushes or not comes_unasked(self._desk, hits[0].agent):
            return
        self._learnt.pushes = True
        self._set_aside(names, done, overheard=True)
        self._run_jobs([job for probe in selected if probe.name in names for job in self._worklist.of(probe)])

    def _missed(self, done: Container[str]) -> list[str]:
        """The proper requests that were not answered with a contact although the first of all was."""
        first = self._learnt.first
        if first is None or not hands_out(first):
            return []
        asked = [x for x in self._desk.notebook.exchanges() if x.id not in done and x.part in {Part.DUE, Part.CONTROL}]
        return [exchange.id for exchange in asked if not hands_out(exchange) and not is_broken(exchange)]

    def _set_aside(self, names: Container[str], done: Container[str], overheard: bool) -> None:
        """Judge no longer what sessions that disturb each other explain: a contact under test only if copies stray."""
        for exchange in self._desk.notebook.exchanges():
            if exchange.id in done or exchange.probe not in names or is_broken(exchange):
                continue
            if overheard or exchange.part is not Part.TEST or not hands_out(exchange):
                self._desk.notebook.keep(replace(exchange, part=Part.OPEN, controls=None))

    def _ask_hostile(self, selected: Sequence[Probe]) -> None:
        due = [exchange for exchange in self._desk.notebook.exchanges() if exchange.part is Part.DUE]
        if not due or not all(hands_out(exchange) for exchange in due):
            for probe in selected:
                self._untested[probe.name] = (
                    "without bad input not every proper request is answered with a contact either"
                )
            return
        self._run_jobs(self._worklist.of_bad_input(selected))

    def _run_jobs(self, jobs: Sequence[Job], spare: int = 0) -> None:
        spare += self._desk.sessions.kept
        schedule = Schedule(
            max(1, self._desk.sessions.limit - spare), self._desk.sessions.stop, self._desk.sessions.abort
        )
        schedule.run(jobs, lambda left: self._progress(f"waiting for answers and silences: {left} requests to go"))

    def _attempt(self, probe: Probe, number: int, work: Callable[[], None]) -> None:
        before = {exchange.id for exchange in self._desk.notebook.exchanges()}
        try:
            try:
                work()
            except LineLost as lost:
                self._forget_job(lost, [probe.name, number], before)
                work()
        except EnvironmentTrouble as trouble:
            if not self._desk.sessions.stop.is_set():
                with self._lock:
                    self._troubles.setdefault(probe.name, str(trouble))

    def _forget_job(self, lost: LineLost, job: list[object], before: Container[str]) -> None:
        """Judge nothing of what a job did that is done again; controls are of the test that they name."""
        again = {lost.exchange.id, lost.exchange.controls}
        for exchange in self._desk.notebook.exchanges():
            own = exchange.id not in before and exchange.controls is None and [exchange.probe, exchange.variant] == job
            if own or exchange.id in again:
                self._desk.notebook.keep(replace(exchange, part=Part.OPEN, controls=None))

    def missing(self, probe: Probe) -> str | None:
        """Why a probe cannot be asked in this environment, or None."""
        if probe.part is Part.HOSTILE and not self._sends_bad_input:
            return "bad input is sent to an endpoint that is not the suite's own only with --allow-hostile"
        profile, agents = self._desk.profile, self._desk.agents
        by_headers = profile.login is None and not profile.login_command
        if probe.login == "never" and by_headers and "logged_out" not in agents:
            return "every session is logged in here, and the profile names no agents.logged_out"
        if probe.login == "out" and profile.logout is None:
            return "the profile has no logout"
        for role in (self._desk.role(probe.agent), probe.asks_as, *probe.together):
            if role is not None and role not in agents:
                return f"the profile names no agents.{role}"
        return None
