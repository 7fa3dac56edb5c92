"""Where the feature files and the step definitions lie. It imports next to nothing: every pytest session asks it."""

from __future__ import annotations

from pathlib import Path


def features_folder() -> Path:
    """The folder of the feature files: inside the installed package, or at the top of a checkout."""
    return _folder("features")


def steps_folder() -> Path:
    """The folder of the step definitions, likewise."""
    return _folder("steps")


def _folder(name: str) -> Path:
    package = Path(__file__).parent.parent
    inside = package / name
    return inside if inside.is_dir() else package.parent.parent / name
