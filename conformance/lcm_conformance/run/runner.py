"""One run from settings to reports, for whoever executes the scenarios: pytest, or the selftest.

`begin` makes the folder and a result that is no verdict yet; `drive` asks the endpoint, starting
the embedded one where no URL is given; `finish` folds and writes.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from lcm_conformance.catalogue import scenarios
from lcm_conformance.catalogue.clauses import Catalogue, load_catalogue
from lcm_conformance.catalogue.probes import Probe
from lcm_conformance.catalogue.scenarios import Scenario
from lcm_conformance.catalogue.system_error import Trouble, trouble
from lcm_conformance.catalogue.verdict import SuiteError, UsageError
from lcm_conformance.drive.driver import Driver
from lcm_conformance.endpoint.behaviour import Behaviour
from lcm_conformance.endpoint.server import Host
from lcm_conformance.judge.evidence import Evidence
from lcm_conformance.judge.excuses import excuse_scenarios
from lcm_conformance.judge.fold import evidence_for, exit_status, fold
from lcm_conformance.judge.result import Result, ScenarioRecord
from lcm_conformance.judge.terms import Course
from lcm_conformance.profile import Profile, at
from lcm_conformance.record.transcript import Recording
from lcm_conformance.report import begin, redact_options, redact_record, redact_result, write_all
from lcm_conformance.report.case import Case, case_of
from lcm_conformance.report.console import repeat_command
from lcm_conformance.run.bundling import shown_profile
from lcm_conformance.run.execution import judge
from lcm_conformance.run.personal_data import learn_agents, learn_events, redactor_of
from lcm_conformance.run.settings import Settings
from lcm_conformance.transport.websocket import WebSocketTransport

_AFTER_SUPPORT = "OBS-after-2308"
"""All that is asked of a version that the page no longer covers."""

Progress = Callable[[str], None]


class Run:
    """One run. `progress` is told what is being waited for."""

    def __init__(self, settings: Settings, progress: Progress | None = None) -> None:
        self.settings = settings
        self.catalogue = load_catalogue()
        self.written, self.suite_errors = _written(self.catalogue)
        self.notes: list[str] = []
        self.unwritten: list[Trouble] = []
        self._progress = progress
        self._started = datetime.now(UTC)
        self._clock = time.monotonic()
        self._driver: Driver | None = None
        self._recording = Recording()
        self._evidence: Evidence | None = None
        self._profile: Profile = settings.profile
        self._redactor = redactor_of(settings.profile, settings.reveal)
        self._wanted: tuple[Scenario, ...] = ()
        self._foreseen: Result | None = None
        self._limits: tuple[str, ...] = ()

    @property
    def evidence(self) -> Evidence:
        """What has been learnt so far, for the steps. One object a recording: reading the frames is what costs."""
        if self._evidence is None or self._evidence.recording is not self._recording:
            self._evidence = evidence_for(self._recording, self.settings.terms(self._profile))
        return self._evidence

    def begin(self) -> None:
        """Write a result that is no verdict yet into the folder for the reports, which whoever begins holds.

        Raises `UsageError` or `EnvironmentTrouble` where that cannot be done.
        """
        out = self.settings.out
        try:
            begin(out, redact_result(self._fold([], complete=False), self._redactor))
        except OSError as error:
            raise trouble(error, f"cannot write to --out {out}", "name a folder that can be written") from None
        if self.settings.bundle is not None:
            self.settings.bundle.begin()

    def drive(self, wanted: Iterable[Scenario]) -> Evidence:
        """Ask the endpoint everything that these scenarios need."""
        self._wanted = tuple(wanted)
        probes = probes_of(self._wanted, self._profile)
        if not self.settings.asks:
            return self.evidence
        with ExitStack() as stack:
            try:
                self._profile = self._reachable(stack)
            except OSError as error:
                what = trouble(error, "the embedded endpoint cannot be started", "check this machine's network")
                self._recording = Recording(trouble=str(what))
                return self.evidence
            transport = WebSocketTransport(self._profile.endpoint, self._profile.timing)
            self._driver = Driver(
                self._profile, transport, self.settings.pins, self._progress, self.settings.sends_bad_input
            )
            try:
                with self._time_limit(self._driver):
                    self._recording = self._driver.run(probes)
            finally:
                self._recording = self._driver.recording()
                self._redactor.learn_secrets(self._driver.secrets)
                learn_agents(self._redactor, self._driver.agents)
                learn_events(self._redactor, self._recording.events)
        return self.evidence

    @contextmanager
    def _time_limit(self, driver: Driver) -> Iterator[None]:
        """End the asking after `--max-seconds` as Ctrl-C would."""
        if self.settings.max_seconds is None:
            yield
            return
        limit = threading.Timer(self.settings.max_seconds, driver.stop)
        limit.daemon = True
        limit.start()
        try:
            yield
        finally:
            limit.cancel()
        if driver.stopped:
            option = f"--max-seconds {self.settings.max_seconds:g}"
            self._limits = (f"The asking was ended after {option}: allow more, or none.",)
            raise KeyboardInterrupt(option)

    def finish(self, records: Sequence[ScenarioRecord], complete: bool, allure_dir: Path | None = None) -> Result:
        """Write all reports, and the Allure results once more into another folder; returns the result as it may be
        shown, without personal data.
        """
        result = self._fold(records, complete)
        written = write_all(
            result,
            self._recording,
            self.settings.terms(self._profile),
            self.settings.out,
            self._redactor,
            self.settings.allure_html and complete,
            allure_dir,
        )
        self.notes, self.unwritten = written.notes, written.unwritten
        if self.settings.bundle is not None and not written.unwritten:
            facts = shown_profile(self._profile, self.settings.terms(self._profile), self._redactor)
            notes, unwritten = self.settings.bundle.write(self.settings.out, facts)
            self.notes, self.unwritten = [*self.notes, *notes], [*self.unwritten, *unwritten]
        return redact_result(replace(result, complete=complete and not written.unwritten), self._redactor)

    def status(self, result: Result) -> int:
        """The exit status."""
        return status(result, self.unwritten)

    def shown(self, text: str) -> str:
        """A text as it may be printed."""
        return self._redactor.text(text)

    def case(self, record: ScenarioRecord) -> Case:
        """A scenario as the reports will show it: what it decides is known once all scenarios are judged."""
        if self._foreseen is None:
            self._foreseen = self._fold([judge(scenario, self.evidence) for scenario in self._wanted], complete=True)
        terms = self.settings.terms(self._profile)
        [excused] = excuse_scenarios([record], self._foreseen.clauses, terms)
        return case_of(redact_record(excused, self._redactor))

    def preview(self, record: ScenarioRecord) -> ScenarioRecord:
        """A record as it may be printed while the run goes on."""
        return redact_record(record, self._redactor)

    def repeat(self, clause: str) -> str:
        """The command that asks one clause again."""
        options = redact_options(self.settings.given, self._redactor)
        return repeat_command(options, self.settings.embedded, clause)

    def _reachable(self, stack: ExitStack) -> Profile:
        """The profile with the endpoint's address, which the embedded one has once it is served."""
        if not self.settings.embedded:
            return self._profile
        host = stack.enter_context(Host())
        behaviour = Behaviour(cm_version=self._profile.cm_version, readings=self.settings.pins)
        return at(self._profile, host.start(behaviour))

    def _fold(self, records: Sequence[ScenarioRecord], complete: bool) -> Result:
        course = Course(
            url=self._profile.endpoint.url,
            started=self._started,
            seconds=round(time.monotonic() - self._clock, 3),
            complete=complete,
            embedded=self.settings.embedded,
            suite_errors=tuple(self.suite_errors),
            notices=(*self._profile.notices, *self._limits),
            options=self.settings.given,
            label=self.settings.label,
            statement=self._profile.statement,
            selftest=released_score(),
        )
        return fold(records, self.written, self.catalogue, self.evidence, self.settings.terms(self._profile), course)


def status(result: Result, unwritten: Sequence[Trouble]) -> int:
    """The exit status: what could not be written matters, but to a failure and to a fault of the suite."""
    own = exit_status(result)
    if not unwritten or own in {1, 5}:
        return own
    return 2 if any(isinstance(what, UsageError) for what in unwritten) else 3


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
    path = files(__package__).joinpath("selftest.json")
    if not path.is_file():
        return None
    score: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))["score"]
    return score
