"""One step of a row: a primitive, its parameters, and when it strikes.

`primitive` registers a function under its own name; `read_steps` turns a row's table into
steps and refuses names and parameters that do not exist.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lcm_conformance.endpoint.mutations.conditions import CONDITIONS, OCCASIONS
from lcm_conformance.endpoint.turn import Turn

Params = Mapping[str, Any]


class Phase(StrEnum):
    """The stations of a turn, in order. All from READING on are passed by contacts only."""

    CONNECT = "connect"  # a handshake; there is no session yet
    OPEN = "open"  # a session has begun
    FRAME = "frame"  # something arrived
    LOGIN = "login"  # an agent has just logged in
    LOGOUT = "logout"  # somebody is about to be logged out
    ADMISSION = "admission"  # is a contact due?
    READING = "reading"  # which side of the page the reply follows
    CONTACT = "contact"  # whose contact it is
    VALUE = "value"  # the reply as a JSON value
    TEXT = "text"  # the reply as a text
    DELIVERY = "delivery"  # how the text gets to the session
    ANSWERED = "answered"  # all that goes out for a request, contact or refusal


@dataclass(frozen=True)
class Primitive:
    """A registered function, the parameters that it takes, and whether a turn gives it cause to strike."""

    phase: Phase
    apply: Callable[[Turn, Params], None]
    takes: frozenset[str]
    has_cause: Callable[[Turn, Params], bool]


@dataclass(frozen=True)
class Step:
    """A primitive with its parameters; `when` and `only` hold the conditions under which it strikes.

    `when` looks at the turn, `only` at how often `when` held and the primitive had cause to strike.
    """

    primitive: Primitive
    params: Params
    when: Params
    only: Params

    @property
    def phase(self) -> Phase:
        """The station of the turn at which it strikes."""
        return self.primitive.phase

    def strike(self, turn: Turn) -> None:
        """Change the turn, if all conditions hold."""
        if all(CONDITIONS[name](turn, wanted) for name, wanted in self.when.items()) and self._is_time(turn):
            self.primitive.apply(turn, self.params)

    def _is_time(self, turn: Turn) -> bool:
        if not self.only or not self.primitive.has_cause(turn, self.params):
            return not self.only
        turn.state.occasions[id(self)] += 1
        number = turn.state.occasions[id(self)]
        return all(OCCASIONS[name](number, wanted) for name, wanted in self.only.items())


PRIMITIVES: dict[str, Primitive] = {}


def primitive(
    phase: Phase, *takes: str, has_cause: Callable[[Turn, Params], bool] = lambda _turn, _params: True
) -> Callable[[Callable[[Turn, Params], None]], Callable[[Turn, Params], None]]:
    """Register a function as the primitive of its own name, without a trailing underscore."""

    def register(apply: Callable[[Turn, Params], None]) -> Callable[[Turn, Params], None]:
        PRIMITIVES[apply.__name__.rstrip("_")] = Primitive(phase, apply, frozenset(takes), has_cause)
        return apply

    return register


def read_steps(name: str, row: Mapping[str, Any]) -> tuple[Step, ...]:
    """The steps of a row: its `steps`, or the one that it writes out. ValueError if it is wrong."""
    shared = {key: row.get(key, {}) for key in ("when", "only")}
    return tuple(_read_step(name, table, shared) for table in row.get("steps", [row] if "do" in row else []))


def _read_step(name: str, table: Mapping[str, Any], shared: Mapping[str, Params]) -> Step:
    found = PRIMITIVES.get(table["do"])
    if found is None:
        raise ValueError(f"{name}: there is no primitive {table['do']!r}")
    params = {key: value for key, value in table.items() if key not in {"do", "when", "only", *ROW_KEYS}}
    when, only = ({**shared[key], **table.get(key, {})} for key in ("when", "only"))
    strange = (params.keys() - found.takes) | (when.keys() - CONDITIONS.keys()) | (only.keys() - OCCASIONS.keys())
    if strange:
        raise ValueError(f"{name}: {table['do']} takes no {', '.join(sorted(strange))}")
    return Step(found, params, when, only)


ROW_KEYS = frozenset({"name", "says", "clause", "clauses", "readings", "combines", "steps", "also", "sessions"})
