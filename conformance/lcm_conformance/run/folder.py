"""The folder of the reports: made, tried, and held against any other run for as long as this one writes there.

Called by whoever begins a run: the command, or the plugin.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lcm_conformance.catalogue.verdict import UsageError
from lcm_conformance.report import FILES, FOLDERS

if sys.platform != "win32":
    import fcntl


@contextmanager
def held(out: Path) -> Iterator[None]:
    """Hold the folder; raises `UsageError` where it cannot be written, or another run holds it.

    The lock is the system's, on the folder itself: it leaves nothing behind, however the run ends.
    """
    _make_writable(out)
    if sys.platform == "win32":
        yield
        return
    folder = os.open(out, os.O_RDONLY)
    try:
        _lock(folder, out)
        yield
    finally:
        os.close(folder)


def _lock(folder: int, out: Path) -> None:
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise UsageError(f"another run is writing to --out {out}: wait for it, or name another folder") from None
    except OSError:
        return  # a network folder that knows no locks


def _make_writable(out: Path) -> None:
    """Create the folder, and try to write there and wherever in it an earlier run may have written."""
    _try(out, out)
    for name in FOLDERS:
        if os.path.lexists(out / name):
            _try(out / name, out)
    for path in (path for pattern in FILES for path in out.glob(pattern)):
        if path.is_dir() and not path.is_symlink():
            raise UsageError(
                f"cannot write to --out {out}: {path.relative_to(out)} in it is a folder: "
                "remove it, or name another folder"
            )


def _try(folder: Path, out: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        inside = "" if folder == out else f"{folder.relative_to(out)} in it: "
        raise UsageError(
            f"cannot write to --out {out}: {inside}{error.strerror}: name a folder that can be written"
        ) from error
