"""Runs the driver's jobs side by side, so that their waiting overlaps.

A job starts when the jobs before it have ended and there are sessions left for it; agents whose
sessions disturb each other, and agents who must be logged in nowhere else, are held by one job
at a time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from lcm_conformance.catalogue.verdict import SuiteError


@dataclass(frozen=True)
class Job:
    """A piece of work. `agents` are the roles that it logs in, `alone` those that nobody else may use meanwhile."""

    name: str
    work: Callable[[], None]
    sessions: int = 1
    agents: frozenset[str] = frozenset()
    alone: frozenset[str] = frozenset()
    after: frozenset[str] = frozenset()


@dataclass
class Schedule:
    """Starts jobs as early as their needs allow.

    `stop` ends it: what has not started never does; `cancel` wakes what runs.
    """

    max_sessions: int
    stop: threading.Event
    cancel: Callable[[], None]
    _free: int = field(init=False)
    _running: dict[str, Job] = field(default_factory=dict)
    _ended: set[str] = field(default_factory=set)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _errors: list[BaseException] = field(default_factory=list)

    def run(self, jobs: Sequence[Job], poll: Callable[[int], None]) -> None:
        """Run all jobs; `poll` is told about ten times a second, from the caller's thread, how many are left.

        The first exception of a job is raised here once the running ones have ended.
        """
        self._free = self.max_sessions
        waiting = list(jobs)
        with ThreadPoolExecutor(max_workers=max(1, min(self.max_sessions, len(waiting) or 1))) as pool:
            try:
                with self._changed:
                    while (waiting and not self._is_over()) or self._running:
                        if not self._is_over():
                            self._start(waiting, pool)
                            if not self._running:
                                raise SuiteError(f"{waiting[0].name} waits for what never ends: correct its probe")
                        poll(len(waiting) + len(self._running))
                        self._changed.wait(0.1)
            except BaseException:  # Ctrl-C too; else leaving the pool would wait for silences that nobody needs
                self.cancel()
                raise
        if self._errors:
            raise self._errors[0]

    def _is_over(self) -> bool:
        return self.stop.is_set() or bool(self._errors)

    def _start(self, waiting: list[Job], pool: ThreadPoolExecutor) -> None:
        for job in list(waiting):
            if self._may_start(job, waiting):
                waiting.remove(job)
                self._running[job.name] = job
                self._free -= job.sessions
                pool.submit(self._do, job)

    def _may_start(self, job: Job, waiting: Sequence[Job]) -> bool:
        if self._free < min(job.sessions, self.max_sessions) or len(self._running) >= self.max_sessions:
            return False
        if any(other.name in job.after for other in (*waiting, *self._running.values())):
            return False
        used = frozenset[str]().union(*(running.agents | running.alone for running in self._running.values()))
        held = frozenset[str]().union(*(running.alone for running in self._running.values()))
        return not (job.alone & used) and not (job.agents & held)

    def _do(self, job: Job) -> None:
        error: BaseException | None = None
        try:
            job.work()
        except BaseException as caught:  # it is raised again in `run`
            error = caught
        with self._changed:
            del self._running[job.name]
            self._free += job.sessions
            if error is not None:
                self._errors.append(error)
            self._changed.notify_all()
