"""What the scenarios use: fixtures and step definitions, for the module that binds them and for nobody else."""

from __future__ import annotations

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
        line = "run the features of the suite that is installed, or install this one with `pip install -e .`"
        pytest.exit(f"these features are not those at {features_folder()}: {line}", 2)
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


def for_scenarios() -> dict[str, object]:
    """The fixtures and the step definitions, by name."""
    return {"evidence": evidence, "clause": clause, "remarks": remarks} | vocabulary.definitions()
