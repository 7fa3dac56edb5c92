"""In an environment of its own, installed from the wheel or editable, the suite brings one importable name."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import pytest
from command import CHECKOUT, environment
from distributions import built, files

LOOKS = """
import importlib.util, json

def places(name):
    spec = importlib.util.find_spec(name)
    return [spec.origin or "", *(spec.submodule_search_locations or ())] if spec else []

def test_theirs():
    with open("names.json") as names, open("places.json", "w") as found:
        json.dump({name: places(name) for name in json.load(names)}, found)

if __name__ == "__main__":
    test_theirs()
"""


@dataclass(frozen=True)
class Installed:
    """A virtual environment, and the folder in which that lies which the suite has brought."""

    python: Path
    brought: Path

    def run(self, folder: Path, *arguments: str) -> None:
        kept = {name: value for name, value in environment().items() if name != "PYTHONPATH"}
        done = subprocess.run(
            [str(self.python), *arguments], cwd=folder, env=kept, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def is_of_ours(self, place: str) -> bool:
        return Path(place).is_relative_to(self.brought) and not Path(place).is_relative_to(sys.prefix)


def _pip() -> list[str]:
    """A pip, of this environment or of the Python below it: `.venv` has none where it is made as the README says."""
    for python in (sys.executable, f"{sys.base_prefix}/bin/python{sys.version_info[0]}.{sys.version_info[1]}"):
        command = [python, "-m", "pip"]
        if subprocess.run([*command, "--version"], capture_output=True, check=False).returncode == 0:
            return command
    pytest.skip("no pip, neither here nor in the Python that this environment was made with")


@pytest.fixture(scope="module", params=["wheel", "editable"])
def installed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The suite without its dependencies: what is looked for is found without being imported."""
    folder = tmp_path_factory.mktemp(request.param)
    home = folder / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)
    python = home / "bin" / "python"
    distribution = built(CHECKOUT, request.param, folder / "built")
    offline = ["--no-deps", "--no-index", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*_pip(), "--python", str(python), "install", *offline, str(distribution)], check=True)
    return Installed(python, home if request.param == "wheel" else CHECKOUT)


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of somebody else's, with a module that looks for whatever the repository has a file or folder of."""
    folder = tmp_path_factory.mktemp("theirs")
    parts = {part for name in files(built(CHECKOUT, "sdist", folder / "sdist")) for part in Path(name).parts}
    names = {name for part in parts if (name := part.partition(".")[0]).isidentifier()} - {"__main__"}
    assert {"features", "steps", "tests", "benchmarks", "conformance", "docs", "command"} <= names
    (folder / "names.json").write_text(json.dumps(sorted(names)), encoding="utf-8")
    (folder / "test_theirs.py").write_text(LOOKS, encoding="utf-8")
    return folder


def brought(installed: Installed, folder: Path) -> set[str]:
    """The names that could be imported and that the suite has brought."""
    found = json.loads((folder / "places.json").read_text(encoding="utf-8"))
    return {name for name, places in found.items() if any(map(installed.is_of_ours, places))}


def test_one_name_can_be_imported(installed: Installed, theirs: Path) -> None:
    installed.run(theirs, "test_theirs.py")

    assert brought(installed, theirs) == {"lcm_conformance"}


def test_nor_does_the_plugin_bring_another_into_a_session_of_pytest(installed: Installed, theirs: Path) -> None:
    site = Path(sysconfig.get_path("purelib", vars={"base": str(installed.python.parents[1])}))
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    installed.run(theirs, "-m", "pytest", "-p", "no:cacheprovider", "test_theirs.py")

    assert brought(installed, theirs) == {"lcm_conformance"}
