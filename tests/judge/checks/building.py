"""Builds what the checks are asked about by hand: replies, exchanges, whole runs. No socket; the clock is a number.

The contacts are made up. `conformant` answers as a Campaign Manager should; a test says where its own answers differ.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from lcm_conformance.catalogue import scenarios
from lcm_conformance.catalogue.probes import Part, Probe, load_probes
from lcm_conformance.catalogue.request import Way
from lcm_conformance.catalogue.verdict import Outcome, Verdict, worst
from lcm_conformance.judge.checks.check import Check, Difference
from lcm_conformance.judge.evidence import Evidence
from lcm_conformance.record.reply import Message, Reply, messages
from lcm_conformance.record.transcript import Event, Exchange, Kind, Recording
from lcm_conformance.run import execution

NOON = datetime(2036, 10, 1, 12, 0, tzinfo=UTC)
BEGIN = 1000.0  # the clock of the first event, in seconds
LATENCY = 0.02

CONTACTS: dict[str, dict[str, Any]] = {
    "reserved": {
        "PhoneNumber": "5550101",
        "AccountNumber": "101|1|3|0|0|84|1",
        "CampaignId": "Spring-ACQ",
        "Mode": "Home",
        "ContactId": "101",
        "ExpiryTime": "Oct 7 2036 11:59PM",
        "CallbackTime": "Oct 7 2036 10:30AM",
        "CallType": "Regular Call",
        "Prefix": "",
        "Suffix": "",
        "Queue": "Queue1",
    },
    "other": {
        "PhoneNumber": "5550102",
        "AccountNumber": "102|1|3|0|0|85|1",
        "CampaignId": "Autumn-RET",
        "Mode": "Office",
        "ContactId": "102",
        "ExpiryTime": "Nov 18 2036 6:15PM",
        "CallbackTime": "Nov 18 2036 5:00PM",
        "CallType": "Regular Callback",
        "Prefix": "9",
        "Suffix": "",
        "Queue": "Queue2",
    },
    "logged_out": {
        "PhoneNumber": "5550103",
        "AccountNumber": "103|2|3|0|0|86|1",
        "CampaignId": "Winter-ACQ",
        "Mode": "Mobile",
        "ContactId": "103",
        "ExpiryTime": "Dec 24 2036 12:00PM",
        "CallbackTime": "Dec 24 2036 9:45AM",
        "CallType": "Personal Callback",
        "Prefix": "",
        "Suffix": "17",
        "Queue": "Queue3",
    },
}
"""By role, the contact that is reserved for the agent; nothing is for `idle`."""

EXPECTED = {role: {"PhoneNumber": str(contact["PhoneNumber"])} for role, contact in CONTACTS.items()}
ROLES = frozenset({*CONTACTS, "idle"})

NOTHING = (
    '{"channel": "LCM", "topic": "WebService", "subtopic": "ContactOD", "message": {"response": {"success": false}}}'
)
ERROR = '{"channel": "LCM", "topic": "Error", "subtopic": "WS_Error", "message": {"errorMessage": "no"}}'
CHATTER = (
    '{"channel": "LCM", "topic": "WebService", "subtopic": "AgentCallCount", "message": {"response": {"Count": 3}}}'
)


def contact(role: str = "reserved", **changes: Any) -> dict[str, Any]:
    """A role's contact with members changed or added; `...` leaves one out."""
    members = CONTACTS[role] | changes
    return {name: value for name, value in members.items() if value is not ...}


def envelope(response: Any, /, **changes: Any) -> dict[str, Any]:
    """The reply around a `response`, with members at its top changed or added; `...` leaves one out."""
    whole = {"channel": "LCM", "topic": "WebService", "subtopic": "ContactOD", "message": {"response": response}}
    return {name: value for name, value in (whole | changes).items() if value is not ...}


def frame(role: str = "reserved", **changes: Any) -> str:
    """The text of a role's reply, with members of the contact changed."""
    return json.dumps(envelope(contact(role, **changes)), ensure_ascii=False)


def wrapped(role: str = "reserved", **changes: Any) -> str:
    """The text of a role's reply, with members at its top changed."""
    return json.dumps(envelope(contact(role), **changes), ensure_ascii=False)


def event(text: str, number: int = 1, agent: str = "reserved") -> Event:
    """A received frame on its own."""
    return Event(number, NOON, BEGIN, "s-1", agent, Kind.RECEIVED, text)


