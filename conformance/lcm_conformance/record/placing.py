"""Which of the suite's requests one of somebody else's is."""

from __future__ import annotations

from typing import NamedTuple

from lcm_conformance.catalogue.probes import Part
from lcm_conformance.record.heard_session import HeardSession
from lcm_conformance.record.recognition import Request


class Place(NamedTuple):
    """Part, probe and form of a request, the role of the agent who sent it, and of the one whose ID it carries."""

    part: Part
    probe: str
    form: str | None
    agent: str
    asks_for: str | None


def place(request: Request, session: HeardSession, role: str | None, knows_agents: bool) -> Place:
    """Where a request belongs that was sent on a session; `role` is that of the ID it carries.

    `knows_agents`: an ID without a role is nobody's.
    """
    agent = session.agent or role or "unknown"
    open_one = Place(Part.OPEN, "colleague", "not known which", agent, role)
    if not request.certain or session.sibling:
        return open_one
    if session.logs_in and not session.logged_in:
        early = request.probe is None and role is not None
        return Place(Part.TEST, "not-logged-in", None, agent, role) if early else open_one
    if session.logged_out:
        late = request.probe is None and role == session.agent
        return Place(Part.TEST, "logged-out", None, agent, role) if late else open_one
    if request.probe is not None:
        known = session.agent or role
        return Place(Part.TEST, request.probe, request.form, agent, known) if known else open_one
    return _proper(session, role, agent, knows_agents)


def _proper(session: HeardSession, role: str | None, agent: str, knows_agents: bool) -> Place:
    if role is None and knows_agents:
        return Place(Part.TEST, "unknown-agent", "a random UserID", agent, "unknown")
    if role == "unknown":
        return Place(Part.TEST, "unknown-agent", "a random UserID", agent, role)
    if session.agent is not None and role != session.agent:
        return Place(Part.OPEN, "colleague", None, agent, role)
    if role == "idle":
        return Place(Part.TEST, "nothing-reserved", None, agent, role)
    return Place(Part.DUE, "ask", None, agent, role)
