"""The protocol logic of the embedded endpoint: what a Campaign Manager does with each frame.

Called by the server with texts and times; answers with actions. It opens no socket and reads
no clock, so that a test can hold a whole conversation with it in one thread.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable

from lcm_conformance.endpoint import answer
from lcm_conformance.endpoint.behaviour import Behaviour, plan
from lcm_conformance.endpoint.incoming import read_frame
from lcm_conformance.endpoint.mutations import Phase
from lcm_conformance.endpoint.request import address_flaws, agent_flaws, data_flaws, named_agent
from lcm_conformance.endpoint.session import Action, Close, Send, Session, State
from lcm_conformance.endpoint.turn import Turn
from lcm_conformance.endpoint.world import Agent, load_world


class CampaignManager:
    """One endpoint: sessions are opened, frames received, sessions closed. Not thread-safe."""

    def __init__(self, behaviour: Behaviour) -> None:
        self._plan = plan(behaviour)
        self._world = load_world()
        self._state = State()
        self._delay = behaviour.delay
        self._chance = random.Random(behaviour.delay[2] if behaviour.delay else 0)  # noqa: S311  no secret

    def open(self, is_open: Callable[[], bool] = lambda: True) -> Session:
        """A new connection; `is_open` tells at any time whether it still stands."""
        self._state.opened += 1
        session = Session(self._state.opened, is_open)
        if self._state.deaf_next:
            self._state.deaf_next -= 1
            session.deaf = True
        self._state.sessions.append(session)
        return session

    def close(self, session: Session) -> None:
        """The connection is gone, whoever ended it; with it the logins on it."""
        self._state.sessions.remove(session)

    def receive(self, session: Session, frame: str | bytes, now: float) -> list[Action]:
        """What to do about a frame that arrived at `now` (seconds of a steady clock)."""
        if session.closing:
            return []
        turn = Turn(self._world, self._state, session, read_frame(frame), now, dict(self._plan.readings))
        self._strike(Phase.FRAME, turn)
        if turn.arrival.value is not None and not session.closing:
            self._answer(turn)
        return turn.actions

    def _strike(self, phase: Phase, turn: Turn) -> None:
        for step in self._plan.steps[phase]:
            step.strike(turn)

    def _answer(self, turn: Turn) -> None:
        value = turn.arrival.value or {}
        match value.get("channel"), value.get("topic"), value.get("subtopic"):
            case "Cisco", "Agent", "SetUserInfo":
                self._log_in(turn)
            case "Cisco", "Connection", "Logout":
                self._log_out(turn)
            case "LCM", "Webservice" | "WebService", "GetAgentCallCount":
                if self._plan.offered:
                    turn.send(answer.call_count(turn, named_agent(value, self._world)))
            case _:
                self._answer_request(turn)

    def _log_in(self, turn: Turn) -> None:
        agent = self._authenticated((turn.arrival.value or {}).get("data"))
        if agent is None:
            turn.send(answer.login_error("Invalid username, password or extension"))
            return
        session = turn.session
        session.logged_out.discard(agent.user_id)
        if agent.user_id in session.logged_in:
            session.logged_in.remove(agent.user_id)
        session.logged_in.append(agent.user_id)
        self._state.logins += 1
        for event in answer.login_events(agent):
            turn.send(event)
        self._strike(Phase.LOGIN, turn)

    def _authenticated(self, data: object) -> Agent | None:
        if not isinstance(data, dict) or not isinstance(data.get("username"), str):
            return None
        agent = self._world.agents.get(data["username"])
        right = agent and data.get("password") == agent.password and data.get("extension") == agent.extension
        return agent if right else None

    def _log_out(self, turn: Turn) -> None:
        session = turn.session
        if not session.logged_in:
            return
        session.logged_out.update(session.logged_in)
        session.logged_in.clear()
        self._state.logouts += 1
        turn.send(answer.logout_event())

    def _answer_request(self, turn: Turn) -> None:
        """Anything else is taken for a request for a contact, well made or not."""
        value = turn.arrival.value or {}
        asked = named_agent(value, self._world)
        turn.agent = asked or self._agent_of(turn.session)
        well_formed = not data_flaws(value)
        turn.flaws = address_flaws(value) | data_flaws(value)
        turn.flaws |= agent_flaws(turn.session, asked, turn.agent, well_formed, turn.arrival.oddities)
        if turn.flaws == {"no-login"}:
            turn.session.asked_early = True
        if self._plan.readings["source"] == "table" and "source" not in value:
            turn.flaws.add("no-source")
        if not self._plan.offered:
            turn.flaws.add("gone")
        if self._delay:
            turn.after = self._chance.uniform(*self._delay[:2])
        self._strike(Phase.ADMISSION, turn)
        if turn.session.deaf:
            turn.flaws.add("deaf")
        if turn.flaws:
            self._refuse(turn)
        else:
            self._hand_out(turn)

    def _agent_of(self, session: Session) -> Agent | None:
        """Who is meant where the request does not say: the agent who is logged in here."""
        return self._world.agents[session.logged_in[0]] if session.logged_in else None

    def _refuse(self, turn: Turn) -> None:
        reason = answer.reason_of(turn.flaws)
        form = (answer.DEFAULT_FORMS | turn.forms).get(reason, "silence")
        message = answer.refusal(turn, form, reason)
        if message is not None:
            turn.send(json.dumps(message))
        if form == "close":
            turn.hang_up()

    def _hand_out(self, turn: Turn) -> None:
        contact = turn.agent.contact if turn.agent else None
        turn.contact = dict(contact or self._world.free)
        self._state.contacts += 1
        turn.session.contacts += 1
        self._strike(Phase.READING, turn)
        self._strike(Phase.CONTACT, turn)
        turn.message = answer.contact_message(turn)
        self._strike(Phase.VALUE, turn)
        turn.text = json.dumps(turn.message, ensure_ascii=False)
        self._strike(Phase.TEXT, turn)
        turn.replies = [Send(turn.session, turn.text, turn.after)]
        self._strike(Phase.DELIVERY, turn)
        turn.actions += turn.replies
        if turn.session.closing:
            turn.actions.append(Close(turn.session, max((reply.after for reply in turn.replies), default=0.0)))
        if contact and turn.agent:
            self._state.last, self._state.last_at = turn.agent.user_id, turn.now
