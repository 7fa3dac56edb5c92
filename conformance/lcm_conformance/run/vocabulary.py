"""The step definitions as pytest-bdd registered them: to run scenarios without a pytest session.

The selftest judges a few hundred recordings this way, with the same features, steps and checks
as a run under pytest; a test holds that both ways come to the same verdicts.
"""

from __future__ import annotations

import importlib.util
import inspect
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, wraps
from pathlib import Path
from types import ModuleType
from typing import Any

from pytest_bdd.steps import StepFunctionContext, StepNamePrefix, step_function_context_registry

from lcm_conformance.catalogue.folders import steps_folder
from lcm_conformance.catalogue.scenarios import Scenario, Step
from lcm_conformance.catalogue.verdict import SuiteError
from lcm_conformance.judge.result import StepRecord
from lcm_conformance.redaction.exceptions import STEPS, without_values

_loading = threading.Lock()


@cache
def modules() -> tuple[ModuleType, ...]:
    """The step modules, imported."""
    imported = tuple(map(_loaded, sorted(steps_folder().glob("*.py"))))
    names = {module.__name__ for module in imported}
    for context in list(step_function_context_registry.values()):
        if context.step_func.__module__ in names:
            context.step_func = _discreet(context.step_func)
    return imported


def definitions() -> dict[str, Any]:
    """What pytest-bdd knows the steps by, with the names it gave them: for the module that binds the scenarios."""
    mark = StepNamePrefix.step_def.value
    return {name: value for module in modules() for name, value in vars(module).items() if name.startswith(mark)}


def _loaded(path: Path) -> ModuleType:
    """A step module from its file, under a private name: nothing of the steps can be imported."""
    spec = importlib.util.spec_from_file_location(f"{STEPS}.{path.stem}", path)
    if spec is None or spec.loader is None:
        raise SuiteError(f"{path} cannot be loaded: restore it")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _discreet(step: Callable[..., Any]) -> Callable[..., Any]:
    """The step; an exception leaves it without the values that it holds, which would end up in pytest's output."""

    @wraps(step)
    def run(*arguments: Any, **fixtures: Any) -> Any:
        try:
            return step(*arguments, **fixtures)
        except Exception as error:  # pytest would print what any of them holds
            may_leave = without_values(error)
        raise may_leave  # out here, so that it does not carry the other one along as its context

    return run


@dataclass(frozen=True)
class Sentence:
    """One step definition."""

    module: str
    context: StepFunctionContext

    def fits(self, step: Step) -> bool:
        return self.context.type in {None, step.type} and bool(self.context.parser.is_matching(step.text))


def sentences() -> tuple[Sentence, ...]:
    """All step definitions of the step modules, each once however many threads ask."""
    with _loading:
        return _sentences()


@cache
def _sentences() -> tuple[Sentence, ...]:
    names = {module.__name__ for module in modules()}
    return tuple(
        Sentence(context.step_func.__module__, context)
        for context in list(step_function_context_registry.values())
        if context.step_func.__module__ in names
    )


@cache
def sentence_for(step: Step) -> Sentence:
    """The one definition of a step; raises `SuiteError` where there is none, or more than one."""
    fitting = [sentence for sentence in sentences() if sentence.fits(step)]
    if len(fitting) != 1:
        found = (
            " and ".join(
                f"{s.module.replace(STEPS, steps_folder().name)}.{s.context.step_func.__name__}" for s in fitting
            )
            or "none"
        )
        raise SuiteError(f'step "{step.keyword} {step.text}" has not one definition but {found}')
    return fitting[0]


def problems(written: Iterable[Scenario]) -> list[str]:
    """The steps that have no definition, or more than one (pytest-bdd takes the last), each in one line."""
    lines: dict[str, None] = {}
    for step in (step for scenario in written for step in scenario.steps):
        try:
            sentence_for(step)
        except SuiteError as error:
            lines[str(error)] = None
    return list(lines)


def execute(scenario: Scenario, fixtures: Mapping[str, Any], reached: list[StepRecord]) -> None:
    """Run a scenario's steps; raises what they raise.

    `fixtures` are `evidence` and `remarks`; `reached` is filled with the steps as they run.
    """
    known: dict[str, Any] = {**fixtures, "clause": scenario.clause}
    for step in scenario.steps:
        context = sentence_for(step).context
        known |= context.parser.parse_arguments(step.text) or {}
        wanted = inspect.signature(context.step_func).parameters
        try:
            value = context.step_func(**{name: known[name] for name in wanted})
        except Exception:  # whatever it is, the step has failed; it is raised again
            reached.append(StepRecord(step.keyword, step.text, "failed"))
            raise
        reached.append(StepRecord(step.keyword, step.text, "passed"))
        if context.target_fixture is not None:
            known[context.target_fixture] = value
