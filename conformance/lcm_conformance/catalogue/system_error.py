"""Errors of the operating system: whose matter they are, and what to do. They are never the suite's own fault.

What a user has named (a file, a folder, a variable) and cannot be used is wrong use; where one of the system's
limits is met, it is the environment's trouble.
"""

from __future__ import annotations

import errno
import os

from lcm_conformance.catalogue.verdict import EnvironmentTrouble, UsageError

_LIMITS = {
    errno.EMFILE: "raise the limit on open files (ulimit -n)",
    errno.ENFILE: "raise the system's limit on open files",
    errno.ENOMEM: "free some memory, or raise the limit on it",
    errno.EAGAIN: "raise the limit on processes and threads (ulimit -u)",
    errno.ENOBUFS: "free some memory, or raise the limit on it",
}
_HELD = "close the program that holds it open, or " if os.name == "nt" else ""
_ADVICE = {
    errno.ENOSPC: "free some space, or ",
    errno.EDQUOT: "free some of the quota, or ",
    errno.EFBIG: "raise the limit on the size of files (ulimit -f), or ",
    errno.EIO: "check the disk, or ",
    errno.EACCES: _HELD,
    errno.EPERM: _HELD,
    errno.EBUSY: _HELD,
    errno.EROFS: "",
    errno.ENOENT: "",
    errno.ENOTDIR: "",
    errno.EISDIR: "remove the folder of that name, or ",
    errno.ESTALE: "",
    errno.ENAMETOOLONG: "",
}

Trouble = UsageError | EnvironmentTrouble


def trouble(error: OSError, what: str, instead: str) -> Trouble:
    """What cannot be done, why, and what to do: `instead`, or what this error calls for. To be raised or shown."""
    why = f"{what}: {error.strerror or type(error).__name__}"
    if error.errno in _LIMITS:
        return EnvironmentTrouble(f"{why}: {_LIMITS[error.errno]}")
    return UsageError(f"{why}: {_ADVICE.get(error.errno or 0, '')}{instead}")


def explained(error: BaseException) -> Trouble | None:
    """An error from anywhere in the suite, if only the surroundings can have made it."""
    if isinstance(error, MemoryError) or (isinstance(error, RuntimeError) and "start new thread" in str(error)):
        error = OSError(errno.ENOMEM if isinstance(error, MemoryError) else errno.EAGAIN, type(error).__name__)
    if not isinstance(error, OSError) or error.errno not in {*_LIMITS, *_ADVICE}:
        return None
    if error.filename is None and error.errno == errno.ENOENT:
        return UsageError("the working directory has gone: change into one that is there")
    where = f"cannot use {os.fsdecode(error.filename)}" if isinstance(error.filename, str | bytes) else "cannot go on"
    return trouble(error, where, "make it usable")
