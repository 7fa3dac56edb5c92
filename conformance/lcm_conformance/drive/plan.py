"""The lanes of a run: who does what, in order, and what it costs usually and at most. Connects to nothing.

The driver does what stands here, `run --plan` prints it. The bounds are kept: a run that came to one would stop there.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lcm_conformance.catalogue.probes import Part, Probe
from lcm_conformance.catalogue.request import candidates
from lcm_conformance.drive import precondition
from lcm_conformance.profile import Profile

EARLY, LATE, BY_HEADERS, IDLE, FIND, OFTEN, FORMS, LOGOUT, COLLEAGUE, AT_ONCE = (
    "early", "late", "by-headers", "idle", "find", "often", "forms", "logout", "colleague", "at-once",
)  # fmt: skip
CONTACTS = 10
"""How often an agent asks for the contact, the controls and the ways of asking apart."""
CONTACTS_WHERE_SLOW = {"reserved": 0, "other": 2}
ALONE, BOTH = "reserved", "reserved and other"
"""Who does what comes last."""
AT_LEAST = 6
"""Where an answer takes long: so often in all, with controls, ways of asking and asking at once."""
_LOOKS = 5
"""Requests that one lost answer costs at most: again, on a fresh session, and once it is prepared."""


@dataclass(frozen=True)
class Deed:
    """One thing that an agent does. `usual` and `most` are requests, `silences` those that it waits out, one by one.

    `fresh` are the sessions that it begins, beside the lane's own; `most_silences` where what came does not add up.
    """

    name: str
    probe: str
    says: str
    usual: int
    most: int
    silences: int = 0
    fresh: int = 0
    most_silences: int = 0


@dataclass(frozen=True)
class Plan:
    """All of a run. `lanes` are side by side as far as there are sessions, `last` comes after them, in order.

    `asked_about` are the roles whose reservation is asked about before all that.
    """

    lanes: Mapping[str, tuple[Deed, ...]]
    last: tuple[tuple[str, Deed], ...]
    asked_about: tuple[str, ...]
    preconditions: int
    connections: int
    reply: float
    silence: float
    prepares: bool

    @property
    def deeds(self) -> tuple[Deed, ...]:
        """All deeds."""
        return (*(deed for deeds in self.lanes.values() for deed in deeds), *(deed for _, deed in self.last))

    @property
    def usual_requests(self) -> int:
        """Requests of a run in which all is answered as it should be."""
        return sum(deed.usual for deed in self.deeds) + self.preconditions

    @property
    def most_requests(self) -> int:
        """Requests that a run may send; logins and logouts come on top."""
        return sum(deed.most for deed in self.deeds) + 2 * self.preconditions

    @property
    def usual_logins(self) -> int:
        """Logins of such a run. Where there are fewer sessions than lanes, none is kept for what comes last."""
        kept = set(self.lanes) if self.connections >= len(self.lanes) else set()
        again = {"reserved", "other"} if any(deed.name == AT_ONCE for _, deed in self.last) else set()
        if self.connections > 1 and any(who == BOTH for who, _ in self.last):
            again.add("other")
        fresh = sum(deed.fresh for deed in self.deeds)
        return len(self.asked_about) + len(self.lanes) + fresh + len(again - kept)

    @property
    def most_calls(self) -> int:
        """Calls of `prepare.command` that a run may make: ahead of each request, where reservations are used up."""
        return self.most_requests if self.prepares else 0

    @property
    def usual_seconds(self) -> float:
        """The silences that follow one another, where lanes overlap as far as there are sessions."""
        ends = [0.0] * max(1, min(self.connections, len(self.lanes) or 1))
        for deeds in self.lanes.values():
            heapq.heappush(ends, heapq.heappop(ends) + self.silence * sum(deed.silences for deed in deeds))
        return max(ends) + self.silence * sum(deed.silences for _, deed in self.last)

    @property
    def most_seconds(self) -> float:
        """Where every request is answered late, and whatever can be is asked over."""
        requests = (self.reply + self.silence) * self.most_requests
        return requests + self.silence * sum(deed.most_silences for deed in self.deeds)


def planned(profile: Profile, probes: Sequence[Probe], role_of: Callable[[str], str]) -> Plan:
    """The plan for these probes; `role_of` is the role that plays a probe's agent."""
    names = {probe.name: probe for probe in probes}
    early = role_of("stranger") if "not-logged-in" in names else None
    leaver = role_of("leaver") if "logged-out" in names else None
    order = dict.fromkeys(
        role for role in (early, "reserved", "other", leaver, "idle") if role is not None and role in profile.agents
    )
    lanes = {role: tuple(_deeds(role, early, leaver, names, profile)) for role in order if probes}
    return Plan(
        lanes={role: deeds for role, deeds in lanes.items() if deeds},
        last=tuple(_last(names, profile)),
        asked_about=tuple(precondition.asked_before(profile)) if probes else (),
        preconditions=precondition.most_requests(profile) // 2 if probes else 0,
        connections=profile.endpoint.max_connections,
        reply=profile.timing.reply,
        silence=profile.timing.silence,
        prepares=bool(profile.prepare),
    )


