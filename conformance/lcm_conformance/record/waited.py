"""What somebody else's recording shows of waiting: for answers or not, in silence, two at once.

Pure; all of it is known only when everything was heard.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import pairwise

from lcm_conformance.catalogue.probes import Part
from lcm_conformance.catalogue.request import Way
from lcm_conformance.record.customs import Customs
from lcm_conformance.record.reply import messages
from lcm_conformance.record.tally import PROPER
from lcm_conformance.record.transcript import Exchange, Silence

UNHEARD = "nobody listened long enough for the answer to {}"
_ROUNDED = 0.005  # seconds by which the times of a recording may be off


def as_heard(exchanges: Sequence[Exchange], known: Collection[str], customs: Customs) -> list[Exchange]:
    """Those whose answer nobody waited for are marked; of a session that never logged in only answers count.

    `known` are the sessions of which somebody said who is logged in.
    """
    balance: Counter[str] = Counter()
    for x in exchanges:
        if x.part in PROPER:
            balance[x.session] += sum(message.hands_out for message in messages(x.received)) - 1
    return [
        _unanswered(x, balance[x.session] >= 0, x.session in known or customs.by_headers, customs.reply)
        if x.part in PROPER and not x.closed
        else x
        for x in exchanges
    ]


def _unanswered(exchange: Exchange, made_up: bool, is_known: bool, reply: float) -> Exchange:
    """`made_up`: its session brought as many contacts as were due, so that its answer came in a later window."""
    if any(message.may_answer or message.hands_out for message in messages(exchange.received)):
        return exchange
    if not is_known:
        return replace(exchange, part=Part.OPEN, form="not known whether logged in")
    if exchange.ended - exchange.sent >= reply or made_up:
        return exchange
    return replace(exchange, trouble=UNHEARD.format(exchange.id))


def silences(exchanges: Sequence[Exchange], silence: float, slowest: float) -> list[Silence]:
    """The times in which a session was listened to after requests under test, and nothing was asked on it.

    `silence` in seconds; `slowest` is the slowest answer, in seconds, of what is not among the exchanges.
    """
    answered = [m.event.clock - x.sent for x in exchanges if x.part in PROPER for m in messages(x.received)[:1]]
    needed = silence + max((slowest, *answered))
    found: list[Silence] = []
    open_tests: dict[str, list[str]] = defaultdict(list)
    for x in exchanges:
        tests = open_tests[x.session]
        tests += [x.id] if x.part is Part.TEST else []
        if tests and x.ended - x.sent >= needed - _ROUNDED:
            late = any(event.clock > x.sent + needed for event in x.received)
            end = x.ended if late else min(x.ended, x.sent + needed)
            found.append(Silence(x.session, x.sent, end, tuple(tests)))
            tests.clear()
    return found


def respelt(exchanges: Sequence[Exchange]) -> list[Exchange]:
    """One request in another way than the first that was answered, of each kind, where nothing else is asked beside it:
    what comes of it the page leaves open.
    """
    due = [x for x in exchanges if x.part is Part.DUE and x.way is not None]
    way = next((x.way for x in due if x.received), None)
    tested = {x.session for x in exchanges if x.part is Part.TEST}
    probes = {x.id: _turned(x.way, way) for x in due if way is not None and x.way != way and x.session not in tested}
    last = {probe: name for name, probe in probes.items()}
    return [replace(x, part=Part.OPEN, probe=probes[x.id]) if x.id in last.values() else x for x in exchanges]


def _turned(way: Way | None, usual: Way) -> str:
    return "topic-respelt" if way is not None and way.topic != usual.topic else "source-turned"


def together(exchanges: Sequence[Exchange]) -> list[Exchange]:
    """Proper requests of two agents, on a session each, of which one was sent before the other was answered."""
    due = [x for x in exchanges if x.part is Part.DUE and x.received]
    waits = {x.id: x.received[0].clock for x in due}
    found: set[str] = set()
    for x, y in pairwise(due):
        if x.session != y.session and x.asks_for != y.asks_for and y.sent < waits[x.id]:
            found |= {x.id, y.id}
    if not found and len(due) > 1:  # whose contact it is can be told all the same
        found = {due[-1].id}
    return [replace(x, probe="at-once") if x.id in found else x for x in exchanges]
