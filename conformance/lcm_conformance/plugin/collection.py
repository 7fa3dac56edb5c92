"""Which of pytest's items are scenarios of the suite, and which of its arguments mean them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from pytest_bdd.scenario import scenario_wrapper_template_registry

from lcm_conformance.catalogue import scenarios
from lcm_conformance.catalogue.clauses import load_catalogue
from lcm_conformance.catalogue.scenarios import Scenario
from lcm_conformance.run.options import PYTEST_PREFIX, RUN_OPTIONS, attribute


def is_ours(argument: str) -> bool:
    """Whether an argument of pytest names the feature files' folder, or something in it."""
    return Path(argument.split("::", maxsplit=1)[0]).resolve().is_relative_to(scenarios.features_folder().resolve())


def may_be_ours(config: pytest.Config) -> bool:
    """Whether an argument of pytest names the feature files, something in them, or a folder or package around them."""
    home = scenarios.features_folder().resolve()
    by_name = config.option.pyargs and any(argument.split(".")[0] == home.parent.name for argument in config.args)
    return by_name or any(is_ours(arg) or home.is_relative_to(Path(arg).resolve()) for arg in config.args)


def scenarios_among(items: Sequence[pytest.Item]) -> Iterator[tuple[pytest.Item, Scenario]]:
    """The items that are ours, each with what is written in its feature file."""
    home = scenarios.features_folder().resolve()
    ours: list[tuple[pytest.Item, Path, str]] = []
    for item in items:
        if not isinstance(item, pytest.Function):
            continue
        template = scenario_wrapper_template_registry.get(item.function)
        if template is not None and Path(template.feature.filename).resolve().parent == home:
            ours.append((item, Path(template.feature.filename), template.name))
    by_key = {scenario.key: scenario for scenario in scenarios.read()} if ours else {}
    for item, path, name in ours:
        yield item, by_key[path.name, name]


def refuse_swallowed_paths(config: pytest.Config) -> None:
    """`--lcm-clause FLD features` takes the path for one more clause, and pytest would run something else."""
    rows = load_catalogue()
    known = {"clause": rows.ids, "reading": rows.readings}
    for option in RUN_OPTIONS:
        for value in (getattr(config.option, attribute(option, PYTEST_PREFIX)) or ()) if option.name in known else ():
            path = config.invocation_params.dir / value.split("::", maxsplit=1)[0]
            if path.exists() and not any(name.startswith(value) for name in known[option.name]):
                name = f"--{PYTEST_PREFIX}-{option.name}"
                pytest.exit(f"{name} took the path {value} for a {option.name}: write paths before {name}", 2)
