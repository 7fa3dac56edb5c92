"""pytest's way in, loaded in every session of an environment: the options, and a look-out for the suite's scenarios.

Until a session collects the features' folder, or is given one of the options, it imports next to nothing and does
nothing; then `hooks` joins the session. What is ours is known by what is collected, never by the arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lcm_conformance.plugin.collection import FeaturesModule, binds_scenarios, is_binding, is_passed_over, is_within
from lcm_conformance.run.options import PYTEST_PREFIX, add_all, any_given

if TYPE_CHECKING:
    from lcm_conformance.endpoint.embedded import EmbeddedEndpoint

_HOOKS = "lcm-hooks"
_COLLECTED = "lcm_conformance_collected"
_ONE_PROCESS = "run the suite without -n: its waiting overlaps already, and the endpoint is asked once"
_FORKED = _ONE_PROCESS.replace("-n", "--forked")


@pytest.fixture
def lcm_judge() -> Callable[..., Any]:
    """`lcm_conformance.judge_reply`, for the tests of a widget."""
    from lcm_conformance.run.library import judge_reply  # noqa: PLC0415  it brings all of the judge along

    return judge_reply


@pytest.fixture
def lcm_endpoint() -> Iterator[EmbeddedEndpoint]:
    """A running `lcm_conformance.EmbeddedEndpoint`, for the tests of a widget."""
    from lcm_conformance.endpoint.embedded import EmbeddedEndpoint  # noqa: PLC0415  it brings a server along

    with EmbeddedEndpoint() as running:
        yield running


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("lcm-conformance", "conformance of a Campaign Manager's GetReservedContactOD")
    add_all(group.addoption, PYTEST_PREFIX)


def pytest_configure(config: pytest.Config) -> None:
    if any_given(config.option, PYTEST_PREFIX) and not _is_worker(config):
        _join(config)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect the module that binds the features also where a project names its test files otherwise."""
    if is_binding(file_path) and is_passed_over(file_path, parent):
        return FeaturesModule.from_parent(parent, path=file_path)
    return None


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    return FeaturesModule.from_parent(parent, path=module_path) if is_binding(module_path) else None


@pytest.hookimpl(wrapper=True, trylast=True)  # next to what is collected, before --lf and its like choose
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    config = collector.config
    if is_within(collector):
        _join(config)
    report = yield
    if binds_scenarios(report.result):
        _join(config)
    hooks: Any = config.pluginmanager.get_plugin(_HOOKS)
    if hooks is not None:
        hooks.note_collected(collector, report)
    return report


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """pytest-xdist's: a worker has ended."""
    if getattr(node, "workeroutput", {}).get(_COLLECTED):
        pytest.exit(_ONE_PROCESS, 2)


def _join(config: pytest.Config) -> None:
    if _is_worker(config):
        vars(config)["workeroutput"][_COLLECTED] = True
        pytest.exit(_ONE_PROCESS, 2)
    if getattr(config.option, "forked", False):  # pytest-forked's: what a scenario came to would stay in its process
        pytest.exit(_FORKED, 2)
    if not config.pluginmanager.has_plugin(_HOOKS):
        from lcm_conformance.plugin.hooks import Hooks  # noqa: PLC0415  it brings all of the suite along

        config.pluginmanager.register(Hooks(config), _HOOKS)


def _is_worker(config: pytest.Config) -> bool:
    """Whether pytest-xdist started this process to run a part of the tests."""
    return hasattr(config, "workerinput")
