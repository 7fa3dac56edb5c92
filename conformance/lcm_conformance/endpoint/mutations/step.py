"""One step of a row: a primitive, its parameters, and when it strikes.

`primitive` registers a function under its own name; `read_steps` turns a row's table into
steps and refuses names and parameters that do not exist.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lcm_conformance.endpoint.turn import Turn


class Phase(StrEnum):
    """The stations of a turn, in order. All from READING on are passed by contacts only."""

    FRAME = "frame"  # something arrived
    LOGIN = "login"  # an agent has just logged in
    ADMISSION = "admission"  # is a contact due?
    READING = "reading"  # which side of the page the reply follows
    CONTACT = "contact"  # whose contact it is
    VALUE = "value"  # the reply as a JSON value
    TEXT = "text"  # the reply as a text
    DELIVERY = "delivery"  # how the text gets to the session


@dataclass(frozen=True)
class Step:
    """A primitive with its parameters; `when` holds the conditions under which it strikes."""

    phase: Phase
    apply: Callable[[Turn, Mapping[str, Any]], None]
    params: Mapping[str, Any]
    when: Mapping[str, Any]

    def strike(self, turn: Turn) -> None:
        """Change the turn, if all conditions of `when` hold."""
        if all(CONDITIONS[name](turn, wanted) for name, wanted in self.when.items()):
            self.apply(turn, self.params)


@dataclass(frozen=True)
class Primitive:
    """A registered function and the parameters that it takes."""

    phase: Phase
    apply: Callable[[Turn, Mapping[str, Any]], None]
    takes: frozenset[str]


PRIMITIVES: dict[str, Primitive] = {}

CONDITIONS: Mapping[str, Callable[[Turn, Any], bool]] = {
    # counted over all contacts that the endpoint hands out
    "every": lambda turn, n: turn.state.contacts % n == 0,
    "first": lambda turn, wanted: (turn.state.contacts == 1) is wanted,
    "from": lambda turn, n: turn.state.contacts >= n,
    # counted over the contacts handed out on this session
    "over": lambda turn, n: turn.session.contacts > n,
    "session_reply": lambda turn, n: turn.session.contacts == n,
    "agent": lambda turn, user_id: turn.agent is not None and turn.agent.user_id == user_id,
    "after_logout": lambda turn, wanted: (turn.state.logouts > 0) is wanted,
    "after_login": lambda turn, wanted: (turn.state.logins > 0) is wanted,
}


def primitive(
    phase: Phase, *takes: str
) -> Callable[[Callable[[Turn, Mapping[str, Any]], None]], Callable[[Turn, Mapping[str, Any]], None]]:
    """Register a function as the primitive of its own name, without a trailing underscore."""

    def register(apply: Callable[[Turn, Mapping[str, Any]], None]) -> Callable[[Turn, Mapping[str, Any]], None]:
        PRIMITIVES[apply.__name__.rstrip("_")] = Primitive(phase, apply, frozenset(takes))
        return apply

    return register


def read_steps(name: str, row: Mapping[str, Any]) -> tuple[Step, ...]:
    """The steps of a row: its `steps`, or the one that it writes out. ValueError if it is wrong."""
    return tuple(_read_step(name, table) for table in row.get("steps", [row] if "do" in row else []))


def _read_step(name: str, table: Mapping[str, Any]) -> Step:
    found = PRIMITIVES.get(table["do"])
    if found is None:
        raise ValueError(f"{name}: there is no primitive {table['do']!r}")
    params = {key: value for key, value in table.items() if key not in {"do", "when", *ROW_KEYS}}
    when = table.get("when", {})
    strange = (params.keys() - found.takes) | (when.keys() - CONDITIONS.keys())
    if strange:
        raise ValueError(f"{name}: {table['do']} takes no {', '.join(sorted(strange))}")
    return Step(found.phase, found.apply, params, when)


ROW_KEYS = frozenset({"name", "says", "clause", "clauses", "readings", "combines", "steps"})
