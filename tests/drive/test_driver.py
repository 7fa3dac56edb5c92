"""The driver against real sockets: what it asks, what it leaves alone, and whom it must not accuse.

A run is mostly waiting, so the runs of all collected tests go on side by side.
"""

from __future__ import annotations

import itertools
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from driving import Judged, driver, embedded, judged, logins, most_logged_in, most_sessions, only
from lcm_conformance.catalogue.probes import Part, load_probes
from lcm_conformance.catalogue.request import Way, candidates
from lcm_conformance.catalogue.scenarios import clause_of
from lcm_conformance.catalogue.verdict import Verdict
from lcm_conformance.endpoint import Behaviour, Host
from lcm_conformance.profile import Agent, Profile, load
from lcm_conformance.record.transcript import Kind, Phase, Recording
from other_make import PROFILE, OtherMake, served

AT_ONCE = 8


class Grounds:
    """Where the endpoints of this module are started."""

    def __init__(self, host: Host, stack: ExitStack, folder: Path) -> None:
        self._host = host
        self._stack = stack
        self._folder = folder

    def conformant(self, sessions: int = 40, **behaviour: object) -> Profile:
        return embedded(self._host.start(Behaviour(**behaviour)), max_connections=sessions)

    def variant(self, *names: str, sessions: int = 40) -> Profile:
        return self.conformant(sessions, variants=names)

    def faulty(self, fault: str, sessions: int = 40) -> Profile:
        return self.conformant(sessions, faults=(fault,))

    def deaf(self) -> Profile:
        return only(without_patience(self.faulty("never_answers")), "reserved")

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
        yield {subject: pool.submit(lambda subject: judged(subject(grounds)), subject) for subject in subjects}


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


def with_stranger(profile: Profile) -> Profile:
    """Toni alone asks before login, so that kim's first session is clean for as long as kim asks for contacts."""
    toni = Agent("stranger", "toni", {"user_id": "toni", "password": "0-1-2"})
    return replace(profile, agents={**profile.agents, "stranger": toni})


def not_vouched_for(profile: Profile) -> Profile:
    return replace(profile, agents={"reserved": replace(profile.agents["reserved"], reserved="unknown")})


def without_patience(profile: Profile) -> Profile:
    return replace(profile, timing=replace(profile.timing, reply=0.3))


def with_unheard_login(profile: Profile) -> Profile:
    assert profile.login is not None
    login = replace(profile.login, success={"subtopic": "NoSuchEvent"})
    return replace(profile, login=login, timing=replace(profile.timing, reply=0.3))


def is_refused(recording: Recording) -> bool:
    """Whether a login was refused."""
    return any('"Error"' in (event.frame or "") for event in recording.events if event.phase is Phase.LOGIN)


@of(lambda on: on.conformant(1))
def test_with_one_session_at_a_time_every_clause_passes_as_with_forty(run: Judged) -> None:
    assert run.unpassed == {}
    assert run.verdict == "conformant"
    assert most_sessions(run.recording) == 1
    # Two agents never asked at the same time, so that replies are told apart is taken for granted.
    assert run.result.attribution == "assumed"


@of(lambda on: on.conformant(1))
def test_with_one_session_at_a_time_lanes_follow_one_another(run: Judged) -> None:
    in_lanes = [x.lane for x in run.recording.exchanges if x.probe != "at-once" and x.part is not Part.HOSTILE]
    assert [lane for lane, _ in itertools.groupby(in_lanes)][:5] == ["stranger", "reserved", "other", "leaver", "idle"]


@of(*(lambda on, most=most: on.conformant(most) for most in (2, 3, 40)))
def test_with_more_every_clause_passes_and_there_are_never_more_than_the_profile_allows(run: Judged) -> None:
    assert run.unpassed == {}
    assert 1 < most_sessions(run.recording) <= run.profile.endpoint.max_connections
    assert run.result.attribution == "proven"


