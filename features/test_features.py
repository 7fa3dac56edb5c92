"""Binds every scenario of this folder to pytest; the steps come with the plugin."""

from pathlib import Path

from pytest_bdd import scenarios

scenarios(str(Path(__file__).parent))
