"""What no sentence forbids but a vendor must hear of: one line each in every headline. They decide nothing. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lcm_conformance.catalogue.probes import Part
from lcm_conformance.judge.checks import due
from lcm_conformance.judge.checks.answers import late_line
from lcm_conformance.judge.checks.contact import is_another_agents
from lcm_conformance.judge.evidence import Evidence
from lcm_conformance.record.transcript import Exchange

_ENDED = "environment: a session ended in place of an answer; what was asked there was answered on a new one"


def notices(evidence: Evidence) -> tuple[str, ...]:
    """The notices of a run, each once."""
    return tuple(dict.fromkeys(_all(evidence)))


def _all(evidence: Evidence) -> Iterator[str]:
    for x in evidence.exchanges(probe="colleague"):
        handed = evidence.handed_out(x)
        if x.agent != x.asks_for and handed and not all(is_another_agents(evidence, reply, x) for reply in handed):
            yield "an agent who asks with a colleague's UserID is handed the colleague's contact"
    closing = _closing(evidence)
    if closing:
        note = due.close_note(evidence, closing[0].session)
        said = f" ({note})" if note else ""
        yield f"the session is closed by a wrong request: {closing[0].form or closing[0].probe}{said}"
    if due.slowest(evidence) > evidence.reply_seconds:
        yield late_line(evidence)
    for x in due.empty_handed(evidence):
        yield from _explained(evidence, x)
    for x in evidence.exchanges(Part.CONTROL):
        if due.is_cut(evidence, x.session) and due.ended_in_its_place(evidence, x):
            yield _ENDED


def _closing(evidence: Evidence) -> list[Exchange]:
    """The requests under test that ended their session; a line that is cut may be the network's, but not twice."""
    closed = [x for x in evidence.exchanges(Part.TEST) if x.closed]
    times = Counter((x.probe, x.form) for x in closed)
    return [x for x in closed if times[x.probe, x.form] > 1 or not due.is_cut(evidence, x.session)]


def _explained(evidence: Evidence, exchange: Exchange) -> Iterator[str]:
    """What kept a contact away that is not the product's fault for certain."""
    if not due.is_explained(evidence, exchange):
        return
    if due.is_limited(evidence, exchange):
        note = due.close_note(evidence, exchange.session)
        yield f"environment: the number of requests is limited ({note}): set endpoint.requests_per_second"
    elif exchange.closed:
        yield _ENDED
    elif evidence.habits.drops_equal:
        yield "a request that equals the one before it on its session is not answered"
    else:
        yield "a session answers its first request and no later one; a new session answers again"
