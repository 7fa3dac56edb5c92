"""What is handed out is what is listed: whatever else lies about in a checkout stays there."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest
from command import CHECKOUT
from distributions import built, files

STRANGERS = {
    "my-profile.toml": '[agents.reserved]\npassword = "swordfish-555"\n',
    ".env": "LCM_TOKEN=swordfish-555\n",
    "known.toml": 'reason = "swordfish-555"\n',
    "staging-key.pem": "swordfish-555\n",
    "notes.txt": "swordfish-555\n",
    "notes.md": "swordfish-555\n",
    "mine.feature.orig": "swordfish-555\n",
    "reports-2308/transcript.ndjson": '{"frame": "swordfish-555"}\n',
    "reports/report.html": "<p>swordfish-555</p>\n",
    "py312/lib/python3.12/site-packages/theirs/__init__.py": "swordfish_555 = 1\n",
    "py312/pyvenv.cfg": "home = /swordfish-555\n",
    "__pycache__/theirs.cpython-312.pyc": "swordfish-555\n",
}


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(CHECKOUT, "sdist", tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(CHECKOUT, "wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture
def unpacked(sdist: Path, tmp_path: Path) -> Path:
    """The tree that a source distribution unpacks to."""
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "tree", filter="data")
    (tree,) = (tmp_path / "tree").iterdir()
    return tree


def test_the_wheel_of_a_checkout_is_that_of_its_source_distribution(
    wheel: Path, unpacked: Path, tmp_path: Path
) -> None:
    from_sdist = built(unpacked, "wheel", tmp_path / "wheel")

    assert from_sdist.name == wheel.name
    assert from_sdist.read_bytes() == wheel.read_bytes()


def test_nothing_goes_in_that_merely_lies_about(sdist: Path, wheel: Path, unpacked: Path, tmp_path: Path) -> None:
    folders = [unpacked, *(path for path in unpacked.rglob("*") if path.is_dir())]
    for folder in folders:
        for name, text in STRANGERS.items():
            if folder.name == "decisions" and name.endswith(".md"):
                continue  # a page in there is a decision, as a module among the tests is a test
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")

    assert files(built(unpacked, "sdist", tmp_path / "sdist")) == files(sdist)
    assert built(unpacked, "wheel", tmp_path / "wheel").read_bytes() == wheel.read_bytes()


def test_the_wheel_holds_the_package_and_nothing_beside_it(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.partition("/")[0] for name in names}

    assert {top for top in tops if not top.endswith(".dist-info")} == {"lcm_conformance"}
    assert len(tops) == 2
    assert {"lcm_conformance/py.typed", "lcm_conformance/endpoint/profile.toml"} <= set(names)
    assert "lcm_conformance/features/test_features.py" in names


@pytest.mark.skipif(not (CHECKOUT / ".git").exists() or shutil.which("git") is None, reason="not a git checkout")
def test_all_that_is_kept_in_git_goes_into_the_source_distribution(sdist: Path) -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    tracked = {name for name in listed.stdout.split("\0") if name and (CHECKOUT / name).exists()}

    assert tracked - set(files(sdist)) == set(), "list it in pyproject.toml, at [tool.hatch.build]"
