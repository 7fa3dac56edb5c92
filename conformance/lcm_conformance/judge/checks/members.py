"""The eleven members of the contact: present, of their documented type, not empty."""

from __future__ import annotations

from functools import cache, partial

from lcm_conformance.catalogue import page
from lcm_conformance.judge.checks.check import Check, Difference, Pins
from lcm_conformance.judge.checks.envelope import RESPONSE
from lcm_conformance.record.reply import Reply
from lcm_conformance.record.strictjson import described, kind, show

_NAME_READING = {"ContactID": "contact-id-name"}
_TYPE_READING = {"ContactID": "contact-id-type", "CallType": "call-type-type"}
_TYPES = {"table": "Number", "sample": "String"}


def held(reply: Reply, member: str, pins: Pins) -> dict[str, object]:
    """The values of a member in a reply, by the documented spelling under which each stands."""
    names = page.spellings(member, pins.get(_NAME_READING.get(member, "")))
    return {name: reply.response[name] for name in names if name in reply.response}


def documented_types(member: str, pins: Pins) -> tuple[str, ...]:
    """The JSON types that the page gives a member: two where table and sample differ and none is pinned."""
    reading = _TYPE_READING.get(member)
    if reading is None:
        return ("String",)
    return (_TYPES[pins[reading]],) if reading in pins else ("Number", "String")


@cache
def present(member: str) -> Check:
    """FLD-F-presence: spelt as documented, letter case included (Response Parameters)."""
    return Check(f"FLD-{member}-presence", partial(_is_present, member), (RESPONSE,))


@cache
def typed(member: str) -> Check:
    """FLD-F-type: the documented type; null, Boolean, Object and Array never fit (Response Parameters)."""
    return Check(f"FLD-{member}-type", partial(_is_typed, member), (present(member),))


@cache
def filled(member: str) -> Check:
    """FLD-F-value: not the empty string (advisory)."""
    return Check(f"FLD-{member}-value", partial(_is_filled, member), (typed(member),))


def _is_present(member: str, reply: Reply, pins: Pins) -> Difference | None:
    if held(reply, member, pins):
        return None
    names = page.spellings(member, pins.get(_NAME_READING.get(member, "")))
    near = [name for name in reply.response if name.strip().casefold() == member.casefold()]
    return Difference(
        f"the member {' or '.join(names)}",
        f"the member is spelt {show(near[0])}" if near else f"the member {names[0]} is missing",
        f"$.message.response.{names[0]}",
    )


def _is_typed(member: str, reply: Reply, pins: Pins) -> Difference | None:
    types = documented_types(member, pins)
    values = held(reply, member, pins)
    # Where both spellings stand, one is an extra member to whoever reads the other side of the page.
    if any(kind(value) in types for value in values.values()):
        return None
    name, value = next(iter(values.items()))
    return Difference(" or ".join(types), f"{name} is {described(value)}", f"$.message.response.{name}")


def _is_filled(member: str, reply: Reply, pins: Pins) -> Difference | None:
    values = held(reply, member, pins)
    if any(value != "" for value in values.values()):
        return None
    name = next(iter(values))
    return Difference("a value", f'{name} is ""  (an empty String)', f"$.message.response.{name}")


def value_of(reply: Reply, member: str, pins: Pins) -> object:
    """The value of a member that is present and rightly typed: of two spellings, one that fits and is not empty."""
    types = documented_types(member, pins)
    fitting = [value for value in held(reply, member, pins).values() if kind(value) in types]
    return next((value for value in fitting if value != ""), fitting[0])
