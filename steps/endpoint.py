"""The endpoint as a whole: what it does where the page is silent, and after bad input."""

from collections.abc import Sequence

from lcm_conformance.judge.checks.observing import OBSERVATIONS
from lcm_conformance.judge.checks.robustness import require_every_answer, require_no_reward, require_revival
from lcm_conformance.judge.evidence import Evidence
from lcm_conformance.judge.result import Observation, Remarks
from lcm_conformance.record.transcript import Exchange
from pytest_bdd import then


@then("what the endpoint does is recorded")
def is_recorded(evidence: Evidence, clause: str, remarks: Remarks) -> None:
    seen, detail = OBSERVATIONS[clause](evidence)
    remarks.observation = Observation(clause, seen, detail)


@then("a valid request is still answered")
def still_answers(evidence: Evidence, exchanges: Sequence[Exchange]) -> None:
    require_revival(evidence, exchanges[0].probe)


@then("no contact is handed out for it and no other session sees it")
def no_reward(evidence: Evidence, exchanges: Sequence[Exchange]) -> None:
    require_no_reward(evidence, exchanges[0].probe)


@then("every request of the burst is answered or refused, none with another agent's contact")
def every_request_is_answered(evidence: Evidence, exchanges: Sequence[Exchange]) -> None:
    require_every_answer(evidence, exchanges[0].probe)
