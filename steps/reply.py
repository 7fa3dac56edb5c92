"""The reply's layers, and which side of the page it follows."""

from lcm_conformance.judge.checks import envelope
from lcm_conformance.judge.checks.check import require
from lcm_conformance.judge.checks.readings import require_one_reading
from lcm_conformance.judge.evidence import Evidence
from pytest_bdd import parsers, then


@then("every reply is one valid JSON text whose value is an object")
def is_json(evidence: Evidence) -> None:
    require(envelope.JSON_OBJECT, evidence.replies, evidence.pins)


@then("no reply repeats a name within an object")
def names_are_unique(evidence: Evidence) -> None:
    require(envelope.UNIQUE_NAMES, evidence.replies, evidence.pins)


@then('every reply\'s channel is "LCM"')
def channel_is_lcm(evidence: Evidence) -> None:
    require(envelope.CHANNEL, evidence.replies, evidence.pins)


@then('every reply\'s topic is "Webservice" or "WebService"')
def topic_is_documented(evidence: Evidence) -> None:
    require(envelope.TOPIC, evidence.replies, evidence.pins)


@then("message is an Object in every reply")
def message_is_an_object(evidence: Evidence) -> None:
    require(envelope.MESSAGE, evidence.replies, evidence.pins)


@then("message.response is an Object in every reply")
def response_is_an_object(evidence: Evidence) -> None:
    require(envelope.RESPONSE, evidence.replies, evidence.pins)


@then(parsers.parse("the endpoint keeps to one reading of {reading}"))
def keeps_to_one_reading(evidence: Evidence, reading: str) -> None:
    require_one_reading(evidence, reading)
