"""All pytest and pytest-bdd glue: drives the endpoint before the first scenario, and turns what
the scenarios come to into the run's reports and exit status.

Loaded by pytest through its entry point; it does nothing until a scenario of the suite is collected.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import pytest
from pytest_bdd.scenario import scenario_wrapper_template_registry

from conformance import catalogue, execution, scenarios, vocabulary
from conformance.catalogue import Catalogue
from conformance.discretion import account
from conformance.evidence import Evidence
from conformance.folder import held
from conformance.judgement import exit_status
from conformance.options import PYTEST_PREFIX, RUN_OPTIONS, add_all, attribute
from conformance.report.console import failure_block, summary
from conformance.result import ClauseResult, Remarks, Result, ScenarioRecord, StepRecord
from conformance.run import Run
from conformance.scenarios import Scenario
from conformance.settings import Settings, resolve
from conformance.verdict import SuiteError, UsageError, Verdict

_RUN = pytest.StashKey["Conduct"]()
_SCENARIO = pytest.StashKey[Scenario]()
_REMARKS = pytest.StashKey[Remarks]()
_STEPS = pytest.StashKey[list[StepRecord]]()
P = ParamSpec("P")
T = TypeVar("T")
_SKIPPED = {Verdict.UNTESTED, Verdict.NOT_APPLICABLE}


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


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("lcm-conformance", "conformance of a Campaign Manager's GetReservedContactOD")
    add_all(group.addoption, PYTEST_PREFIX)


def pytest_configure(config: pytest.Config) -> None:
    given = config.pluginmanager.get_plugin("lcm-conduct")
    config.stash[_RUN] = given if isinstance(given, Conduct) else Conduct()
    if getattr(config.option, "numprocesses", None) and any(map(_is_ours, config.args)):
        # Here, because with -n the items are collected in other processes alone.
        pytest.exit("run the suite without -n: its waiting overlaps already, and the endpoint is asked once", 2)
    rows = catalogue.load()
    _refuse_swallowed_paths(config, rows)
    for name in rows.ids:
        row = rows.clauses.get(name) or rows.observations[name]
        config.addinivalue_line("markers", f"{name}: {row.statement}")
    for name in (*catalogue.CLASSES, "observation"):
        config.addinivalue_line("markers", f"{name}: a clause of this class")
    for module in vocabulary.modules():
        if not config.pluginmanager.is_registered(module):
            config.pluginmanager.register(module)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    _guarded(config, _choose, config, items)


def _choose(config: pytest.Config, items: list[pytest.Item]) -> None:
    ours = _recognise(items)
    if not ours:
        return
    conduct = config.stash[_RUN]
    settings = _settings(config)
    conduct.only_ours = len(ours) == len(items)
    config.option.fulltrace = False  # on Ctrl-C it would print the arguments of whatever was being read
    if conduct.only_ours and getattr(config.option, "tbstyle", "auto") == "auto":
        config.option.tbstyle = "native"  # no traceback of a scenario is ever shown, and a long one takes long to make
    if settings.selected is not None:
        chosen = [item for item in items if item not in ours or item.stash[_SCENARIO].clause in settings.selected]
        config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
        items[:] = chosen


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    for item in items:
        if _SCENARIO in item.stash:
            item.config.stash[_RUN].left_out.append(item.stash[_SCENARIO])


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if report.failed and collector.path.is_relative_to(scenarios.home()):
        collector.config.stash[_RUN].uncollected = True
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    ours = [item for item in session.items if _SCENARIO in item.stash]
    conduct = session.config.stash[_RUN]
    conduct.uncollected = conduct.uncollected and not ours
    # Features that no module binds any more yield no item; their scenarios are unaccounted for all the same.
    unbound = not session.items and any(map(_is_ours, session.config.args))
    conduct.only_ours = conduct.only_ours or unbound
    begins = ours or _deselected_all(session) or conduct.uncollected or unbound
    if begins and not session.config.option.collectonly:
        _guarded(session.config, _drive, session.config, [item.stash[_SCENARIO] for item in ours])
    return (yield)


@pytest.fixture(scope="session")
def evidence(request: pytest.FixtureRequest) -> Evidence:
    """What the run learnt from the endpoint."""
    known = request.config.stash[_RUN].evidence
    if known is None:
        raise SuiteError("a step ran before the endpoint was asked")
    return known


@pytest.fixture
def clause(request: pytest.FixtureRequest) -> str:
    """The id that the scenario is tagged with."""
    scenario: Scenario = request.node.stash[_SCENARIO]
    return scenario.clause


@pytest.fixture
def remarks(request: pytest.FixtureRequest) -> Remarks:
    """What a scenario that passes has to say."""
    known: Remarks = request.node.stash.setdefault(_REMARKS, Remarks())
    return known


def pytest_bdd_after_step(request: pytest.FixtureRequest, step: Any) -> None:
    _note_step(request, step, "passed")


def pytest_bdd_step_error(request: pytest.FixtureRequest, step: Any) -> None:
    _note_step(request, step, "failed")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _guarded(item.config, _tell, item, call, report)
    return report


def _tell(item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport) -> None:
    """Record how a scenario ended, and replace what pytest would print of it."""
    conduct = item.config.stash[_RUN]
    if _SCENARIO not in item.stash or conduct.run is None or (report.when != "call" and not report.failed):
        return
    if call.excinfo is not None and issubclass(call.excinfo.type, KeyboardInterrupt | pytest.exit.Exception):
        return
    nothing: list[StepRecord] = []
    steps = item.stash.get(_STEPS, nothing)
    record = execution.record(
        item.stash[_SCENARIO],
        call.excinfo.value if call.excinfo else None,
        item.stash.get(_REMARKS, Remarks()),
        steps,
        conduct.evidence,
        call.duration,
    )
    conduct.records.append(record)
    if record.verdict in _SKIPPED:
        report.outcome = "skipped"
        report.longrepr = (str(item.path), 0, f"{record.verdict}: {conduct.run.shown(record.reason)}")
    elif record.verdict is not Verdict.PASS:
        report.outcome = "failed"
        report.longrepr = _account(record, conduct.run)


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> Generator[None, object, object]:
    try:
        _guarded(session.config, _finish, session, exitstatus)
    except pytest.exit.Exception as end:  # pytest would print it under a heading of its own
        session.exitstatus = 5
        session.config.stash[_RUN].fault = str(end).removeprefix("suite error: ")
    return (yield)


def _finish(session: pytest.Session, exitstatus: int) -> None:
    conduct = session.config.stash.get(_RUN, None)
    if conduct is not None and conduct.run is not None:
        broken_off = exitstatus == pytest.ExitCode.INTERRUPTED and not session.shouldfail
        conduct.interrupted = broken_off and not conduct.uncollected
        stopped = broken_off or conduct.crashed or bool(session.shouldfail or session.shouldstop)
        conduct.result = conduct.run.finish(_all_records(conduct), complete=not stopped)
        if conduct.only_ours or conduct.uncollected:
            session.exitstatus = 130 if conduct.interrupted else exit_status(conduct.result)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    conduct = config.stash[_RUN]
    if conduct.fault is not None:
        terminalreporter.section("lcm-conformance")
        terminalreporter.write_line(f"suite error: {conduct.fault}")
    elif conduct.result is not None and conduct.run is not None:
        terminalreporter.section("lcm-conformance")
        for line in summary(conduct.result, conduct.run.settings.out):
            terminalreporter.write_line(line)


def _refuse_swallowed_paths(config: pytest.Config, rows: Catalogue) -> None:
    """`--lcm-clause FLD features` takes the path for one more clause, and pytest would run something else."""
    known = {"clause": rows.ids, "reading": rows.readings}
    for option in RUN_OPTIONS:
        for value in (getattr(config.option, attribute(option, PYTEST_PREFIX)) or ()) if option.name in known else ():
            path = config.invocation_params.dir / value.split("::", maxsplit=1)[0]
            if path.exists() and not any(name.startswith(value) for name in known[option.name]):
                name = f"--{PYTEST_PREFIX}-{option.name}"
                pytest.exit(f"{name} took the path {value} for a {option.name}: write paths before {name}", 2)


def _is_ours(argument: str) -> bool:
    """Whether an argument of pytest names the feature files' folder, or something in it."""
    return Path(argument.split("::", maxsplit=1)[0]).resolve().is_relative_to(scenarios.home().resolve())


