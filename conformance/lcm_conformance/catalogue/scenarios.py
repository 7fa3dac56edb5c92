"""The scenarios as they are written in the feature files, read apart from pytest-bdd.

What pytest collects is held against this: a scenario that pytest-bdd drops (two of one name in a
file) or that somebody removes must not vanish without a word.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from gherkin.errors import CompositeParserException
from gherkin.parser import Parser

from lcm_conformance.catalogue.clauses import Catalogue
from lcm_conformance.catalogue.folders import features_folder
from lcm_conformance.catalogue.probes import Probe, called
from lcm_conformance.catalogue.verdict import SuiteError


@dataclass(frozen=True)
class Step:
    """One step; `type` is given, when or then (And and But take the type before them)."""

    type: str
    keyword: str
    text: str


@dataclass(frozen=True)
class Scenario:
    """One scenario with its background, or one row of an outline. `clause` is its one clause tag."""

    feature: str
    file: str
    rule: str | None
    name: str
    tags: tuple[str, ...]
    steps: tuple[Step, ...]
    line: int = 0

    @property
    def clause(self) -> str:
        return self.tags[0] if self.tags else ""

    @property
    def key(self) -> tuple[str, str]:
        """What identifies it: file and name."""
        return self.file, self.name

    @property
    def probes(self) -> tuple[Probe, ...]:
        """The probes that its steps call."""
        return tuple(probe for step in self.steps if step.type == "when" and (probe := called(step.text)))


def read(folder: Path | None = None) -> tuple[Scenario, ...]:
    """All scenarios of a folder of feature files (the suite's own), in order; raises `SuiteError`."""
    return _read(folder or features_folder())


@cache
def _read(folder: Path) -> tuple[Scenario, ...]:
    found: list[Scenario] = []
    for path in sorted(folder.glob("*.feature")):
        try:
            document = Parser().parse(path.read_text(encoding="utf-8"))
        except (CompositeParserException, OSError, UnicodeDecodeError) as error:
            what = str(error).removeprefix("Parser errors:").strip().splitlines()[0]
            raise SuiteError(f"{path.name} cannot be read: {what}: restore it") from error
        if document.get("feature"):
            found += _in_feature(dict(document["feature"]), path.name)
    return tuple(found)


@cache
def clause_of(probe: str) -> str:
    """The clause that judges a probe's requests themselves: that of the first scenario which records nothing."""
    clauses = [s.clause for s in read() if probe in {p.name for p in s.probes} and not s.clause.startswith("OBS-")]
    return clauses[0] if clauses else ""


def problems(scenarios: Iterable[Scenario], catalogue: Catalogue) -> list[str]:
    """Where feature files and catalogue do not agree, each in one line that says what to do."""
    scenarios = list(scenarios)
    lines = []
    for (file, name), number in Counter(scenario.key for scenario in scenarios).items():
        if number > 1:
            lines.append(f'scenario "{name}" stands {number} times in {file}: give each a name of its own')
    for scenario in scenarios:
        if len(scenario.tags) != 1 or scenario.clause not in catalogue.ids:
            tags = " ".join(f"@{tag}" for tag in scenario.tags) or "no tag"
            lines.append(f'scenario "{scenario.name}" in {scenario.file} has {tags}: it needs one clause tag')
    written = Counter((scenario.clause, scenario.name) for scenario in scenarios)
    planned = Counter((name, scenario) for name in catalogue.ids for scenario in catalogue.scenarios(name))
    for clause, name in planned - written:
        lines.append(
            f'scenario "{name}" of {clause} is in no feature file: restore it, or correct the catalogue\'s row'
        )
    for clause, name in written - planned:
        if clause in catalogue.ids:
            lines.append(f'scenario "{name}" is not in the catalogue\'s row of {clause}: add it there')
    return lines


def _in_feature(feature: dict[str, Any], file: str) -> Iterator[Scenario]:
    tags = _tags(feature)
    background: tuple[Step, ...] = ()
    for child in feature["children"]:
        if "background" in child:
            background = tuple(_steps(child["background"]["steps"]))
        elif "rule" in child:
            yield from _in_rule(child["rule"], feature["name"], file, tags, background)
        else:
            yield from _expand(child["scenario"], feature["name"], file, None, tags, background)


def _in_rule(
    rule: dict[str, Any], feature: str, file: str, tags: tuple[str, ...], background: tuple[Step, ...]
) -> Iterator[Scenario]:
    for child in rule["children"]:
        if "background" in child:
            background = (*background, *_steps(child["background"]["steps"]))
        else:
            yield from _expand(child["scenario"], feature, file, rule["name"], (*tags, *_tags(rule)), background)


def _expand(
    scenario: dict[str, Any],
    feature: str,
    file: str,
    rule: str | None,
    tags: tuple[str, ...],
    background: tuple[Step, ...],
) -> Iterator[Scenario]:
    steps = (*background, *_steps(scenario["steps"]))
    own = (*tags, *_tags(scenario))
    line = int(scenario["location"]["line"])
    rows = [row for examples in scenario["examples"] for row in examples["tableBody"]]
    if not scenario["examples"]:
        yield Scenario(feature, file, rule, scenario["name"], own, steps, line)
    for number, _ in enumerate(rows, start=1):
        yield Scenario(feature, file, rule, f"{scenario['name']} ({number})", own, steps, line)


def _tags(node: dict[str, Any]) -> tuple[str, ...]:
    return tuple(tag["name"].removeprefix("@") for tag in node["tags"])


def _steps(steps: Iterable[dict[str, Any]]) -> Iterator[Step]:
    kind = "given"
    for step in steps:
        keyword = step["keyword"].strip()
        if keyword.lower() in {"given", "when", "then"}:
            kind = keyword.lower()
        yield Step(kind, keyword, step["text"])
