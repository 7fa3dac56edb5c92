"""The golden sample: one run in which every verdict occurs once, and a redactor for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from excusing import excused
from lcm_conformance.catalogue.probes import Part
from lcm_conformance.catalogue.verdict import Finding, Verdict
from lcm_conformance.judge.result import (
    ClauseResult,
    Latency,
    Ledger,
    Observation,
    Result,
    ScenarioRecord,
    StepRecord,
    Trouble,
)
from lcm_conformance.judge.terms import Terms
from lcm_conformance.record.transcript import Event, Exchange, Kind, Recording

PHONE = "5550104711"
PSEUDONYM = "9300184526"
STARTED = datetime(2026, 3, 4, 5, 6, 7, 123_000, tzinfo=UTC)
_REQUEST = '{"channel":"LCM","topic":"WebService","subtopic":"GetReservedContactOD","data":{"UserID":"agent-7"}}'
_REPLY = f'{{"subtopic":"ContactOD","message":{{"response":{{"PhoneNumber":"{PHONE}","ContactId":true}}}}}}'

FINDING = Finding(
    expected="Number, or String as in the sample",
    actual=f"true  (boolean), beside PhoneNumber {PHONE}",
    where="$.message.response.ContactID of reply 1, 12 ms after the request",
    exchange="x-0007",
)
_CLAUSES = (
    ("MAP-1", "normative", Verdict.PASS, "answered by ContactOD"),
    ("FLD-ContactID-type", "normative", Verdict.FAIL, f"a boolean, in the contact of {PHONE}"),
    ("RSP-4", "normative", Verdict.INCONCLUSIVE, "no reply that could show it"),
    ("PRE-2", "normative", Verdict.UNTESTED, "the profile has no logout"),
    ("VER-1", "scope", Verdict.NOT_APPLICABLE, "nothing to ask"),
    ("ROB-1", "robustness", Verdict.ERROR, "the check itself broke"),
)


@dataclass(frozen=True)
class Pseudonyms:
    """A redactor that knows one person."""

    def frame(self, text: str) -> str:
        return text.replace(PHONE, PSEUDONYM)

    def text(self, text: str, *, times: bool = True) -> str:
        return text.replace(PHONE, PSEUDONYM)


def _clause(id_: str, klass: str, verdict: Verdict, reason: str) -> ClauseResult:
    findings = (FINDING,) if verdict is Verdict.FAIL else ()
    number = len(findings)
    return ClauseResult(
        id_, klass, f"What {id_} asks.", "Response Parameters", verdict, reason, findings, findings_total=number
    )


def _scenario(id_: str, klass: str, verdict: Verdict, reason: str) -> ScenarioRecord:
    last = "passed" if verdict is Verdict.PASS else "failed"
    return ScenarioRecord(
        feature="Response Parameters",
        feature_file="/somewhere/else/features/response.feature",
        rule=f"The rule of {id_}",
        name=f"one example of {id_}",
        clause=id_,
        steps=(
            StepRecord("Given", "an agent who is logged in", "passed"),
            StepRecord("When", "the agent asks for the reserved contact", "passed"),
            StepRecord("Then", f"{id_} is seen", last),
        ),
        verdict=verdict,
        reason=reason,
        findings=(FINDING,) if verdict is Verdict.FAIL else (),
        exchanges=("x-0007",),
        started=STARTED,
        seconds=0.012,
    )


@pytest.fixture
def result() -> Result:
    golden = Result(
        verdict="non-conformant",
        robustness="untested",
        complete=True,
        cm_version="2308",
        url="ws://127.0.0.1:4711/lcm",
        asked_as={"topic": "WebService", "source": True},
        suite_version="0.1.0",
        catalogue="sha256:0123",
        started=STARTED,
        seconds=3.21,
        clauses=tuple(_clause(*row) for row in _CLAUSES),
        scenarios=tuple(_scenario(*row) for row in _CLAUSES),
        ledger=Ledger(scenarios=6, executed=4, untested=2, unaccounted=0),
        attribution="proven",
        readings={"contact-id-name": "sample"},
        depends_on=("contact-id-name=sample",),
        observations=(Observation("OBS-nothing-reserved", "silence", f"nothing about {PHONE}"),),
        latency=Latency(count=40, p50_ms=1.1, p95_ms=2.0, max_ms=3.3),
        embedded=False,
        notices=(f"certificates were not verified when {PHONE} was asked for",),
        selftest={"faults": 41, "caught": 41},
        options={"url": "ws://127.0.0.1:4711/lcm", "cm_version": "2308"},
    )
    return excused(golden)


@pytest.fixture
def recording() -> Recording:
    def event(number: int, kind: Kind, frame: str | None, note: str | None = None) -> Event:
        at = STARTED.replace(microsecond=123_000 + number * 4_000)
        return Event(number, at, number * 0.004, "s-3", "reserved", kind, frame, note, "x-0007")

    opened, sent = event(1, Kind.OPENED, None, f"for {PHONE}"), event(2, Kind.SENT, _REQUEST)
    received = event(5, Kind.RECEIVED, _REPLY)
    exchange = Exchange(
        id="x-0007",
        probe="reserved-contact",
        part=Part.DUE,
        session="s-3",
        agent="reserved",
        asks_for="reserved",
        request=_REQUEST,
        sent=sent.clock,
        received=(received,),
        ended=sent.clock + 2,
    )
    return Recording(events=(opened, sent, received), exchanges=(exchange,))


@pytest.fixture
def terms() -> Terms:
    return Terms("2308")


@pytest.fixture
def redactor() -> Pseudonyms:
    return Pseudonyms()


@pytest.fixture
def with_trouble(result: Result) -> Result:
    """A run that could not reach its endpoint: nothing was executed."""
    trouble = "staging.example.test cannot be resolved: check the name in the profile"
    scenarios = tuple(replace(s, verdict=Verdict.UNTESTED, reason="not asked", findings=()) for s in result.scenarios)
    clauses = tuple(replace(c, verdict=Verdict.UNTESTED, reason="not asked", findings=()) for c in result.clauses)
    outage = Trouble("outage", trouble)
    told = replace(result, verdict="inconclusive", trouble=outage, scenarios=scenarios, clauses=clauses, notices=())
    return excused(told)


@pytest.fixture
def conformant(result: Result) -> Result:
    """A run that is green all over."""
    scenarios = tuple(replace(s, verdict=Verdict.PASS, reason="", findings=()) for s in result.scenarios)
    clauses = tuple(replace(c, verdict=Verdict.PASS, reason="", findings=()) for c in result.clauses)
    return excused(replace(result, verdict="conformant", scenarios=scenarios, clauses=clauses, notices=()))


@pytest.fixture
def with_text(result: Result, recording: Recording) -> Callable[[str], tuple[Result, Recording]]:
    """The golden sample with one text wherever an endpoint's words can stand."""

    def build(text: str) -> tuple[Result, Recording]:
        finding = Finding(text, text, text, "x-0007")
        seen = Observation("OBS-extra-members", text, text)
        clauses = tuple(replace(c, reason=text, findings=(finding,), known=None) for c in result.clauses)
        scenarios = tuple(replace(s, reason=text, findings=(finding,), observation=seen) for s in result.scenarios)
        events = tuple(replace(e, frame=text, note=text) for e in recording.events)
        exchanges = tuple(replace(x, request=text, received=events[2:], trouble=text) for x in recording.exchanges)
        return (
            replace(
                result,
                clauses=clauses,
                scenarios=scenarios,
                observations=(seen,),
                notices=(text,),
                suite_errors=(text,),
                trouble=Trouble("outage", text),
                url=f"ws://host/{text}",
            ),
            replace(recording, events=events, exchanges=exchanges, trouble=text),
        )

    return build


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "reports"
