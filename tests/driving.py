"""Drives and judges an endpoint in this process, as a run does but for pytest and the reports."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from lcm_conformance.catalogue import scenarios
from lcm_conformance.catalogue.clauses import load_catalogue
from lcm_conformance.catalogue.probes import load_probes
from lcm_conformance.catalogue.verdict import Verdict
from lcm_conformance.drive.driver import Driver
from lcm_conformance.drive.inquiry import Inquiry
from lcm_conformance.judge.fold import evidence_for, fold
from lcm_conformance.judge.result import Result
from lcm_conformance.judge.terms import Course
from lcm_conformance.profile import Profile, Timing, at
from lcm_conformance.record.transcript import Event, Kind, Phase, Recording
from lcm_conformance.run import execution
from lcm_conformance.run.settings import embedded_profile, terms_of
from lcm_conformance.transport import Transport
from lcm_conformance.transport.websocket import WebSocketTransport

QUICK = Timing(connect=10, reply=4, silence=0.5)
"""Seconds; the endpoints of the tests answer within milliseconds, but a busy machine may stand still for a while."""


@dataclass(frozen=True)
class Judged:
    """What was recorded, and what the judge made of it."""

    profile: Profile
    recording: Recording
    result: Result

    @property
    def verdict(self) -> str:
        return self.result.verdict

    @property
    def verdicts(self) -> dict[str, Verdict]:
        return {clause.id: clause.verdict for clause in self.result.clauses}

    @property
    def unpassed(self) -> dict[str, str]:
        """The clauses that did not pass, with verdict and reason: what a failing test should show."""
        return {c.id: f"{c.verdict}: {c.reason}" for c in self.result.clauses if c.verdict is not Verdict.PASS}

    @property
    def failed(self) -> set[str]:
        return {name for name, verdict in self.verdicts.items() if verdict is Verdict.FAIL}

    def reason(self, clause: str) -> str:
        return next(row.reason for row in self.result.clauses if row.id == clause)


def embedded(url: str, timing: Timing = QUICK, **endpoint: Any) -> Profile:
    """The profile of the embedded endpoint, at a URL and quick; `endpoint` changes its endpoint section."""
    profile = replace(at(embedded_profile(), url), timing=timing)
    return replace(profile, endpoint=replace(profile.endpoint, **endpoint))


def only(profile: Profile, *roles: str) -> Profile:
    """The profile with no other agents than these."""
    return replace(profile, agents={role: profile.agents[role] for role in roles})


def by_headers(profile: Profile) -> Profile:
    """The profile as where every session is logged in from the start, but for one agent's."""
    agents = {"logged_out" if role == "stranger" else role: agent for role, agent in profile.agents.items()}
    agents["logged_out"] = replace(agents["logged_out"], role="logged_out")
    return replace(profile, login=None, logout=None, agents=agents)


def driver(
    profile: Profile, pins: Mapping[str, str] | None = None, progress: Callable[[str], None] | None = None
) -> Driver:
    return Driver(profile, WebSocketTransport(profile.endpoint, profile.timing), pins, progress)


def inquiry(profile: Profile, transport: Transport | None = None) -> Inquiry:
    """What the lanes of a run share, before anything is asked."""
    return Inquiry(profile, transport or WebSocketTransport(profile.endpoint, profile.timing))


def judged(profile: Profile, pins: Mapping[str, str] | None = None, asked: Collection[str] | None = None) -> Judged:
    """One run against the endpoint of a profile: a full one, or one in which only these probes are asked."""
    chosen = [probe for name, probe in load_probes().items() if asked is None or name in asked]
    recording = driver(profile, pins).run(chosen)
    return Judged(profile, recording, _fold(recording, profile, pins or {}))


def _fold(recording: Recording, profile: Profile, pins: Mapping[str, str]) -> Result:
    terms = terms_of(profile, pins)
    evidence = evidence_for(recording, terms)
    written = scenarios.read()
    records = [execution.judge(scenario, evidence) for scenario in written]
    course = Course(profile.endpoint.url, datetime.now(UTC), seconds=0.0, complete=True, notices=profile.notices)
    return fold(records, written, load_catalogue(), evidence, terms, course)


def sent(recording: Recording, **members: object) -> list[Event]:
    """The frames that were sent with these members at the top."""
    return [
        event
        for event in recording.events
        if event.kind is Kind.SENT and members.items() <= _members(event.frame or "").items()
    ]


def logins(recording: Recording, agent: str | None = None) -> list[Event]:
    """The logins that were sent, of one agent or of all."""
    return [
        event
        for event in recording.events
        if event.kind is Kind.SENT and event.phase is Phase.LOGIN and agent in {None, event.agent}
    ]


def most_logged_in(recording: Recording) -> dict[str, int]:
    """By agent, on how many sessions the agent was logged in at once, at most.

    From the moment the login is sent until the last word about a logout there, or the session's end.
    """
    ends = {
        event.session: event.number
        for event in recording.events
        if event.kind is Kind.CLOSED or (event.phase is Phase.LOGOUT and event.kind is Kind.RECEIVED)
    }
    begun = {event.session: (event.agent, event.number) for event in reversed(logins(recording))}
    return {
        agent: max(
            sum(who == agent and start <= at < ends.get(other, at + 1) for other, (who, start) in begun.items())
            for owner, at in begun.values()
            if owner == agent
        )
        for agent in {agent for agent, _ in begun.values()}
    }


def most_sessions(recording: Recording) -> int:
    """How many sessions were open at once, at most."""
    now = most = 0
    for event in recording.events:
        now += {Kind.OPENED: 1, Kind.CLOSED: -1}.get(event.kind, 0)
        most = max(most, now)
    return most


def _members(frame: str) -> dict[str, Any]:
    try:
        value = json.loads(frame)
    except (ValueError, RecursionError):
        return {}
    return {name: item for name, item in value.items() if isinstance(item, str)} if isinstance(value, dict) else {}
