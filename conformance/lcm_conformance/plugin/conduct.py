"""What one pytest session knows of the run: asks the endpoint before the first scenario, and has the reports written.

Called by the plugin's hooks. A wrong use ends the session with status 2, a crash with 5, each in one line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import ParamSpec, TypeVar

import pytest

from lcm_conformance.catalogue.scenarios import Scenario
from lcm_conformance.catalogue.verdict import UsageError, Verdict
from lcm_conformance.judge.evidence import Evidence
from lcm_conformance.judge.fold import exit_status
from lcm_conformance.judge.result import ClauseResult, Result, ScenarioRecord
from lcm_conformance.redaction.exceptions import account
from lcm_conformance.report.console import failure_block
from lcm_conformance.run import execution, vocabulary
from lcm_conformance.run.folder import held
from lcm_conformance.run.options import PYTEST_PREFIX
from lcm_conformance.run.runner import Run
from lcm_conformance.run.settings import Settings, resolve

P = ParamSpec("P")
T = TypeVar("T")


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
        self.uncollected = False
        self.crashed = False
        self.only_ours = False
        self.fault: str | None = None
        self.left_out: list[Scenario] = []
        self.wanted: Sequence[Scenario] = ()

    def settle(self, config: pytest.Config) -> Settings:
        """The settings: the command's, else those of pytest's own command line."""
        if self.settings is None:
            self.settings = _or_wrong_use(lambda: resolve(config.option, PYTEST_PREFIX))
        return self.settings

    def drive(self, config: pytest.Config, wanted: Sequence[Scenario]) -> None:
        """Ask the endpoint all that the scenarios need."""
        settings = self.settle(config)
        if not self.of_command:
            folder = ExitStack()
            config.add_cleanup(folder.close)
            _or_wrong_use(lambda: folder.enter_context(held(settings.out)))
        run = Run(settings, self.progress)
        run.begin()
        run.suite_errors += vocabulary.problems(run.written)
        if self.uncollected and not run.suite_errors:
            run.suite_errors.append("pytest could not collect the feature files: run `pytest features` to see why")
        self.run, self.wanted = run, wanted
        self.evidence = run.drive(wanted)

    def finish(self, session: pytest.Session, exitstatus: int) -> None:
        """Judge, write the reports and set pytest's exit status."""
        if self.run is None:
            return
        broken_off = exitstatus == pytest.ExitCode.INTERRUPTED and not session.shouldfail
        self.interrupted = broken_off and not self.uncollected
        stopped = bool(session.shouldfail or session.shouldstop)
        records = self._all_records(self.run, stopped=stopped)
        self.result = self.run.finish(records, complete=not (stopped or broken_off or self.crashed))
        if self.only_ours or self.uncollected:
            session.exitstatus = 130 if self.interrupted else exit_status(self.result)

    def guarded(self, work: Callable[P, None], *arguments: P.args, **named: P.kwargs) -> None:
        """Do some work of a hook. A crash ends the session in one line: pytest prints the values in its frames."""
        try:
            work(*arguments, **named)
            return
        except pytest.exit.Exception:
            raise
        except Exception as error:  # its text, and pytest's account of it, may hold what must not be shown
            line = f"{account(error)}: please report it"
        self.crashed = True
        if self.run is not None:
            self.run.suite_errors.append(line)
        pytest.exit(f"suite error: {line}", 5)

    def _all_records(self, run: Run, *, stopped: bool) -> list[ScenarioRecord]:
        """The records of what ran and of what was left out; after an interruption, of all that can still be judged."""
        records = self.records + [execution.left_out(scenario) for scenario in self.left_out]
        seen = {(record.feature_file, record.name) for record in records}
        if self.interrupted:
            rest = [scenario for scenario in run.written if scenario.key not in seen]
            records += [execution.judge(scenario, run.evidence) for scenario in rest]
        elif stopped:
            reason = "not judged: pytest was stopped before (-x, --maxfail)"
            records += [execution.left_out(scenario, reason) for scenario in self.wanted if scenario.key not in seen]
        return records


def printed(record: ScenarioRecord, run: Run) -> str:
    """What pytest prints of a scenario that did not pass: its failure blocks, or its verdict and reason."""
    clause = run.catalogue.clauses.get(record.clause)
    if clause is None or not record.findings:
        word = "" if record.verdict is Verdict.ERROR else f"{record.verdict}: "
        return f"{record.clause}  {word}{run.shown(record.reason)}"
    shown = run.preview(record)
    row = ClauseResult(clause.id, clause.klass, clause.statement, clause.section, record.verdict, shown.reason)
    repeat = run.repeat(clause.id)
    return "\n\n".join(failure_block(row, finding, repeat) for finding in shown.findings)


def _or_wrong_use(work: Callable[[], T]) -> T:
    try:
        return work()
    except UsageError as error:
        line = str(error)
    pytest.exit(line, 2)  # out here, so that it carries no frames along that --full-trace would print
