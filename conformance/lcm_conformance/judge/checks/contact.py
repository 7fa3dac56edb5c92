"""Whose contact it is (RES-1): each agent is handed the reserved one, never a colleague's.

Compared are only members that pass their own clauses, as text, so that a ContactID may be a
Number here and a String there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from lcm_conformance.catalogue import page
from lcm_conformance.catalogue.probes import Part
from lcm_conformance.catalogue.verdict import Finding, Inconclusive, Nonconformity, Untested
from lcm_conformance.judge.checks.formats import FORMATS
from lcm_conformance.judge.checks.members import filled, typed, value_of
from lcm_conformance.judge.evidence import Evidence, once
from lcm_conformance.record.reply import Reply
from lcm_conformance.record.transcript import Exchange

_MAY_BE_EMPTY = {"Prefix", "Suffix"}
_OWN = {Part.DUE, Part.CONTROL}
_HOLDERS = {"reserved", "other", "stranger", "leaver", "logged_out"}  # who have a contact
_PROPER = {"ask", "asked-twice", "at-once", "topic-respelt", "source-turned"}
_MAX_DIGITS = 400  # of a Number with an exponent: writing 1e999999999 out would take a gigabyte


def comparable(reply: Reply, pins: Mapping[str, str]) -> dict[str, str]:
    """The members of a contact that pass their own clauses, as text."""
    return {
        member: _as_text(value_of(reply, member, pins))
        for member in page.MEMBERS
        if typed(member).accepts(reply, pins)
        and (member in _MAY_BE_EMPTY or filled(member).accepts(reply, pins))
        and (member not in FORMATS or FORMATS[member].accepts(reply, pins))
    }


def require_own_contacts(evidence: Evidence) -> None:
    """RES-1 over every contact that came to an agent who has a reservation (Overview)."""
    findings = crossings(evidence)
    if findings:
        raise Nonconformity(findings[0].actual, findings)
    handed = _handed(evidence)
    if not handed:
        raise Inconclusive("no contact was handed out in this run, so there is nothing to compare")
    if "other" not in evidence.roles:
        raise Untested("the profile names no agents.other, so no two agents could be compared")
    for role in ("reserved", "other"):
        if not any(_members(evidence, reply) for reply in handed.get(role, ())):
            raise Inconclusive(f"agents.{role} was handed no contact with members that can be compared")


def require_no_strangers_contact(evidence: Evidence, tests: Iterable[Exchange]) -> None:
    """RES-1 for requests that name nobody properly: whatever comes, it is no other agent's contact."""
    findings = [
        Finding("no contact of another agent", f"the contact of agents.{owner}", reply.where("$"), reply.exchange)
        for test in tests
        for reply in evidence.handed_out(test)
        for owner in _owners(evidence, reply)
        if owner != test.asks_for and test.asks_for not in _owners(evidence, reply)
    ]
    if findings:
        raise Nonconformity(findings[0].actual, findings)


@once
def crossings(evidence: Evidence) -> list[Finding]:
    """What is wrong with the contacts that agents with a reservation were handed on proper requests."""
    handed = _handed(evidence)
    findings = [
        finding
        for role, replies in handed.items()
        for reply in replies
        for finding in _against_profile(evidence, role, reply)
    ]
    return findings or _shared(evidence, handed)


def is_somebody_elses(evidence: Evidence, reply: Reply, test: Exchange) -> bool:
    """Whether a contact that came to a request under test only strayed there: RES-1 has failed, and it is another's."""
    return bool(crossings(evidence)) and is_another_agents(evidence, reply, test)


def is_another_agents(evidence: Evidence, reply: Reply, exchange: Exchange) -> bool:
    """Whether a contact is known to belong to another agent than the one whose ID the request carried."""
    owners = _owners(evidence, reply)
    return bool(owners) and exchange.asks_for not in owners


def _members(evidence: Evidence, reply: Reply) -> dict[str, str]:
    memory, key = reply.message.memory, ("comparable", *evidence.pins.items())
    if key not in memory:
        memory[key] = comparable(reply, evidence.pins)
    members: dict[str, str] = memory[key]
    return members


def _asks_properly(exchange: Exchange) -> bool:
    """Whether an agent asked with the agent's own ID and nothing amiss, if only to find something else out."""
    return exchange.part in _OWN or (
        exchange.part is Part.OPEN and exchange.probe in _PROPER and exchange.agent == exchange.asks_for
    )


