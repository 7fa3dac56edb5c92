"""The driver against real sockets: what it asks, what it leaves alone, and whom it must not accuse.

A run is mostly waiting, so the runs of all collected tests go on side by side.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from driving import Judged, driver, embedded, judged, most_sessions, only, sent
from lcm_conformance.catalogue.probes import Part, load_probes
from lcm_conformance.catalogue.request import Way
from lcm_conformance.catalogue.verdict import Verdict
from lcm_conformance.endpoint import Behaviour, Host
from lcm_conformance.profile import Profile, load
from lcm_conformance.record.transcript import Kind
from other_make import PROFILE, OtherMake, served

AT_ONCE = 24


class Grounds:
    """Where the endpoints of this module are started."""

    def __init__(self, host: Host, stack: ExitStack, folder: Path) -> None:
        self._host = host
        self._stack = stack
        self._folder = folder

    def conformant(self, sessions: int = 40, **behaviour: object) -> Profile:
        return embedded(self._host.start(Behaviour(**behaviour)), max_connections=sessions)

    def faulty(self, fault: str, sessions: int = 40) -> Profile:
        return self.conformant(sessions, faults=(fault,))

    def deaf(self) -> Profile:
        profile = only(self.faulty("never_answers"), "reserved")
        return replace(profile, timing=replace(profile.timing, reply=0.3))

    def other_make(self, sessions: int = 20, remembers: str = "session", loses: int = 0, **manners: Any) -> Profile:
        url = self._stack.enter_context(served(OtherMake(remembers, loses, **manners)))
        path = self._folder / f"{url.rpartition(':')[2].partition('/')[0]}.toml"
        path.write_text(PROFILE.format(url=url, sessions=sessions), encoding="utf-8")
        return load(path)


Subject = Callable[[Grounds], Profile]


@pytest.fixture(scope="module")
def grounds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grounds]:
    with Host() as host, ExitStack() as stack:
        yield Grounds(host, stack, tmp_path_factory.mktemp("profiles"))


@pytest.fixture(scope="module")
def runs(request: pytest.FixtureRequest, grounds: Grounds) -> Iterator[dict[Subject, Future[Judged]]]:
    items = [item for item in request.session.items if isinstance(item, pytest.Function) and hasattr(item, "callspec")]
    subjects = {item.callspec.params["run"]: None for item in items if "run" in item.callspec.params}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {subject: pool.submit(judged, subject(grounds)) for subject in subjects}


@pytest.fixture
def run(request: pytest.FixtureRequest, runs: dict[Subject, Future[Judged]]) -> Judged:
    """The run that the test's subject describes."""
    return runs[request.param].result()


def of(*subjects: Subject) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("run", subjects, indirect=True, ids=[str(n) for n in range(1, len(subjects) + 1)])


def without_logout(profile: Profile) -> Profile:
    return replace(profile, logout=None)


def with_wrong_password(profile: Profile, role: str) -> Profile:
    agent = profile.agents[role]
    return replace(profile, agents={**profile.agents, role: replace(agent, keys={**agent.keys, "password": "no-such"})})


def not_vouched_for(profile: Profile) -> Profile:
    return replace(profile, agents={"reserved": replace(profile.agents["reserved"], reserved="unknown")})


def without_patience(profile: Profile) -> Profile:
    return replace(profile, timing=replace(profile.timing, reply=0.3))


def with_unheard_login(profile: Profile) -> Profile:
    assert profile.login is not None
    login = replace(profile.login, success={"subtopic": "NoSuchEvent"})
    return replace(profile, login=login, timing=replace(profile.timing, reply=0.3))


@of(lambda on: on.conformant(1))
def test_with_one_session_at_a_time_every_clause_passes_as_with_forty(run: Judged) -> None:
    assert run.unpassed == {}
    assert run.verdict == "conformant"
    assert most_sessions(run.recording) == 1
    # Two agents never asked at the same time, so that replies are told apart is taken for granted.
    assert run.result.attribution == "assumed"


