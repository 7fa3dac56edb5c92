"""The step definitions as pytest-bdd registered them: to run scenarios without a pytest session.

The selftest judges a few hundred recordings this way, with the same features, steps and checks
as a run under pytest; a test holds that both ways come to the same verdicts.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, wraps
from types import ModuleType
from typing import Any

from pytest_bdd.steps import StepFunctionContext, step_function_context_registry

from conformance import scenarios
from conformance.discretion import without_values
from conformance.result import StepRecord
from conformance.scenarios import Scenario, Step
from conformance.verdict import SuiteError


@cache
def modules() -> tuple[ModuleType, ...]:
    """The step modules, imported."""
    package = importlib.import_module(scenarios.steps_package())
    names = [f"{package.__name__}.{module.name}" for module in pkgutil.iter_modules(package.__path__)]
    imported = tuple(map(importlib.import_module, names))
    for context in list(step_function_context_registry.values()):
        if context.step_func.__module__ in names:
            context.step_func = _discreet(context.step_func)
    return imported


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


@cache
def sentences() -> tuple[Sentence, ...]:
    """All step definitions of the step modules."""
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
        found = " and ".join(f"{s.module}.{s.context.step_func.__name__}" for s in fitting) or "none"
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
