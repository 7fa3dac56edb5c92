"""What one pytest session knows of the run: asks the endpoint before the first scenario, and has the reports written.

Called by the plugin's hooks. A wrong use ends the session with status 2, a crash with 5, each in one line.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NoReturn, ParamSpec, TypeVar

import pytest

from lcm_conformance.catalogue.folders import features_folder
from lcm_conformance.catalogue.scenarios import Scenario
from lcm_conformance.catalogue.system_error import Trouble, explained
from lcm_conformance.catalogue.verdict import EnvironmentTrouble, UsageError, Verdict, worst
from lcm_conformance.judge.evidence import Evidence
from lcm_conformance.judge.result import ClauseResult, Remarks, Result, ScenarioRecord, StepRecord
from lcm_conformance.plugin.arguments import refuse_overwritten_reports
from lcm_conformance.plugin.collection import BINDING
from lcm_conformance.redaction.exceptions import account
from lcm_conformance.report.case import Case
from lcm_conformance.report.console import failure_block
from lcm_conformance.run import execution, vocabulary
from lcm_conformance.run.announcement import announce
from lcm_conformance.run.folder import held
from lcm_conformance.run.options import PYTEST_PREFIX
from lcm_conformance.run.out_folder import point
from lcm_conformance.run.runner import Run
from lcm_conformance.run.settings import Settings, resolve

P = ParamSpec("P")
T = TypeVar("T")
_ENDED = {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED}
_STOPPED = "not judged: pytest was stopped before (-x, --maxfail)"


@dataclass
class Attempt:
    """What is known of a scenario while it runs; it may run more than once."""

    remarks: Remarks = field(default_factory=Remarks)
    steps: list[StepRecord] = field(default_factory=list)


class Conduct:
    """What one pytest session knows of the run.

    The command line hands in settings and a way to show progress, and holds the folder of the reports itself.
    """

    def __init__(self, settings: Settings | None = None, progress: Callable[[str], None] | None = None) -> None:
        self.of_command = settings is not None
        self.settings = settings
        self.progress = progress
        self.run: Run | None = None
        self.evidence: Evidence | None = None
        self.records: list[ScenarioRecord] = []
        self.result: Result | None = None
        self.interrupted = False
        self.ends_early = False
        self.uncollected = False
        self.crashed = False
        self.fault: str | None = None
        self.refusal: Trouble | None = None
        """Why nothing could be asked, or the run could not go on: no fault of the suite's."""
        self.nodeids: set[str] = set()
        self.failures = 0
        """How many of the failures that pytest counts are of scenarios of the suite, or of collecting them."""
        self.bound: set[tuple[str, str]] | None = None
        """The keys of the scenarios that a module binds, chosen or not; None where no such module was read."""
        self.wanted: Sequence[Scenario] = ()
        self.allure_dir: Path | None = None

    def settle(self, config: pytest.Config) -> Settings:
        """The settings: the command's, else those of pytest's own command line."""
        if self.settings is None:
            self.settings = settings = self._or_refuse(lambda: resolve(config.option, PYTEST_PREFIX))
            refuse_overwritten_reports(config, settings.out)
        return self.settings

    def drive(self, config: pytest.Config, wanted: Iterable[Scenario]) -> None:
        """Begin the run, and ask the endpoint all that the scenarios need; nothing for none."""
        settings = self.settle(config)
        if not self.of_command:
            folder = ExitStack()
            config.add_cleanup(folder.close)
            self._or_refuse(lambda: folder.enter_context(held(settings.out)))
        run = Run(settings, self.progress)
        self._or_refuse(run.begin)
        run.suite_errors += vocabulary.problems(run.written)
        if self.uncollected and not run.suite_errors:
            run.suite_errors.append("pytest could not collect the feature files: run `pytest features` to see why")
        self.run, self.wanted = run, list(dict.fromkeys(wanted))
        self.evidence = run.drive(self.wanted) if self.wanted and not self.ends_early else run.evidence

    def noted(self, record: ScenarioRecord) -> Case:
        """Keep how a scenario ended; returns what may be shown of it."""
        assert self.run is not None  # scenarios are executed in a run
        self.records.append(record)
        return self.run.case(record)

    def printed(self, record: ScenarioRecord) -> str:
        """What pytest prints of a scenario that did not pass: its failure blocks, or its verdict and reason."""
        assert self.run is not None  # it is one that ran
        clause = self.run.catalogue.clauses.get(record.clause)
        if clause is None or not record.findings:
            word = "" if record.verdict is Verdict.ERROR else f"{record.verdict}: "
            return f"{record.clause}  {word}{self.run.shown(record.reason)}"
        shown = self.run.preview(record)
        row = ClauseResult(clause.id, clause.klass, clause.statement, clause.section, record.verdict, shown.reason)
        repeat = self.run.repeat(clause.id)
        return "\n\n".join(failure_block(row, finding, repeat) for finding in shown.findings)

    def skipped(self, scenario: Scenario) -> None:
        """Keep that a mark of somebody else's (skip, xfail without a run) kept a scenario from being executed."""
        self.records.append(execution.left_out(scenario, "not run: a mark of this session skips it"))

    def finish(self, session: pytest.Session, exitstatus: int) -> None:
        """Judge, write the reports and set pytest's exit status."""
        if self.run is None:
            return
        stopped = bool(self.ends_early or session.shouldfail or session.shouldstop)
        records = self._all_records(self.run, stopped=stopped)
        self.result = self.run.finish(records, not (stopped or self.crashed), self.allure_dir)
        self.run.notes += announce(self.result, os.environ, sys.stderr)
        self.run.notes += point(self.run.settings.latest, self.run.settings.out)
        session.exitstatus = self._status(session, exitstatus, self.run.status(self.result))

    def _status(self, session: pytest.Session, of_pytest: int, own: int) -> int:
        """Of the session: the suite's own, unless something else in it failed and the suite itself stands."""
        if self.interrupted:
            return 130
        others_failed = session.testsfailed > self.failures
        if own == 5 or (own == 2 and not others_failed):
            return own
        if of_pytest not in _ENDED and not session.shouldstop:
            return of_pytest
        return int(pytest.ExitCode.TESTS_FAILED) if others_failed else own

    def guarded(self, work: Callable[P, None], *arguments: P.args, **named: P.kwargs) -> None:
        """Do some work of a hook. A crash ends the session in one line: pytest prints the values in its frames."""
        try:
            work(*arguments, **named)
            return
        except pytest.exit.Exception:
            raise
        except Exception as error:  # its text, and pytest's account of it, may hold what must not be shown
            self.refusal, line = explained(error), f"{account(error)}: please report it"
        self.crashed = True
        if self.refusal is not None:
            _end(self.refusal)
        if self.run is not None:
            self.run.suite_errors.append(line)
        pytest.exit(f"suite error: {line}", 5)

    def _or_refuse(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except (UsageError, EnvironmentTrouble) as error:
            self.refusal = refusal = type(error)(str(error))
        return _end(refusal)  # out here, so that it carries no frames along that --full-trace would print

    def _all_records(self, run: Run, *, stopped: bool) -> list[ScenarioRecord]:
        """The records of what ran and of what was left out; after an interruption, of all that can still be judged."""
        ran = _once_each(self.records)
        seen = {record.key for record in ran}
        rest = [scenario for scenario in run.written if scenario.key not in seen]
        if self.interrupted:
            return ran + [execution.judge(scenario, run.evidence) for scenario in rest]
        wanted = {scenario.key for scenario in self.wanted}
        unchosen = [scenario for scenario in rest if scenario.key not in wanted and self._may_be_chosen(scenario)]
        unreached = [scenario for scenario in rest if scenario.key in wanted] if stopped else []
        return [
            *ran,
            *(execution.left_out(scenario) for scenario in unchosen),
            *(execution.left_out(scenario, _STOPPED) for scenario in unreached),
        ]

    def _may_be_chosen(self, scenario: Scenario) -> bool:
        """Whether pytest could have run it: then somebody left it out, and it is not unaccounted for."""
        if self.bound is None:  # --lf, --ignore and their like may pass over the whole module
            return not self.uncollected and (features_folder() / BINDING).is_file()
        return scenario.key in self.bound


CONDUCT = pytest.StashKey[Conduct]()
SCENARIO = pytest.StashKey[Scenario]()
ATTEMPT = pytest.StashKey[Attempt]()


def _once_each(records: Iterable[ScenarioRecord]) -> list[ScenarioRecord]:
    """One record a scenario: of one that was repeated the worst, which has the others with it and is told last."""
    by_key: dict[tuple[str, str], list[ScenarioRecord]] = {}
    for record in records:
        by_key.setdefault(record.key, []).append(record)
    told = []
    for attempts in by_key.values():
        verdict = worst(attempt.verdict for attempt in attempts)
        chosen = next(attempt for attempt in reversed(attempts) if attempt.verdict is verdict)
        others = tuple(attempt for attempt in attempts if attempt is not chosen)
        told.append(replace(chosen, started=attempts[-1].started, earlier=others) if others else chosen)
    return told


def _end(refusal: Trouble) -> NoReturn:
    """End the session with one line and the status that goes with it."""
    if isinstance(refusal, UsageError):
        pytest.exit(str(refusal), 2)
    pytest.exit(f"environment: {refusal}", 3)
