"""What is asked: a `When` is the sentence of a probe, and brings what was exchanged for it."""

from lcm_conformance.catalogue.probes import Probe, called
from lcm_conformance.judge.checks.answers import require_answers, require_documented_topic, require_pinned_source
from lcm_conformance.judge.evidence import Evidence
from lcm_conformance.judge.result import Remarks
from lcm_conformance.record.transcript import Exchange
from pytest_bdd import parsers, then, when


class ProbeSentence(parsers.StepParser):
    """Matches the sentences of the probes table, so that a new probe needs no Python."""

    def is_matching(self, name: str) -> bool:
        return called(name) is not None

    def parse_arguments(self, name: str) -> dict[str, object]:
        return {"probe": called(name)}


@when(ProbeSentence("a probe of probes.toml"), target_fixture="exchanges")
def asked(evidence: Evidence, probe: Probe) -> tuple[Exchange, ...]:
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
