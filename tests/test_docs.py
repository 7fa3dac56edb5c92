"""Every page is true of the tree: what it links to and names is there, and each page keeps its form."""

from __future__ import annotations

import configparser
import doctest
import re
import tomllib
from itertools import chain
from pathlib import Path

import lcm_conformance
import pytest
from command import CHECKOUT

PACKAGE = CHECKOUT / "conformance" / "lcm_conformance"
PAGES = [CHECKOUT / "README.md", CHECKOUT / "CONTRIBUTING.md", *sorted((CHECKOUT / "docs").rglob("*.md"))]
LIBRARY = CHECKOUT / "docs" / "library.md"
DECISIONS = sorted((CHECKOUT / "docs" / "decisions").glob("*.md"))
PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))

# Folders that a run, a build or a user makes.
_MADE = ("reports/", "allure-results/", "allure-report/", "mutants/", "dist/", "out/", ".venv/", "~/")


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def prose(page: Path) -> str:
    """A page without its blocks."""
    return re.sub(r"```.*?```", "", text(page), flags=re.DOTALL)


def named(page: Path) -> set[str]:
    """The files and folders that a page names between backticks, as paths with a slash."""
    spans = chain(*(span.split() for span in re.findall(r"`([^`\n]+)`", prose(page))))
    paths = {
        re.sub(r"[:#].*|[),.;]+$", "", span) for span in spans if re.fullmatch(r"\.?[a-zA-Z][\w.-]*/[\w./-]*", span)
    }
    return {path for path in paths if not path.startswith(_MADE)}


def anchors(page: Path) -> set[str]:
    """The anchors that a page's headings make."""
    headings = re.findall(r"^#+ (.+)$", text(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def of_page(page: Path) -> str:
    return str(page.relative_to(CHECKOUT))


@pytest.mark.parametrize("page", PAGES, ids=of_page)
def test_links_lead_somewhere(page: Path) -> None:
    for link, anchor in re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", text(page)):
        target = page.parent / link if link else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), f"{link}#{anchor}"


@pytest.mark.parametrize("page", PAGES, ids=of_page)
def test_files_and_folders_that_are_named_exist(page: Path) -> None:
    homes = (CHECKOUT, PACKAGE)

    assert {path for path in named(page) if not any((home / path).exists() for home in homes)} == set()


def test_what_the_architecture_names_is_looked_at() -> None:
    assert {"judge/checks/", "record/reply.py", "steps/"} <= named(CHECKOUT / "docs" / "architecture.md")


def test_the_picture_shows_the_layers_that_are_held() -> None:
    (picture,) = re.findall(r"```mermaid\n(.*?)```", text(CHECKOUT / "docs" / "architecture.md"), re.DOTALL)
    (layers,) = (row["layers"] for row in PROJECT["tool"]["importlinter"]["contracts"] if row["type"] == "layers")
    held = {(number, stage) for number, row in enumerate(reversed(layers), start=1) for stage in re.split(r"\W+", row)}

    assert {(int(number), stage) for number, stage in re.findall(r'"(\d+) · (\w+)<br/>', picture)} == held


def test_the_examples_of_the_library_do_what_they_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    failed, tried = doctest.testfile(str(LIBRARY), module_relative=False)
    assert (failed, tried > 15) == (0, True)


def test_all_that_is_exported_is_documented() -> None:
    rows = re.findall(r"^\| `(\w+)", text(LIBRARY), re.MULTILINE)
    assert sorted(rows) == sorted(lcm_conformance.__all__)


@pytest.mark.parametrize("page", DECISIONS, ids=of_page)
def test_a_decision_says_context_decision_and_consequence_shortly(page: Path) -> None:
    heads = re.findall(r"^\*\*(\w+)\.\*\*", text(page), re.MULTILINE)

    assert heads == ["Context", "Decision", "Consequence"]
    assert len(text(page).splitlines()) <= 25


def test_how_to_add_something_takes_five_lines_at_most() -> None:
    adding = text(CHECKOUT / "CONTRIBUTING.md").partition("## How to add")[2].partition("\n## ")[0]
    parts = re.split(r"^### ", adding, flags=re.MULTILINE)[1:]

    assert {part.splitlines()[0] for part in parts} >= {
        "a clause",
        "a probe",
        "a login preset",
        "a transport",
        "a report",
    }
    assert [part for part in parts if len(part.strip().splitlines()) > 6] == []


def test_every_environment_of_tox_that_is_named_is_one_that_there_is() -> None:
    tox = configparser.ConfigParser()
    tox.read(CHECKOUT / "tox.ini", encoding="utf-8")
    known = {name.removeprefix("testenv:") for name in tox.sections()} | {"py311", "py312", "py313"}
    called = {
        name
        for page in PAGES
        for names in re.findall(r"\btox\b[^`\n]* -e ([\w,]+)", text(page))
        for name in names.split(",")
    }

    assert called
    assert called <= known


def test_the_pythons_that_are_named_are_those_that_are_declared() -> None:
    classifiers = PROJECT["project"]["classifiers"]
    declared = [row.rpartition(" ")[2] for row in classifiers if row.startswith("Programming Language :: Python :: 3.")]

    assert f"Python {', '.join(declared[:-1])} or {declared[-1]}" in text(CHECKOUT / "README.md")
    assert PROJECT["project"]["requires-python"] == f">={declared[0]},<3.{int(declared[-1].partition('.')[2]) + 1}"
    assert f"for version in {' '.join(declared)}; do" in text(CHECKOUT / ".ci" / "run")
    assert ", ".join(f"py3{version.partition('.')[2]}" for version in declared) in text(CHECKOUT / "tox.ini")
