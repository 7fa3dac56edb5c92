"""What the scenarios use: fixtures and step definitions, for the module that binds them and for nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from lcm_conformance.catalogue.folders import features_folder
from lcm_conformance.catalogue.scenarios import Scenario
from lcm_conformance.judge.evidence import Evidence
from lcm_conformance.judge.result import Remarks
from lcm_conformance.plugin.conduct import ATTEMPT, CONDUCT, SCENARIO, Attempt
from lcm_conformance.run import vocabulary


@pytest.fixture(scope="session")
def evidence(request: pytest.FixtureRequest) -> Evidence:
    """What the run learnt from the endpoint."""
    conduct = request.config.stash.get(CONDUCT, None)
    if conduct is None or conduct.evidence is None or not conduct.wanted:
        pytest.exit(_foreign(), 2)
    return conduct.evidence


@pytest.fixture
def clause(request: pytest.FixtureRequest) -> str:
    """The id that the scenario is tagged with."""
    scenario: Scenario = request.node.stash[SCENARIO]
    return scenario.clause


@pytest.fixture
def remarks(request: pytest.FixtureRequest) -> Remarks:
    """What a scenario that passes has to say."""
    attempt: Attempt = request.node.stash.setdefault(ATTEMPT, Attempt())
    return attempt.remarks


def for_scenarios(file: str) -> dict[str, object]:
    """The fixtures and the step definitions, by name, for the module at this path, which binds the features beside it.

    Ends the session where these are not those of the suite that is installed: it knows no scenario of theirs.
    """
    if Path(file).resolve().parent != features_folder().resolve():
        pytest.exit(_foreign(), 2)
    return {"evidence": evidence, "clause": clause, "remarks": remarks} | vocabulary.definitions()


def _foreign() -> str:
    fix = "run those, or install the suite that these are of with `-e`"
    return f"these features are not those of the suite that is installed ({features_folder()}): {fix}"
