"""Requests that must not be answered, one form each, and how they are grouped for asking. Asks nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lcm_conformance.catalogue.probes import Form, Part, Probe
from lcm_conformance.catalogue.request import Way
from lcm_conformance.drive.lane import Ask


@dataclass(frozen=True)
class Wrong:
    """One form to ask, in one way. `clause` is the one that forbids an answer."""

    probe: Probe
    form: Form
    way: Way
    clause: str
    asks_for: str | None = None

    @property
    def ask(self) -> Ask:
        return Ask(self.probe.name, Part.TEST, self.form, way=self.way, asks_for=self.asks_for)


def once(wanted: Sequence[Wrong]) -> list[Wrong]:
    """Each form once."""
    return list({(wrong.probe.name, wrong.form.name): wrong for wrong in wanted}.values())


def sparse(wanted: Sequence[Wrong]) -> list[Wrong]:
    """Each form once, and one form of each clause twice."""
    singly = once(wanted)
    first = {wrong.clause: wrong for wrong in reversed(singly)}
    return [
        again for wrong in singly for again in ([wrong, replace(wrong)] if first[wrong.clause] is wrong else [wrong])
    ]


def parts(wanted: Sequence[Wrong]) -> list[list[Wrong]]:
    """By clause; what is of one clause, form by form."""
    by_clause: dict[str, list[Wrong]] = {}
    for wrong in wanted:
        by_clause.setdefault(wrong.clause, []).append(wrong)
    return list(by_clause.values()) if len(by_clause) > 1 else [[wrong] for wrong in wanted]
