"""The world that the embedded endpoint knows: its agents and the contacts reserved for them.

Loaded from `world.toml` by the Campaign Manager and the `mock` command. Nothing in it is a
person's: the numbers are of the range kept for fiction.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

Contact = Mapping[str, Any]
"""A contact's members under the names of the page's table; ContactID an int, CallType a text."""


@dataclass(frozen=True)
class Agent:
    """An agent who may log in. `contact` is the one reserved for them, if any."""

    user_id: str
    password: str
    extension: str
    contact: Contact | None = None


@dataclass(frozen=True)
class World:
    """The agents by their ID; `free` is a contact reserved for nobody."""

    agents: Mapping[str, Agent]
    free: Contact
    call_types: Mapping[str, int]

    def with_a_contact(self) -> tuple[Agent, ...]:
        """The agents who have a contact reserved, in the order of the file."""
        return tuple(agent for agent in self.agents.values() if agent.contact)


@cache
def load_world() -> World:
    """The packaged world."""
    text = files(__package__).joinpath("world.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)
    agents = [Agent(**row) for row in table["agents"]]
    return World({agent.user_id: agent for agent in agents}, table["free"], table["call_types"])
