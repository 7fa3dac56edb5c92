"""Whose contact it is (RES-1): each agent is handed the reserved one, never a colleague's.

Compared are only members that pass their own clauses, as text, so that a ContactID may be a
Number here and a String there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from lcm_conformance.catalogue import page
from lcm_conformance.catalogue.probes import Part, load_probes
from lcm_conformance.catalogue.verdict import Finding, Inconclusive, Nonconformity, Untested
from lcm_conformance.judge.arrivals import asks_properly, is_proper
from lcm_conformance.judge.checks.formats import FORMATS
from lcm_conformance.judge.checks.members import filled, typed, value_of
from lcm_conformance.judge.evidence import Evidence, once
from lcm_conformance.judge.silences import Group
from lcm_conformance.record.members import as_text
from lcm_conformance.record.reply import Reply
from lcm_conformance.record.transcript import Exchange

_MAY_BE_EMPTY = {"Prefix", "Suffix"}
_NO_RESERVATION = {"idle", "unknown"}
_OTHERS_OVERLAP = {"idle", "stranger", "leaver"}
"""Agents of probes to whom nothing is due, while other agents ask: what comes there may be a stray."""


def comparable(reply: Reply, pins: Mapping[str, str]) -> dict[str, str]:
    """The members of a contact that pass their own clauses, as text."""
    return {
        member: as_text(value_of(reply, member, pins))
        for member in page.MEMBERS
        if typed(member).accepts(reply, pins)
        and (member in _MAY_BE_EMPTY or filled(member).accepts(reply, pins))
        and (member not in FORMATS or FORMATS[member].accepts(reply, pins))
    }


def is_expected(reply: Reply, expect: Iterable[Mapping[str, str]]) -> bool:
    """Whether a contact has the members of one of those that a profile expects."""
    return any(_has_all(comparable(reply, {}), wanted) for wanted in expect)


def require_own_contacts(evidence: Evidence) -> None:
    """RES-1 over every contact that came to an agent who has a reservation (Overview)."""
    findings = crossings(evidence)
    if findings:
        raise Nonconformity(findings[0].actual, findings)
    if evidence.recording.folded.full:
        raise Inconclusive("more contacts came than are remembered, so that not all of them could be compared")
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
        Finding("no contact of another agent", _reserved_for(owner), reply.where("$"), reply.exchange)
        for test in tests
        for exchange in _step(evidence, test)
        for reply in evidence.handed_out(exchange)
        for owner in _owners(evidence, reply)
        if owner != test.asks_for and test.asks_for not in _owners(evidence, reply)
    ]
    if findings:
        raise Nonconformity(findings[0].actual, findings)


@once
def crossings(evidence: Evidence) -> list[Finding]:
    """What is wrong with the contacts that agents were handed on proper requests, or that strayed to them."""
    handed = _handed(evidence)
    findings = [finding for role, replies in handed.items() for finding in _against_profile(evidence, role, replies)]
    return findings or _shared(evidence, handed) or [_stray(evidence, reply) for reply in strays(evidence)]


@once
def strays(evidence: Evidence) -> list[Reply]:
    """Other agents' contacts that came where nothing was due, and did not come when the same was asked again alone."""
    found = [reply for reply in evidence.handed if reply.exchange is None and reply.agent in _NO_RESERVATION]
    for group in evidence.groups:
        again = asked_over(evidence, group)
        if again and not any(contacts_of(evidence, other) for other in again):
            found += contacts_of(evidence, group) if group.alone else _after_tests(evidence, group)
    return [
        reply
        for reply in found
        if (owners := _owners(evidence, reply)) and reply.agent not in owners and not reply.message.is_unread
    ]


def asked_over(evidence: Evidence, group: Group) -> list[Group]:
    """The groups in which the same was asked again, alone and on another session.

    Of a row each request is; of requests to which a stray came, all of the probe.
    """
    if group.alone and not all(load_probes()[probe].agent in _OTHERS_OVERLAP for probe in group.probes):
        return []
    return [
        other
        for other in evidence.groups
        if other.alone and other.begin > group.begin and other.session != group.session and other.probes & group.probes
    ]


def contacts_of(evidence: Evidence, group: Group) -> list[Reply]:
    """The contacts that came for the requests of a group, until its silence was over."""
    handed = [reply for test in group.tests for reply in evidence.handed_out(test)]
    return [reply for reply in handed if reply.message.event.clock <= group.until]


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


