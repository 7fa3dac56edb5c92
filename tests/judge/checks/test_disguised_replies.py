"""What the clauses look at outlasts the disguise: the same verdicts and findings come out of frames with pseudonyms."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from building import Notes, envelope
from hypothesis import given, settings
from hypothesis import strategies as st
from lcm_conformance.catalogue import page, scenarios
from lcm_conformance.judge.evidence import Evidence
from lcm_conformance.judge.result import ScenarioRecord
from lcm_conformance.redaction import Redactor
from lcm_conformance.run import execution
from test_formats import AS_IN_THE_SAMPLE, NO_DATE_TIMES, OTHER_DATE_TIMES, TIMES_OF_DAY
from test_generated_replies import ASKING, FAULTS, SETTINGS, Generated, runs, written

FEW = settings(SETTINGS, max_examples=40)
TIMES = (*AS_IN_THE_SAMPLE, *OTHER_DATE_TIMES, *TIMES_OF_DAY, *NO_DATE_TIMES)
NOTHINGS = (None, False, 0, -1, 0.0, "", " ", [], {}, "0001-01-01T00:00:00", "Jan  1 1900 12:00AM", "0000-00-00")
CLAUSES = [scenario for scenario in scenarios.read() if not scenario.clause.startswith(("ROB-", "OBS-"))]

Expected = Mapping[str, tuple[Mapping[str, str], ...]]


def judged(evidence: Evidence) -> dict[str, Any]:
    """What each scenario comes to: its verdict, and the places of its findings."""
    return {f"{s.clause} {s.name}": _told(execution.judge(s, evidence)) for s in CLAUSES}


def _told(record: ScenarioRecord) -> tuple[str, list[tuple[str, str | None]]]:
    return record.verdict.value, [(finding.where, finding.exchange) for finding in record.findings]


def recorded(frames: list[str], expected: Expected) -> Evidence:
    notes = Notes()
    for frame, (probe, role) in zip(frames, ASKING, strict=True):
        notes.ask(frame, probe=probe, agent=role)
    return replace(notes.evidence(), expected=expected)


def disguised(frames: list[str], expected: Expected, key: int) -> tuple[list[str], Expected]:
    redactor = Redactor(key=str(key).encode())
    texts = {role: [json.dumps(dict(wanted)) for wanted in several] for role, several in expected.items()}
    for text in (*frames, *(text for several in texts.values() for text in several)):
        redactor.learn(text)
    shown = {role: tuple(json.loads(redactor.frame(text)) for text in several) for role, several in texts.items()}
    return [redactor.frame(frame) for frame in frames], shown


def assert_judged_alike(frames: list[str], expected: Expected, key: int) -> None:
    shown, wanted = disguised(frames, expected, key)
    assert judged(recorded(shown, wanted)) == judged(recorded(frames, expected)), shown


@st.composite
def expectations(draw: st.DrawFn, run: Generated) -> Expected:
    """What a profile may expect of the contacts: members of one that came, of another agent's, or of nobody's."""
    names = draw(st.sets(st.sampled_from(["PhoneNumber", "AccountNumber", "ContactId", "Queue", "CallbackTime"])))
    expected = {}
    for role in draw(st.sets(st.sampled_from(["reserved", "other"]))):
        response = run.replies[draw(st.integers(0, len(ASKING) - 1))]["message"]["response"]
        told = {name: str(response.get(name, response.get("ContactID"))) for name in names}
        expected[role] = (told,) if told else ()
    return expected


@FEW
@given(st.data(), runs(), st.integers(0, 99))
def test_a_conformant_run_is_judged_alike_when_it_is_disguised(data: st.DataObject, run: Generated, key: int) -> None:
    expected = data.draw(expectations(run))
    frames = [written(reply, run.chance) for reply in run.replies]
    assert_judged_alike(frames, expected, key)


@settings(SETTINGS, max_examples=100)
@given(runs(), st.sampled_from(FAULTS), st.integers(0, len(ASKING) - 1), st.integers(0, 99))
def test_every_fault_in_any_reading_is_found_alike(run: Generated, fault: Any, number: int, key: int) -> None:
    fault[1](run, number)
    frames = [run.frames.get(n) or written(reply, run.chance) for n, reply in enumerate(run.replies)]
    assert_judged_alike(frames, {}, key)


@settings(SETTINGS, max_examples=100)
@given(
    runs(),
    st.dictionaries(st.sampled_from(page.MEMBERS), st.sampled_from((*TIMES, *NOTHINGS, *NOTHINGS)), min_size=1),
    st.integers(0, len(ASKING) - 1),
    st.booleans(),
    st.integers(0, 99),
)
def test_times_and_nothings_in_any_member_are_judged_alike(
    run: Generated, members: dict[str, Any], number: int, alone: bool, key: int
) -> None:
    if alone:  # a serialised empty object, or nearly one
        members = dict.fromkeys(page.MEMBERS) | members
    response = members if alone else run.replies[number]["message"]["response"] | members
    run.replies[number] = envelope(response)
    assert_judged_alike([written(reply, run.chance) for reply in run.replies], {}, key)


@FEW
@given(st.lists(st.integers(0, 120), min_size=3, max_size=3), st.integers(0, 99), st.sampled_from([str, int, float]))
def test_whose_contact_it_is_stays_so_however_short_its_id(ids: list[int], key: int, kind: Any) -> None:
    responses = [{"PhoneNumber": "5", "AccountNumber": str(n), "ContactID": kind(n)} for n in ids]
    frames = [json.dumps(envelope(response)) for response in responses]
    expected = {role: ({"ContactID": str(n)},) for (_, role), n in zip(ASKING, ids, strict=True)}
    assert_judged_alike(frames, expected, key)
