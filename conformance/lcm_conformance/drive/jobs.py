"""Which jobs the probes of a run come to, and what each of them may overlap with. Called by the driver."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from lcm_conformance.catalogue.probes import Probe, Variant
from lcm_conformance.drive import bad_input, probing
from lcm_conformance.drive.discovery import Learnt
from lcm_conformance.drive.requests import Desk
from lcm_conformance.drive.schedule import Job


class Worklist:
    """Makes jobs. `attempt` does the work of one, and keeps the environment's trouble."""

    def __init__(self, desk: Desk, learnt: Learnt, attempt: Callable[[Probe, int, Callable[[], None]], None]) -> None:
        self._desk = desk
        self._learnt = learnt
        self._attempt = attempt

    def of_bad_input(self, selected: Sequence[Probe]) -> list[Job]:
        """One job after the other, for what one of them did to the endpoint must not be booked on the next."""
        jobs: list[Job] = []
        for probe in selected:
            ask = bad_input.burst if probe.burst else bad_input.bad_input
            job = self._job(probe, 0, _bound(ask, self._desk, self._learnt, probe), {"reserved", "other"}, sessions=2)
            jobs.append(replace(job, after=frozenset(earlier.name for earlier in jobs)))
        return jobs

    def of(self, probe: Probe) -> list[Job]:
        """The jobs of one probe: one for each of its variants."""
        desk, learnt = self._desk, self._learnt
        role = desk.role(probe.agent)
        if probe.name == "asked-twice":
            return []  # asked by the discovery
        if probe.together:
            return [self._job(probe, 0, lambda: probing.at_once(desk, learnt, probe), set(probe.together), sessions=2)]
        if probe.login == "never":
            work = _bound(probing.not_logged_in, desk, probe, (desk.way,))
            job = self._job(probe, 0, work, {role})
            # Who is never logged in has the control asked by agents.reserved.
            control = frozenset({"reserved"} if role == "logged_out" and desk.profile.login is None else set())
            used = frozenset() if learnt.shared else control
            return [replace(job, alone=frozenset({role}), agents=used, after=frozenset())]
        if probe.login == "out":
            job = self._job(probe, 0, lambda: probing.logged_out(desk, learnt, probe), {role})
            return [replace(job, alone=frozenset({role}), agents=frozenset(), after=job.after | {"at-once"})]
        return [
            self._job(probe, number, self._asker(probe, number, variant), {role, "reserved"})
            for number, variant in enumerate(probe.variants * probe.count)
        ]

    def _asker(self, probe: Probe, number: int, variant: Variant) -> Callable[[], None]:
        return lambda: probing.ask_variant(self._desk, self._learnt, probe, number, variant)

    def _job(self, probe: Probe, number: int, work: Callable[[], None], roles: set[str], sessions: int = 1) -> Job:
        agents = frozenset(roles)
        return Job(
            name=probe.name if number == 0 else f"{probe.name}/{number}",
            work=lambda: self._attempt(probe, number, work),
            sessions=min(sessions, self._desk.sessions.limit),
            agents=agents if self._learnt.shared else frozenset(),
            alone=frozenset() if self._learnt.shared else agents,
            after=frozenset({"not-logged-in"}) if self._desk.role("stranger") in agents else frozenset(),
        )


def _bound(work: Callable[..., None], *arguments: object) -> Callable[[], None]:
    return lambda: work(*arguments)
