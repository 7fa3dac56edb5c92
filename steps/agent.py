"""The Campaign Manager version and the agent's login, as preconditions."""

from lcm_conformance.catalogue.probes import Part
from lcm_conformance.catalogue.verdict import Inconclusive, Nonconformity, NotApplicable, Untested
from lcm_conformance.judge.checks.answers import require_answer_after_login
from lcm_conformance.judge.checks.no_contact import require_no_contact
from lcm_conformance.judge.evidence import Evidence
from lcm_conformance.record.transcript import Exchange
from pytest_bdd import given, then


@given("a Campaign Manager version that offers the API")
def version_offers_the_api(evidence: Evidence) -> None:
    if not evidence.supported:
        raise NotApplicable("the API is not offered by this Campaign Manager version")


@given("a Campaign Manager version later than 2308")
def version_is_later(evidence: Evidence) -> None:
    if evidence.supported:
        raise Untested("only of versions later than 2308, and only with --observe-unsupported")
    if not evidence.recording.events and evidence.recording.trouble is None:
        raise NotApplicable("nothing was asked: a version later than 2308 is observed only with --observe-unsupported")


@given("nobody is handed a contact before login")
def nobody_before_login(evidence: Evidence) -> None:
    tests = evidence.exchanges(Part.TEST, probe="not-logged-in")
    try:
        require_no_contact(evidence, tests)
    except Nonconformity as nonconformity:
        raise Inconclusive("PRE-1 fails: a contact is handed out before login", blockers={"PRE-1"}) from nonconformity
    except Inconclusive:
        return


@then("the clauses of the page apply to it")
def clauses_apply() -> None:
    """The precondition has said all there is."""


@then("the session is answered once the agent has logged in")
def answered_after_login(evidence: Evidence, exchanges: tuple[Exchange, ...]) -> None:
    require_answer_after_login(evidence, [x for x in exchanges if x.part is Part.TEST])
