"""Asks properly: finds out how, asks for contacts often, and controls what must not be answered.

A lost answer is looked into where it is lost: later on the same session, in another way, on a fresh session.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile

from lcm_conformance.catalogue.probes import Part
from lcm_conformance.catalogue.request import Way
from lcm_conformance.drive.lane import Ask, Lane
from lcm_conformance.record.tally import PROPER, tally

_MOST_LOST = 2
"""Lost answers among contacts that are asked for: what they show is shown by then."""
_ALIKE = 3
"""Proper requests that tell how many contacts each brings."""


def find_way(lane: Lane, controls: tuple[str, ...] = ()) -> bool:
    """Find the first way of asking that is answered, by whoever needs it first; the agent is logged in.

    Where the session is not clean, or `controls` are given, the answered request is their control. False where another
    lane has found it meanwhile, and nothing was asked.
    """
    inquiry = lane.inquiry
    with inquiry.finding_out:
        if inquiry.way_known.is_set():
            return False
        try:
            _find(lane, controls)
        finally:
            inquiry.way_known.set()
    return True


def _find(lane: Lane, controls: tuple[str, ...]) -> None:
    inquiry, asked = lane.inquiry, list[str]()
    for way in _twice_where_spoilt(lane):
        session = lane.enter()
        part = Part.DUE if session.is_clean else Part.CONTROL
        asked.append(lane.proper(Ask("ask", part, way=way, controls=controls)))
        if lane.brought_contact(asked[-1:]) or inquiry.pool.stop.is_set():
            break
    # A refusal answers too, but only where no way brings the contact; and an answer was due to one way.
    chosen = next((name for name in asked if lane.brought_contact([name])), None)
    chosen = chosen or next((name for name in asked if lane.is_answered(name)), None)
    if chosen is None:
        inquiry.hearing.is_weak = True
        chosen = next((name for name in asked if lane.is_answered(name)), None)
    place = 0 if chosen is None else asked.index(chosen) % len(inquiry.order)
    if chosen is not None:
        inquiry.ways.append(inquiry.order[place])
    for name in asked:
        if name not in asked[place :: len(inquiry.order)]:
            inquiry.recorder.change(name, part=Part.OPEN, controls=())


def _twice_where_spoilt(lane: Lane) -> Iterator[Way]:
    """Every way; and again on a fresh session, where something improper was asked before on the first one."""
    spoilt = not lane.enter().is_clean
    yield from lane.inquiry.order
    if spoilt and not lane.inquiry.pool.stop.is_set():
        lane.fresh()
        yield from lane.inquiry.order


def try_other_ways(lane: Lane) -> None:
    """Ask in each other way, on the session that is open: which are answered becomes known."""
    inquiry, came_elsewhere = lane.inquiry, lane.hearing.came_elsewhere
    first = inquiry.way
    others = {
        "topic-respelt": first.other_topic,
        "source-turned": first.other_source,
        "ask": first.other_topic.other_source,
    }
    for probe, way in others.items():
        name = _ask_openly(lane, probe, way)
        if came_elsewhere(lane.exchange(name)):  # perhaps late, of the request before: by now all of that is in
            name = _ask_openly(lane, probe, way)
        if lane.is_answered(name) or came_elsewhere(lane.exchange(name)):
            inquiry.ways.append(way)
            inquiry.recorder.change(name, part=Part.DUE)
            lane.beat()


def _ask_openly(lane: Lane, probe: str, way: Way) -> str:
    """What the page leaves open is answered, refused, or met with a silence. Returns the exchange's id."""
    session = lane.enter()
    lane.inquiry.preparation.before_request(lane.agent)
    name = lane.send(Ask(probe, Part.OPEN, way=way))
    session.listen(lane.inquiry.pace.silence, lambda heard: lane.hearing.is_settled(heard[-1]))
    lane.learn(name)
    return name


def contacts(lane: Lane, number: int, probe: str = "ask") -> None:
    """Ask for the contact so often, in every way that is answered; once more where an answer is lost."""
    lost = 0
    for _ in range(number):
        if lane.gave_up or lost >= _MOST_LOST or lane.inquiry.pool.stop.is_set():
            return
        if not contact(lane, probe):
            lost += 1
            _look_into_loss(lane)
            if lane.session is not None and not lane.session.is_clean:
                lane.leave()  # what is lost on a session counts only where nothing improper was asked there


def contact(lane: Lane, probe: str = "ask", way: Way | None = None) -> bool:
    """One proper request, and the moment after its answer; whether it was answered."""
    session = lane.enter()
    if lane.inquiry.answers_once and session.requests:
        session = lane.fresh()
    part = Part.DUE if session.is_clean else Part.CONTROL
    name = lane.proper(Ask(probe, part, way=way or lane.next_way()))
    if session.closed and not lane.is_answered(name):
        # Once it may be the environment's; at the same request again it is not.
        name = _once_more(lane, probe, way)
    if lane.is_answered(name):
        lane.beat()
    return lane.is_answered(name)


