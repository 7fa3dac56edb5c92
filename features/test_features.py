"""Binds every scenario of this folder to pytest, with the steps and fixtures, which nobody else's scenarios see."""

from pathlib import Path

from lcm_conformance.plugin.fixtures import for_scenarios
from pytest_bdd import scenarios

globals().update(for_scenarios(__file__))
scenarios(str(Path(__file__).parent))