@once
def _handed(evidence: Evidence) -> dict[str, list[Reply]]:
    """By role, the contacts that came on proper requests: not where one may as well answer another request."""
    handed: dict[str, list[Reply]] = defaultdict(list)
    own = {x.id for x in evidence.recording.exchanges if asks_properly(x) and _is_counted(evidence, x)}
    for reply in evidence.replies:
        proper = reply.exchange is None or reply.exchange in own
        if proper and reply.agent and reply.agent not in _NO_RESERVATION and reply.message.hands_out:
            handed[reply.agent].append(reply)
    return handed


def _is_counted(evidence: Evidence, exchange: Exchange) -> bool:
    """Whether no more contacts came on its session than were due there, or nothing improper was asked before."""
    if evidence.arrivals.is_first_asked(exchange):
        return True
    asked = [x for x in evidence.recording.on(exchange.session) if x.part not in {Part.HOSTILE, Part.REVIVAL}]
    return evidence.arrivals.contacts(asked) <= evidence.habits.copies * sum(map(is_proper, asked))


def _step(evidence: Evidence, test: Exchange) -> list[Exchange]:
    """A request under test and the proper ones after it: its contact may come in their time."""
    after = [x for x in evidence.recording.on(test.session) if x.sent >= test.sent and x.id != test.id]
    following = (number for number, x in enumerate(after) if x.part is Part.TEST)
    return [test, *after[: next(following, len(after))]]


def _after_tests(evidence: Evidence, group: Group) -> list[Reply]:
    later = [x for x in evidence.recording.on(group.session) if x.sent >= group.begin]
    return [reply for x in later for reply in evidence.handed_out(x)]


def _stray(evidence: Evidence, reply: Reply) -> Finding:
    actual = f"{_reserved_for(_owners(evidence, reply)[0])} on the session of agents.{reply.agent}"
    return Finding("no contact of another agent", actual, reply.where("$"), reply.exchange)


def _against_profile(evidence: Evidence, role: str, replies: Iterable[Reply]) -> list[Finding]:
    """What is not as the profile expects: it fails if it is another agent's, or if nothing that is expected came."""
    wanted = evidence.expected.get(role, ())
    differing = [(reply, [_differing(_members(evidence, reply), one) for one in wanted]) for reply in replies]
    unexpected = [(reply, names) for reply, names in differing if names and all(names)]
    some_came = any(_has_all(_members(evidence, reply), one) for reply, _ in differing for one in wanted)
    return [
        _unexpected(evidence, role, reply, names[0][0])
        for reply, names in unexpected
        if not some_came or any(owner != role for owner in _expected_for(evidence, reply))
    ]


def _unexpected(evidence: Evidence, role: str, reply: Reply, name: str) -> Finding:
    """A member with another value than in the first of the contacts that the profile expects."""
    owners = [other for other in _owners(evidence, reply) if other != role]
    came = _members(evidence, reply)[_documented(name)]
    actual = _reserved_for(owners[0]) if owners else f"agents.{role} was handed a contact with {name} {came}"
    where = reply.where(f"$.message.response.{name}")
    hint = f"agents.{role}.expect.{name} in the profile, shown as it is with --reveal"
    wanted = evidence.expected[role][0][name]
    return Finding(f"the contact reserved for agents.{role}: {wanted} ({hint})", actual, where, reply.exchange)


def _reserved_for(role: str) -> str:
    return f"another agent's contact was handed out, the one of agents.{role}"


def _differing(members: Mapping[str, str], wanted: Mapping[str, str]) -> list[str]:
    """The members of an expected contact that came with another value."""
    return [name for name, text in wanted.items() if members.get(_documented(name), as_text(text)) != as_text(text)]


def _shared(evidence: Evidence, handed: Mapping[str, list[Reply]]) -> list[Finding]:
    seen: dict[tuple[str, ...], tuple[str, Reply]] = {}
    for role, replies in handed.items():
        for reply in replies:
            for identity in _identities(_members(evidence, reply)):
                owner, first = seen.setdefault(identity, (role, reply))
                if owner != role and not (
                    _is_as_expected(evidence, owner, first) and _is_as_expected(evidence, role, reply)
                ):
                    where = f"{reply.where('$.message.response')}, and {first.named}"
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
    return all(members.get(_documented(name)) == as_text(text) for name, text in wanted.items())


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
