"""How far a verdict is to be trusted, in sentences: the self-test, the attribution of replies, the ledger. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from lcm_conformance.catalogue.verdict import Verdict
from lcm_conformance.judge.result import Result


def trust(result: Result) -> list[str]:
    """One sentence a ground."""
    return [f"This suite was {on_itself(result.selftest)}.", *_attribution(result), _ledger(result)]


def on_itself(score: Mapping[str, object] | None) -> str:
    """What the self-test says of this suite: `tried on 438 deliberately broken endpoints, and found each …`."""
    if not score:
        return "not tried on itself, as far as is known"
    faults, caught = score.get("faults"), score.get("caught")
    missed = "found each of them" if faults == caught else f"found only {caught} of them"
    said = f"tried on {faults} deliberately broken endpoints, and {missed}"
    if "variants" in score:
        alarms = score.get("false_alarms") or "no"
        said += f"; on {score['variants']} correct ones of different makes it raised {alarms} false alarms"
    return said


def _attribution(result: Result) -> list[str]:
    """Nothing where no reply came that could belong to a request."""
    if result.attribution == "proven":
        return [
            "Which reply belongs to which request was proven: agents who asked at once each got their own, "
            "and other traffic did not disturb."
        ]
    if not result.latency.count:
        return []
    return ["Which reply belongs to which request is assumed: the wire does not say, and this run did not prove it."]


def _ledger(result: Result) -> str:
    ledger = result.ledger
    if ledger.unaccounted:
        return f"{ledger.unaccounted} of {ledger.scenarios} scenarios are unaccounted for: this run is no proof."
    said = f"All {ledger.scenarios} scenarios are accounted for: {ledger.executed} were executed"
    if not ledger.untested:
        return f"{said}."
    untested = [record for record in result.scenarios if record.verdict is Verdict.UNTESTED]
    beside = len(untested) == ledger.untested and all(record.excuse for record in untested)
    return f"{said}, {ledger.untested} could not be tested here{' and would decide nothing' if beside else ''}."
