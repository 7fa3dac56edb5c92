"""The walls between the rooms: which module may know which, read from the imports as they are written."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

TREE = Path(__file__).resolve().parent.parent
PACKAGES = ("conformance", "steps")


@cache
def sources() -> dict[str, Path]:
    """Every module of the tree by its name."""
    return {
        ".".join(path.relative_to(TREE).with_suffix("").parts).removesuffix(".__init__"): path
        for package in PACKAGES
        for path in sorted((TREE / package).rglob("*.py"))
    }


@cache
def imports(module: str) -> frozenset[str]:
    """All modules that a module imports, wherever in it; of ours, the very module where a name comes from."""
    path = sources()[module]
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    return frozenset(_imported(ast.parse(path.read_text(encoding="utf-8")), package))


def _imported(tree: ast.Module, package: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parent = ".".join(package.split(".")[: len(package.split(".")) + 1 - node.level]) if node.level else ""
            name = ".".join(part for part in (parent, node.module) if part)
            for alias in node.names:
                inner = f"{name}.{alias.name}"
                yield inner if inner in sources() else name


def within(module: str, *rooms: str) -> bool:
    return any(module == room or module.startswith(f"{room}.") for room in rooms)


def strays(*rooms: str, forbidden: tuple[str, ...]) -> list[str]:
    """Imports from these rooms of what they must not know."""
    return [
        f"{module} imports {name}"
        for module in sources()
        if within(module, *rooms)
        for name in sorted(imports(module))
        if within(name, *forbidden)
    ]


def users(library: str) -> set[str]:
    return {module for module in sources() if any(within(name, library) for name in imports(module))}


def test_the_walls_are_held_on_real_imports() -> None:
    assert len(sources()) > 40
    assert "conformance.verdict" in imports("conformance.catalogue")
    assert "conformance.endpoint.server" in imports("conformance.run")


def test_endpoint_and_checks_share_no_oracle() -> None:
    assert strays("conformance.endpoint", forbidden=("conformance.checks", "conformance.page")) == []
    assert strays("conformance.checks", forbidden=("conformance.endpoint",)) == []


def test_of_ours_the_endpoint_knows_only_how_to_say_wrong_use() -> None:
    known = {name for module in sources() if within(module, "conformance.endpoint") for name in imports(module)}
    ours = {name for name in known if within(name, "conformance")}
    assert {name for name in ours if not within(name, "conformance.endpoint")} <= {"conformance.verdict"}


def test_the_package_knows_neither_steps_nor_features() -> None:
    assert strays("conformance", forbidden=("steps", "features")) == []


@pytest.mark.parametrize("module", ["conformance.catalogue", "conformance.verdict", "conformance.page"])
def test_the_innermost_need_the_standard_library_only(module: str) -> None:
    import sys

    outside = {name for name in imports(module) if name.partition(".")[0] not in sys.stdlib_module_names}
    assert outside <= {"conformance.verdict"}


def test_checks_are_pure() -> None:
    io = ("socket", "threading", "time", "asyncio", "pathlib", "os", "subprocess", "logging")
    ours = ("conformance.driver", "conformance.session", "conformance.desk", "conformance.transport", "conformance.run")
    assert strays("conformance.checks", forbidden=(*io, *ours, "pytest", "pytest_bdd")) == []


def test_the_judge_opens_nothing_and_reads_no_clock() -> None:
    io = ("socket", "threading", "time", "asyncio", "pathlib", "os", "pytest", "pytest_bdd", "websocket")
    rooms = ("conformance.judgement", "conformance.evidence", "conformance.reply", "conformance.strictjson")
    assert strays(*rooms, forbidden=io) == []


@pytest.mark.parametrize(
    ("library", "rooms"),
    [
        ("websocket", ("conformance.transport",)),
        ("websockets", ("conformance.endpoint",)),
        ("allure", ("conformance.report", "conformance.plugin")),
        ("allure_commons", ("conformance.report", "conformance.plugin")),
        ("pytest", ("conformance.plugin", "conformance.cli", "steps")),
        ("pytest_bdd", ("conformance.plugin", "conformance.vocabulary", "steps")),
        ("jinja2", ("conformance.report",)),
        ("rich", ("conformance.cli", "conformance.report")),
        ("argparse", ("conformance.cli",)),
    ],
)
def test_a_library_is_known_in_its_room_only(library: str, rooms: tuple[str, ...]) -> None:
    assert [module for module in sorted(users(library)) if not within(module, *rooms)] == []


def test_steps_know_checks_transcript_and_verdict_and_little_else() -> None:
    allowed = ("checks", "transcript", "verdict", "evidence", "result", "probes")
    known = {name for module in sources() if within(module, "steps") for name in imports(module)}
    ours = {name for name in known if within(name, "conformance", "steps")} - {"conformance"}
    assert [name for name in sorted(ours) if not within(name, *(f"conformance.{room}" for room in allowed))] == []


def test_only_the_rim_knows_the_command_line() -> None:
    rim = ("conformance.cli", "conformance.__main__")
    assert [module for module in sorted(users("conformance.cli")) if not within(module, *rim)] == []


def test_reports_judge_nothing_and_ask_nobody() -> None:
    asks = ("conformance.driver", "conformance.transport", "conformance.session", "conformance.desk")
    assert strays("conformance.report", forbidden=(*asks, "conformance.checks", "conformance.endpoint")) == []


def test_no_module_imports_itself_round_about() -> None:
    ours = {module: {name for name in imports(module) if name in sources()} - {module} for module in sources()}
    # A package's own face gathers what its modules offer; they do not know it.
    while ours:
        leaves = {module for module, known in ours.items() if not known & ours.keys()}
        assert leaves, f"a circle among {sorted(ours)}"
        ours = {module: known for module, known in ours.items() if module not in leaves}