@of(
    *(lambda on, most=most: on.conformant(most) for most in (1, 2, 40)),
    *(lambda on, most=most: only(on.conformant(most), "reserved") for most in (1, 40)),
    *(lambda on, most=most: only(on.conformant(most), "reserved", "other") for most in (2, 40)),
    lambda on: on.variant("closes_on_every_refusal"),
    lambda on: on.variant("answers_once_a_session"),
    lambda on: on.variant("replies_again_later"),
    lambda on: on.faulty("answers_after_logout"),
    lambda on: on.faulty("never_looks_at_data"),
    lambda on: on.faulty("leaves_every_second_request_unanswered"),
)
def test_no_agent_is_ever_logged_in_on_two_sessions_at_once(run: Judged) -> None:
    most = most_logged_in(run.recording)
    assert set(most) == set(run.profile.agents)
    assert set(most.values()) == {1}


@of(
    *(lambda on, most=most: on.conformant(most) for most in (1, 40)),
    lambda on: on.faulty("answers_after_logout"),
    lambda on: on.variant("replies_again_later"),
)
def test_every_session_on_which_somebody_logged_in_ends_by_logout(run: Judged) -> None:
    assert not_logged_out(run.recording) == set()


def not_logged_out(recording: Recording) -> set[str]:
    """The sessions that were logged in, and neither logged out nor ended by the endpoint."""
    begun = {event.session for event in logins(recording)}
    out = {event.session for event in recording.events if event.kind is Kind.SENT and event.phase is Phase.LOGOUT}
    ended = {event.session for event in recording.events if (event.note or "").startswith("by the endpoint")}
    return begun - out - ended


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


@of(lambda on: only(on.conformant(), "reserved"), lambda on: on.conformant())
def test_it_is_asked_before_any_login_in_each_way_and_by_another_agent_after_the_first(run: Judged) -> None:
    tests = [x for x in run.recording.of("not-logged-in") if x.part is Part.TEST]
    first = logins(run.recording)[0].clock
    early = [x for x in tests if x.sent < first]
    late = [x for x in tests if x.sent > first]
    assert Counter(x.way for x in early) == Counter(candidates())
    assert {x.agent for x in late} == {"other"} & set(run.profile.agents)
    assert len(late) == (3 if late else 0)
    assert run.verdicts["PRE-1"] is run.verdicts["PRE-3"] is Verdict.PASS


@of(lambda on: only(on.faulty("answers_without_login"), "reserved"))
def test_with_one_agent_an_answer_before_login_is_found_all_the_same(run: Judged) -> None:
    assert run.failed == {"PRE-1"}, run.unpassed


@of(*(lambda on, most=most: on.other_make(most) for most in (1, 20)))
def test_an_endpoint_of_another_make_conforms_through_a_profile_alone(run: Judged) -> None:
    assert run.unpassed == {}
    assert run.verdict == "conformant"
    assert run.result.asked_as == {"topic": "Webservice", "source": True}
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


@of(*(lambda on, kind=kind: only(on.other_make(20, kind), "reserved") for kind in ("session", "agent", "any", "all")))
def test_nor_is_it_where_one_agent_is_all_there_is(run: Judged) -> None:
    assert set(run.unpassed) == {"RES-1", "RES-2"}, run.unpassed


@of(*(lambda on, number=number: with_stranger(on.other_make(20, loses=number)) for number in (3, 5, 9)))
def test_a_reply_that_is_lost_on_a_clean_session_is_not_forgotten(run: Judged) -> None:
    assert run.failed == {"MAP-1"}, run.unpassed


@of(
    *(
        lambda on, name=name, most=most: on.variant(name, sessions=most)
        for most in (2, 40)
        for name in (
            "keeps_the_newest_session",
            "keeps_the_oldest_session",
            "allows_two_sessions_of_an_agent_and_refuses_the_next",
            "allows_two_sessions_of_an_agent_and_closes_the_oldest",
            "replies_to_all_sessions_of_the_agent",
        )
    )
)
def test_an_endpoint_with_its_own_idea_of_sessions_conforms(run: Judged) -> None:
    assert run.unpassed == {}
    assert not is_refused(run.recording)
    assert most_sessions(run.recording) <= run.profile.endpoint.max_connections


@of(
    lambda on: only(on.variant("keeps_the_oldest_session"), "reserved"),
    lambda on: only(on.variant("keeps_the_oldest_session", sessions=1), "reserved"),
)
def test_nor_does_one_agent_who_may_have_one_session_need_another(run: Judged) -> None:
    assert set(run.unpassed) == {"RES-1", "RES-2"}, run.unpassed
    assert not is_refused(run.recording)


