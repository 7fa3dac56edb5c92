"""The embedded endpoint's world, and the packaged profile that describes it."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest
from lcm_conformance.endpoint.world import Agent, load_world

PROFILE = tomllib.loads(files("lcm_conformance.endpoint").joinpath("profile.toml").read_text(encoding="utf-8"))


def holders() -> tuple[Agent, ...]:
    return load_world().with_a_contact()


@pytest.mark.parametrize("member", ["PhoneNumber", "AccountNumber", "ContactID", "CampaignId"])
def test_contacts_differ_in_every_member_that_identifies_them(member: str) -> None:
    contacts = [agent.contact for agent in holders() if agent.contact] + [load_world().free]

    assert len({contact[member] for contact in contacts}) == len(contacts) == 5


def test_every_call_type_has_a_code() -> None:
    assert {agent.contact["CallType"] for agent in holders() if agent.contact} == load_world().call_types.keys()


def test_phone_numbers_are_of_the_range_kept_for_fiction() -> None:
    assert all(agent.contact["PhoneNumber"].startswith("55501") for agent in holders() if agent.contact)


@pytest.mark.parametrize("role", ["reserved", "other", "stranger", "leaver", "idle"])
def test_the_profile_knows_the_agents_as_the_world_does(role: str) -> None:
    stated = PROFILE["agents"][role]
    agent = load_world().agents[stated["user_id"]]

    assert (stated["password"], stated["extension"]) == (agent.password, agent.extension)
    assert stated.get("expect", {}).items() <= dict(agent.contact or {}).items()
    assert (stated.get("reserved") == "asserted") is (agent.contact is not None)


def test_the_profile_has_each_agent_once_and_leaves_the_unknown_one_to_chance() -> None:
    assert sorted(agent["user_id"] for agent in PROFILE["agents"].values()) == sorted(load_world().agents)
