"""What a clause can come to, and the exceptions that say so.

The words are ISO 9646's. Three kinds of trouble are kept apart: a `Nonconformity` is the
product's, `EnvironmentTrouble` the environment's, `SuiteError` our own; `UsageError` is a
mistake in an option or a profile, found before anything is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Verdict(StrEnum):
    """The verdict on one clause, listed from the one that is worsened most easily to the worst."""

    NOT_APPLICABLE = "not-applicable"
    PASS = "pass"  # noqa: S105  a verdict, not a password
    UNTESTED = "untested"
    INCONCLUSIVE = "inconclusive"
    FAIL = "fail"
    ERROR = "error"


_ORDER = list(Verdict)
MOST_FINDINGS = 100
"""Of one scenario or clause: every finding is redacted, and written into four reports."""


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst of one or more verdicts: nothing revises a failure away."""
    return max(verdicts, key=_ORDER.index)


@dataclass(frozen=True)
class Finding:
    """One observed difference: what the page asks for, what was there, and where to see it."""

    expected: str = field(repr=False)
    actual: str = field(repr=False)
    where: str = field(repr=False)
    exchange: str | None = None


class Outcome(Exception):
    """How a scenario ended when it did not pass.

    `reason` is one line; `blockers` are the clauses whose failure alone kept this one from being judged.
    Of very many findings the first are kept; `found` is their number.
    """

    verdict: Verdict

    def __init__(
        self, reason: str, findings: Sequence[Finding] = (), blockers: Iterable[str] = (), found: int | None = None
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.findings = tuple(findings[:MOST_FINDINGS])
        self.found = len(findings) if found is None else found
        self.blockers = frozenset(blockers)


class Nonconformity(Outcome):
    """The product does what no reading of the page allows."""

    verdict = Verdict.FAIL


class Inconclusive(Outcome):
    """Asked, but what was seen proves neither side."""

    verdict = Verdict.INCONCLUSIVE


class Untested(Outcome):
    """Not asked: the profile or the selection leaves it out."""

    verdict = Verdict.UNTESTED


class NotApplicable(Outcome):
    """The clause does not bind this Campaign Manager version."""

    verdict = Verdict.NOT_APPLICABLE


class UsageError(Exception):
    """Wrong use: one line that names the mistake and the fix (exit status 2)."""


class EnvironmentTrouble(Exception):
    """The environment's fault: one line, what is wrong and what to change (exit status 3)."""


class SuiteError(Exception):
    """The suite's own fault (exit status 5)."""
