"""The rows of faults and variants: that they make sense, can be looked up, and can be served."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from operator import eq
from typing import Any

import pytest
import websocket
from endpoint_client import LOGOUT, login, request
from lcm_conformance.catalogue.verdict import UsageError
from lcm_conformance.endpoint import Behaviour, Host
from lcm_conformance.endpoint.campaign_manager import CampaignManager
from lcm_conformance.endpoint.faults import (
    ANY,
    Row,
    all_faults,
    all_open,
    all_variants,
    fault,
    faults_of,
    open_row,
    read_rows,
    variant,
)
from lcm_conformance.endpoint.session import Action, Send
from lcm_conformance.endpoint.world import load_world

NONE: Mapping[str, str] = {}
MEMBERS = (
    *("PhoneNumber", "AccountNumber", "CampaignId", "Mode", "ContactID", "ExpiryTime"),
    *("CallbackTime", "CallType", "Prefix", "Suffix", "Queue"),
)
CLAUSES = {
    *("PRE-1", "PRE-2", "PRE-3", "MAP-1", "MAP-2", "RES-1", "RES-2", "RES-3", "REQ-1", "REQ-2", "REQ-4", "REQ-5"),
    *("REQ-6", "RSP-1", "RSP-2", "RSP-3", "RSP-4", "RSP-5", "FMT-ExpiryTime", "FMT-CallbackTime", "FMT-CallType"),
    *("RSP-6", "FMT-sample", "CON-1", *(f"ROB-{number}" for number in range(1, 8))),
    *(f"FLD-{member}-{what}" for member in MEMBERS for what in ("presence", "type")),
    *(f"FLD-{member}-value" for member in MEMBERS if member not in {"Prefix", "Suffix"}),
}


def test_every_clause_has_a_fault_that_only_it_can_catch() -> None:
    alone = {row.clauses[0] for row in all_faults() if len(row.clauses) == 1}

    assert alone >= CLAUSES - {"FLD-ExpiryTime-value", "FLD-CallType-value"}  # empty, these are no date and no kind


def test_every_fault_names_clauses_and_says_something() -> None:
    assert {clause for row in all_faults() for clause in row.clauses} == CLAUSES
    assert all(row.steps and row.says for row in all_faults())


def test_variants_name_no_clause_that_decides() -> None:
    named = {clause for row in all_variants() for clause in row.clauses}

    assert all(re.fullmatch(r"REQ-7|ROB-\d|FLD-\w+-value|FMT-sample", clause) for clause in named)
    assert all(row.says and (row.steps or row.readings) for row in all_variants())


def test_open_rows_name_clauses_that_are_left_open_or_any() -> None:
    named = {clause for row in all_open() for clause in row.clauses}

    assert named <= CLAUSES | {ANY}
    assert all(row.says and row.steps for row in all_open())


@pytest.mark.parametrize("field", ["name", "says"])
def test_no_two_rows_are_called_the_same(field: str) -> None:
    counted = Counter(getattr(row, field) for row in (*all_faults(), *all_variants(), *all_open()))

    assert [value for value, number in counted.items() if number > 1] == []


def test_rows_are_looked_up_by_name() -> None:
    assert fault("drops_queue").clauses == ("FLD-Queue-presence",)
    assert variant("replies_twice").clauses == ()


def test_the_faults_of_a_clause_include_combinations() -> None:
    names = [row.name for row in faults_of("FLD-Prefix-presence")]

    assert "drops_prefix" in names
    assert "drops_prefix_and_nulls_suffix" in names
    assert faults_of("VER-1") == ()


def test_an_unknown_fault_is_answered_with_the_nearest_names() -> None:
    with pytest.raises(UsageError) as refused:
        fault("drop_queue")

    assert str(refused.value).startswith("unknown fault 'drop_queue': did you mean 'drops_queue'")
    assert str(refused.value).endswith("(lcm-conformance mock --list-faults prints all)")


def test_an_unknown_variant_that_resembles_none_gets_no_names() -> None:
    with pytest.raises(UsageError, match=r"^unknown variant 'zzz' \(lcm-conformance mock --list-faults prints all\)$"):
        variant("zzz")


def test_a_variant_that_is_asked_for_as_a_fault_is_named_so() -> None:
    with pytest.raises(UsageError, match="it is a variant, use --variant replies_twice"):
        fault("replies_twice")


def test_an_open_row_that_is_asked_for_as_a_variant_is_named_so() -> None:
    with pytest.raises(UsageError, match="it is an open row, use --open answers_after_6_s"):
        variant("answers_after_6_s")
    with pytest.raises(UsageError, match="unknown open row 'replies_twice': it is a variant"):
        open_row("replies_twice")


def test_a_row_is_there_at_narrower_occasions_too() -> None:
    rows = read_rows([{"name": "drops_it", "says": "drops it", "do": "withhold", "also": ["every_second_time"]}])

    assert [(row.name, row.says) for row in rows.values()] == [
        ("drops_it", "drops it"),
        ("drops_it_every_second_time", "drops it, every other time"),
    ]
    assert rows["drops_it"].steps[0].only == {}
    assert rows["drops_it_every_second_time"].steps[0].only == {"every": 2}


def test_a_combination_has_the_clauses_of_its_parts() -> None:
    row = fault("drops_queue_and_expires_on_the_30th_of_february")

    assert row.clauses == ("FLD-Queue-presence", "FMT-ExpiryTime")
    assert len(row.steps) == 2


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        ({"do": "vanish"}, "no primitive 'vanish'"),
        ({"do": "drop", "membr": "Queue"}, "drop takes no membr"),
        ({"do": "drop", "member": "Queue", "when": {"evry": 2}}, "drop takes no evry"),
    ],
)
def test_a_row_that_makes_no_sense_is_refused(table: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        read_rows([{"name": "row", "says": "", **table}])


def test_a_name_that_is_there_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="row is there twice"):
        read_rows([{"name": "row", "says": ""}, {"name": "row", "says": ""}])


def test_every_row_can_be_served_and_shakes_hands(host: Host) -> None:
    behaviours = [Behaviour(faults=(row.name,)) for row in all_faults()]
    behaviours += [Behaviour(variants=(row.name,)) for row in all_variants()]
    behaviours += [Behaviour(open=(row.name,)) for row in all_open()]
    urls = [host.start(behaviour) for behaviour in behaviours]
    for url in urls:
        websocket.create_connection(url, timeout=5).shutdown()
        host.stop(url)


def test_every_fault_shows_in_a_conversation() -> None:
    turns = script()
    readings = {frozenset(row.readings.items()) for row in all_faults()}
    honest = {sides: list(played(turns, dict(sides))) for sides in readings}

    unseen = [
        row.name
        for row in all_faults()
        if all(map(eq, played(turns, faults=(row.name,)), honest[frozenset(row.readings.items())]))
    ]

    assert unseen == []


@pytest.mark.parametrize("row", all_variants(), ids=lambda row: row.name)
def test_every_variant_hands_out_the_contact_in_some_way_of_asking(row: Row) -> None:
    manager = CampaignManager(Behaviour(variants=(row.name,)))
    texts: list[str] = []
    for topic in ("WebService", "Webservice"):
        for source in ({"source": "widget"}, {}):
            session = manager.open()
            manager.receive(session, dumps(login("agent-7")), 0.0)
            actions = manager.receive(session, dumps(request(topic=topic, **source)), 0.0)
            manager.close(session)
            texts += [a.text for a in actions if isinstance(a, Send) and isinstance(a.text, str)]

    assert any("5550104711" in text and "ContactOD" in json.loads(text)["subtopic"] for text in texts)


Turn = tuple[str | None, str | bytes | None, float]
"""A frame and when it comes, on a new session (of an agent, who logs in) or, for `…`, on the one before."""


def script() -> list[Turn]:
    """A conversation in which every kind of fault has its chance."""
    turns: list[Turn] = [(None, dumps(request("agent-9", **way)), 0.0) for way in WAYS]
    for number, (asked, changes) in enumerate(ASKED):
        first = "agent-7" if asked not in load_world().agents else asked
        frames = [(request(asked, **(way | changes)), request(first, **way)) for way in WAYS]
        turns += on_one_session(first, [frame for pair in frames for frame in pair], float(number))
    turns += on_one_session(None, [request("agent-9"), login("agent-9"), request("agent-9")])
    turns += on_one_session("agent-8", [LOGOUT, *[request("agent-8")] * 3])
    turns += on_one_session(None, [request("agent-8")] * 3)
    turns += on_one_session("agent-8", [*[request("agent-8")] * 3, LOGOUT, request("agent-8")])
    for frame in HOSTILE:
        turns += [*on_one_session("agent-7", [frame, request()]), *on_one_session("agent-7", [request()])]
    return turns + on_one_session("agent-7", [request()] * 120)


def on_one_session(user_id: str | None, frames: list[Any], now: float = 0.0) -> list[Turn]:
    raw = [frame if isinstance(frame, str | bytes) else dumps(frame) for frame in frames]
    return [(user_id, None, now), *(("…", frame, now) for frame in raw)]


def played(turns: list[Turn], readings: Mapping[str, str] = NONE, faults: tuple[str, ...] = ()) -> Iterator[object]:
    """What the endpoint does at each turn, without sockets: on which session, and what."""
    manager = CampaignManager(Behaviour(readings=readings, faults=faults))
    for user_id, frame, now in turns:
        actions: list[Action] = []
        if user_id != "…":
            session = manager.open()
            actions += manager.greet(session)
            if user_id:
                actions += manager.receive(session, dumps(login(user_id)), now)
        if frame is not None:
            actions += manager.receive(session, frame, now)
        yield [(a.session.number, a.text if isinstance(a, Send) else type(a).__name__) for a in actions]


def dumps(value: Any) -> str:
    return json.dumps(value)


WAYS: list[dict[str, Any]] = [{}, {"topic": "Webservice"}, {"source": "widget"}]
ASKED: list[tuple[str, dict[str, Any]]] = [
    *((user_id, {}) for user_id in ("agent-7", "agent-8", "agent-9", "agent-7", "agent-8", "agent-10")),
    *((user_id, {}) for user_id in ("no-such-agent", " ", "agent-7xyz", "xyzagent-7")),
    *(("agent-7", {"channel": channel}) for channel in ("LCMX", "NoSuchChannel")),
    *(("agent-7", {"topic": topic}) for topic in ("WebServiceX", "NoSuchTopic")),
    *(("agent-7", {"subtopic": other}) for other in ("GetReservedContactODX", "NoSuchRequest", ..., None, "", 7)),
    *(("agent-7", {"data": data}) for data in (..., None, "", "agent-7", '{"UserID": "agent-7"}', 17, True, [], {})),
    ("agent-7", {"data": [{"UserID": "agent-7"}]}),
    *(("agent-7", {"data": {"UserID": user_id}}) for user_id in (None, "", 7, True, ["agent-7"], {"a": "agent-7"})),
]
HOSTILE: list[str | bytes] = [
    "no JSON",
    '{"channel": "LCM", "data": {"Us',
    '{"channel": "LCM”}',
    "[]",
    '{"channel": 7}',
    dumps(request(data=[[]]))[:-1] + ', "deep": ' + "[" * 100 + "]" * 100 + "}",
    dumps(request() | {"NoSuchMember": 1}),
    dumps(request(data={"UserID": "agent-7", "NoSuchMember": 1})),
    dumps(request(data={"UserID": "agent-7", "Filler": "x" * 2**20})),
    dumps(request("x" * 2**16)),
    dumps(request("x' OR '1'='1")),
    b"\x00",
]