def _deeds(
    role: str, early: str | None, leaver: str | None, names: Mapping[str, Probe], profile: Profile
) -> Iterator[Deed]:
    asks = "ask" in names
    if role == early:
        number = len(candidates())
        says = "asks before any login, then logs in"
        yield Deed(EARLY, "not-logged-in", says, number + 1, 3 * number + _LOOKS, 1, most_silences=1)
    elif role == "other" and early is not None and profile.login is not None:
        yield Deed(LATE, "not-logged-in", "asks before login, others being in", 4, 6 + _LOOKS, 1, most_silences=1)
    if role == "idle" and "nothing-reserved" in names:
        yield Deed(IDLE, "nothing-reserved", "asks, with nothing reserved", 3, 6, 1, most_silences=1)
    if role in {"idle", "logged_out"} and profile.login is None:
        return
    if role == "reserved":
        yield Deed(FIND, "ask", "finds out how to ask", 5, 3 * len(candidates()) + _LOOKS)
    if role != "idle" and asks:
        yield Deed(OFTEN, "ask", "asks for the contact", CONTACTS, CONTACTS * (1 + _LOOKS))
    number = sum(len(probe.forms) for probe in names.values() if probe.part is Part.TEST)
    if role == "reserved" and number:
        says = f"asks in {number} wrong forms, each with its control"
        yield Deed(FORMS, "forms", says, 4 * number, (8 + 3 * _LOOKS) * number + 100, 1, most_silences=3 * number)
    if role == leaver:
        silences = 1 if profile.logout is not None and profile.logout.success is not None else 2
        says = "logs out and asks, on that session and on a new one, then logs in"
        yield Deed(LOGOUT, "logged-out", says, 8, 2 * (8 + 2 * _LOOKS), silences, fresh=1, most_silences=4)
    asks_for_colleague = "stranger" if early == "stranger" else "reserved"
    if role == asks_for_colleague and "colleague" in names:
        yield Deed(COLLEAGUE, "colleague", "asks with a colleague's ID", 1, 1, most_silences=1)


def _last(names: Mapping[str, Probe], profile: Profile) -> Iterator[tuple[str, Deed]]:
    if "at-once" in names and "other" in profile.agents:
        yield BOTH, Deed(AT_ONCE, "at-once", "ask at the same time", 6, 10 * _LOOKS)
    for probe in (probe for probe in names.values() if probe.part is Part.HOSTILE):
        requests = probe.burst + 1 if probe.burst else len(probe.forms) * (2 + probe.watched)
        most = 2 * requests + _LOOKS * max(1, len(probe.forms))
        who = BOTH if probe.watched and "other" in profile.agents else ALONE
        yield who, Deed(probe.name, probe.name, probe.when, requests, most, fresh=1)


def lines(plan: Plan, left_out: Mapping[str, str]) -> list[str]:
    """The plan as `--plan` prints it: the costs, lane by lane what an agent does, what comes last, what is left out."""
    calls = f", {plan.most_calls} calls of prepare.command" if plan.prepares else ""
    told = [
        f"usually {plan.usual_requests} requests, {plan.usual_logins} logins, {plan.usual_seconds:g} s of silence; "
        f"at most {plan.most_requests} requests{calls}, {plan.most_seconds / 60:.0f} min, "
        "were all of it answered late and asked over (--max-seconds ends a run sooner)",
    ]
    for role, deeds in plan.lanes.items():
        told.append(f"agents.{role}")
        told += [_line(deed) for deed in deeds]
    if plan.last:
        told.append("last")
        told += [f"{_line(deed)}  [{who}]" for who, deed in plan.last]
    if left_out:
        told.append("left out")
        told += [f"         {name}: {why}" for name, why in left_out.items()]
    return told


def _line(deed: Deed) -> str:
    silences = "" if not deed.silences else ", a silence" if deed.silences == 1 else f", {deed.silences} silences"
    return f"  {deed.usual:>5}  {deed.says}{silences}"
