"""How many files and sockets this process may have open. Called by the command, whose process it is, before a run."""

from __future__ import annotations

import sys
from contextlib import suppress

from lcm_conformance.catalogue.verdict import EnvironmentTrouble

FEWEST = 64
"""With fewer not even what runs the scenarios can work."""
_WANTED = 1024


def raise_limit_on_files() -> None:
    """Use what the system grants; raises `EnvironmentTrouble` where that is too little to begin."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415  POSIX alone has it

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    granted = _WANTED if hard == resource.RLIM_INFINITY else min(hard, _WANTED)
    if soft != resource.RLIM_INFINITY and soft < granted:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (granted, hard))
        soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if soft != resource.RLIM_INFINITY and soft < FEWEST:
        raise EnvironmentTrouble(
            f"only {soft} files can be open at once: raise the limit on open files (ulimit -n) to {FEWEST} or more"
        )
