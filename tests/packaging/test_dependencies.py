"""What is declared is true: what is imported is declared, and the lists of versions are those of pyproject.toml."""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path

import pytest
from command import CHECKOUT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
BUILD = PROJECT["build-system"]["requires"]
RUN = PROJECT["project"]["dependencies"]
TEST = PROJECT["project"]["optional-dependencies"]["test"]
TOOLS = list(chain(*PROJECT["dependency-groups"].values()))


def pinned(name: str) -> dict[str, Version]:
    """The versions of a list of exact ones."""
    lines = (CHECKOUT / name).read_text(encoding="utf-8").splitlines()
    pairs = (line.split("==") for line in lines if not line.startswith("#"))
    return {canonicalize_name(package): Version(version) for package, version in pairs}


def lowest(requirement: Requirement) -> Version:
    (floor,) = (bound.version for bound in requirement.specifier if bound.operator == ">=")
    return Version(floor)


def imported(*folders: str) -> set[str]:
    """The top-level packages that the files import, but for Python's own and the files beside them."""
    files = [path for folder in folders for path in (CHECKOUT / folder).rglob("*.py")]
    names = set(chain(*(_imports(path) for path in files)))
    beside = {name for path in files for name in (path.stem, path.parent.name)}
    return names - sys.stdlib_module_names - beside - {"lcm_conformance"}


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


@pytest.mark.parametrize(
    ("folders", "declared"),
    [(("conformance", "features", "steps"), RUN), (("tests", "benchmarks"), RUN + TEST + TOOLS)],
    ids=["run", "test"],
)
def test_all_that_is_imported_is_declared(folders: tuple[str, ...], declared: list[str]) -> None:
    homes = packages_distributions()
    known = {canonicalize_name(Requirement(text).name) for text in declared}

    names = {name: set(map(canonicalize_name, homes.get(name, [name]))) for name in imported(*folders)}
    assert "pytest" in names
    assert {name for name, distributions in names.items() if not distributions & known} == set()


@pytest.mark.parametrize("text", [*BUILD, *RUN, *TEST, *TOOLS])
def test_the_lock_holds_each_dependency_at_a_version_that_fits(text: str) -> None:
    requirement = Requirement(text)

    assert pinned("constraints.txt")[canonicalize_name(requirement.name)] in requirement.specifier


@pytest.mark.parametrize("text", [*BUILD, *RUN, *TEST])
def test_the_lowest_version_that_is_declared_is_the_lowest_that_is_tested(text: str) -> None:
    requirement = Requirement(text)

    assert pinned("constraints-lowest.txt")[canonicalize_name(requirement.name)] == lowest(requirement)


@pytest.mark.parametrize("text", TOOLS)
def test_a_tool_is_declared_as_it_is_used(text: str) -> None:
    requirement = Requirement(text)

    assert pinned("constraints.txt")[canonicalize_name(requirement.name)] == lowest(requirement)


def test_the_lock_of_the_lowest_is_of_the_same_packages() -> None:
    direct = {canonicalize_name(Requirement(text).name) for text in [*BUILD, *RUN, *TEST]}

    assert direct <= set(pinned("constraints-lowest.txt")) <= set(pinned("constraints.txt"))
