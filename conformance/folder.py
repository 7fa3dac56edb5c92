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

from conformance.verdict import UsageError

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
    """Create the folder and try to write there."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError as error:
        raise UsageError(f"cannot write to --out {out}: {error.strerror}: name a folder that can be written") from error
