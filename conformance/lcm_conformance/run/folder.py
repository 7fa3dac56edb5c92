"""The folder of the reports: made, tried, and held against any other run for as long as this one writes there.

Called by whoever begins a run: the command, or the plugin.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from lcm_conformance.catalogue.system_error import trouble
from lcm_conformance.catalogue.verdict import UsageError
from lcm_conformance.report import FILES, FOLDERS

if sys.platform != "win32":
    import fcntl

LOCK = ".lcm-conformance.lock"


@contextmanager
def held(out: Path) -> Iterator[None]:
    """Hold the folder; raises `UsageError` where it cannot be written, or another run holds it.

    Raises `EnvironmentTrouble` where a limit of the system is met. The lock is the system's, and ends with the run.
    """
    _make_writable(out)
    with (locked_by_file if sys.platform == "win32" else _locked)(out):
        yield


if sys.platform != "win32":

    @contextmanager
    def _locked(out: Path) -> Iterator[None]:
        """The lock is on the folder itself, and leaves nothing behind."""
        with _refusing(out, out):
            folder = os.open(out, os.O_RDONLY)
        try:
            with suppress(OSError):  # a network folder that knows no locks
                try:
                    fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    raise _is_taken(out) from None
            yield
        finally:
            os.close(folder)


@contextmanager
def locked_by_file(out: Path) -> Iterator[None]:
    """For Windows, where a folder cannot be locked: the lock is on a file in it."""
    import filelock  # noqa: PLC0415  only Windows needs it

    try:
        with filelock.FileLock(out / LOCK, blocking=False):
            yield
    except filelock.Timeout:
        raise _is_taken(out) from None


def _is_taken(out: Path) -> UsageError:
    return UsageError(f"another run is writing to --out {out}: wait for it, or name another folder")


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
    with _refusing(folder, out):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"-")


@contextmanager
def _refusing(folder: Path, out: Path) -> Iterator[None]:
    """An error of the system within, as what it means for the folder of the reports."""
    try:
        yield
    except OSError as error:
        inside = "" if folder == out else f": {folder.relative_to(out)} in it"
        raise trouble(error, f"cannot write to --out {out}{inside}", "name a folder that can be written") from None
