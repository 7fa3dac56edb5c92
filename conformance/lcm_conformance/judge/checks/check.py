"""A question about one reply, and how it is asked of every reply of a run.

Checks are layered: where an outer one finds a fault in a reply, the inner one has nothing to
judge in it. So one fault is booked on one clause.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from lcm_conformance.catalogue.verdict import Finding, Inconclusive, Nonconformity
from lcm_conformance.record.reply import Reply

Pins = Mapping[str, str]
"""The readings that the user pinned to a side: name of the reading to `table` or `sample`."""


@dataclass(frozen=True)
class Difference:
    """What a check found wrong in a reply; `path` is a JSONPath."""

    expected: str = field(repr=False)
    actual: str = field(repr=False)
    path: str


@dataclass(frozen=True)
class Check:
    """One clause's question about one reply; `outer` are the checks that come before it.

    `remembered`: what it finds in a text is kept, for many checks come after it.
    """

    clause: str
    ask: Callable[[Reply, Pins], Difference | None]
    outer: tuple[Check, ...] = field(default=())
    remembered: bool = False

    def blocked_by(self, reply: Reply, pins: Pins) -> Check | None:
        """The outermost check that already finds a fault in this reply."""
        for check in self.outer:
            stopper = check._stopped_by(reply, pins)
            if stopper is not None:
                return stopper
        return None

    def accepts(self, reply: Reply, pins: Pins) -> bool:
        """Whether this reply passes this check and all outer ones."""
        return not reply.message.is_unread and self._stopped_by(reply, pins) is None

    def _stopped_by(self, reply: Reply, pins: Pins) -> Check | None:
        """The outermost check that finds a fault, of this one and all before it."""
        if not self.remembered:
            return self._first_fault(reply, pins)
        memory, key = reply.message.memory, (self.clause, *pins.items())
        if key not in memory:
            memory[key] = self._first_fault(reply, pins)
        found: Check | None = memory[key]
        return found

    def _first_fault(self, reply: Reply, pins: Pins) -> Check | None:
        blocker = self.blocked_by(reply, pins)
        return self if blocker is None and self.ask(reply, pins) is not None else blocker


def finding(reply: Reply, difference: Difference) -> Finding:
    """A difference with the place where it can be seen."""
    return Finding(difference.expected, difference.actual, reply.where(difference.path), reply.exchange)


def unread(reply: Reply) -> Inconclusive:
    """What is said of a reply that is more than is read: it may be JSON, and it may be right."""
    return Inconclusive(f"{reply.named} is {reply.message.parsed.error}, so nothing in it is judged")


def require(check: Check, replies: Iterable[Reply], pins: Pins) -> None:
    """Ask the check of every reply; raises `Nonconformity` or `Inconclusive`."""
    findings: list[Finding] = []
    blocked: list[tuple[Reply, Check]] = []
    deep: list[Reply] = []
    asked = found = 0
    # A run holds hundreds of replies of a few texts: each text is judged once.
    judged: dict[str, tuple[Check | None, Difference | None]] = {}
    for reply in replies:
        if reply.message.is_unread:
            deep.append(reply)
            continue
        text = reply.message.event.frame or ""
        if text not in judged:
            blocker = check.blocked_by(reply, pins)
            judged[text] = (blocker, None if blocker else check.ask(reply, pins))
        blocker, difference = judged[text]
        if blocker is not None:
            blocked.append((reply, blocker))
            continue
        asked += reply.times
        if difference is not None:
            found += reply.times
            findings.append(finding(reply, difference))
    if findings:
        raise Nonconformity(f"{found} of {asked} replies: {findings[0].actual}", findings, found=found)
    if deep:
        raise unread(deep[0])
    if blocked:
        reply, blocker = blocked[0]
        raise Inconclusive(
            f"{blocker.clause} fails in {reply.named}, which leaves nothing to judge there",
            blockers={check.clause for _, check in blocked},
        )
    if not asked:
        raise Inconclusive("no contact was handed out in this run, so there is nothing to judge")