def reply(text: str, number: int = 1, **changes: Any) -> Reply:
    """A reply on its own."""
    return Reply(number, Message(event(text, number)), **changes)


def ask(check: Check, text: str, **pins: str) -> Difference | None:
    """What a check says of one reply; `contact_id_name="table"` pins a reading."""
    return check.ask(reply(text), pinned(**pins))


def accepts(check: Check, text: str, **pins: str) -> bool:
    """Whether a reply passes a check and all outer ones."""
    return check.accepts(reply(text), pinned(**pins))


def blocker(check: Check, text: str, **pins: str) -> str | None:
    """The clause that fails before a check may be asked of a reply."""
    found = check.blocked_by(reply(text), pinned(**pins))
    return None if found is None else found.clause


def pinned(**pins: str) -> dict[str, str]:
    """Pins by name, with underscores for hyphens."""
    return {name.replace("_", "-"): side for name, side in pins.items()}


@dataclass(frozen=True)
class Asked:
    """A request to which a test's endpoint says its answer. `number` counts the requests of the run, from 1."""

    number: int
    probe: str
    part: Part
    agent: str
    asks_for: str
    variant: int


Endpoint = Callable[[Asked], Sequence[str]]


@dataclass
class Notes:
    """A recording in the making."""

    clock: float = BEGIN
    events: list[Event] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    sessions: int = 0

    def session(self) -> str:
        self.sessions += 1
        return f"s-{self.sessions}"

    def event(
        self, kind: Kind, session: str, agent: str, text: str | None = None, exchange: str | None = None
    ) -> Event:
        at = NOON + timedelta(seconds=self.clock - BEGIN)
        made = Event(len(self.events) + 1, at, self.clock, session, agent, kind, text, exchange=exchange)
        self.events.append(made)
        return made

    def ask(
        self,
        *frames: str,
        probe: str = "ask",
        part: Part = Part.DUE,
        agent: str = "reserved",
        asks_for: str | None = None,
        session: str | None = None,
        controls: Exchange | None = None,
        latency: float = LATENCY,
        request: str = "{}",
        **changes: Any,
    ) -> Exchange:
        """One request and the frames that came after it, each `latency` seconds after the one before."""
        session = session or self.session()
        name = f"x-{len(self.exchanges) + 1:04d}"
        sent = self.clock
        self.event(Kind.SENT, session, agent, request, name)
        received = []
        for text in frames:
            self.clock += latency
            received.append(self.event(Kind.RECEIVED, session, agent, text, name))
        self.clock += 0.5
        made = Exchange(
            id=name,
            probe=probe,
            part=part,
            session=session,
            agent=agent,
            asks_for=agent if asks_for is None else asks_for,
            request=request,
            sent=sent,
            received=tuple(received),
            ended=self.clock,
            controls=None if controls is None else controls.id,
            **changes,
        )
        self.exchanges.append(made)
        return made

    def test(self, *frames: str, probe: str = "unknown-agent", **changes: Any) -> Exchange:
        """A request under test."""
        return self.ask(*frames, probe=probe, part=Part.TEST, **changes)

    def control(self, test: Exchange, *frames: str, part: Part = Part.CONTROL, **changes: Any) -> Exchange:
        """A proper request after another one, on the same session where none is named."""
        same = {"probe": test.probe, "agent": test.agent, "session": test.session}
        return self.ask(*frames, part=part, controls=test, **(same | changes))

    def stray(self, text: str, agent: str = "reserved", session: str = "s-1") -> Event:
        """A frame that arrives while nothing is asked there."""
        self.clock += LATENCY
        return self.event(Kind.RECEIVED, session, agent, text)

    def recording(self, **changes: Any) -> Recording:
        way = Way("WebService", True)
        known = {"way": way, "tried_ways": (way,), "answered_ways": (way,), "reusable": True, "together": True}
        return Recording(events=tuple(self.events), exchanges=tuple(self.exchanges), **(known | changes))

    def evidence(self, pins: Mapping[str, str] | None = None, **changes: Any) -> Evidence:
        """The evidence; what `Recording` has among the changes goes there."""
        told = {name: changes.pop(name) for name in list(changes) if name in Recording.__dataclass_fields__}
        known = {"expected": EXPECTED, "asserted": frozenset(CONTACTS), "roles": ROLES} | changes
        known["expected"] = {  # most tests name one contact an agent
            role: (wanted,) if isinstance(wanted, dict) else wanted for role, wanted in known["expected"].items()
        }
        return Evidence(recording=self.recording(**told), pins=pins or {}, **known)


