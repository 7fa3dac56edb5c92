"""The protocol logic of the embedded endpoint: what a Campaign Manager does with each frame.

Called by the server with texts and times; answers with actions. It opens no socket and reads
no clock, so that a test can hold a whole conversation with it in one thread.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from lcm_conformance.endpoint import answer, complaints, telephony
from lcm_conformance.endpoint.behaviour import Behaviour, plan
from lcm_conformance.endpoint.incoming import Arrival, read_frame
from lcm_conformance.endpoint.latency import Chance
from lcm_conformance.endpoint.mutations import Phase
from lcm_conformance.endpoint.request import address_flaws, agent_flaws, data_flaws, named_agent
from lcm_conformance.endpoint.session import Action, Close, Send, Session, State
from lcm_conformance.endpoint.turn import Turn
from lcm_conformance.endpoint.world import Agent, load_world

_NOTHING = Arrival(None, frozenset())
_APART = 1e-6  # seconds: more than what adding times rounds away


class CampaignManager:
    """One endpoint: sessions are opened, frames received, sessions closed. Not thread-safe.

    `told` hears, in one line each, of frames that are due no contact, and why; `heard` hears of every frame. Times are
    in seconds of a steady clock.
    """

    def __init__(
        self,
        behaviour: Behaviour,
        told: Callable[[str], None] = lambda _: None,
        heard: Callable[[str | bytes], None] = lambda _: None,
    ) -> None:
        self._heard = heard
        self._plan = plan(behaviour)
        self._world = load_world()
        self._state = State()
        self._chance = Chance(behaviour.latency, behaviour.seed)
        self._told = told

    def behave(self, behaviour: Behaviour) -> None:
        """Behave otherwise from now on, on the sessions that are open too. UsageError for a wrong name."""
        self._plan = plan(behaviour)

    def refuses_connection(self, now: float = 0.0) -> int | None:
        """The HTTP status with which a handshake is refused, if it is."""
        turn = self._turn(Session(0), _NOTHING, now)
        self._strike(Phase.CONNECT, turn)
        return turn.status

    def open(self, is_open: Callable[[], bool] = lambda: True) -> Session:
        """A new connection; `is_open` tells at any time whether it still stands."""
        self._state.opened += 1
        session = Session(self._state.opened, is_open)
        if self._state.deaf_next:
            self._state.deaf_next -= 1
            session.deaf = True
        self._state.sessions.append(session)
        return session

    def greet(self, session: Session, now: float = 0.0) -> list[Action]:
        """What to do on a new connection before anything has arrived."""
        turn = self._turn(session, _NOTHING, now)
        self._strike(Phase.OPEN, turn)
        return turn.actions

    def close(self, session: Session) -> None:
        """The connection is gone, whoever ended it; with it the logins on it."""
        self._state.sessions.remove(session)

    def receive(self, session: Session, frame: str | bytes, now: float) -> list[Action]:
        """What to do about a frame that arrived at `now`."""
        self._heard(frame)
        if session.closing:
            return []
        turn = self._turn(session, read_frame(frame), now)
        turn.frame = frame
        self._strike(Phase.FRAME, turn)
        session.last_frame, session.last_frame_at = frame, now
        if turn.arrival.value is None or turn.dropped:
            self._tell(session, complaints.about_frame(turn))
        elif not session.closing:
            self._answer(turn)
        return turn.actions

    def _turn(self, session: Session, arrival: Arrival, now: float) -> Turn:
        return Turn(self._world, self._state, session, arrival, now, dict(self._plan.readings))

    def _tell(self, session: Session, words: str | None) -> None:
        if words:
            self._told(f"session {session.number}: {words}")

    def _strike(self, phase: Phase, turn: Turn) -> None:
        for step in self._plan.steps[phase]:
            step.strike(turn)

    def _answer(self, turn: Turn) -> None:
        value = turn.arrival.value or {}
        match value.get("channel"), value.get("topic"), value.get("subtopic"):
            case "Cisco", "Agent", "SetUserInfo":
                self._tell(turn.session, telephony.log_in(turn, self._strike, self._chance))
            case "Cisco", "Connection", "Logout":
                self._tell(turn.session, telephony.log_out(turn, self._strike, self._chance))
            case "LCM", "Webservice" | "WebService", "GetAgentCallCount":
                if self._plan.offered:
                    turn.send(answer.call_count(turn, named_agent(value, self._world)))
            case _:
                self._answer_request(turn)

    def _answer_request(self, turn: Turn) -> None:
        """Anything else is taken for a request for a contact, well made or not."""
        session = turn.session
        self._look_at(turn)
        if turn.flaws == {"no-login"}:
            session.asked_early = True
        session.since_logout += 1
        self._state.requests += 1
        turn.after = self._chance.seconds("reply")
        self._strike(Phase.ADMISSION, turn)
        if session.deaf:
            turn.flaws.add("deaf")
        if session.due > turn.now:  # no latency reorders a session's answers
            turn.after = max(turn.after, session.due - turn.now + _APART)
        if turn.flaws:
            self._tell(session, complaints.about_request(turn))
            self._refuse(turn)
        else:
            self._hand_out(turn)
        self._strike(Phase.ANSWERED, turn)

    def _look_at(self, turn: Turn) -> None:
        """Whose contact is asked for, and what is wrong with the request."""
        value = turn.arrival.value or {}
        turn.agent = named_agent(value, self._world) or self._agent_of(turn.session)
        turn.flaws = address_flaws(value) | data_flaws(value)
        turn.flaws |= agent_flaws(turn.session, value, turn.agent, self._world, turn.arrival.oddities)
        if self._plan.readings["source"] == "table" and "source" not in value:
            turn.flaws.add("no-source")
        if not self._plan.offered:
            turn.flaws.add("gone")
        if isinstance(value.get("topic"), str):
            turn.session.topics.add(value["topic"])

    def _agent_of(self, session: Session) -> Agent | None:
        """Who is meant where the request does not say: the agent who is logged in here."""
        return self._world.agents[session.logged_in[0]] if session.logged_in else None

    def _refuse(self, turn: Turn) -> None:
        reason = answer.reason_of(turn.flaws)
        form = {**answer.DEFAULT_FORMS, **turn.forms}.get(reason, {"by": "silence"})
        turn.after += form.get("seconds", 0.0)
        text = answer.refusal(turn, form, reason)
        if text is not None:
            turn.send(text)
        if form["by"] == "close" or "code" in form:
            turn.hang_up(code=form.get("code", 1000))
        session = turn.session
        session.refused_last = True
        session.refused_once |= bool(session.logged_in)
        if "throttled" not in turn.flaws:
            session.refused_at = turn.now + turn.after

    def _hand_out(self, turn: Turn) -> None:
        session, state = turn.session, self._state
        contact = turn.agent.contact if turn.agent else None
        turn.contact = dict(contact or self._world.free)
        state.contacts += 1
        session.contacts += 1
        session.ahead += session.due > turn.now
        session.due = max(session.due, turn.now + turn.after)
        for phase in (Phase.READING, Phase.CONTACT):
            self._strike(phase, turn)
        turn.message = answer.contact_message(turn)
        self._strike(Phase.VALUE, turn)
        turn.text = json.dumps(turn.message, ensure_ascii=False)
        self._strike(Phase.TEXT, turn)
        turn.replies = [Send(session, turn.text, turn.after)]
        self._strike(Phase.DELIVERY, turn)
        if not turn.replies:
            self._tell(session, complaints.WITHHELD)
        turn.actions += turn.replies
        if session.closing:
            turn.actions.append(Close(session, max((reply.after for reply in turn.replies), default=0.0)))
        session.refused_last = False
        if contact and turn.agent:
            state.contacts_of[turn.agent.user_id] += 1
            state.last, state.last_at = turn.agent.user_id, turn.now
