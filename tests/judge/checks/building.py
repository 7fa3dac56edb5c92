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
from lcm_conformance.catalogue.request import Way, candidates
from lcm_conformance.catalogue.verdict import Outcome, Verdict, worst
from lcm_conformance.judge.checks.check import Check, Difference
from lcm_conformance.judge.evidence import Evidence
from lcm_conformance.record.reply import Message, Reply
from lcm_conformance.record.tally import tally
from lcm_conformance.record.transcript import Event, Exchange, Kind, Phase, Recording, Silence
from lcm_conformance.run import execution

NOON = datetime(2036, 10, 1, 12, 0, tzinfo=UTC)
BEGIN = 1000.0  # the clock of the first event, in seconds
LATENCY = 0.02
PAUSE = 0.5  # seconds from the last frame to the end of an exchange, and of a silence

WAYS = candidates()
FIRST, OTHER_TOPIC, OTHER_SOURCE, _ = WAYS

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
    """A request to which a test's endpoint says its answer. `nth` counts those of its probe and part, from 1."""

    nth: int
    probe: str
    part: Part
    agent: str
    asks_for: str
    form: str | None = None
    way: Way | None = None


Endpoint = Callable[[Asked], Sequence[str]]


@dataclass
class Notes:
    """A recording in the making."""

    clock: float = BEGIN
    events: list[Event] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    silences: list[Silence] = field(default_factory=list)
    sessions: int = 0

    def session(self) -> str:
        self.sessions += 1
        return f"s-{self.sessions}"

    def event(
        self,
        kind: Kind,
        session: str,
        agent: str,
        text: str | None = None,
        exchange: str | None = None,
        **changes: Any,
    ) -> Event:
        at = NOON + timedelta(seconds=self.clock - BEGIN)
        number = len(self.events) + 1
        made = Event(number, at, self.clock, session, agent, kind, text, exchange=exchange, **changes)
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
        controls: Exchange | Sequence[Exchange] = (),
        latency: float = LATENCY,
        request: str | None = None,
        way: Way | None = FIRST,
        sent: float | None = None,
        **changes: Any,
    ) -> Exchange:
        """One request and the frames that came after it, each `latency` seconds after the one before."""
        session = session or self.session()
        name = f"x-{len(self.exchanges) + 1:04d}"
        sent = self.clock if sent is None else sent
        text = f'{{"request": "{name}"}}' if request is None else request
        self.event(Kind.SENT, session, agent, text, name)
        received = []
        for frame_ in frames:
            self.clock += latency
            received.append(self.event(Kind.RECEIVED, session, agent, frame_, name))
        self.clock += PAUSE
        named = (controls,) if isinstance(controls, Exchange) else controls
        made = Exchange(
            id=name,
            probe=probe,
            part=part,
            session=session,
            agent=agent,
            asks_for=agent if asks_for is None else asks_for,
            request=text,
            sent=sent,
            received=tuple(received),
            ended=self.clock,
            way=way,
            controls=tuple(x.id for x in named),
            **changes,
        )
        self.exchanges.append(made)
        return made

    def test(self, *frames: str, probe: str = "unknown-agent", silent: bool = True, **changes: Any) -> Exchange:
        """A request under test, alone: a silence follows, where the session was not closed."""
        made = self.ask(*frames, probe=probe, part=Part.TEST, **({"form": "wrong"} | changes))
        if silent and not made.closed and made.trouble is None:
            self.silence(made)
        return made

    def control(self, test: Exchange, *frames: str, part: Part = Part.CONTROL, **changes: Any) -> Exchange:
        """A proper request after another one, on the same session where none is named."""
        same = {"probe": test.probe, "agent": test.agent, "session": test.session, "controls": test}
        return self.ask(*frames, part=part, **(same | changes))

    def silence(self, *tests: Exchange, session: str | None = None, broken: bool = False) -> Silence:
        """A time in which nothing was asked on a session."""
        begin = self.clock
        self.clock += PAUSE
        covers = tuple(test.id for test in tests)
        made = Silence(session or tests[0].session, begin, self.clock, covers, broken)
        self.silences.append(made)
        return made

    def stray(self, text: str, agent: str = "reserved", session: str = "s-0", phase: Phase | None = None) -> Event:
        """A frame that arrives on a session on which nothing was asked yet."""
        self.clock += LATENCY
        return self.event(Kind.RECEIVED, session, agent, text, phase=phase)

    def closed(self, session: str, note: str, agent: str = "reserved") -> Event:
        """The end of a session by the endpoint."""
        return self.event(Kind.CLOSED, session, agent, note=f"by the endpoint: {note}")

    def recording(self, **changes: Any) -> Recording:
        return Recording(tuple(self.events), tuple(self.exchanges), tuple(self.silences), **changes)

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


def gives(*wanted: str, role: str = "reserved", form: str | None = None, times: Sequence[int] = ()) -> Endpoint:
    """Conformant but that it hands out a contact where these probes test that none comes; `times`: to those only."""

    def endpoint(asked: Asked) -> Sequence[str]:
        struck = asked.probe in wanted and asked.part is Part.TEST and form in {None, asked.form}
        return (frame(role),) if struck and (not times or asked.nth in times) else conformant(asked)

    return endpoint