def conformant(asked: Asked) -> Sequence[str]:
    """The answer of a Campaign Manager that conforms, and says nothing where no contact is due."""
    if asked.part is Part.TEST or (asked.part is Part.HOSTILE and asked.probe not in {"unknown-members", "burst"}):
        return ()
    return (frame(asked.asks_for),)


def everywhere(change: Callable[[str], str]) -> Endpoint:
    """Conformant but for every reply's text."""
    return lambda asked: tuple(change(text) for text in conformant(asked))


def gives(*wanted: str, role: str = "reserved", variant: int | None = None) -> Endpoint:
    """Conformant but that it hands out a contact where these probes test that none comes."""

    def endpoint(asked: Asked) -> Sequence[str]:
        struck = asked.probe in wanted and asked.part is Part.TEST and variant in {None, asked.variant}
        return (frame(role),) if struck else conformant(asked)

    return endpoint


def full_run(endpoint: Endpoint = conformant, burst: int = 4) -> Notes:
    """Every probe asked as the driver asks it, over one endpoint."""
    notes = Notes()

    def put(probe: Probe, part: Part, role: str, **more: Any) -> Exchange:
        asks_for = more.pop("asks_for", None) or role
        asked = Asked(len(notes.exchanges) + 1, probe.name, part, role, asks_for, more.get("variant", 0))
        return notes.ask(*endpoint(asked), probe=probe.name, part=part, agent=role, asks_for=asks_for, **more)

    for probe in load_probes().values():
        role = {"stranger": "logged_out", "leaver": "other"}.get(probe.agent, probe.agent)
        if probe.together:
            for one in probe.together * probe.count:
                put(probe, Part.DUE, one)
        elif probe.burst:
            _burst(notes, probe, endpoint, burst)
        else:
            for number, _ in enumerate(probe.variants * probe.count):
                first = put(probe, probe.part, role, asks_for=probe.asks_as, variant=number, **_hostile_request(probe))
                if probe.part is Part.TEST and any(message.hands_out for message in messages(first.received)):
                    continue
                if probe.part is Part.TEST:
                    proper = "reserved" if role == "idle" else role
                    session = first.session if proper == role else None
                    put(probe, Part.CONTROL, proper, session=session, controls=first)
                if probe.part is Part.HOSTILE:
                    put(probe, Part.REVIVAL, role, session=first.session, controls=first)
                    if probe.watched:
                        put(probe, Part.REVIVAL, "other", controls=first)
    return notes


def _burst(notes: Notes, probe: Probe, endpoint: Endpoint, size: int) -> None:
    session = notes.session()
    for number in range(1, size + 1):
        asked = Asked(len(notes.exchanges) + 1, probe.name, Part.HOSTILE, "reserved", "reserved", 0)
        frames = tuple(endpoint(asked)) * size if number == size else ()
        last = notes.ask(*frames, probe=probe.name, part=Part.HOSTILE, session=session)
    asked = Asked(len(notes.exchanges) + 1, probe.name, Part.REVIVAL, "reserved", "reserved", 0)
    notes.control(last, *endpoint(asked), part=Part.REVIVAL)


def _hostile_request(probe: Probe) -> dict[str, str]:
    text = '{"data": {"UserID": "<script>probe()</script>"}}'
    return {"request": text} if probe.watched else {}


def judged(evidence: Evidence) -> dict[str, Verdict]:
    """Every scenario of the features over the evidence: the worst verdict of each clause."""
    verdicts: dict[str, list[Verdict]] = {}
    for scenario in scenarios.read():
        verdicts.setdefault(scenario.clause, []).append(execution.judge(scenario, evidence).verdict)
    return {clause: worst(found) for clause, found in verdicts.items()}


def failed(evidence: Evidence) -> set[str]:
    """The clauses that fail over the evidence. The suite's own fault never passes for a verdict."""
    verdicts = judged(evidence)
    errors = {clause for clause, verdict in verdicts.items() if verdict is Verdict.ERROR}
    assert not errors, errors
    return {clause for clause, verdict in verdicts.items() if verdict is Verdict.FAIL}


def outcome(question: Callable[[], object]) -> Verdict:
    """What asking a check comes to."""
    try:
        question()
    except Outcome as ended:
        return ended.verdict
    return Verdict.PASS
