"""What an earlier request brings while a slow answer to a later one is awaited: a close, or a copy."""

from __future__ import annotations

from driving import Judged, embedded, judged
from lcm_conformance.catalogue.verdict import Verdict
from lcm_conformance.endpoint import Behaviour, Host


def asked_of(variant: str, *probes: str) -> Judged:
    with Host() as host:
        profile = embedded(host.start(Behaviour(variants=(variant,))), max_connections=40)
        return judged(profile, asked=probes)


def test_a_control_that_an_earlier_refusal_closes_its_session_on_is_asked_on_another() -> None:
    run = asked_of("closes_late_on_every_refusal_and_replies_slowly", "ask", "not-logged-in", "logged-out")
    assert {run.verdicts[clause] for clause in ("PRE-1", "PRE-2", "PRE-3")} == {Verdict.PASS}


def test_a_copy_of_the_last_contact_under_another_subtopic_is_not_the_reply() -> None:
    copies = "replies_slowly_and_sends_the_contact_under_another_subtopic_too"
    run = asked_of(copies, "ask", "topic-respelt", "source-turned")
    assert run.verdicts["MAP-1"] is Verdict.PASS
