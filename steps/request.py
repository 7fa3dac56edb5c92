"""What is asked: a `When` is the sentence of a probe, and brings what was exchanged for it."""

from pytest_bdd import parsers, then, when

from conformance import probes
from conformance.checks.answers import require_answers, require_documented_topic, require_pinned_source
from conformance.evidence import Evidence
from conformance.result import Remarks
from conformance.transcript import Exchange


class ProbeSentence(parsers.StepParser):
    """Matches the sentences of the probes table, so that a new probe needs no Python."""

    def is_matching(self, name: str) -> bool:
        return probes.called(name) is not None

    def parse_arguments(self, name: str) -> dict[str, object]:
        return {"probe": probes.called(name)}


@when(ProbeSentence("a probe of probes.toml"), target_fixture="exchanges")
def asked(evidence: Evidence, probe: probes.Probe) -> tuple[Exchange, ...]:
    return evidence.require_asked(probe.name)


@then(parsers.parse('every proper request is answered under "ContactOD"'))
def every_proper_request_is_answered(evidence: Evidence) -> None:
    require_answers(evidence)


@then("the request counts under a documented topic")
def counts_under_a_documented_topic(evidence: Evidence) -> None:
    require_documented_topic(evidence)


@then("it is recorded whether source is needed")
def source_is_recorded(evidence: Evidence, remarks: Remarks) -> None:
    remarks.reason = require_pinned_source(evidence)
