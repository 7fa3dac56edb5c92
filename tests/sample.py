"""A made-up run of all clauses in which every verdict occurs, with a recording: what the picture in the README shows.

Nothing in it is a person's: numbers are of the range that is kept for fiction.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from excusing import excused
from lcm_conformance.catalogue.clauses import Clause, load_catalogue
from lcm_conformance.catalogue.probes import Part
from lcm_conformance.catalogue.request import Way
from lcm_conformance.catalogue.verdict import Finding, Verdict
from lcm_conformance.judge.result import ClauseResult, Latency, Ledger, Observation, Result
from lcm_conformance.record.transcript import Event, Exchange, Kind, Recording, Silence

STARTED = datetime(2036, 3, 4, 5, 6, 7, tzinfo=UTC)
WAY = Way(topic="WebService", source=True)
_MEMBERS = {
    "PhoneNumber": "5550104711", "AccountNumber": "137|1|3|0|0|84|1", "CampaignId": "SpringRenewal-ACQ",
    "Mode": "Home", "ContactId": "137", "ExpiryTime": "Feb 30 2036 11:59PM", "CallbackTime": "Oct 7 2036 11:59PM",
    "CallType": "Regular Call", "Prefix": "", "Suffix": "",
}  # fmt: skip
REPLY = json.dumps(
    {"channel": "LCM", "topic": "WebService", "subtopic": "ContactOD", "message": {"response": _MEMBERS}}
)
REQUEST = '{"channel":"LCM","topic":"WebService","subtopic":"GetReservedContactOD","data":{"UserID":"agent-7"}}'
_VERDICTS = {
    "FLD-Queue-presence": (Verdict.FAIL, "50 of 50 replies: the member Queue is missing"),
    "FMT-ExpiryTime": (
        Verdict.FAIL,
        '50 of 50 replies: ExpiryTime is "Feb 30 2036 11:59PM": that month has no such day',
    ),
    "REQ-4": (Verdict.FAIL, "a contact was handed out for 2 of 10 requests: a request with no data"),
    "REQ-6": (Verdict.FAIL, "a contact was handed out for 1 of 4 requests: a request with a Number for the UserID"),
    "FLD-Queue-type": (Verdict.INCONCLUSIVE, "FLD-Queue-presence fails, which leaves nothing to judge there"),
    "PRE-2": (Verdict.UNTESTED, "the profile has no logout"),
    "FMT-sample": (Verdict.NOT_APPLICABLE, "nothing to ask"),
    "ROB-7": (Verdict.ERROR, "suite error: the check itself broke: please report it"),
}
_SAID = {
    "FLD-Queue-presence": ("the member Queue", "the member Queue is missing", "$.message.response.Queue", "x-0001", 50),
    "FMT-ExpiryTime": (
        "a real date with a time of day",
        'ExpiryTime is "Feb 30 2036 11:59PM": that month has no such day',
        "$.message.response.ExpiryTime",
        "x-0001",
        50,
    ),
    "REQ-4": ("no contact", "a contact was handed out for a request with no data", "$", "x-0003", 2),
    "REQ-6": ("no contact", "a contact was handed out for a request with a Number for the UserID", "$", "x-0007", 1),
}


def _clause(row: Clause) -> ClauseResult:
    verdict, reason = _VERDICTS.get(row.id, (Verdict.PASS, ""))
    expected, actual, path, exchange, times = _SAID.get(row.id, ("", "", "", "", 0))
    where = f"{path} of the reply in {exchange}, 12 ms after the request"
    findings = (Finding(expected, actual, where, exchange),) * times
    return ClauseResult(
        row.id, row.klass, row.statement, row.section, verdict, reason, findings, asked=6, findings_total=times
    )


def sample() -> Result:
    """The result."""
    made = Result(
        verdict="non-conformant",
        robustness="pass",
        complete=True,
        cm_version="2308",
        url="wss://staging.example.test/lcm",
        asked_as={"topic": "WebService", "source": True},
        suite_version="0.1.0",
        catalogue=load_catalogue().digest,
        started=STARTED,
        seconds=12.3,
        clauses=tuple(map(_clause, load_catalogue().clauses.values())),
        scenarios=(),
        ledger=Ledger(scenarios=90, executed=87, untested=3, unaccounted=0),
        attribution="proven",
        readings={"topic": "sample", "contact-id-name": "sample", "contact-id-type": "sample"},
        depends_on=(),
        observations=(
            Observation("OBS-nothing-reserved", "silence", "nothing came within 2.0 s"),
            Observation("OBS-asked-twice", "contact", "the same contact again"),
        ),
        latency=Latency(count=40, p50_ms=12.0, p95_ms=31.0, max_ms=44.0),
        embedded=False,
        notices=("answers come from a session that another agent logged out",),
        label="staging EU, build 14",
        statement={"client": "Example Dialling Ltd", "laboratory": "Example QA", "build": "14"},
        selftest={"faults": 312, "caught": 312, "variants": 103, "false_alarms": 0},
        options={"profile": "staging.toml", "cm_version": "2308"},
    )
    waived = tuple(replace(c, waived="no logout in this environment") if c.id == "PRE-2" else c for c in made.clauses)
    return excused(replace(made, clauses=waived))


def recording(exchanges: int = 120) -> Recording:
    """So many exchanges of four agents, with a silence after each tenth."""
    agents = ("reserved", "other", "idle", "stranger")
    events: list[Event] = []
    asked, silences = [], []
    for number in range(1, exchanges + 1):
        agent, clock = agents[number % 4 if number > 8 else 0], number * 0.1
        heard = _heard(number, agent, clock)
        events += heard
        asked.append(_exchange(number, agent, clock, heard[1:]))
        if number % 10 == 0:
            silences.append(Silence(f"s-{agent}", clock + 0.3, clock + 1.3, (f"x-{number:04}",)))
    return Recording(events=tuple(events), exchanges=tuple(asked), silences=tuple(silences))


def _heard(number: int, agent: str, clock: float) -> list[Event]:
    name = f"x-{number:04}"

    def event(shift: float, kind: Kind, frame: str) -> Event:
        at = STARTED + timedelta(seconds=clock + shift)
        return Event(2 * number + (shift > 0), at, clock + shift, f"s-{agent}", agent, kind, frame, exchange=name)

    came = [] if agent == "idle" else [event(0.01 + number % 7 * 0.004, Kind.RECEIVED, REPLY)]
    return [event(0, Kind.SENT, REQUEST), *came]


def _exchange(number: int, agent: str, clock: float, received: list[Event]) -> Exchange:
    form = {3: "no data", 4: "no data", 7: "a Number for the UserID"}.get(number)
    return Exchange(
        id=f"x-{number:04}",
        probe="no-data" if form == "no data" else "nothing-reserved" if agent == "idle" else "ask",
        part=Part.TEST if form or agent == "idle" else Part.DUE,
        session=f"s-{agent}",
        agent=agent,
        asks_for=agent,
        request=REQUEST,
        sent=clock,
        received=tuple(received),
        ended=clock + 0.09,
        way=WAY,
        form=form,
    )
