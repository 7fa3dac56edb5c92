"""The mutation primitives: what a row of `faults.toml` or `variants.toml` can do to a turn.

`PRIMITIVES` finds them by the name that rows use in `do`. Each changes the turn at one phase;
none of them knows a clause, or whether it makes a fault or a conformant variant.
"""

from lcm_conformance.endpoint.mutations import admission, contact, delivery, frame, session, text, value
from lcm_conformance.endpoint.mutations.step import PRIMITIVES, Phase, Step, read_steps

__all__ = [
    "PRIMITIVES",
    "Phase",
    "Step",
    "admission",
    "contact",
    "delivery",
    "frame",
    "read_steps",
    "session",
    "text",
    "value",
]
