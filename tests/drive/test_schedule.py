"""The schedule: jobs overlap as far as sessions and agents allow, and never further."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from lcm_conformance.catalogue.verdict import SuiteError
from lcm_conformance.drive.schedule import Job, Schedule

PATIENCE = 10  # seconds; only a test that fails waits so long


@dataclass
class Watched:
    """Jobs that write down which of them ran at the same time."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    running: set[str] = field(default_factory=set)
    order: list[str] = field(default_factory=list)
    together: set[frozenset[str]] = field(default_factory=set)
    sessions: list[int] = field(default_factory=list)

    def job(self, name: str, meets: threading.Barrier | None = None, sessions: int = 1, **needs: frozenset[str]) -> Job:
        def work() -> None:
            with self.lock:
                self.running.add(name)
                self.order.append(name)
                self.together |= {frozenset({name, other}) for other in self.running - {name}}
            if meets is not None:
                meets.wait(PATIENCE)
            with self.lock:
                self.running.remove(name)

        return Job(name, work, sessions, **needs)


def run(jobs: list[Job], sessions: int = 10, poll: Callable[[int], None] = lambda _: None) -> Schedule:
    stop = threading.Event()
    schedule = Schedule(sessions, stop, stop.set)
    schedule.run(jobs, poll)
    return schedule


@pytest.fixture
def watched() -> Watched:
    return Watched()


def test_jobs_overlap_as_far_as_there_are_sessions(watched: Watched) -> None:
    all_three = threading.Barrier(3)
    run([watched.job(name, all_three) for name in "abc"], sessions=3)
    assert sorted(watched.order) == ["a", "b", "c"]


def test_with_one_session_they_come_one_after_the_other_in_order(watched: Watched) -> None:
    run([watched.job(name) for name in "abcd"], sessions=1)
    assert watched.order == list("abcd")
    assert watched.together == set()


def test_a_job_of_two_sessions_leaves_no_room_where_there_are_two(watched: Watched) -> None:
    run([watched.job("a", sessions=2), watched.job("b"), watched.job("c", sessions=2)], sessions=2)
    assert watched.together == set()


def test_a_job_that_needs_more_sessions_than_there_are_runs_alone(watched: Watched) -> None:
    run([watched.job("a", sessions=5), watched.job("b")], sessions=2)
    assert sorted(watched.order) == ["a", "b"]
    assert watched.together == set()


def test_an_agent_held_alone_is_used_by_nobody_else_meanwhile(watched: Watched) -> None:
    kim, robin = frozenset({"kim"}), frozenset({"robin"})
    apart = threading.Barrier(2)
    run(
        [
            watched.job("alone", apart, alone=kim),
            watched.job("uses", agents=kim),
            watched.job("alone too", alone=kim),
            watched.job("another's", apart, agents=robin),
        ]
    )
    assert watched.together == {frozenset({"alone", "another's"})}


def test_agents_that_may_have_several_sessions_are_used_side_by_side(watched: Watched) -> None:
    both = threading.Barrier(2)
    run([watched.job(name, both, agents=frozenset({"kim"})) for name in "ab"])
    assert watched.together == {frozenset("ab")}


def test_a_job_waits_for_those_before_it(watched: Watched) -> None:
    run([watched.job("second", after=frozenset({"first"})), watched.job("first")])
    assert watched.order == ["first", "second"]


def test_a_job_that_waits_for_one_that_is_not_there_does_not_wait(watched: Watched) -> None:
    run([watched.job("a", after=frozenset({"no such job"}))])
    assert watched.order == ["a"]


def test_two_that_wait_for_each_other_are_the_suites_own_fault(watched: Watched) -> None:
    circle = [watched.job("a", after=frozenset({"b"})), watched.job("b", after=frozenset({"a"}))]
    with pytest.raises(SuiteError, match="a waits for what never ends: correct its probe"):
        run(circle)


def test_nothing_to_do_is_done_at_once() -> None:
    run([])


def test_an_error_of_a_job_is_raised_once_the_running_ones_have_ended(watched: Watched) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run([Job("broken", fail), watched.job("never", after=frozenset({"broken"}))])
    assert watched.running == set()
    assert watched.order == []


def test_what_has_not_started_when_it_is_stopped_never_does(watched: Watched) -> None:
    stop = threading.Event()
    Schedule(1, stop, stop.set).run([Job("stops", stop.set), watched.job("late")], lambda _: None)
    assert watched.order == []


def test_an_interruption_wakes_what_runs() -> None:
    woken = threading.Event()

    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Schedule(2, threading.Event(), woken.set).run([Job("waits", lambda: _wait(woken))], interrupt)
    assert woken.is_set()


def test_it_tells_how_many_are_left() -> None:
    told: list[int] = []
    run([Job("a", lambda: None), Job("b", lambda: None, after=frozenset({"a"}))], poll=told.append)
    assert told[0] == 2
    assert told == sorted(told, reverse=True)


def _wait(event: threading.Event) -> None:
    assert event.wait(PATIENCE)
