"""A `Turn`: one frame on its way from arrival to reply, changed in place as it goes.

The Campaign Manager fills it in; the mutations change it. It lives for one frame only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lcm_conformance.endpoint.incoming import Arrival
from lcm_conformance.endpoint.readings import TOPIC, member_name
from lcm_conformance.endpoint.session import Action, Alarm, Close, Send, Session, State
from lcm_conformance.endpoint.world import Agent, World


@dataclass
class Turn:
    """`now` is in seconds of any steady clock; `agent` is whose contact would be handed out.

    `contact` holds members under the table's names, `message` the reply as a JSON value,
    `text` as it goes out. `forms` says how a refusal looks, by its reason. `status` is the HTTP
    status with which a handshake is refused, `dropped` why a frame is not read at all,
    `confirmed` whether a logout was confirmed before it takes effect.
    """

    world: World
    state: State
    session: Session
    arrival: Arrival
    now: float
    readings: dict[str, str]
    agent: Agent | None = None
    flaws: set[str] = field(default_factory=set)
    forms: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    contact: dict[str, Any] = field(default_factory=dict)
    message: Any = None
    text: str = ""
    after: float = 0.0
    replies: list[Send] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    frame: str | bytes = ""
    status: int | None = None
    dropped: str | None = None
    confirmed: bool = False

    @property
    def topic(self) -> str:
        """The topic as this endpoint spells it."""
        return TOPIC[self.readings["topic"]]

    def name_of(self, member: str) -> str:
        """A member of the page's table, spelt as in this reply."""
        return member_name(member, self.readings)

    def send(self, text: str | bytes, session: Session | None = None) -> None:
        """Add a text, or bytes as a binary frame, to what goes out."""
        self.actions.append(Send(session or self.session, text, self.after))

    def hang_up(self, session: Session | None = None, code: int = 1000) -> None:
        """Close a session after what goes out now; frames that come after that are not read."""
        session = session or self.session

        def close(_now: float) -> list[Action]:
            session.closing = True
            return [Close(session, 0.0, code)]

        self.actions += [Alarm(session, self.after, close)] if self.after else close(self.now)

    def later(self, seconds: float, ring: Callable[[float], list[Action]]) -> None:
        """Have something done so many seconds from now, if the session still stands."""
        self.actions.append(Alarm(self.session, seconds, ring))
