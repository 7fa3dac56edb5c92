"""How far a verdict is to be trusted, in sentences: the self-test, the attribution of replies, the ledger. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from lcm_conformance.judge.result import Ledger, Result


def trust(result: Result) -> list[str]:
    """One sentence a ground."""
    return [_selftest(result.selftest), _attribution(result.attribution), _ledger(result.ledger)]


def _selftest(score: Mapping[str, object] | None) -> str:
    if not score:
        return "Nothing is known of a self-test of this suite."
    faults, caught = score.get("faults"), score.get("caught")
    missed = "it found each of them" if faults == caught else f"it found only {caught} of them"
    said = f"This suite was tried on {faults} deliberately broken endpoints, and {missed}"
    if "variants" in score:
        alarms = score.get("false_alarms") or "no"
        said += f"; on {score['variants']} correct ones of different makes it raised {alarms} false alarms"
    return f"{said}."


def _attribution(attribution: str) -> str:
    if attribution == "proven":
        return (
            "Which reply belongs to which request was proven: agents who asked at once each got their own, "
            "and other traffic did not disturb."
        )
    return "Which reply belongs to which request is assumed: the wire does not say, and this run did not prove it."


def _ledger(ledger: Ledger) -> str:
    if ledger.unaccounted:
        return f"{ledger.unaccounted} of {ledger.scenarios} scenarios are unaccounted for: this run is no proof."
    untested = f", {ledger.untested} could not be tested here" if ledger.untested else ""
    return f"All {ledger.scenarios} scenarios are accounted for: {ledger.executed} were executed{untested}."
