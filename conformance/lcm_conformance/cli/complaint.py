"""What a command that cannot go on says, in one line, and the exit status that goes with it."""

from __future__ import annotations

from lcm_conformance.catalogue.system_error import explained
from lcm_conformance.catalogue.verdict import EnvironmentTrouble, SuiteError, UsageError
from lcm_conformance.redaction.exceptions import account


def line_of(error: Exception, command: str) -> str:
    """The line: the beginning says whose matter it is."""
    known = explained(error) or error
    if isinstance(known, UsageError):
        return f"lcm-conformance {command}: {known}"
    if isinstance(known, EnvironmentTrouble):
        return f"environment: {known}"
    if isinstance(known, SuiteError):
        return f"suite error: {known}"
    return f"suite error: {account(error)}: please report it"  # its text may hold what must not be shown


def status_of(error: Exception) -> int:
    """2 for wrong use, 3 for the environment's trouble, 5 for a fault of the suite."""
    known = explained(error) or error
    return 2 if isinstance(known, UsageError) else 3 if isinstance(known, EnvironmentTrouble) else 5