def _recognise(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Our scenarios among the items, each tied to what is written in its feature file."""
    home = scenarios.home().resolve()
    ours: list[tuple[pytest.Item, Path, str]] = []
    for item in items:
        if not isinstance(item, pytest.Function):
            continue
        template = scenario_wrapper_template_registry.get(item.function)
        if template is not None and Path(template.feature.filename).resolve().parent == home:
            ours.append((item, Path(template.feature.filename), template.name))
    if not ours:
        return []
    by_key = {scenario.key: scenario for scenario in scenarios.read()}
    rows = catalogue.load()
    for item, path, name in ours:
        scenario = by_key[path.name, name]
        item.stash[_SCENARIO] = scenario
        row = rows.clauses.get(scenario.clause)
        item.add_marker(row.klass if row else "observation")
    return [item for item, _, _ in ours]


def _settings(config: pytest.Config) -> Settings:
    conduct = config.stash[_RUN]
    if conduct.settings is None:
        conduct.settings = _or_wrong_use(lambda: resolve(config.option, PYTEST_PREFIX))
    return conduct.settings


def _drive(config: pytest.Config, wanted: Sequence[Scenario]) -> None:
    conduct = config.stash[_RUN]
    settings = _settings(config)
    if not conduct.of_command:
        folder = ExitStack()
        config.add_cleanup(folder.close)
        _or_wrong_use(lambda: folder.enter_context(held(settings.out)))
    run = Run(settings, conduct.progress)
    run.begin()
    run.suite_errors += vocabulary.problems(run.written)
    if conduct.uncollected and not run.suite_errors:
        run.suite_errors.append("pytest could not collect the feature files: run `pytest features` to see why")
    conduct.run = run
    conduct.evidence = run.drive(wanted)


def _or_wrong_use(work: Callable[[], T]) -> T:
    try:
        return work()
    except UsageError as error:
        line = str(error)
    pytest.exit(line, 2)  # out here, so that it carries no frames along that --full-trace would print


def _guarded(config: pytest.Config, work: Callable[P, None], *arguments: P.args, **named: P.kwargs) -> None:
    """Do some work of a hook. A crash ends the session in one line: pytest prints the values in a crash's frames."""
    try:
        work(*arguments, **named)
        return
    except pytest.exit.Exception:
        raise
    except Exception as error:  # its text, and pytest's account of it, may hold what must not be shown
        line = f"{account(error)}: please report it"
    conduct = config.stash[_RUN]
    conduct.crashed = True
    if conduct.run is not None:
        conduct.run.suite_errors.append(line)
    pytest.exit(f"suite error: {line}", 5)


def _deselected_all(session: pytest.Session) -> bool:
    """Whether scenarios were collected, and every one of them left out by -k, -m or --lcm-clause."""
    return session.config.stash[_RUN].settings is not None


def _note_step(request: pytest.FixtureRequest, step: Any, status: str) -> None:
    if _SCENARIO in request.node.stash:
        steps = request.node.stash.setdefault(_STEPS, [])
        steps.append(StepRecord(step.keyword.strip(), step.name, status))


def _all_records(conduct: Conduct) -> list[ScenarioRecord]:
    """The records of what ran and of what was left out; after an interruption, of all that can still be judged."""
    records = conduct.records + [execution.left_out(scenario) for scenario in conduct.left_out]
    if conduct.interrupted and conduct.run is not None:
        seen = {(record.feature_file, record.name) for record in records}
        rest = [scenario for scenario in conduct.run.written if scenario.key not in seen]
        records += [execution.judge(scenario, conduct.run.evidence) for scenario in rest]
    return records


def _account(record: ScenarioRecord, run: Run) -> str:
    """What pytest prints of a scenario that did not pass: its failure blocks, or its verdict and reason."""
    clause = run.catalogue.clauses.get(record.clause)
    if clause is None or not record.findings:
        word = "" if record.verdict is Verdict.ERROR else f"{record.verdict}: "
        return f"{record.clause}  {word}{run.shown(record.reason)}"
    shown = run.preview(record)
    row = ClauseResult(clause.id, clause.klass, clause.statement, clause.section, record.verdict, shown.reason)
    repeat = run.repeat(clause.id)
    return "\n\n".join(failure_block(row, finding, repeat) for finding in shown.findings)
