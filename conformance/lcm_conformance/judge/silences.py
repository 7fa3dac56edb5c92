"""Requests that must not be answered, as they were asked: alone, or in a row with proper ones between. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from lcm_conformance.catalogue.probes import Part
from lcm_conformance.judge.arrivals import is_proper
from lcm_conformance.record.transcript import Exchange, Recording, Silence


@dataclass(frozen=True)
class Group:
    """The requests under test of one session that share a silence, or whose session was closed on them.

    `until` is when listening ended, on the clock of the events; `alone`: no proper request was sent among them or
    before their silence began.
    """

    session: str
    tests: tuple[Exchange, ...]
    until: float
    alone: bool
    heard: bool
    whole: bool

    @property
    def begin(self) -> float:
        return self.tests[0].sent

    @property
    def probes(self) -> frozenset[str]:
        return frozenset(test.probe for test in self.tests)


def silence_after(recording: Recording, test: Exchange) -> Silence | None:
    """The silence that covers a request; the last one, where it was waited out again."""
    covering = [silence for silence in recording.silences if test.id in silence.covers]
    return max(covering, key=lambda silence: silence.end, default=None)


def groups(recording: Recording) -> tuple[Group, ...]:
    """All requests under test that were sent, grouped, in the order in which they were asked."""
    together: dict[tuple[str, float], list[Exchange]] = {}
    for test in recording.exchanges:
        if test.part is Part.TEST and test.trouble is None:
            silence = silence_after(recording, test)
            until = inf if silence is None else silence.end
            together.setdefault((test.session, until), []).append(test)
    return tuple(_group(recording, tests) for tests in together.values())


def _group(recording: Recording, tests: list[Exchange]) -> Group:
    """A closed session is a whole answer; its end stands for the silence."""
    session, silence = tests[0].session, silence_after(recording, tests[0])
    asked = recording.on(session)
    closed = any(x.closed for x in asked if x.sent >= tests[0].sent)
    start = inf if silence is None else silence.start
    among = [x for x in asked if tests[0].sent < x.sent < start and is_proper(x)]
    return Group(
        session=session,
        tests=tuple(tests),
        until=inf if silence is None else silence.end,
        alone=not among,
        heard=closed or silence is not None,
        whole=closed or (silence is not None and not silence.broken),
    )
