"""A recording written as lines and read again is the same: what the judge sees, and what is written once more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from driving import driver, embedded, only
from hypothesis import given, settings
from hypothesis import strategies as st
from lcm_conformance.catalogue.probes import Part, load_probes
from lcm_conformance.catalogue.request import candidates
from lcm_conformance.endpoint import Behaviour, Host
from lcm_conformance.record.lines import lines, recording_of
from lcm_conformance.record.transcript import Event, Exchange, Kind, Phase, Recording, Silence

ENDPOINTS = {
    "conformant": Behaviour(),
    "wrong in one way": Behaviour(faults=("drops_queue",)),
    "hands out without login": Behaviour(faults=("answers_without_login",)),
    "closes": Behaviour(variants=("closes_on_every_refusal",)),
    "garbled": Behaviour(faults=("leaves_a_trailing_comma",)),
}
ASKED = ("ask", "asked-twice", "not-logged-in", "no-userid", "unknown-agent", "logged-out", "not-json")
NOON = datetime(2036, 10, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    with Host() as running:
        yield running


def written(recording: Recording) -> list[dict[str, Any]]:
    """The lines as they stand in a file; the dates of silences follow from the clock, to the millisecond."""
    told = [json.loads(json.dumps(line)) for line in lines(recording, {}, complete=True)]
    return [{name: value for name, value in line.items() if name not in {"from", "until"}} for line in told]


def seen(recording: Recording) -> Recording:
    """A recording as exactly as its lines say it: milliseconds of dates, microseconds of the clock.

    Without the ends of the exchanges, which are told as time from the request and so are a microsecond off.
    """

    def event(one: Event) -> Event:
        at = one.at.replace(microsecond=one.at.microsecond // 1000 * 1000)
        return replace(one, at=at, clock=round(one.clock, 6), binary=False, phase=None if one.exchange else one.phase)

    def exchange(one: Exchange) -> Exchange:
        sent = round(next((e.clock for e in recording.events if _sends(e, one.id)), one.sent), 6)
        return replace(one, sent=sent, ended=0.0, received=tuple(map(event, one.received)))

    silences = tuple(replace(s, start=round(s.start, 6), end=round(s.end, 6)) for s in recording.silences)
    return replace(
        recording,
        events=tuple(map(event, recording.events)),
        exchanges=tuple(map(exchange, recording.exchanges)),
        silences=tuple(sorted(silences, key=lambda silence: silence.end)),
    )


def listened(recording: Recording) -> list[float]:
    return [exchange.ended - exchange.sent for exchange in recording.exchanges]


def _sends(event: Event, exchange: str) -> bool:
    return event.kind is Kind.SENT and event.exchange == exchange


@pytest.mark.parametrize("name", ENDPOINTS)
def test_what_a_run_recorded_is_the_same_when_it_is_read_again(host: Host, name: str) -> None:
    profile = only(embedded(host.start(ENDPOINTS[name])), "reserved", "other", "leaver")
    recording = driver(profile).run([load_probes()[probe] for probe in ASKED])
    told = written(recording)
    again = recording_of(json.loads(json.dumps(line)) for line in lines(recording, {}, complete=True))
    assert written(again) == told
    assert seen(again) == seen(recording)
    assert listened(again) == pytest.approx(listened(recording), abs=1e-5)


texts = st.text(max_size=30)
moments = st.floats(0, 1000).map(lambda seconds: round(seconds, 6))


@st.composite
def recordings(draw: st.DrawFn) -> Recording:
    """One session with some requests, each with what came in it."""
    clock, events, exchanges = 0.0, list[Event](), list[Exchange]()

    def note(kind: Kind, frame: str | None, exchange: str | None, phase: Phase | None = None) -> Event:
        nonlocal clock
        clock += draw(st.integers(1, 5000)) / 1000
        at = NOON + timedelta(milliseconds=round(clock * 1000))
        events.append(
            Event(len(events) + 1, at, round(clock, 6), "s-1", "reserved", kind, frame, None, exchange, phase)
        )
        return events[-1]

    note(Kind.OPENED, None, None)
    note(Kind.SENT, draw(texts), None, draw(st.sampled_from(Phase)))
    for number in range(draw(st.integers(0, 4))):
        name, request = f"x-{number}", draw(texts)
        sent = note(Kind.SENT, request, name)
        came = tuple(note(Kind.RECEIVED, frame, name) for frame in draw(st.lists(texts, max_size=3)))
        exchanges.append(
            Exchange(
                name, draw(st.sampled_from(sorted(load_probes()))), draw(st.sampled_from(Part)), "s-1", "reserved",
                draw(st.none() | texts), request, sent.clock, came, round(clock + 1, 6),
                draw(st.none() | st.sampled_from(candidates())), draw(st.none() | texts), draw(st.none() | texts),
                trouble=draw(st.none() | texts), controls=tuple(x.id for x in exchanges),
            )
        )  # fmt: skip
    start = round(clock, 6)
    silences = [
        Silence("s-1", start, round(start + end, 6), tuple(x.id for x in exchanges)) for end in draw(st.sets(moments))
    ]
    said = st.dictionaries(texts, texts, max_size=2)
    return Recording(
        tuple(events), tuple(exchanges), tuple(silences), draw(said), draw(said), draw(st.none() | texts), draw(said),
        tuple(draw(st.lists(texts, max_size=2))),
    )  # fmt: skip


@settings(deadline=None, max_examples=50)
@given(recordings())
def test_whatever_was_recorded_is_the_same_when_it_is_read_again(recording: Recording) -> None:
    assert written(recording_of(written(recording))) == written(recording)
    assert seen(recording_of(written(recording))) == seen(recording)
