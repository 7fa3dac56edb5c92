"""The host: many endpoints in one process, each with a port, a behaviour and a memory of its own."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import websocket
from endpoint_client import Client, request
from lcm_conformance.catalogue.verdict import UsageError
from lcm_conformance.endpoint import Behaviour, Host

Serve = Callable[[Behaviour], str]
Connect = Callable[..., Client]


def test_endpoints_of_one_host_differ(serve: Serve, connect: Connect) -> None:
    urls = [serve(Behaviour()), serve(Behaviour(faults=("drops_queue",)))]

    responses = [connect(url).log_in().ask()["message"]["response"] for url in urls]

    assert ["Queue" in response for response in responses] == [True, False]


def test_many_threads_may_start_and_stop_endpoints(host: Host) -> None:
    with ThreadPoolExecutor(16) as pool:
        urls = list(pool.map(lambda _: host.start(Behaviour()), range(64)))
        assert len(set(urls)) == 64
        list(pool.map(host.stop, urls))


def test_a_stopped_endpoint_takes_no_connection(host: Host) -> None:
    url = host.start()
    host.stop(url)

    with pytest.raises(ConnectionRefusedError):
        websocket.create_connection(url, timeout=5)


def test_the_host_stops_with_connections_open() -> None:
    before = set(threading.enumerate())
    with Host() as host:
        client = Client(host.start(Behaviour())).log_in()
    client.close()

    assert set(threading.enumerate()) <= before


def test_a_host_that_was_never_entered_holds_nothing() -> None:
    before = set(threading.enumerate())
    Host()

    assert set(threading.enumerate()) <= before


def test_it_serves_on_the_loopback_interface_of_ipv6_too(host: Host, connect: Connect) -> None:
    try:
        url = host.start(Behaviour(), "::1")
    except OSError:
        pytest.skip("this machine has no IPv6")
    assert connect(url).log_in().ask()["subtopic"] == "ContactOD"
    host.stop(url)


@pytest.mark.parametrize(
    "behaviour",
    [
        Behaviour(faults=("drops_qeue",)),
        Behaviour(variants=("drops_queue",)),
        Behaviour(cm_version="latest"),
        Behaviour(cm_version="2308-rc1"),
        Behaviour(cm_version=""),
        Behaviour(readings={"topic": "both"}),
        Behaviour(readings={"contact-name": "table"}),
    ],
    ids=str,
)
def test_a_behaviour_that_makes_no_sense_is_refused_at_the_start(host: Host, behaviour: Behaviour) -> None:
    with pytest.raises(UsageError) as refused:
        host.start(behaviour)
    assert "\n" not in str(refused.value)


def test_a_burst_is_answered_in_order(client: Connect) -> None:
    agent = client().log_in("agent-7").log_in("agent-8")
    asked = ["agent-7", "agent-8"] * 100
    for user_id in asked:
        agent.send(request(user_id))

    numbers = [agent.receive()["message"]["response"]["PhoneNumber"] for _ in asked]

    assert numbers == ["5550104711", "5550104822"] * 100


def test_delays_do_not_add_up_and_keep_the_order(client: Connect) -> None:
    agent = client(latency={"reply": (0.02, 0.1)}, seed=7).log_in("agent-7").log_in("agent-8")
    started = time.monotonic()
    for user_id in ["agent-7", "agent-8"] * 20:
        agent.send(request(user_id))

    numbers = [agent.receive()["message"]["response"]["PhoneNumber"] for _ in range(40)]

    assert numbers == ["5550104711", "5550104822"] * 20
    assert 0.02 <= time.monotonic() - started < 1


def test_a_reply_in_fragments_is_one_message(client: Connect) -> None:
    assert client(variants=("fragments_the_reply",)).log_in().ask() == client().log_in().ask()


def test_a_client_that_breaks_off_disturbs_nobody(serve: Serve, connect: Connect) -> None:
    url = serve(Behaviour(variants=("replies_to_all_sessions_of_the_agent",)))
    gone = Client(url).log_in()
    gone.send(request())
    gone.close()

    assert connect(url).log_in().ask()["subtopic"] == "ContactOD"


def test_what_is_sent_is_what_json_dumps_makes_of_it(client: Connect) -> None:
    agent = client(variants=("names_queues_in_many_scripts",)).log_in()
    agent.send(request())

    text = agent.receive_text()

    assert "日本語" in text
    assert json.loads(text)["message"]["response"]["Queue"].endswith("😀")
