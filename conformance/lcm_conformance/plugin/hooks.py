"""pytest's and pytest-bdd's side of a run: has the endpoint driven before the first scenario, and turns what the
scenarios come to into the run's reports and exit status.

Joins a session that collects scenarios of the suite, or is given an option of it.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from lcm_conformance.catalogue import scenarios
from lcm_conformance.catalogue.clauses import CLASSES, load_catalogue
from lcm_conformance.judge.result import StepRecord
from lcm_conformance.plugin.allure_listener import AllureListener, results_folder
from lcm_conformance.plugin.arguments import refuse_swallowed_paths
from lcm_conformance.plugin.collection import FeaturesModule, is_within, keys
from lcm_conformance.plugin.conduct import ATTEMPT, CONDUCT, SCENARIO, Attempt, Conduct
from lcm_conformance.report.case import RED
from lcm_conformance.report.console import summary
from lcm_conformance.run import execution


class Hooks:
    """What pytest calls in one session."""

    def __init__(self, config: pytest.Config) -> None:
        given = config.pluginmanager.get_plugin("lcm-conduct")
        self._config = config
        self._conduct = given if isinstance(given, Conduct) else Conduct()
        config.stash[CONDUCT] = self._conduct
        refuse_swallowed_paths(config)
        self._conduct.allure_dir = results_folder(config)
        self._allure = AllureListener(config)
        _register_marks(config)

    def note_collected(self, collector: pytest.Collector, report: pytest.CollectReport) -> None:
        """Note what one collector came to, before anybody chooses from it."""
        found = {key for _, key in keys(report.result)}
        if found or (isinstance(collector, FeaturesModule) and collector.was_read):
            self._conduct.bound = (self._conduct.bound or set()) | found
        if report.failed and is_within(collector):
            self._conduct.uncollected = True
            self._conduct.failures += 1

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        self._conduct.guarded(self._choose, items)

    def _choose(self, items: list[pytest.Item]) -> None:
        ours, option = _marked(items), self._config.option
        if not ours:
            return
        settings = self._conduct.settle(self._config)
        option.fulltrace = False  # on Ctrl-C it would print the arguments of whatever was being read
        if len(ours) == len(items) and getattr(option, "tbstyle", "auto") == "auto":
            option.tbstyle = "native"  # no traceback of a scenario is ever shown, and a long one takes long to make
        if settings.selected is not None:
            chosen = [item for item in items if item not in ours or item.stash[SCENARIO].clause in settings.selected]
            self._config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
            items[:] = chosen

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        option = self._config.option
        if option.collectonly:
            return (yield)
        if self._config.pluginmanager.has_plugin("dsession"):  # pytest-xdist's: tests run elsewhere, and none is ours
            done = yield
            self._conduct.guarded(self._conduct.drive, self._config, [])
            return done
        ours = [item for item in session.items if SCENARIO in item.stash]
        self._conduct.nodeids = {item.nodeid for item in ours}
        self._conduct.uncollected = self._conduct.uncollected and not ours
        self._conduct.ends_early = bool(session.testsfailed and not option.continue_on_collection_errors)
        wanted = [] if getattr(option, "setuponly", False) else [item.stash[SCENARIO] for item in ours]
        self._conduct.guarded(self._conduct.drive, self._config, wanted)
        self._allure.attend(session.items[0] if session.items else None)
        return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, nextitem: pytest.Item | None) -> Generator[None, object, object]:
        done = yield
        self._allure.attend(nextitem)
        return done

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(
        self, item: pytest.Item, nextitem: pytest.Item | None
    ) -> Generator[None, object, object]:
        with self._allure.at_teardown(item, nextitem):
            return (yield)

    def pytest_bdd_after_step(self, request: pytest.FixtureRequest, step: Any) -> None:
        _note_step(request, step, "passed")

    def pytest_bdd_step_error(self, request: pytest.FixtureRequest, step: Any) -> None:
        _note_step(request, step, "failed")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if SCENARIO in item.stash and self._conduct.run is not None:
            self._conduct.guarded(self._tell, item, call, report)
        return report

    def _tell(self, item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport) -> None:
        """Record how a scenario ended, and replace what pytest would print of it."""
        if report.when == "setup" and report.skipped:
            self._conduct.skipped(item.stash[SCENARIO])
        if report.when != "call" and not report.failed:
            return
        if call.excinfo is not None and issubclass(call.excinfo.type, KeyboardInterrupt | pytest.exit.Exception):
            return
        attempt = item.stash.setdefault(ATTEMPT, Attempt())
        del item.stash[ATTEMPT]
        record = execution.record(
            item.stash[SCENARIO],
            call.excinfo.value if call.excinfo else None,
            attempt.remarks,
            attempt.steps,
            self._conduct.evidence,
            call.duration,
        )
        case = self._conduct.noted(record)
        if case.status == "skipped":
            report.outcome = "skipped"
            report.longrepr = (str(item.path), 0, case.message)
        elif case.status in RED:
            report.outcome = "failed"
            report.longrepr = self._conduct.printed(record)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and report.nodeid in self._conduct.nodeids and not hasattr(report, "wasxfail"):
            self._conduct.failures += 1

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Ctrl-C, or what pytest treats alike: its own decision to stop, somebody's `pytest.exit`."""
        self._conduct.ends_early = True
        others = pytest.Session.Interrupted | pytest.exit.Exception
        self._conduct.interrupted = not issubclass(excinfo.type, others)

    @pytest.hookimpl(wrapper=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> Generator[None, object, object]:
        try:
            self._conduct.guarded(self._conduct.finish, session, exitstatus)
        except pytest.exit.Exception as end:  # pytest would print it under a heading of its own
            session.exitstatus = end.returncode or 5
            self._conduct.fault = str(end)
        return (yield)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        conduct = self._conduct
        if conduct.fault is not None:
            terminalreporter.section("lcm-conformance")
            terminalreporter.write_line(conduct.fault)
        elif conduct.result is not None and conduct.run is not None:
            terminalreporter.section("lcm-conformance")
            for line in summary(conduct.result, conduct.run.settings.out, conduct.run.notes):
                terminalreporter.write_line(line)
            for line in map(str, conduct.run.unwritten):
                terminalreporter.write_line(line)


def _register_marks(config: pytest.Config) -> None:
    """The scenarios' tags become marks, which a project may want to have registered (`--strict-markers`)."""
    rows = load_catalogue()
    for name in rows.ids:
        row = rows.clauses.get(name) or rows.observations[name]
        config.addinivalue_line("markers", f"{name}: {row.statement}")
    for name in (*CLASSES, "observation"):
        config.addinivalue_line("markers", f"{name}: a clause of this class")


def _marked(items: list[pytest.Item]) -> list[pytest.Item]:
    """Our scenarios among the items, each marked with its clause's class."""
    found = list(keys(items))
    rows = load_catalogue()
    written = {scenario.key: scenario for scenario in scenarios.read()} if found else {}
    for item, key in found:
        item.stash[SCENARIO] = written[key]
        row = rows.clauses.get(written[key].clause)
        item.add_marker(row.klass if row else "observation")
    return [item for item, _ in found]


def _note_step(request: pytest.FixtureRequest, step: Any, status: str) -> None:
    if SCENARIO in request.node.stash:
        attempt = request.node.stash.setdefault(ATTEMPT, Attempt())
        attempt.steps.append(StepRecord(step.keyword.strip(), step.name, status))
