"""What else comes on a session, in which order, how often and how late: heartbeats, copies, refusals."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from endpoint_client import CALL_COUNT, LOGOUT, Client, login, request
from lcm_conformance.endpoint import Behaviour
from lcm_conformance.endpoint.campaign_manager import CampaignManager
from lcm_conformance.endpoint.session import Send

Connect = Callable[..., Client]
Serve = Callable[[Behaviour], str]


@pytest.mark.parametrize(
    ("variant", "beats"),
    [
        ("sends_h_every_150_ms", ["h", "h", "h"]),
        ("sends_empty_frames_every_150_ms", ["", "", ""]),
        ("sends_binary_frames_every_150_ms", [b"\x00\x01"] * 3),
        ("sends_a_number_every_150_ms", ["17", "17", "17"]),
        ("sends_an_empty_array_every_150_ms", ["[]", "[]", "[]"]),
        ("counts_its_heartbeats", ["hb #1", "hb #2", "hb #3"]),
    ],
)
def test_heartbeats_come_unasked_and_contacts_among_them(client: Connect, variant: str, beats: list[object]) -> None:
    agent = client(variants=(variant,))

    assert [agent.receive_frame() for _ in beats] == beats
    assert first_contact(agent, request()) is None
    assert first_contact(log_in(agent), request()) == "5550104711"


def test_faults_show_among_heartbeats(client: Connect) -> None:
    agent = client(faults=("leaves_a_trailing_comma_among_heartbeats",))
    assert agent.receive_frame() == "h"
    silent = client(faults=("never_answers_but_sends_heartbeats",))

    assert frame_with(log_in(agent), request(), "ContactOD").endswith(",}}}")
    assert first_contact(log_in(silent), request()) is None


def test_a_connection_begins_with_a_banner(client: Connect) -> None:
    agent = client(variants=("greets_with_a_banner",))

    assert [agent.receive_frame(), agent.receive_frame()] == ["LCM message bus ready", "o"]
    assert agent.log_in().ask()["subtopic"] == "ContactOD"


@pytest.mark.parametrize(
    ("variant", "before"), [("says_OK_before_each_answer", "OK"), ("acknowledges_each_frame_in_binary", b"\x06")]
)
def test_every_frame_is_acknowledged_before_it_is_answered(client: Connect, variant: str, before: object) -> None:
    agent = log_in(client(variants=(variant,)))
    agent.send(request())
    agent.send("no JSON")

    assert agent.receive_frame() == before
    assert "5550104711" in str(agent.receive_frame())
    assert agent.receive_frame() == before


@pytest.mark.parametrize("form", ["lcm_error", "not_found"])
def test_a_late_refusal_holds_up_no_later_answer(client: Connect, form: str) -> None:
    agent = client(variants=(f"refuses_late_by_{form}",)).log_in()
    agent.send(request("nobody"))
    agent.send(request())

    assert agent.receive()["message"]["response"]["PhoneNumber"] == "5550104711"
    assert "PhoneNumber" not in json.dumps(agent.receive())


def test_a_late_copy_holds_up_no_later_answer(client: Connect) -> None:
    agent = client(variants=("replies_again_300_ms_later",)).log_in("agent-7").log_in("agent-8")
    agent.send(request("agent-7"))
    agent.send(request("agent-8"))

    assert agent.phone_numbers(4) == ["5550104711", "5550104822"] * 2


@pytest.mark.parametrize("variant", ["says_everything_again_20_ms_later", "says_everything_again_a_second_later"])
def test_refusals_are_said_twice_too(client: Connect, variant: str) -> None:
    agent = client(variants=(variant,)).log_in()
    agent.send(request("nobody"))

    first, second = agent.receive(), agent.receive()

    assert first == second
    assert first["subtopic"] == "WS_Error"


def test_requests_are_worked_off_in_order(client: Connect) -> None:
    agent = client(variants=("works_off_requests_in_order_and_refuses_openly",)).log_in()
    for user_id in ("nobody", "agent-7", "nobody", "agent-7"):
        agent.send(request(user_id))

    subtopics = [agent.receive()["subtopic"] for _ in range(4)]

    assert subtopics == ["WS_Error", "ContactOD", "WS_Error", "ContactOD"]


def test_an_empty_array_is_answered_in_its_turn(client: Connect) -> None:
    agent = client(faults=("works_off_requests_in_order_and_takes_an_empty_array",)).log_in("agent-7").log_in("agent-8")
    agent.send(request("agent-8"))
    agent.send(request(data=[]))
    agent.send(request("agent-8"))

    assert agent.phone_numbers(3) == ["5550104822", "5550104711", "5550104822"]


def test_no_request_waits_longer_than_a_second_where_one_follows_the_other() -> None:
    manager = CampaignManager(Behaviour(variants=("works_off_requests_in_order_in_0_1_s",)))
    sessions = [manager.open(), manager.open()]
    for session in sessions:
        manager.receive(session, json.dumps(login("agent-7")), 0.0)

    sent = [manager.receive(sessions[n % 2], json.dumps(request()), 1.0)[0].after for n in range(20)]

    assert sent == sorted(sent)
    assert sent[:10] == pytest.approx([0.1 * n for n in range(1, 11)])
    assert sent[10:] == pytest.approx([1.0] * 10, abs=1e-4)


@pytest.mark.parametrize("variant", ["drops_equal_frames_in_a_row", "drops_equal_frames_within_a_second"])
def test_a_frame_equal_to_the_one_before_is_dropped(client: Connect, variant: str) -> None:
    agent = client(variants=(variant,)).log_in()
    agent.ask()
    agent.send(request())

    assert agent.ask(topic="Webservice")["subtopic"] == "ContactOD"
    assert agent.is_left_unanswered(request(data=...))
    assert agent.ask()["subtopic"] == "ContactOD"


@pytest.mark.parametrize("open_refusal", [False, True])
def test_what_comes_soon_after_a_refusal_is_dropped(client: Connect, open_refusal: bool) -> None:
    kind = "an_open_refusal" if open_refusal else "a_refusal"
    agent = client(variants=(f"drops_what_comes_within_50_ms_of_{kind}",)).log_in()
    agent.send(request("nobody"))
    assert agent.receive()["subtopic"] == "WS_Error"  # said openly in both

    for _ in range(1000):  # until 50 ms are over, however slow this machine is
        if not agent.is_left_unanswered(request()):
            break
    else:
        pytest.fail("no request was answered again")


def test_it_is_dropped_by_time_and_not_by_count() -> None:
    manager = CampaignManager(Behaviour(variants=("drops_what_comes_within_50_ms_of_a_refusal",)))
    session = manager.open()
    talk = [("login", 0.0), ("refused", 1.0), ("proper", 1.04), ("proper", 1.049), ("proper", 1.06)]

    frames = {"login": login("agent-7"), "refused": request(data=...), "proper": request()}
    answers = [len(manager.receive(session, json.dumps(frames[what]), now)) for what, now in talk]

    assert answers == [2, 0, 0, 0, 1]


@pytest.mark.parametrize(("among", "reached"), [("sessions_of_its_topic", 1), ("all_sessions", 2)])
def test_answers_are_copied_to_other_sessions(serve: Serve, connect: Connect, among: str, reached: int) -> None:
    url = serve(Behaviour(faults=(f"copies_each_answer_to_{among}",)))
    asker, same, other = connect(url).log_in(), connect(url).log_in("agent-8"), connect(url).log_in("agent-9")
    same.ask("nobody")
    other.ask("nobody", topic="Webservice")

    asker.ask()

    assert same.receive()["message"]["response"]["PhoneNumber"] == "5550104711"
    assert other.is_left_unanswered("no JSON") is (reached == 1)


@pytest.mark.parametrize(
    ("row", "subtopics"), [("too", ["ContactOD", "CustomerInfo"]), ("first", ["CustomerInfo", "ContactOD"])]
)
def test_the_contact_comes_under_another_subtopic_too(client: Connect, row: str, subtopics: list[str]) -> None:
    agent = client(variants=(f"sends_the_contact_under_another_subtopic_{row}",)).log_in()
    agent.send(request())

    found = [agent.receive(), agent.receive()]

    assert [message["subtopic"] for message in found] == subtopics
    assert found[0]["message"] == found[1]["message"]


def test_contacts_are_pushed_to_who_is_logged_in_and_no_longer_after_logout(client: Connect) -> None:
    agent = client(open=("pushes_a_contact_every_400_ms",)).log_in()
    assert agent.phone_numbers(2) == ["5550104711"] * 2
    agent.send(LOGOUT)
    while agent.receive()["subtopic"] != "CloseConnection":
        pass

    assert agent.is_left_unanswered(request())


def test_a_contact_is_pushed_at_login(client: Connect) -> None:
    agent = client(variants=("pushes_the_contact_at_login",)).log_in()
    assert agent.phone_numbers(1) == ["5550104711"]

    assert client(variants=("pushes_the_contact_at_login",)).log_in("agent-10").is_left_unanswered("no JSON")


@pytest.mark.parametrize(
    ("variant", "part"),
    [
        ("refuses_in_a_sentence_that_names_members", "No PhoneNumber, AccountNumber"),
        ("refuses_with_a_list_of_members", '["PhoneNumber", "AccountNumber"'),
        ("refuses_by_an_error_with_members_of_null", '"PhoneNumber": null, "AccountNumber": null'),
        ("refuses_in_what_is_not_json_and_names_members", '"PhoneNumber": , "AccountNumber": '),
        ("refuses_in_what_is_not_json_and_names_ContactOD", 'ERROR "ContactOD"'),
        ("refuses_in_plain_text", "ERROR 17 request refused"),
    ],
)
def test_refusals_name_many_members(client: Connect, variant: str, part: str) -> None:
    agent = client(variants=(variant,)).log_in()
    for wrong in (request("nobody"), request(data=...), request(channel="LCMX"), request("agent-8")):
        agent.send(wrong)
        assert part in agent.receive_text()

    assert agent.ask()["message"]["response"]["PhoneNumber"] == "5550104711"


def test_an_answer_that_comes_late_holds_up_none(client: Connect) -> None:
    agent = client(open=("answers_the_sixth_request_of_a_session_after_4_s",)).log_in("agent-7").log_in("agent-8")
    for _ in range(5):
        agent.ask("agent-8")
    agent.send(request("agent-7"))

    assert agent.ask("agent-8")["message"]["response"]["PhoneNumber"] == "5550104822"
    assert agent.phone_numbers(1) == ["5550104711"]


BURST = 100


@pytest.mark.parametrize(
    ("fault", "answered"),
    [("drops_replies_in_a_burst", 76), ("goes_deaf_in_a_burst", 29), ("loses_the_last_replies_of_a_burst", 95)],
)
def test_replies_are_lost_where_requests_are_sent_ahead(fault: str, answered: int) -> None:
    manager = CampaignManager(Behaviour(faults=(fault,)))
    session = manager.open()
    manager.receive(session, json.dumps(login("agent-7")), 0.0)

    sent = [manager.receive(session, json.dumps(request()), number / 10_000) for number in range(BURST)]

    assert sum(isinstance(action, Send) for actions in sent for action in actions) == answered


@pytest.mark.parametrize(
    "fault",
    [
        *("drops_replies_in_a_burst", "goes_deaf_in_a_burst"),
        *("crosses_replies_in_a_burst", "loses_the_last_replies_of_a_burst"),
    ],
)
def test_faults_of_a_burst_never_show_where_each_answer_is_awaited(client: Connect, fault: str) -> None:
    agent = client(faults=(fault,)).log_in()

    numbers = {agent.ask()["message"]["response"]["PhoneNumber"] for _ in range(BURST + 1)}

    assert numbers == {"5550104711"}


def test_replies_are_crossed_where_requests_are_sent_ahead(client: Connect) -> None:
    agent = client(faults=("crosses_replies_in_a_burst",)).log_in()
    for _ in range(BURST):
        agent.send(request())

    assert set(agent.phone_numbers(BURST)) == {"5550104711", "5550104822"}


def log_in(agent: Client) -> Client:
    """Log in where other frames come too."""
    frame_with(agent, login("agent-7"), "SetAgentState")
    return agent


def frame_with(agent: Client, frame: dict[str, Any], part: str) -> str:
    """Send a frame; the first one after it that holds this text."""
    agent.send(frame)
    while part not in str(found := agent.receive_frame()):
        pass
    return str(found)


def first_contact(agent: Client, frame: dict[str, Any]) -> str | None:
    """The first phone number that comes before what is asked after the frame is answered."""
    agent.send(frame)
    agent.send(CALL_COUNT)
    while True:
        text = str(agent.receive_frame())
        if "PhoneNumber" in text:
            return str(json.loads(text)["message"]["response"]["PhoneNumber"])
        if "AgentCallCount" in text:
            return None
