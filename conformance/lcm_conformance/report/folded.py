"""Findings that say the same, told once: one example, and how often. Pure. Called by the page and the terminal."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lcm_conformance.catalogue.verdict import Finding

_PATH = re.compile(r"\$[^\s,]*")


@dataclass(frozen=True)
class Folded:
    """`first` is the example, `others` the rest of those that differ from it only in where they were seen."""

    first: Finding
    others: tuple[Finding, ...]

    @property
    def count(self) -> int:
        return 1 + len(self.others)


def folded(findings: Iterable[Finding]) -> list[Folded]:
    """Equal findings together, in the order of the first of each, the most frequent first."""
    found: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        found.setdefault((finding.expected, finding.actual, path_of(finding)), []).append(finding)
    groups = [Folded(first, tuple(others)) for first, *others in found.values()]
    return sorted(groups, key=lambda group: -group.count)


def path_of(finding: Finding) -> str:
    """The JSONPath of a finding; empty where it names none."""
    match = _PATH.match(finding.where)
    return match[0] if match else ""