@of(*(lambda on, most=most: on.conformant(most) for most in (2, 3, 40)))
def test_with_more_every_clause_passes_and_there_are_never_more_than_the_profile_allows(run: Judged) -> None:
    assert run.unpassed == {}
    assert 1 < most_sessions(run.recording) <= run.profile.endpoint.max_connections
    assert run.result.attribution == "proven"


@of(lambda on: on.faulty("drops_queue", 1), lambda on: on.faulty("drops_queue", 40))
def test_a_missing_member_fails_its_clause_however_many_sessions_there_are(run: Judged) -> None:
    assert run.failed == {"FLD-Queue-presence"}, run.unpassed


@of(lambda on: on.faulty("answers_without_login", 1), lambda on: on.faulty("answers_without_login", 40))
def test_an_answer_before_login_fails_its_clause_however_many_sessions_there_are(run: Judged) -> None:
    assert run.failed == {"PRE-1"}, run.unpassed


@of(lambda on: on.faulty("answers_after_logout", 1), lambda on: on.faulty("answers_after_logout", 40))
def test_an_answer_after_logout_fails_its_clause_however_many_sessions_there_are(run: Judged) -> None:
    assert run.failed == {"PRE-2"}, run.unpassed


@of(*(lambda on, most=most: without_logout(only(on.conformant(most), "reserved")) for most in (1, 40)))
def test_with_one_agent_what_needs_others_is_untested_with_its_reason(run: Judged) -> None:
    assert run.verdict == "inconclusive"
    assert run.unpassed == {
        "RES-1": "untested: the profile names no agents.other",
        "RES-2": "untested: the profile names no agents.idle",
        "PRE-2": "untested: the profile has no logout",
    }


@of(lambda on: only(on.conformant(), "reserved"))
def test_with_one_agent_it_is_asked_before_any_login(run: Judged) -> None:
    early = [x for x in run.recording.exchanges if x.probe == "not-logged-in" and x.part is Part.TEST]
    logins = sent(run.recording, subtopic="SetUserInfo")
    assert early
    assert all(x.sent < logins[0].clock for x in early)
    assert run.verdicts["PRE-1"] is run.verdicts["PRE-3"] is Verdict.PASS


@of(lambda on: only(on.faulty("answers_without_login"), "reserved"))
def test_with_one_agent_an_answer_before_login_is_found_all_the_same(run: Judged) -> None:
    assert run.failed == {"PRE-1"}, run.unpassed


@of(*(lambda on, most=most: on.other_make(most) for most in (1, 20)))
def test_an_endpoint_of_another_make_conforms_through_a_profile_alone(run: Judged) -> None:
    assert run.unpassed == {}
    assert run.verdict == "conformant"
    assert run.recording.way == Way("Webservice", True)
    assert run.result.readings["contact-id-name"] == "table"
    assert "topic=table" in run.result.depends_on


@of(
    *(
        lambda on, most=most, kind=kind: on.other_make(most, kind)
        for most in (1, 20)
        for kind in ("agent", "any", "all")
    )
)
def test_an_endpoint_that_remembers_logins_by_agent_is_not_accused(run: Judged) -> None:
    assert run.unpassed == {}


@of(*(lambda on, number=number: on.other_make(20, loses=number) for number in (2, 5, 9)))
def test_a_reply_lost_while_agents_have_several_sessions_is_not_forgotten(run: Judged) -> None:
    assert set(run.unpassed) == {"MAP-1"}, run.unpassed
    assert "while agents had several sessions at once" in run.unpassed["MAP-1"] or run.failed == {"MAP-1"}


@of(*(lambda on, kind=kind: only(on.other_make(20, kind), "reserved") for kind in ("session", "agent", "any", "all")))
def test_nor_is_it_where_one_agent_is_all_there_is(run: Judged) -> None:
    assert set(run.unpassed) == {"RES-1", "RES-2"}, run.unpassed


