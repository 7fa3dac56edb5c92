"""The statement that a release is signed by, in the terms of ISO/IEC 9646-5: what it says, in rows. Pure.

Static conformance is what the vendor declares, dynamic conformance what was seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lcm_conformance.catalogue.verdict import Verdict
from lcm_conformance.judge.result import Result
from lcm_conformance.report.files import rfc3339
from lcm_conformance.report.headline import counts
from lcm_conformance.report.names import condition, name_of, reading_in_words

Rows = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Part:
    """One numbered part: rows of a term and what stands beside it."""

    title: str
    rows: Rows = field(repr=False)


def statement(result: Result, digests: Mapping[str, str]) -> list[Part]:
    """The parts in their order; `digests` are the SHA-256 of the files that the paper belongs to, by name."""
    return [
        Part("Identification", _identification(result)),
        Part("Static conformance: what the vendor declares", _declared(result)),
        Part("Dynamic conformance: what was seen", _seen(result)),
        Part("Reservations", _reservations(result)),
        Part("Evidence (SHA-256)", tuple(digests.items()) or (("result.json", "not written"),)),
    ]


def _identification(result: Result) -> Rows:
    said = result.statement
    return (
        ("Client", said.get("client", "")),
        ("Test laboratory", said.get("laboratory", "")),
        ("Implementation under test", said.get("product", f"Campaign Manager {result.cm_version}")),
        ("Version, build", result.cm_version + (f", build {said['build']}" if said.get("build") else "")),
        ("Environment", ", ".join(filter(None, (result.label, result.url)))),
        ("Call", "GetReservedContactOD (Get Reserved Non-PEWC Contact)"),
        ("Test suite", f"lcm-conformance {result.suite_version}, catalogue {result.catalogue}"),
        ("Date and duration", f"{rfc3339(result.started)}, {result.seconds:.1f} s"),
    )


def _declared(result: Result) -> Rows:
    declared = result.statement.get("readings")
    pinned = result.options.get("reading")
    return (
        ("Offered by this version", "no: later than 2308" if result.verdict == "not-applicable" else "yes: up to 2308"),
        ("Readings declared", declared or pinned or "none declared: both sides of the page were accepted"),
    )


def _seen(result: Result) -> Rows:
    word = result.verdict if result.complete else "none: the run did not finish"
    tally = ", ".join(f"{number} {verdict}" for verdict, number in counts(result).items())
    failing = [c for c in result.clauses if c.verdict is Verdict.FAIL and c.excuse is None]
    readings = [f"{reading_in_words(reading)}: {side}" for reading, side in result.readings.items()]
    return (
        ("Verdict", word),
        ("Clauses", tally or "none"),
        ("Failing", "; ".join(f"{name_of(c.id)} ({c.id})" for c in failing) or "none"),
        ("Scenarios", f"{result.ledger.scenarios} written, {result.ledger.executed} executed"),
        ("Robustness (does not decide)", result.robustness),
        ("Readings seen", "; ".join(readings) or "none"),
    )


def _reservations(result: Result) -> Rows:
    rows = [("Waived", f"{name_of(c.id)} ({c.id}): {c.waived}") for c in result.clauses if c.waived]
    rows += [("Known deviation", f"{name_of(c.id)} ({c.id}): {c.known}") for c in result.clauses if c.known]
    on = condition(result.depends_on)
    rows += [("The verdict holds if", on)] if on else []
    rows += [("Notice", notice) for notice in result.notices]
    return tuple(rows) or (("None", "no waiver, no deviation, no reading that the verdict depends on"),)