def _once_more(lane: Lane, probe: str, way: Way | None) -> str:
    lane.fresh()
    return lane.proper(Ask(probe, Part.DUE, way=way or lane.next_way()))


def _look_into_loss(lane: Lane) -> None:
    """A request stayed unanswered: does the session still answer, or a fresh one?"""
    lane.losses += 1
    if contact(lane):
        return
    asked = lane.inquiry.recorder.on(lane.enter().id)
    first, *later = [x.id for x in asked if x.part in PROPER] or [""]
    only_first = bool(first) and lane.is_answered(first) and not any(map(lane.is_answered, later))
    lane.fresh()
    if contact(lane):
        lane.inquiry.answers_once = lane.inquiry.answers_once or only_first
    else:
        _give_up_or_prepare(lane)


def _give_up_or_prepare(lane: Lane) -> None:
    """No session is answered any more: the reservation may be used up."""
    preparation = lane.inquiry.preparation
    if preparation.is_there and lane.role not in preparation.spent:
        preparation.spent.add(lane.role)
        if contact(lane):
            _void_what_was_used_up(lane)
            return
    lane.gave_up = True


def _void_what_was_used_up(lane: Lane) -> None:
    """The program has made a new reservation, which is handed out: what was lost since the last one was due none."""
    recorder = lane.inquiry.recorder
    own = [x for x in recorder.exchanges() if x.asks_for == lane.role and x.part in PROPER]
    for exchange in takewhile(lambda x: not lane.brought_contact([x.id]), reversed(own[:-1])):
        recorder.change(exchange.id, part=Part.OPEN, controls=())


def control(
    lane: Lane, controls: Sequence[str], probe: str, way: Way | None = None, on_any_session: bool = False
) -> bool:
    """A proper request that gives the silence after these requests a meaning; whether it was answered.

    On the same session; a lost one is asked once more there, in another way, then once on a fresh one, which is a
    control too only where `on_any_session`.
    """
    if lane.is_tired or not lane.inquiry.ways:
        return False
    session, names = lane.enter(), tuple(controls)
    name = lane.proper(Ask(probe, Part.CONTROL, way=way or lane.next_way(), controls=names))
    if lane.is_answered(name):
        return True
    if session.closed:  # perhaps by a refusal of what was asked before, which took its time
        return on_any_session and control_elsewhere(lane, names, probe, way)
    lane.losses += 1
    name = lane.proper(Ask(probe, Part.CONTROL, way=_another(lane, way), controls=names))
    if lane.is_answered(name):
        return True
    lane.listened()
    return control_elsewhere(lane, names if on_any_session else (), probe, way) and on_any_session


def control_elsewhere(lane: Lane, controls: Sequence[str], probe: str, way: Way | None = None) -> bool:
    """The control on a fresh session; whether it was answered. Where nothing is any more, the agent is given up."""
    if lane.gave_up or not lane.inquiry.ways:
        return False
    lane.fresh()
    name = lane.proper(Ask(probe, Part.DUE, way=way or lane.next_way(), controls=tuple(controls)))
    if lane.is_answered(name):
        lane.beat()
        return True
    lane.losses += 1
    _give_up_or_prepare(lane)
    return False


def _another(lane: Lane, way: Way | None) -> Way:
    used = way or lane.inquiry.way
    return next((other for other in lane.inquiry.ways if other != used), used)


def wait_for_way(lane: Lane) -> None:
    """Wait until the lane that finds out how to ask has done so, whether it found one or not.

    That lane itself may have been kept from it, and tries again. Where lanes follow one another, nobody would while
    this one waits: whoever is logged in does it.
    """
    inquiry = lane.inquiry
    while not inquiry.way_known.wait(0 if _is_next(lane) else 0.1):
        inquiry.require_going_on()
        if _is_next(lane):
            find_way(lane)


def _is_next(lane: Lane) -> bool:
    """Whether it is this lane's turn to find out how to ask; the endpoint may have become narrower meanwhile."""
    alone = lane.inquiry.pool.room.limit == 1 and lane.session is not None and lane.session.logged_in
    return lane.role == "reserved" or alone


def learn_copies(lane: Lane) -> None:
    """How many contacts a proper request brings, and whether any come unasked: on a session of proper ones."""
    inquiry = lane.inquiry
    if inquiry.copies is not None or inquiry.restless or lane.gave_up:
        return
    session = lane.fresh()
    for _ in range(_ALIKE):
        contact(lane)
    lane.hear_out()
    count = tally(inquiry.recorder.on(session.id))
    due, came = sum(step.due for step in count.steps), sum(step.came for step in count.steps)
    if came < due:
        return
    inquiry.copies, inquiry.restless = max(1, came // max(1, due)), bool(due and came % due)