@of(lambda on: on.variant("keeps_the_oldest_session", "closes_after_the_reply"))
def test_nor_where_each_session_is_good_for_one_request(run: Judged) -> None:
    assert run.unpassed == {}
    assert not is_refused(run.recording)


@of(lambda on: without_patience(on.conformant(faults=("never_answers",), variants=("keeps_the_oldest_session",))))
def test_nor_where_nothing_is_answered(run: Judged) -> None:
    assert run.failed == {"MAP-1"}, run.unpassed
    assert not is_refused(run.recording)


@of(lambda on: on.variant("keeps_the_oldest_session", "closes_on_what_is_not_json"))
def test_bad_input_that_ends_the_only_session_accuses_nobody(run: Judged) -> None:
    assert run.unpassed == {}
    assert not is_refused(run.recording)


@of(lambda on: on.variant("allows_one_connection_in_all"), lambda on: on.variant("allows_two_connections_in_all"))
def test_a_further_handshake_that_is_refused_lowers_the_number_of_sessions_with_a_notice(run: Judged) -> None:
    assert run.unpassed == {}
    (told,) = [line for line in run.result.notices if line.startswith("the endpoint refused a session beside ")]
    most = most_sessions(run.recording)
    assert told.startswith(f"the endpoint refused a session beside {most} that were open (")
    assert told.endswith("so the run went on with fewer: set endpoint.max_connections")
    assert (most, run.result.attribution) in {(1, "assumed"), (2, "proven"), (2, "assumed")}


@of(
    *(
        lambda on, name=name, most=most: on.variant(name, sessions=most)
        for most in (1, 5)
        for name in (
            "closes_on_every_refusal",
            "closes_late_on_every_refusal",
            "refuses_by_lcm_error_and_closes",
            "drops_what_comes_within_50_ms_of_a_refusal",
            "drops_what_comes_within_50_ms_of_an_open_refusal",
        )
    )
)
def test_an_endpoint_that_closes_or_throttles_on_refusals_conforms(run: Judged) -> None:
    assert run.unpassed == {}


@of(*(lambda on, most=most: on.variant("drops_equal_frames_in_a_row", sessions=most) for most in (1, 5)))
def test_an_endpoint_that_drops_equal_frames_conforms(run: Judged) -> None:
    assert run.failed <= {"ROB-6"}, run.unpassed
    assert run.verdict == "conformant"


@of(
    lambda on: on.conformant(),
    lambda on: on.conformant(readings={"topic": "table", "source": "table"}),
    lambda on: on.variant("closes_on_every_refusal"),
)
def test_every_form_is_asked_twice_once_under_each_spelling_that_is_answered(run: Judged) -> None:
    probes = load_probes()
    tests = [x for x in run.recording.exchanges if x.part is Part.TEST and probes[x.probe].forms]
    asked = Counter((x.probe, x.form) for x in tests)
    assert set(asked) == {(p.name, f.name) for p in probes.values() if p.part is Part.TEST for f in p.forms}
    closes = any(x.closed for x in tests)
    answered = {x.way.topic for x in run.recording.exchanges if x.part is Part.DUE and x.received and x.way}
    if closes:  # where a refusal costs a session, each form once, and one form of each clause twice
        first = {}
        for probe, form in asked:
            first.setdefault(clause_of(probe), (probe, form))
        assert all(asked[key] >= 2 for key in first.values())
    else:
        assert set(asked.values()) == {2}
        for key in asked:
            assert {x.way.topic for x in tests if (x.probe, x.form) == key and x.way} == answered


@of(lambda on: on.variant("replies_slowly_to_one_request_in_forty"))
def test_an_answer_that_is_slow_now_and_then_makes_no_form_be_asked_once_only(run: Judged) -> None:
    asked = Counter((x.probe, x.form) for x in run.recording.exchanges if x.part is Part.TEST and x.form)
    assert run.verdict == "conformant"
    assert min(asked.values()) >= 2


@of(lambda on: on.deaf())
def test_all_four_ways_of_asking_are_tried_before_it_gives_up(run: Judged) -> None:
    assert {x.way for x in run.recording.of("ask")} == set(candidates())
    assert run.result.asked_as is None
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
    assert len(logins(run.recording, "reserved")) == 1
    assert run.verdict == "inconclusive"
    assert run.failed == set()


