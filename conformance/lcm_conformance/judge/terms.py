"""What a recording is judged by: the facts of its environment and what its user asked for, as frozen values.

Made from a profile and options by whoever runs, or from the first line of a transcript by whoever judges one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from lcm_conformance.catalogue import page
from lcm_conformance.catalogue.cm_version import release
from lcm_conformance.judge.deviations import Deviation
from lcm_conformance.judge.past import Past


@dataclass(frozen=True)
class AgentTerms:
    """One agent of the environment. `expect` are members of each contact that may be its own, as far as they are known.

    `reserved` is "asserted", "unknown", or "stays" where the reservation outlasts the run; `by_default`: nobody has
    said so.
    """

    expect: tuple[Mapping[str, str], ...] = field(default=(), repr=False)
    reserved: str = "asserted"
    by_default: bool = False
    user_id: str = field(default="", repr=False)

    @property
    def asserted(self) -> bool:
        """Whether the profile vouches that a contact is reserved for it."""
        return self.reserved != "unknown"


@dataclass(frozen=True)
class Terms:
    """Of one run. `pins` are the pinned readings, `reply` and `silence` seconds, `waived` reasons by clause.

    `logs_in_by_headers` where a session is logged in from the start, or never; `selected` the clauses that were asked,
    None for all. With `fail_on_worse` only what is worse than in the `baseline` decides the exit status.
    """

    cm_version: str
    agents: Mapping[str, AgentTerms] = field(default_factory=dict)
    pins: Mapping[str, str] = field(default_factory=dict)
    reply: float = 5.0
    silence: float = 2.0
    logs_in_by_headers: bool = False
    waived: Mapping[str, str] = field(default_factory=dict)
    known: tuple[Deviation, ...] = ()
    strict: bool = False
    selected: frozenset[str] | None = None
    allow_hostile: bool = False
    observe_unsupported: bool = False
    baseline: Past | None = None
    fail_on_worse: bool = False

    @property
    def supported(self) -> bool:
        """Whether the page offers the API for this version (Note)."""
        return release(self.cm_version) <= page.LAST_SUPPORTED_VERSION


@dataclass(frozen=True)
class Course:
    """How a run went, for its result: no verdict depends on it. `options` are those that its user gave."""

    url: str = field(repr=False)
    started: datetime
    seconds: float
    complete: bool
    embedded: bool = False
    suite_errors: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict, repr=False)
    label: str | None = field(default=None, repr=False)
    selftest: dict[str, object] | None = None
    statement: Mapping[str, str] = field(default_factory=dict, repr=False)