@once
def _handed(evidence: Evidence) -> dict[str, list[Reply]]:
    handed: dict[str, list[Reply]] = defaultdict(list)
    own = {x.id for x in evidence.recording.exchanges if _asks_properly(x)}
    for reply in evidence.replies:
        proper = reply.exchange is None or reply.exchange in own
        if proper and reply.agent in _HOLDERS and reply.message.hands_out:
            handed[reply.agent].append(reply)
    return handed


def _against_profile(evidence: Evidence, role: str, reply: Reply) -> list[Finding]:
    members = _members(evidence, reply)
    differing = [_differing(members, wanted) for wanted in evidence.expected.get(role, ())]
    is_expected = not all(differing) or not differing
    return [] if is_expected else [_unexpected(evidence, role, reply, differing[0][0])]


def _unexpected(evidence: Evidence, role: str, reply: Reply, name: str) -> Finding:
    """A member with another value than in the first of the contacts that the profile expects."""
    owners = [other for other in _owners(evidence, reply) if other != role]
    actual = f"the contact of agents.{owners[0]}" if owners else _members(evidence, reply)[_documented(name)]
    where = reply.where(f"$.message.response.{name}")
    hint = f"agents.{role}.expect.{name} in the profile, shown as it is with --reveal"
    wanted = evidence.expected[role][0][name]
    return Finding(f"the contact reserved for agents.{role}: {wanted} ({hint})", actual, where, reply.exchange)


def _differing(members: Mapping[str, str], wanted: Mapping[str, str]) -> list[str]:
    """The members of an expected contact that came with another value."""
    return [name for name, text in wanted.items() if members.get(_documented(name), _as_text(text)) != _as_text(text)]


def _shared(evidence: Evidence, handed: Mapping[str, list[Reply]]) -> list[Finding]:
    seen: dict[tuple[str, ...], tuple[str, Reply]] = {}
    for role, replies in handed.items():
        for reply in replies:
            for identity in _identities(_members(evidence, reply)):
                owner, first = seen.setdefault(identity, (role, reply))
                if owner != role and not (
                    _is_as_expected(evidence, owner, first) and _is_as_expected(evidence, role, reply)
                ):
                    where = f"{reply.where('$.message.response')}, and reply {first.number}"
                    actual = f"agents.{owner} and agents.{role} were handed the same contact"
                    return [Finding("each agent's own reserved contact", actual, where, reply.exchange)]
    return []


def _owners(evidence: Evidence, reply: Reply) -> list[str]:
    """The roles whose reserved contact this is, by what the profile expects and by what they were handed."""
    owners = _expected_for(evidence, reply)
    if owners:
        return owners
    mine = _identities(_members(evidence, reply))
    return [role for role, known in _known(evidence).items() if not known.isdisjoint(mine)]


@once
def _known(evidence: Evidence) -> dict[str, set[tuple[str, ...]]]:
    """By role, what identifies the contacts that it was handed."""
    return {
        role: {identity for reply in replies for identity in _identities(_members(evidence, reply))}
        for role, replies in _handed(evidence).items()
    }


def _expected_for(evidence: Evidence, reply: Reply) -> list[str]:
    """The roles for whom the profile expects this contact."""
    members = _members(evidence, reply)
    return [
        role
        for role, contacts in evidence.expected.items()
        if any(wanted and _has_all(members, wanted) for wanted in contacts)
    ]


def _is_as_expected(evidence: Evidence, role: str, reply: Reply) -> bool:
    """Whether the profile expects this ContactID for the role alone: contacts may share account and phone."""
    members = _members(evidence, reply)
    agreeing = [wanted for wanted in evidence.expected.get(role, ()) if _has_all(members, wanted)]
    named = any(_documented(name) == "ContactID" for wanted in agreeing for name in wanted)
    return named and _expected_for(evidence, reply) == [role]


def _has_all(members: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    return all(members.get(_documented(name)) == _as_text(text) for name, text in wanted.items())


def _identities(members: Mapping[str, str]) -> list[tuple[str, ...]]:
    """What identifies a contact: its ID, and its account with its phone number."""
    identities: list[tuple[str, ...]] = []
    if "ContactID" in members:
        identities.append(("ContactID", members["ContactID"]))
    if {"AccountNumber", "PhoneNumber"} <= members.keys():
        identities.append(("AccountNumber", members["AccountNumber"], members["PhoneNumber"]))
    return identities


def _documented(name: str) -> str:
    return "ContactID" if name in page.SPELLINGS["ContactID"].values() else name


def _as_text(value: object) -> str:
    # 137.0, 1.37e2 and 137 are one Number; a String is compared as it stands.
    if isinstance(value, Decimal) and value.is_finite() and value.adjusted() < _MAX_DIGITS and value == int(value):
        return str(int(value))
    return str(value)
