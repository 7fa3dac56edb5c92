"""Which of the things that pytest collects are the suite's: the features' folder, and scenarios written in it.

Asked in every session, about everything that is collected: it must stay light.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

from lcm_conformance.catalogue.folders import features_folder

BINDING = "test_features.py"
"""The module that binds the scenarios, in the features' folder."""


class FeaturesModule(pytest.Module):
    """The binding module, loaded under a private name: the folder is never importable, nor another test_features of
    the session in its way.
    """

    was_read = False

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        name = "_lcm_conformance_features"
        loader = SourceFileLoader(name, str(self.path))
        spec = spec_from_file_location(name, self.path, loader=loader)
        assert spec is not None  # there is one wherever a loader is given
        self.obj = module_from_spec(spec)
        loader.exec_module(self.obj)
        self.was_read = True
        return super().collect()


def is_binding(path: Path) -> bool:
    """Whether a file is the module that binds the features."""
    return path.name == BINDING and _is_home(path.parent)


def is_within(collector: pytest.Collector) -> bool:
    """Whether what is collected is the features' folder, or the binding module in it."""
    if isinstance(collector, pytest.Directory):
        return _is_home(collector.path)
    return isinstance(collector, FeaturesModule)


def is_passed_over(path: Path, parent: pytest.Collector) -> bool:
    """Whether pytest itself does not collect this Python file: it is not named, and `python_files` does not fit it."""
    named = parent.session.isinitpath(path)
    return not named and not any(path.match(pattern) for pattern in parent.config.getini("python_files"))


def binds_scenarios(nodes: Iterable[object]) -> bool:
    """Whether one of the nodes is a scenario of the suite, whoever binds it."""
    return next(keys(nodes), None) is not None


def keys(nodes: Iterable[object]) -> Iterator[tuple[pytest.Item, tuple[str, str]]]:
    """The nodes that are scenarios of the suite, each with its feature file's name and its own."""
    bdd: Any = sys.modules.get("pytest_bdd.scenario")
    if bdd is None:
        return
    for node in nodes:
        if isinstance(node, pytest.Function):
            template = bdd.scenario_wrapper_template_registry.get(node.function)
            file = Path(template.feature.filename) if template is not None else None
            if file is not None and _is_home(file.parent):
                yield node, (file.name, template.name)


def _is_home(folder: Path) -> bool:
    return os.path.realpath(folder) == _home()


@cache
def _home() -> str:
    return os.path.realpath(features_folder())
