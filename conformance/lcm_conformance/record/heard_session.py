"""What is known of a session so far while a recording is put together."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf

from lcm_conformance.record.folding import Sort
from lcm_conformance.record.heard import Heard
from lcm_conformance.record.transcript import Phase


@dataclass(slots=True)
class Asking:
    """A usual request and its answer, kept apart until it is clear what came of them.

    `alone`: no other request waited for its first answer at the same time; `sort` is what it may be folded in.
    """

    heard: Heard
    clock: float
    number: int
    exchange: int
    alone: bool
    answer: Heard | None = None
    answered: float = 0.0
    answer_number: int = 0
    sort: Sort | None = None


@dataclass(slots=True)
class HeardSession:
    """What is known of a session so far. `pending` are requests under test that no proper one has followed.

    `usual` is the text of a proper request while no other is asked, `current` and `before` are the last two such
    requests, of those before `folded` are folded, sent from `first` to `last`. `folds`: all that was asked were proper
    requests with one contact each; `tested`: something else was asked.
    """

    name: str
    logs_in: bool
    agent: str | None = None
    logged_in: bool = False
    logged_out: bool = False
    asking: str | None = None
    phase: Phase | None = None
    pending: list[str] = field(default_factory=list)
    sibling: bool = False
    sibling_answered: bool = False
    until: float = 0.0
    placed: bool = False
    folds: bool = False
    tested: bool = False
    usual: str | None = None
    role: str = ""
    way: str = ""
    current: Asking | None = None
    before: Asking | None = None
    folded: int = 0
    first: float = inf
    last: float = 0.0

    @property
    def is_known(self) -> bool:
        """Whether somebody said who is logged in there."""
        return self.logged_in or self.agent is not None
