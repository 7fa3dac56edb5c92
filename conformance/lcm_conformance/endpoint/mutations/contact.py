"""Primitives that decide which contact is handed out, and by which side of the page it is spelt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lcm_conformance.endpoint.mutations.step import Phase, primitive
from lcm_conformance.endpoint.readings import flipped
from lcm_conformance.endpoint.turn import Turn


@primitive(Phase.READING, "reading")
def flip(turn: Turn, params: Mapping[str, Any]) -> None:
    """Follow the other side of the page in one reading."""
    name = params["reading"]
    turn.readings[name] = flipped(turn.readings[name])


@primitive(Phase.CONTACT, "of")
def give(turn: Turn, params: Mapping[str, Any]) -> None:
    """Hand out the contact of `of`: an agent, or `next`, the one after the asker in the world."""
    turn.contact = dict(_reserved_for(turn, params["of"]))


@primitive(Phase.CONTACT, "within")
def give_the_last_one_again(turn: Turn, params: Mapping[str, Any]) -> None:
    """Hand out what the agent before got, if that is no more than so many seconds ago."""
    if turn.state.last and turn.now - turn.state.last_at <= params.get("within", float("inf")):
        turn.contact = dict(_reserved_for(turn, turn.state.last))


@primitive(Phase.CONTACT, "member", "of")
def mix(turn: Turn, params: Mapping[str, Any]) -> None:
    """Take one member from another agent's contact."""
    turn.contact[params["member"]] = _reserved_for(turn, params["of"])[params["member"]]


@primitive(Phase.CONTACT, "start")
def number_contacts(turn: Turn, params: Mapping[str, Any]) -> None:
    """Give the contacts consecutive ContactIDs: `start` for the first agent's, and so on."""
    start = int(params["start"])  # a text where TOML's integers end
    holders = [agent.user_id for agent in turn.world.with_a_contact()]
    asker = turn.agent.user_id if turn.agent else ""
    turn.contact["ContactID"] = start + (holders.index(asker) if asker in holders else len(holders))


@primitive(Phase.CONTACT, "most")
def give_in_turn(turn: Turn, params: Mapping[str, Any]) -> None:
    """Hand out an agent's several contacts one after another: so many, then the first again; ever new ones for 0."""
    taken = turn.state.contacts_of[turn.agent.user_id] if turn.agent else 0
    number = taken % params["most"] if params["most"] else taken
    contact, step = turn.contact, number * 1000  # agents' numbers differ in their last three digits
    contact["ContactID"] += step
    contact["PhoneNumber"] = contact["PhoneNumber"][:-5] + f"{(int(contact['PhoneNumber'][-5:]) + step) % 100_000:05d}"
    contact["AccountNumber"] = contact["AccountNumber"].rpartition("|")[0] + f"|{number + 1}"


@primitive(Phase.CONTACT, "member", "amount")
def add(turn: Turn, params: Mapping[str, Any]) -> None:
    """Add an amount to a number."""
    turn.contact[params["member"]] += params["amount"]


def _reserved_for(turn: Turn, of: str) -> Mapping[str, Any]:
    holders = turn.world.with_a_contact()
    if of == "next":
        places = [agent.user_id for agent in holders]
        asker = turn.agent.user_id if turn.agent else ""
        of = places[(places.index(asker) + 1) % len(places)] if asker in places else places[0]
    contact = turn.world.agents[of].contact
    assert contact is not None, f"{of} has no contact to give"
    return contact
