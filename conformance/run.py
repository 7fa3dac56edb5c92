"""One run from settings to reports, for whoever executes the scenarios: pytest, or the selftest.

`begin` makes the folder and a result that is no verdict yet; `drive` asks the endpoint, starting
the embedded one where no URL is given; `finish` folds and writes.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files

from conformance import catalogue, scenarios
from conformance.catalogue import Catalogue
from conformance.discretion import learn_agents, learn_events, redactor_of
from conformance.driver import Driver
from conformance.endpoint.behaviour import Behaviour
from conformance.endpoint.server import Host
from conformance.evidence import Evidence
from conformance.judgement import evidence_for, fold
from conformance.probes import Probe
from conformance.profile import Profile, at
from conformance.report import begin, redact_options, redact_record, redact_result, write_all
from conformance.report.console import repeat_command
from conformance.result import Result, ScenarioRecord
from conformance.scenarios import Scenario
from conformance.settings import Settings
from conformance.transcript import Recording
from conformance.transport.websocket import WebSocketTransport
from conformance.verdict import SuiteError

_AFTER_SUPPORT = "OBS-after-2308"
"""All that is asked of a version that the page no longer covers."""

Progress = Callable[[str], None]


class Run:
    """One run. `progress` is told what is being waited for."""

    def __init__(self, settings: Settings, progress: Progress | None = None) -> None:
        self.settings = settings
        self.catalogue = catalogue.load()
        self.written, self.suite_errors = _written(self.catalogue)
        self.notes: list[str] = []
        self._progress = progress
        self._started = datetime.now(UTC)
        self._clock = time.monotonic()
        self._driver: Driver | None = None
        self._recording = Recording()
        self._evidence: Evidence | None = None
        self._profile: Profile = settings.profile
        self._redactor = redactor_of(settings.profile, settings.reveal)

    @property
    def evidence(self) -> Evidence:
        """What has been learnt so far, for the steps. One object a recording: reading the frames is what costs."""
        if self._evidence is None or self._evidence.recording is not self._recording:
            self._evidence = evidence_for(self._recording, self._profile, self.settings.pins)
        return self._evidence

    def begin(self) -> None:
        """Write a result that is no verdict yet into the folder for the reports, which whoever begins holds."""
        begin(self.settings.out, redact_result(self._fold([], complete=False), self._redactor))

    def drive(self, wanted: Iterable[Scenario]) -> Evidence:
        """Ask the endpoint everything that these scenarios need."""
        probes = probes_of(wanted, self._profile)
        if not self.settings.asks:
            return self.evidence
        with ExitStack() as stack:
            if self.settings.embedded:
                host = stack.enter_context(Host())
                behaviour = Behaviour(cm_version=self._profile.cm_version, readings=self.settings.pins)
                self._profile = at(self._profile, host.start(behaviour))
            transport = WebSocketTransport(self._profile.endpoint, self._profile.timing)
            self._driver = Driver(
                self._profile, transport, self.settings.pins, self._progress, self.settings.sends_bad_input
            )
            try:
                self._recording = self._driver.run(probes)
            finally:
                self._recording = self._driver.recording()
                self._redactor.learn_secrets(self._driver.secrets)
                learn_agents(self._redactor, self._driver.agents)
                learn_events(self._redactor, self._recording.events)
        return self.evidence

    def finish(self, records: Sequence[ScenarioRecord], complete: bool) -> Result:
        """Write all reports; returns the result as it may be shown, without personal data."""
        result = self._fold(records, complete)
        self.notes = write_all(
            result, self._recording, self.settings.out, self._redactor, self.settings.allure_html and complete
        )
        return redact_result(result, self._redactor)

    def shown(self, text: str) -> str:
        """A text as it may be printed."""
        return self._redactor.text(text)

    def preview(self, record: ScenarioRecord) -> ScenarioRecord:
        """A record as it may be printed while the run goes on."""
        return redact_record(record, self._redactor)

    def repeat(self, clause: str) -> str:
        """The command that asks one clause again."""
        options = redact_options(self.settings.given, self._redactor)
        return repeat_command(options, self.settings.embedded, clause)

    def _fold(self, records: Sequence[ScenarioRecord], complete: bool) -> Result:
        return fold(
            records,
            self.written,
            self.catalogue,
            self.evidence,
            replace(self.settings, profile=self._profile),
            self._started,
            round(time.monotonic() - self._clock, 3),
            complete,
            self.suite_errors,
            released_score(),
        )


def _written(rows: Catalogue) -> tuple[tuple[Scenario, ...], list[str]]:
    """The scenarios of the suite, and what is wrong with them; of unreadable ones the second alone."""
    try:
        written = scenarios.read()
    except SuiteError as error:
        return (), [str(error)]
    return written, scenarios.problems(written, rows)


def probes_of(wanted: Iterable[Scenario], profile: Profile) -> list[Probe]:
    """What must be asked for these scenarios; of a version that the page no longer covers, what is only observed."""
    if not profile.supported:
        wanted = [scenario for scenario in wanted if scenario.clause == _AFTER_SUPPORT]
    return list({probe.name: probe for scenario in wanted for probe in scenario.probes}.values())


def released_score() -> dict[str, object] | None:
    """The selftest's score of this release, which travels with the package."""
    path = files("conformance").joinpath("selftest.json")
    if not path.is_file():
        return None
    score: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))["score"]
    return score
