"""The name by which a scenario is found again: its clause and its own name, made unique.

Called by the JUnit and Allure writers. Both fold results of one name into one, which would
hide a scenario; node ids and file paths are no identity.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from lcm_conformance.judge.result import ScenarioRecord


def titled(scenarios: Iterable[ScenarioRecord]) -> Iterator[tuple[str, ScenarioRecord]]:
    """Each scenario with its title; the second of one title is `… (2)`, whatever file it stands in."""
    seen: Counter[str] = Counter()
    for scenario in scenarios:
        title = f"{scenario.clause} {scenario.name}"
        seen[title] += 1
        yield (title if seen[title] == 1 else f"{title} ({seen[title]})"), scenario


def file_name(scenario: ScenarioRecord) -> str:
    """The feature file's own name, whatever path it was read by."""
    return scenario.feature_file.replace("\\", "/").rpartition("/")[2]
