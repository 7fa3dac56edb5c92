"""Asks whether a contact is reserved for an agent (`GetAgentCallCount`), where the profile says that it may be asked.

Called by the driver, before the probes and after them. It judges nothing: what it finds is the
environment's, and makes clauses inconclusive that silence would fail.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from lcm_conformance.catalogue import page
from lcm_conformance.catalogue.probes import Part
from lcm_conformance.catalogue.request import candidates
from lcm_conformance.catalogue.verdict import EnvironmentTrouble
from lcm_conformance.drive.inquiry import Inquiry
from lcm_conformance.profile import Profile
from lcm_conformance.record.reply import Message, Shape, messages
from lcm_conformance.record.tally import contacts
from lcm_conformance.record.transcript import Phase

REQUEST = "GetAgentCallCount"
REPLY = "AgentCallCount"
ADD_LOGIN = 'say how agents log in, or, if sessions are logged in from the start, login.method = "preauthenticated"'
_MEMBER = "IsAgentReserved"
_OWN = {Part.DUE, Part.CONTROL, Part.REVIVAL}
_ROLES = {"reserved": True, "other": True, "idle": False}
"""Who is asked about, and whether a contact must be reserved for them."""


def asked_before(profile: Profile) -> list[str]:
    """The roles that are asked about before the probes."""
    return [role for role in _ROLES if role in profile.agents and profile.agents[role].asks_call_count]


def asked_after(profile: Profile) -> list[str]:
    """The roles that are asked about after the probes, where they were handed nothing."""
    return [role for role, agent in profile.agents.items() if agent.asks_call_count]


def most_requests(profile: Profile) -> int:
    """How many requests this asks at most: under each topic, before the probes and after them."""
    return MOST_OF_ONE * len(asked_before(profile) + asked_after(profile))


def before(inquiry: Inquiry) -> None:
    """Ask for every agent of whom the profile says so, and note whose precondition is not met."""
    for role in asked_before(inquiry.profile):
        found, wanted = _is_reserved(inquiry, role), _ROLES[role]
        if found is not None and found is not wanted:
            has = "no contact" if wanted else "a contact"
            inquiry.unmet[role] = f"{REPLY} says that {has} is reserved for agents.{role}: correct the environment"


def after(inquiry: Inquiry) -> None:
    """Ask again for agents who were handed nothing where a contact was due: the reservation may have expired."""
    if inquiry.pool.stop.is_set():
        return
    proper = [x for x in inquiry.recorder.exchanges() if x.part in _OWN and x.asks_for is not None]
    handed_nothing = {x.asks_for for x in proper if x.asks_for and not contacts(x)}
    for role in sorted(handed_nothing - set(inquiry.unmet)):
        try:
            if inquiry.agents[role].asks_call_count and _is_reserved(inquiry, role) is False:
                inquiry.unmet[role] = (
                    f"the reservation of agents.{role} was gone at the end of the run ({REPLY}): "
                    "reserve a contact that does not expire meanwhile"
                )
        except EnvironmentTrouble:
            continue  # whatever keeps the agent from asking has been said already


def require_login_known(inquiry: Inquiry) -> None:
    """Raises `EnvironmentTrouble` where no contact came and nobody has said how agents log in: it proves nothing."""
    if inquiry.profile.says_login:
        return
    read = [message for x in inquiry.recorder.exchanges() for message in messages(x.received)]
    if not any(message.hands_out or message.shape is Shape.NOT_JSON for message in read):
        raise EnvironmentTrouble(f"no contact came, and the profile has no [login]: {ADD_LOGIN}")


def _is_reserved(inquiry: Inquiry, role: str) -> bool | None:
    """What the endpoint says of the agent; None where it does not answer that call."""
    session = inquiry.pool.enter(role)
    try:
        for topic in _topics():
            message: dict[str, object] = {"channel": page.CHANNEL, "topic": topic, "subtopic": REQUEST}
            message |= {"source": page.SOURCE, "data": {"UserID": inquiry.agents[role].user_id}}
            inquiry.count()
            with session.during(Phase.PRECONDITION):
                session.tell(session.framed(json.dumps(message)))
                said = _said(session.listen(inquiry.pace.silence, lambda heard: _said(heard) is not None))
            if said is not None:
                return said
            if session.closed:
                break
        return None
    finally:
        inquiry.pool.leave(session)


def _topics() -> tuple[str, ...]:
    return tuple(dict.fromkeys(way.topic for way in candidates()))


MOST_OF_ONE = len(_topics())
"""Requests about one role at one time."""


def _said(read: Sequence[Message]) -> bool | None:
    """The last word: "0" reserved, "1" not, wherever in the answer it stands."""
    for message in reversed(read):
        todo: list[object] = [message.parsed.value] if message.subtopic == REPLY else []
        while todo:
            item = todo.pop()
            if isinstance(item, dict):
                if str(item.get(_MEMBER)) in {"0", "1"}:
                    return str(item[_MEMBER]) == "0"
                todo += item.values()
    return None
