"""The statement that a release is signed by, in the terms of ISO/IEC 9646-5's conformance test reports. Pure.

Static conformance is what the vendor declares, dynamic conformance what was seen. It stays short enough for two
pages, whatever was found: what is left out stands in the files that it names by their SHA-256.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from lcm_conformance.catalogue.verdict import Verdict
from lcm_conformance.judge.result import ClauseResult, Result
from lcm_conformance.report.files import rfc3339
from lcm_conformance.report.headline import WORST_FIRST
from lcm_conformance.report.names import condition, name_of, reading_in_words, verdict_in_short
from lcm_conformance.report.trust import on_itself

Rows = tuple[tuple[str, str], ...]

MOST, WIDEST = 8, 160
"""How many entries of one kind are told, and the characters of one."""

_PAIR = re.compile(r"([\w-]+)\s*=\s*(\w+)")
_OPEN = (Verdict.ERROR, Verdict.INCONCLUSIVE, Verdict.UNTESTED)


@dataclass(frozen=True)
class Part:
    """One numbered part: rows of a term and what stands beside it."""

    title: str
    rows: Rows = field(repr=False)


def statement(result: Result, digests: Mapping[str, str]) -> list[Part]:
    """The parts in their order; `digests` are the SHA-256 of the files that the paper belongs to, by name."""
    return [
        Part("Identification", _identification(result)),
        Part("Conformance status", _status(result)),
        Part("Static conformance: what the vendor declares", _declared(result)),
        Part("Dynamic conformance: what was seen", _seen(result)),
        Part("Limits and reservations", _reservations(result)),
        Part("Evidence (SHA-256)", tuple(digests.items()) or (("result.json", "not written"),)),
    ]


def _identification(result: Result) -> Rows:
    said = result.statement
    ended = result.started + timedelta(seconds=result.seconds)
    return (
        ("Client", said.get("client", "")),
        ("Test laboratory", said.get("laboratory", "")),
        ("Implementation under test", said.get("product", "Campaign Manager")),
        ("Version, build", result.cm_version + (f", build {said['build']}" if said.get("build") else "")),
        ("Environment", ", ".join(filter(None, (result.label, result.url)))),
        ("Specification", "the vendor’s page “Get Reserved Non-PEWC Contact”: GetReservedContactOD → ContactOD"),
        ("Test suite", f"lcm-conformance {result.suite_version}, catalogue {result.catalogue}"),
        ("Suite tried on itself", on_itself(result.selftest)),
        ("Period of testing", f"{rfc3339(result.started)} to {rfc3339(ended)}"),
    )


def _status(result: Result) -> Rows:
    on = condition(result.depends_on)
    if result.suite_errors:
        said = "None: the test suite itself failed."
    elif not result.complete:
        said = "None: the test campaign did not finish."
    else:
        said = _STATUS[result.verdict]
    word = result.verdict if result.complete and not result.suite_errors else "none"
    return (
        ("Verdict", word),
        ("Status", f"{said.removesuffix('.')}, on the condition under 5." if on and word == "conformant" else said),
    )


_SHOWN = "shown by conformance assessment to be non-conforming to the specification."
_STATUS = {
    "conformant": f"The implementation has not been {_SHOWN}",
    "non-conformant": f"The implementation has been {_SHOWN}",
    "inconclusive": "None: the test campaign was inconclusive.",
    "not-applicable": "None: the specification does not cover this version.",
}


def _declared(result: Result) -> Rows:
    declared = result.statement.get("readings") or result.options.get("reading", "")
    not_later = result.verdict != "not-applicable"
    return (
        ("Offers the call", "yes, not being later than 2308" if not_later else "no, being later than 2308"),
        ("Readings declared", declared or "none: either side of the page was accepted"),
        *([("Against what was seen", _against(declared, result.readings))] if declared else []),
    )


def _against(declared: str, seen: Mapping[str, str]) -> str:
    """Whether a declaration holds: its pairs `reading=side` are compared with the sides that were seen."""
    pairs = [(reading, side) for reading, side in _PAIR.findall(declared) if reading in seen]
    if not pairs:
        return "not compared: no reading that was seen is declared as reading=side"
    wrong = [f"{reading_in_words(name)} was seen as {seen[name]}" for name, side in pairs if seen[name] != side]
    return f"NOT consistent: {'; '.join(wrong)}" if wrong else "consistent"


def _seen(result: Result) -> Rows:
    failing = [c for c in result.clauses if c.verdict is Verdict.FAIL and c.excuse is None]
    left_open = [c for c in result.clauses if c.verdict in _OPEN and c.excuse is None]
    readings = [f"{reading_in_words(reading)}: {side}" for reading, side in result.readings.items()]
    revealed = "shown as it came" if result.revealed else "replaced by pseudonyms throughout"
    return (
        *((f"{klass.capitalize()} clauses", tally) for klass, tally in _by_class(result.clauses)),
        ("Failing", _listed(failing)),
        ("Not judged", _listed(left_open)),
        ("Scenarios", f"{result.ledger.scenarios} written, {result.ledger.executed} executed"),
        ("Readings seen", "; ".join(readings) or "none"),
        ("Personal data in the evidence", revealed),
    )


def _by_class(clauses: Sequence[ClauseResult]) -> Iterable[tuple[str, str]]:
    for klass in dict.fromkeys(clause.klass for clause in clauses):
        verdicts = Counter(clause.verdict for clause in clauses if clause.klass == klass)
        told = [f"{verdicts[word]} {verdict_in_short(word)}" for word in WORST_FIRST if verdicts[word]]
        beside = {"advisory": " (reported, does not decide)", "robustness": " (a grade of its own)"}
        yield klass, ", ".join(told) + beside.get(klass, "")


def _listed(clauses: Sequence[ClauseResult]) -> str:
    named = "; ".join(f"{name_of(c.id)} ({c.id})" for c in clauses[:MOST])
    return f"{named}; and {len(clauses) - MOST} more" if len(clauses) > MOST else named or "none"


def _reservations(result: Result) -> Rows:
    on = condition(result.depends_on)
    rows = [("The verdict holds if", on)] if on else []
    for term, lines in (
        ("Waived", [f"{name_of(c.id)} ({c.id}): {c.waiver_in_force}" for c in result.clauses if c.waiver_in_force]),
        ("Known deviation", [f"{name_of(c.id)} ({c.id}): {c.known}" for c in result.clauses if c.known]),
        ("Suite error", list(result.suite_errors)),
        ("Notice", list(result.notices)),
    ):
        rows += [(term, _short(line)) for line in lines[:MOST]]
        rows += [(term, f"and {len(lines) - MOST} more, in result.json")] if len(lines) > MOST else []
    return tuple(rows) or (("None", "no waiver, no deviation, no reading that the verdict depends on"),)


def _short(text: str) -> str:
    return text if len(text) <= WIDEST else f"{text[:WIDEST]}… (whole in result.json)"