@of(
    lambda on: on.conformant(variants=("keeps_the_newest_session",)),
    lambda on: on.conformant(variants=("keeps_the_oldest_session",)),
    lambda on: on.conformant(variants=("replies_to_all_sessions_of_the_agent",)),
)
def test_an_endpoint_with_its_own_idea_of_sessions_conforms(run: Judged) -> None:
    assert run.unpassed == {}
    assert not run.recording.shared


def nothing_after_a_refusal(run: Judged) -> bool:
    """Whether a refused login is the last of its agent, and no session of that agent is opened after it."""
    refusals = [event for event in run.recording.events if '"Error"' in (event.frame or "")]
    return bool(refusals) and not any(
        event.agent == refusal.agent
        and event.clock > refusal.clock
        and (event.kind is Kind.OPENED or "SetUserInfo" in (event.frame or ""))
        for refusal in refusals
        for event in run.recording.events
    )


@of(*(lambda on, most=most: on.conformant(most, variants=("keeps_the_oldest_session",)) for most in (2, 3, 40)))
def test_where_a_second_session_is_refused_the_first_is_all_that_is_used(run: Judged) -> None:
    assert run.unpassed == {}
    assert nothing_after_a_refusal(run)
    assert most_sessions(run.recording) <= run.profile.endpoint.max_connections


@of(lambda on: only(on.conformant(variants=("keeps_the_oldest_session",)), "reserved"))
def test_what_would_need_another_login_then_is_inconclusive_with_the_reason(run: Judged) -> None:
    assert set(run.unpassed) == {"RES-1", "RES-2", "PRE-2"}, run.unpassed
    assert run.unpassed["PRE-2"].startswith(
        "inconclusive: environment: the login of one more session of agents.reserved was not accepted"
    )
    assert "set endpoint.max_connections = 1" in run.unpassed["PRE-2"]
    assert nothing_after_a_refusal(run)


@of(lambda on: on.conformant(variants=("keeps_the_oldest_session", "closes_after_the_reply")))
def test_a_second_session_is_not_tried_where_each_is_good_for_one_request(run: Judged) -> None:
    assert run.unpassed == {}
    assert not [event for event in run.recording.events if '"Error"' in (event.frame or "")]


@of(lambda on: without_patience(on.conformant(faults=("never_answers",), variants=("keeps_the_oldest_session",))))
def test_nor_is_a_login_repeated_where_nothing_is_answered(run: Judged) -> None:
    assert run.failed == {"MAP-1"}, run.unpassed
    assert nothing_after_a_refusal(run)


@of(lambda on: on.conformant(variants=("keeps_the_oldest_session", "closes_on_what_is_not_json")))
def test_bad_input_that_ends_the_only_session_accuses_nobody(run: Judged) -> None:
    assert run.failed == set(), run.unpassed
    assert "one more session of agents.reserved was not accepted" in run.reason("ROB-1")
    assert nothing_after_a_refusal(run)


@of(lambda on: on.deaf())
def test_all_four_ways_of_asking_are_tried_before_it_gives_up(run: Judged) -> None:
    assert len(set(run.recording.tried_ways)) == 4
    assert run.recording.way is None
    assert run.failed == {"MAP-1"}


@of(lambda on: not_vouched_for(on.deaf()))
def test_silence_proves_nothing_where_the_profile_does_not_vouch_for_a_contact(run: Judged) -> None:
    assert run.verdict == "inconclusive"
    assert run.failed == set()
    assert "check that the agent is logged in" in run.reason("MAP-1")


@of(lambda on: with_wrong_password(on.conformant(), "reserved"))
def test_a_refused_login_is_never_tried_again(run: Judged) -> None:
    assert run.recording.trouble is not None
    assert "login of agents.reserved was refused" in run.recording.trouble
    assert "not tried again" in run.recording.trouble
    assert len([event for event in sent(run.recording, subtopic="SetUserInfo") if event.agent == "reserved"]) == 1
    assert run.verdict == "inconclusive"
    assert run.failed == set()