@dataclass
class Conduct:
    """Asks everything as it is asked in lanes, one agent after the other, and asks over what does not add up."""

    endpoint: Endpoint
    notes: Notes = field(default_factory=Notes)
    counts: dict[tuple[str, Part], int] = field(default_factory=dict)

    def put(self, probe: str, part: Part, role: str, asks_for: str | None = None, **more: Any) -> Exchange:
        nth = self.counts[probe, part] = self.counts.get((probe, part), 0) + 1
        form, way = more.get("form"), more.setdefault("way", FIRST)
        asked = Asked(nth, probe, part, role, asks_for or role, form, way)
        return self.notes.ask(*self.endpoint(asked), probe=probe, part=part, agent=role, asks_for=asks_for, **more)

    def strangers(self) -> None:
        """PRE-1 early and late, PRE-3; then PRE-2."""
        for role, form, ways in (("logged_out", "early", WAYS), ("other", "late", (FIRST,) * 3)):
            session = self.notes.session()
            tests = [self.put("not-logged-in", Part.TEST, role, form=form, way=way, session=session) for way in ways]
            self.notes.silence(*tests)
            self.put("not-logged-in", Part.CONTROL, role, session=session, controls=tests)
        tests = []
        for form in ("the session that logged out", "a new session"):
            session = self.notes.session()
            tests += [self.put("logged-out", Part.TEST, "other", form=form, session=session) for _ in range(3)]
            self.notes.silence(*tests[-3:])
        self.put("logged-out", Part.CONTROL, "other", controls=tests)

    def contacts(self) -> None:
        """Contacts of both agents, one after another and at once, by every way of asking; what is only recorded."""
        session = self.notes.session()
        for way in (FIRST, OTHER_TOPIC, OTHER_SOURCE):
            self.put("ask", Part.DUE, "reserved", way=way, session=session)
        self.put("asked-twice", Part.DUE, "reserved", session=session)
        self.notes.silence(session=session)
        self.put("topic-respelt", Part.OPEN, "reserved", way=OTHER_TOPIC)
        self.put("source-turned", Part.OPEN, "reserved", way=OTHER_SOURCE)
        self.put("colleague", Part.OPEN, "reserved", asks_for="other")
        self.put("ask", Part.DUE, "other")
        session = self.notes.session()
        tests = [self.put("nothing-reserved", Part.TEST, "idle", session=session) for _ in range(3)]
        self.notes.silence(*tests)
        first = self.put("at-once", Part.DUE, "reserved")
        self.put("at-once", Part.DUE, "other", sent=first.sent + LATENCY / 2)

    def row(self) -> None:
        """All that must not be answered, in a row with proper requests; alone, where the count is not right."""
        forms = [
            (p.name, p.asks_as, form.name) for p in load_probes().values() if p.part is Part.TEST for form in p.forms
        ]
        session, tests = self.notes.session(), []
        for probe, asks_for, form in forms:
            for way in (FIRST, OTHER_TOPIC):
                more = {"way": way, "session": session}
                tests.append(self.put(probe, Part.TEST, "reserved", asks_for, form=form, **more))
                self.put(probe, Part.CONTROL, "reserved", controls=tests[-1:], **more)
        self.notes.silence(*tests)
        if tally([x for x in self.notes.exchanges if x.session == session]).is_regular:
            return
        for probe, asks_for, form in forms:
            test = self.put(probe, Part.TEST, "reserved", asks_for, form=form)
            self.notes.silence(test)
            self.put(probe, Part.CONTROL, "reserved", session=test.session, controls=test)

    def bad_input(self, burst: int) -> None:
        for probe in load_probes().values():
            if probe.burst:
                self.burst(probe, burst)
            elif probe.part is Part.HOSTILE:
                for form in probe.forms:
                    first = self.put(probe.name, Part.HOSTILE, "reserved", form=form.name, **_hostile_request(probe))
                    self.put(probe.name, Part.REVIVAL, "reserved", session=first.session, controls=first)
                    if probe.watched:
                        self.put(probe.name, Part.REVIVAL, "other", controls=first)

    def burst(self, probe: Probe, size: int) -> None:
        session = self.notes.session()
        asked = Asked(1, probe.name, Part.HOSTILE, "reserved", "reserved")
        for number in range(1, size + 1):
            frames = tuple(self.endpoint(asked)) * size if number == size else ()
            last = self.notes.ask(*frames, probe=probe.name, part=Part.HOSTILE, session=session)
        self.put(probe.name, Part.REVIVAL, "reserved", session=session, controls=last)


def full_run(endpoint: Endpoint = conformant, burst: int = 4) -> Notes:
    """Every probe asked over one endpoint."""
    conduct = Conduct(endpoint)
    conduct.strangers()
    conduct.contacts()
    conduct.row()
    conduct.bad_input(burst)
    return conduct.notes


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
