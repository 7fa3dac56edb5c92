"""The probes: what can be asked, as data (`probes.toml`), and why a request is sent."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from lcm_conformance.catalogue.verdict import SuiteError


class Part(StrEnum):
    """Why a request was sent. It decides what its answer, or the lack of one, means.

    DUE: a proper request on a session where nothing improper was asked before; a contact is due.
    TEST: the request under test, to which no contact may come.
    CONTROL: a proper request after a TEST one, which proves that its silence means something.
    OPEN: the page does not say what happens; recorded only.
    HOSTILE: bad input of a robustness clause. REVIVAL: the valid request after it.
    """

    DUE = "contact"
    TEST = "test"
    CONTROL = "control"
    OPEN = "open"
    HOSTILE = "hostile"
    REVIVAL = "revival"


@dataclass(frozen=True)
class Form:
    """One way in which a probe's request differs from the proper one. `name` is said in results."""

    name: str
    set: Mapping[str, str] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    raw: str | None = None
    binary: bool = False


@dataclass(frozen=True)
class Probe:
    """One row of `probes.toml`. Without `forms` its request is the proper one."""

    name: str
    when: str
    part: Part
    agent: str = "reserved"
    login: str = "in"
    asks_as: str | None = None
    together: tuple[str, ...] = ()
    burst: int = 0
    watched: bool = False
    forms: tuple[Form, ...] = ()


@cache
def load_probes() -> Mapping[str, Probe]:
    """All probes by name."""
    table = tomllib.loads(files(__package__).joinpath("probes.toml").read_text(encoding="utf-8"))
    probes = {name: _probe(name, row) for name, row in table.items()}
    sentences = [probe.when for probe in probes.values()]
    for sentence in sentences:
        if sentences.count(sentence) > 1:
            raise SuiteError(f"two probes say {sentence!r}: reword one of them in probes.toml")
    return probes


def called(sentence: str) -> Probe | None:
    """The probe that a `When` sentence calls, if any."""
    return next((probe for probe in load_probes().values() if probe.when == sentence), None)


def _probe(name: str, row: dict[str, Any]) -> Probe:
    try:
        forms = tuple(_form(form) for form in row.pop("form", ()))
        together = tuple(row.pop("together", ()))
        part, asks_as = Part(row.pop("part")), row.pop("as", None)
        return Probe(name, part=part, asks_as=asks_as, together=together, forms=forms, **row)
    except (TypeError, ValueError, KeyError) as error:
        raise SuiteError(f"probe {name!r} in probes.toml: {error}") from error


def _form(row: dict[str, Any]) -> Form:
    return Form(drop=tuple(row.pop("drop", ())), **row)
