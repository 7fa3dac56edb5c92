"""Builds distributions of a tree as pip does, by the backend that pyproject.toml names, but without its isolation."""

from __future__ import annotations

import subprocess
import sys
import tarfile
from pathlib import Path


def built(tree: Path, kind: str, folder: Path) -> Path:
    """The distribution of a tree: its `sdist`, `wheel`, or `editable` wheel."""
    folder.mkdir(exist_ok=True)
    code = f"import hatchling.build; hatchling.build.build_{kind}({str(folder)!r})"
    done = subprocess.run([sys.executable, "-c", code], cwd=tree, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = folder.iterdir()
    return path


def files(sdist: Path) -> dict[str, bytes]:
    """What a source distribution holds, by path below its one folder, without the metadata made for it."""
    with tarfile.open(sdist) as archive:
        held = {member.name: archive.extractfile(member) for member in archive.getmembers() if member.isfile()}
        found = {name.partition("/")[2]: stream.read() for name, stream in held.items() if stream}
    del found["PKG-INFO"]
    return found