@of(*(lambda on, most=most: with_wrong_password(on.conformant(most), "other") for most in (1, 40)))
def test_an_agent_whose_login_is_refused_spoils_only_what_needs_that_agent(run: Judged) -> None:
    assert len([event for event in sent(run.recording, subtopic="SetUserInfo") if event.agent == "other"]) == 1
    assert run.failed == set()
    assert run.verdict == "inconclusive"
    assert run.reason("RES-1").startswith("environment: the login of agents.other was refused")
    assert run.verdicts["MAP-1"] is run.verdicts["RES-2"] is Verdict.PASS


@of(lambda on: with_unheard_login(on.conformant()))
def test_a_login_that_nobody_answers_is_sent_once(run: Judged) -> None:
    assert run.recording.trouble is not None
    assert (
        "was not answered as login.success says within 0.3 s: correct it, or describe a refusal"
        in run.recording.trouble
    )
    assert len([event for event in sent(run.recording, subtopic="SetUserInfo") if event.agent == "reserved"]) == 1


def test_a_pinned_reading_is_asked_first(grounds: Grounds) -> None:
    pins = {"topic": "table", "source": "sample"}
    run = judged(grounds.conformant(readings=pins), pins)

    assert run.recording.tried_ways == (Way("Webservice", False),)
    assert run.verdict == "conformant", run.unpassed


def test_an_interrupted_run_ends_at_once_and_hands_over_what_it_has_learnt(grounds: Grounds) -> None:
    def interrupt(text: str) -> None:
        if text.startswith("waiting"):
            raise KeyboardInterrupt

    patient = grounds.conformant()
    asks = driver(replace(patient, timing=replace(patient.timing, silence=60, reply=60)), progress=interrupt)
    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        asks.run(load_probes().values())

    assert time.monotonic() - begun < 10
    recording = asks.recording()
    assert recording.way == Way("WebService", True)
    assert [x for x in recording.of("ask") if x.received]
    opened = {event.session for event in recording.events if event.kind is Kind.OPENED}
    assert opened == {event.session for event in recording.events if event.kind is Kind.CLOSED}


def test_nothing_is_asked_where_nothing_is_selected(grounds: Grounds) -> None:
    assert driver(grounds.conformant()).run([]).events == ()


@of(*(lambda on, sessions=sessions: on.other_make(sessions, pushes=True) for sessions in (1, 2, 20)))
def test_a_contact_that_comes_unasked_after_login_is_no_answer(run: Judged) -> None:
    assert (run.verdict, run.unpassed) == ("conformant", {})


@of(*(lambda on, sessions=sessions: on.other_make(sessions, pushes=True, lax=True) for sessions in (1, 2, 20)))
def test_a_contact_that_was_asked_for_wrongly_is_told_from_one_that_comes_unasked(run: Judged) -> None:
    assert run.verdict == "non-conformant"
    assert run.failed == {"MAP-2"}


@of(*(lambda on, at=(n, k): on.other_make(at[0], cuts=(at[1],)) for n in (1, 4, 20) for k in (1, 2, 3, 5, 9, 14, 17)))
def test_a_line_that_is_cut_once_is_asked_over_again_and_said(run: Judged) -> None:
    assert (run.verdict, run.unpassed) == ("conformant", {})
    assert all(re.match("the line was cut, without a close frame, in x-[0-9]{4}", text) for text in run.result.notices)


@of(lambda on: on.other_make(1, cuts=(1,)))
def test_that_the_line_was_cut_is_said(run: Judged) -> None:
    (notice,) = run.result.notices
    assert notice == (
        "the line was cut, without a close frame, in x-0002; what was asked there was asked again: "
        "check the network between here and the endpoint"
    )


@of(*(lambda on, sessions=sessions: on.other_make(sessions, cuts=tuple(range(3, 400, 3))) for sessions in (1, 4)))
def test_a_line_that_is_cut_again_and_again_is_no_answer(run: Judged) -> None:
    assert "MAP-1" in run.failed
