"""The contact: whose it is, its members, and what their values name."""

from collections.abc import Sequence

from lcm_conformance.catalogue.probes import Part
from lcm_conformance.judge.checks import formats, members
from lcm_conformance.judge.checks.check import require
from lcm_conformance.judge.checks.contact import require_no_strangers_contact, require_own_contacts
from lcm_conformance.judge.checks.no_contact import require_no_contact
from lcm_conformance.judge.evidence import Evidence
from lcm_conformance.judge.result import Remarks
from lcm_conformance.record.transcript import Exchange
from pytest_bdd import parsers, then


@then("no contact is handed out")
def no_contact(evidence: Evidence, exchanges: Sequence[Exchange]) -> None:
    require_no_contact(evidence, [x for x in exchanges if x.part is Part.TEST])


@then("no other agent's contact is handed out")
def no_other_agents_contact(evidence: Evidence, exchanges: Sequence[Exchange]) -> None:
    require_no_strangers_contact(evidence, [x for x in exchanges if x.part is Part.TEST])


@then("each agent is handed the contact reserved for that agent")
def own_contacts(evidence: Evidence) -> None:
    require_own_contacts(evidence)


@then(parsers.parse("every contact has the member {member}"))
def has_member(evidence: Evidence, member: str) -> None:
    require(members.present(member), evidence.replies, evidence.pins)


@then(parsers.re(r"(?P<member>\w+) is a (?:String|Number or a String) in every contact"))
def has_type(evidence: Evidence, member: str) -> None:
    require(members.typed(member), evidence.replies, evidence.pins)


@then(parsers.parse("{member} is empty in no contact"))
def is_filled(evidence: Evidence, member: str) -> None:
    require(members.filled(member), evidence.replies, evidence.pins)


@then("every ExpiryTime names a real date with a time of day")
def expiry_time_is_real(evidence: Evidence) -> None:
    require(formats.EXPIRY_TIME, evidence.replies, evidence.pins)


@then("every CallbackTime names a real date-time or time of day, or is empty")
def callback_time_is_real(evidence: Evidence) -> None:
    require(formats.CALLBACK_TIME, evidence.replies, evidence.pins)


@then("every CallType is regular, regular callback or personal callback")
def call_type_is_documented(evidence: Evidence, remarks: Remarks) -> None:
    require(formats.CALL_TYPE, evidence.replies, evidence.pins)
    remarks.reason = formats.call_types_seen(evidence.replies, evidence.pins)


@then(parsers.parse("every {member} is written as in the sample"))
def is_written_as_in_the_sample(evidence: Evidence, member: str) -> None:
    require(formats.written_as_in_the_sample(member), evidence.replies, evidence.pins)