@of(*(lambda on, most=most: with_wrong_password(on.conformant(most), "other") for most in (1, 40)))
def test_an_agent_whose_login_is_refused_spoils_only_what_needs_that_agent(run: Judged) -> None:
    assert len(logins(run.recording, "other")) == 1
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
    assert set(Counter(event.agent for event in logins(run.recording)).values()) == {1}


def test_a_pinned_reading_is_asked_first(grounds: Grounds) -> None:
    pins = {"topic": "table", "source": "sample"}
    run = judged(grounds.conformant(readings=pins), pins)

    first = next(x for x in run.recording.exchanges if x.part in {Part.DUE, Part.CONTROL})
    assert first.way == Way("Webservice", False)
    assert run.verdict == "conformant", run.unpassed


def patient(profile: Profile) -> Profile:
    return replace(profile, timing=replace(profile.timing, silence=60, reply=60))


def after_find_out(profile: Profile, recording: Recording) -> bool:
    """Whether an interruption during a silence has kept what was learnt, and ended every session."""
    opened = {event.session for event in recording.events if event.kind is Kind.OPENED}
    closed = {event.session for event in recording.events if event.kind is Kind.CLOSED}
    return opened == closed and not not_logged_out(recording) and any(x.received for x in recording.of("ask"))


def test_an_interrupted_run_ends_at_once_and_hands_over_what_it_has_learnt(grounds: Grounds) -> None:
    main, once = threading.main_thread().ident, threading.Event()
    assert main is not None

    def interrupt(text: str) -> None:
        if "agents.idle waits out a silence" in text and not once.is_set():
            once.set()
            signal.pthread_kill(main, signal.SIGINT)

    profile = patient(grounds.conformant())
    asks = driver(profile, progress=interrupt)
    with pytest.raises(KeyboardInterrupt):
        asks.run(load_probes().values())
    assert after_find_out(profile, asks.recording())


@pytest.mark.parametrize("connections", [1, 40])
def test_a_run_that_is_stopped_in_a_silence_logs_everybody_out(grounds: Grounds, connections: int) -> None:
    def stop(text: str) -> None:
        if "waits out a silence" in text and (connections == 1 or "agents.idle" in text):
            asks.stop()

    profile = patient(only(grounds.conformant(connections), "reserved", "other", "idle"))
    profile = replace(profile, agents={role: profile.agents[role] for role in ("idle", "reserved", "other")})
    asks = driver(profile, progress=stop)
    asked = [load_probes()[name] for name in ("nothing-reserved", "ask", "unknown-agent")]
    recording = asks.run(asked)
    assert logins(recording)
    assert after_find_out(profile, recording)


def test_nothing_is_asked_where_nothing_is_selected(grounds: Grounds) -> None:
    assert driver(grounds.conformant()).run([]).events == ()


@of(*(lambda on, sessions=sessions: on.other_make(sessions, pushes=True) for sessions in (1, 2, 20)))
def test_a_contact_that_comes_unasked_after_login_is_no_answer(run: Judged) -> None:
    assert run.failed == set(), run.unpassed


@of(*(lambda on, sessions=sessions: on.other_make(sessions, lax=True) for sessions in (1, 2, 20)))
def test_a_contact_that_was_asked_for_wrongly_is_found(run: Judged) -> None:
    assert run.verdict == "non-conformant"
    assert run.failed == {"MAP-2"}


@of(*(lambda on, at=(n, k): on.other_make(at[0], cuts=(at[1],)) for n in (1, 4, 20) for k in (1, 2, 3, 5, 9, 14, 17)))
def test_a_line_that_is_cut_once_is_asked_over_again_and_said(run: Judged) -> None:
    assert (run.verdict, run.unpassed) == ("conformant", {})
    assert set(run.result.notices) <= {
        "environment: a session ended in place of an answer; what was asked there was answered on a new one"
    }


@of(lambda on: on.other_make(1, cuts=(9,)))
def test_that_a_session_ended_in_place_of_an_answer_is_said(run: Judged) -> None:
    assert run.result.notices == (
        "environment: a session ended in place of an answer; what was asked there was answered on a new one",
    )


@of(*(lambda on, sessions=sessions: on.other_make(sessions, cuts=tuple(range(3, 400, 3))) for sessions in (1, 4)))
def test_a_line_that_is_cut_again_and_again_is_no_answer(run: Judged) -> None:
    assert "MAP-1" in run.failed
