"""What a run may not exceed: requests a second, and an endpoint's own limit to the number of requests."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from driving import driver, embedded, judged, only
from lcm_conformance.catalogue.probes import load_probes
from lcm_conformance.catalogue.verdict import EnvironmentTrouble, SuiteError
from lcm_conformance.drive import deeds, prerequisite
from lcm_conformance.drive import driver as driver_module
from lcm_conformance.drive.lane import Lane
from lcm_conformance.endpoint import Behaviour, Host
from lcm_conformance.profile import Timing
from lcm_conformance.record.transcript import Kind


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    with Host() as running:
        yield running


def test_requests_per_second_are_kept_over_all_sessions(host: Host) -> None:
    rate = 50
    profile = embedded(host.start(Behaviour()), requests_per_second=rate)
    begun = time.monotonic()
    recording = driver(profile).run([load_probes()[name] for name in ("ask", "asked-twice", "at-once")])
    sent = [e.clock for e in recording.events if e.kind is Kind.SENT and e.exchange is not None]
    assert len(sent) > 20
    assert len({e.session for e in recording.events}) > 1
    # Each waits for its turn, however late the ones before it came.
    assert all(at >= begun + number / rate for number, at in enumerate(sent))


@pytest.mark.parametrize("code", [1008, 1013])
def test_a_close_after_many_requests_is_the_environments_limit(host: Host, code: int) -> None:
    profile = only(embedded(host.start(Behaviour(open=(f"closes_with_{code}_after_60_requests",)))), "reserved", "idle")
    run = judged(profile)
    assert run.failed == set(), run.unpassed
    limited = [line for line in run.result.notices if "endpoint.requests_per_second" in line]
    assert limited
    assert all(line.startswith("environment: ") for line in limited)
    assert not any("closed by a wrong request" in line for line in run.result.notices)


def test_with_one_session_no_lane_waits_for_one_that_comes_after_it(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    def in_vain(lane: Lane) -> None:
        lane.inquiry.early_asked.set()
        raise EnvironmentTrouble("the session was given up")

    monkeypatch.setattr(prerequisite, "before_any_login", in_vain)
    one = driver(embedded(host.start(), max_connections=1))
    ending = threading.Timer(30, one.stop)
    ending.start()
    recording = one.run(load_probes().values())
    ending.cancel()
    assert not one.stopped
    assert recording.of("ask")


def test_lanes_that_wait_for_each_other_for_ever_are_the_suites_own_fault(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    def for_ever(lane: Lane) -> None:
        lane.inquiry.pool.stop.wait()

    monkeypatch.setattr(driver_module, "STANDSTILL", 0.5)
    monkeypatch.setattr(driver_module, "WAITS", 1)
    monkeypatch.setattr(deeds, "wait_for_way", for_ever)
    profile = embedded(host.start(), Timing(connect=2, reply=2, silence=0.5))
    with pytest.raises(SuiteError, match="for 5 s nothing was said"):
        driver(profile).run(load_probes().values())
