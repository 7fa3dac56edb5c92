"""What a request asked, in words that are true when read alone. Used by the judge's findings and by the reports."""

from __future__ import annotations

from lcm_conformance.catalogue.probes import Part, load_probes
from lcm_conformance.record.transcript import Exchange

_OF_AGENTS = {
    "never": "a request of an agent who is not logged in",
    "out": "a request of an agent who has logged out",
}
_AFTERWARDS = {
    Part.CONTROL: "the proper request that follows as a control",
    Part.REVIVAL: "the proper request after bad input",
}


def asked_in_words(exchange: Exchange) -> str:
    """The request as one noun phrase: `a request with no data`."""
    if exchange.part is Part.HOSTILE:
        return f"bad input ({exchange.form})" if exchange.form else "one of a burst of requests"
    of_whom = _of_whom(exchange)
    if exchange.form is not None:
        return f"{of_whom}, on {exchange.form}" if of_whom else f"a request with {exchange.form}"
    return _AFTERWARDS.get(exchange.part) or of_whom or _by_whom(exchange)


def _of_whom(exchange: Exchange) -> str:
    """A request under test of an agent who is not logged in; empty of any other."""
    probe = load_probes().get(exchange.probe)
    return _OF_AGENTS.get(probe.login, "") if probe is not None and exchange.part is Part.TEST else ""


def _by_whom(exchange: Exchange) -> str:
    """A request that is proper but for who sends it."""
    if exchange.agent == "idle":
        return "a request of an agent for whom nothing is reserved"
    return "a proper request" if exchange.asks_for in {None, exchange.agent} else "a request with a colleague's UserID"
