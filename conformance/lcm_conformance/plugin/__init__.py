"""All pytest and pytest-bdd glue: drives the endpoint before the first scenario, and turns what
the scenarios come to into the run's reports and exit status.

Loaded by pytest through its entry point. In a session without scenarios of the suite it only registers their marks
and steps.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

import pytest

from lcm_conformance.catalogue import scenarios
from lcm_conformance.catalogue.clauses import CLASSES, load_catalogue
from lcm_conformance.catalogue.scenarios import Scenario
from lcm_conformance.judge.evidence import Evidence
from lcm_conformance.judge.result import Remarks, StepRecord
from lcm_conformance.plugin.collection import is_ours, may_be_ours, refuse_swallowed_paths, scenarios_among
from lcm_conformance.plugin.conduct import Conduct, printed
from lcm_conformance.report.case import RED
from lcm_conformance.report.console import summary
from lcm_conformance.run import execution, vocabulary
from lcm_conformance.run.options import PYTEST_PREFIX, add_all

_RUN = pytest.StashKey[Conduct]()
_SCENARIO = pytest.StashKey[Scenario]()
_REMARKS = pytest.StashKey[Remarks]()
_STEPS = pytest.StashKey[list[StepRecord]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("lcm-conformance", "conformance of a Campaign Manager's GetReservedContactOD")
    add_all(group.addoption, PYTEST_PREFIX)


def pytest_configure(config: pytest.Config) -> None:
    given = config.pluginmanager.get_plugin("lcm-conduct")
    config.stash[_RUN] = given if isinstance(given, Conduct) else Conduct()
    if getattr(config.option, "numprocesses", None) and may_be_ours(config):
        # Here, because with -n the items are collected in other processes alone.
        pytest.exit("run the suite without -n: its waiting overlaps already, and the endpoint is asked once", 2)
    refuse_swallowed_paths(config)
    rows = load_catalogue()
    for name in rows.ids:
        row = rows.clauses.get(name) or rows.observations[name]
        config.addinivalue_line("markers", f"{name}: {row.statement}")
    for name in (*CLASSES, "observation"):
        config.addinivalue_line("markers", f"{name}: a clause of this class")
    for module in vocabulary.modules():
        if not config.pluginmanager.is_registered(module):
            config.pluginmanager.register(module)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    config.stash[_RUN].guarded(_choose, config, items)


def _choose(config: pytest.Config, items: list[pytest.Item]) -> None:
    ours = _marked(items)
    if not ours:
        return
    conduct = config.stash[_RUN]
    settings = conduct.settle(config)
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
    if report.failed and collector.path.is_relative_to(scenarios.features_folder()):
        collector.config.stash[_RUN].uncollected = True
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    ours = [item for item in session.items if _SCENARIO in item.stash]
    conduct = session.config.stash[_RUN]
    conduct.uncollected = conduct.uncollected and not ours
    # Features that no module binds any more yield no item; their scenarios are unaccounted for all the same.
    unbound = not session.items and any(map(is_ours, session.config.args))
    conduct.only_ours = conduct.only_ours or unbound
    begins = ours or _had_scenarios(session) or conduct.uncollected or unbound
    if begins and not session.config.option.collectonly:
        conduct.guarded(conduct.drive, session.config, [item.stash[_SCENARIO] for item in ours])
    return (yield)


@pytest.fixture(scope="session")
def evidence(request: pytest.FixtureRequest) -> Evidence:
    """What the run learnt from the endpoint."""
    known = request.config.stash[_RUN].evidence
    if known is None:
        line = "run the features of the suite that is installed, or install this one with `pip install -e .`"
        pytest.exit(f"these features are not those at {scenarios.features_folder()}: {line}", 2)
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
    item.config.stash[_RUN].guarded(_tell, item, call, report)
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
    case = conduct.run.case(record)
    if case.status == "skipped":
        report.outcome = "skipped"
        report.longrepr = (str(item.path), 0, case.message)
    elif case.status in RED:
        report.outcome = "failed"
        report.longrepr = printed(record, conduct.run)


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> Generator[None, object, object]:
    try:
        conduct = session.config.stash.get(_RUN, None)
        if conduct is not None:
            conduct.guarded(conduct.finish, session, exitstatus)
    except pytest.exit.Exception as end:  # pytest would print it under a heading of its own
        session.exitstatus = 5
        session.config.stash[_RUN].fault = str(end).removeprefix("suite error: ")
    return (yield)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    conduct = config.stash[_RUN]
    if conduct.fault is not None:
        terminalreporter.section("lcm-conformance")
        terminalreporter.write_line(f"suite error: {conduct.fault}")
    elif conduct.result is not None and conduct.run is not None:
        terminalreporter.section("lcm-conformance")
        for line in summary(conduct.result, conduct.run.settings.out):
            terminalreporter.write_line(line)


def _marked(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Our scenarios among the items, each marked with its clause's class."""
    rows = load_catalogue()
    ours = []
    for item, scenario in scenarios_among(items):
        item.stash[_SCENARIO] = scenario
        row = rows.clauses.get(scenario.clause)
        item.add_marker(row.klass if row else "observation")
        ours.append(item)
    return ours


def _had_scenarios(session: pytest.Session) -> bool:
    """Whether scenarios were collected, all of which -k, -m or --lcm-clause may have left out since."""
    return session.config.stash[_RUN].settings is not None


def _note_step(request: pytest.FixtureRequest, step: Any, status: str) -> None:
    if _SCENARIO in request.node.stash:
        steps = request.node.stash.setdefault(_STEPS, [])
        steps.append(StepRecord(step.keyword.strip(), step.name, status))
