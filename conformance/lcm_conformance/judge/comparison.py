"""What changed from one result to the next: clauses that got worse or better, and what decides nothing. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lcm_conformance.catalogue.verdict import Verdict
from lcm_conformance.judge.past import Past, PastClause
from lcm_conformance.judge.result import Member

ABSENT = "none"


@dataclass(frozen=True)
class Change:
    """One thing that was otherwise before; `why` is the reason of the later verdict."""

    what: str
    before: str = field(repr=False)
    after: str = field(repr=False)
    why: str = field(default="", repr=False)


@dataclass(frozen=True)
class Comparison:
    """`worse` and `better` are steps of clauses that decide, `beside` changes of the others.

    `new` are the ids that the older catalogue lacks, `gone` those that the newer lacks.
    """

    before: Past
    after: Past
    worse: tuple[Change, ...]
    better: tuple[Change, ...]
    beside: tuple[Change, ...]
    new: tuple[str, ...]
    gone: tuple[str, ...]
    readings: tuple[Change, ...]
    observations: tuple[Change, ...]
    wire: tuple[Change, ...]
    latency: tuple[Change, ...]

    @property
    def other_catalogue(self) -> bool:
        """Whether the two were judged by different clauses."""
        return self.before.catalogue != self.after.catalogue


def compare(before: Past, after: Past, strict: bool = False) -> Comparison:
    """What changed between two results. `strict` lets advisory clauses count too."""
    shared = [(before.clauses[id_], now) for id_, now in after.clauses.items() if id_ in before.clauses]
    changed = [(then, now) for then, now in shared if then.verdict is not now.verdict]
    worse = [pair for pair in changed if _steps_up(*pair) and pair[1].counts(strict)]
    better = [pair for pair in changed if _steps_up(*reversed(pair)) and pair[1].counts(strict)]
    return Comparison(
        before=before,
        after=after,
        worse=tuple(_change(*pair) for pair in worse),
        better=tuple(_change(*pair) for pair in better),
        beside=(
            *(_change(*pair) for pair in changed if pair not in worse and pair not in better),
            *_changes({"robustness": before.robustness}, {"robustness": after.robustness}),
        ),
        new=tuple(id_ for id_ in after.clauses if id_ not in before.clauses),
        gone=tuple(id_ for id_ in before.clauses if id_ not in after.clauses),
        readings=tuple(_changes(before.readings, after.readings)),
        observations=tuple(_changes(before.observations, after.observations)),
        wire=tuple(_of_wire(before.wire, after.wire)),
        latency=tuple(_changes(_shown(before.latency), _shown(after.latency))),
    )


def is_worse(before: Past, clause: PastClause, strict: bool = False) -> bool:
    """Whether a clause of now is worse than in an older result; one that the older one lacks is not."""
    then = before.clauses.get(clause.id)
    return then is not None and _steps_up(then, clause) and clause.counts(strict)


def _steps_up(then: PastClause, now: PastClause) -> bool:
    return then.step is not None and now.step is not None and now.step > then.step


def _change(then: PastClause, now: PastClause) -> Change:
    known = f" (known deviation: {now.known})" if now.known else ""
    why = "" if now.verdict is Verdict.PASS else f"{now.reason}{known}"
    return Change(now.id, then.verdict.value, now.verdict.value, why)


def _changes(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    for name in dict.fromkeys((*before, *after)):
        then, now = before.get(name, ABSENT), after.get(name, ABSENT)
        if then != now:
            yield Change(name, then, now)


def _of_wire(before: Mapping[str, Member], after: Mapping[str, Member]) -> Iterator[Change]:
    if not before or not after:
        return  # a result that saw no contact says nothing of members
    for title, aspect in (("", _presence), ("type of ", _type), ("words of ", _words)):
        then = {f"{title}{name}": text for name, member in before.items() if (text := aspect(member))}
        now = {f"{title}{name}": text for name, member in after.items() if (text := aspect(member))}
        both = {f"{title}{name}" for name in before.keys() & after.keys()}
        yield from (change for change in _changes(then, now) if not title or change.what in both)


def _presence(member: Member) -> str:
    return "in every contact" if member.present == member.replies else "in some contacts"


def _type(member: Member) -> str:
    return " or ".join(sorted(member.types))


def _words(member: Member) -> str:
    return ", ".join(member.words or ())


def _shown(latency: Mapping[str, float]) -> dict[str, str]:
    return {name.removesuffix("_ms"): f"{value:.1f} ms" for name, value in latency.items()}
