"""An endpoint that means harm costs the suite bounded time and memory, and ends in words, not in a traceback."""

from __future__ import annotations

import json
import socket
import threading
import time
import tracemalloc
import zlib
from dataclasses import replace

import pytest
from driving import Judged, embedded, judged, only
from hostile_peer import Worst, frame, peer, requests, shake_hands

from conformance import notebook, probes, verdict
from conformance import reply as replies
from conformance import session as sessions
from conformance.desk import Desk
from conformance.ladder import Step, climb
from conformance.profile import MIB, Profile, Timing
from conformance.transcript import Kind
from conformance.transport import connection as connections
from conformance.transport.websocket import WebSocketTransport

QUICK = Timing(connect=0.5, reply=0.3, silence=0.1)
ASKED = ("ask", "asked-twice", "unknown-agent", "no-data", "not-json")
SECONDS = 15
"""All of a run, however busy the machine: a few logins of 0.3 s, and what a busy endpoint may use up."""
CONTACT = json.dumps({"channel": "LCM", "topic": "WebService", "subtopic": "ContactOD", "message": {"response": {}}})

EXPECTED_MEMBERS = {
    "PhoneNumber": "5550104711",
    "AccountNumber": "137|1|3|0|0|84|1",
    "CampaignId": "SpringRenewal-ACQ",
    "Mode": "Home",
    "ContactId": "4711",
    "ExpiryTime": "Oct 7 2036 11:59PM",
    "CallbackTime": "Oct 7 2036 10:30AM",
    "CallType": "Regular Call",
    "Prefix": "",
    "Suffix": "",
    "Queue": "Queue1",
}


def reply(**members: str) -> str:
    """The reply that is due to the embedded endpoint's first agent, with members of the contact changed or added."""
    contact = EXPECTED_MEMBERS | members
    return json.dumps({**json.loads(CONTACT), "message": {"response": contact}})


def subject(url: str, **endpoint: object) -> Profile:
    profile = only(embedded(url, QUICK, max_connections=4, **endpoint), "reserved")
    return replace(profile, login=None, logout=None)


def run(worst: Worst, memory: int = 100 * MIB, **endpoint: object) -> Judged:
    """A whole run against such a peer, in bounded time and memory, without an accusation."""
    with peer(worst) as url:
        tracemalloc.start()
        began = time.monotonic()
        try:
            ended = judged(subject(url, **endpoint), asked=ASKED)
            took = time.monotonic() - began
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert took < SECONDS
    assert most < memory
    assert not {name: why for name, why in ended.unpassed.items() if why.startswith("error")}
    return ended


def is_inconclusive(ended: Judged, *words: str) -> bool:
    """Whether the run ended so for the environment's sake, in words."""
    trouble = ended.recording.trouble or " ".join(ended.recording.troubles.values())
    assert "Traceback" not in trouble
    assert "\n" not in trouble
    return ended.verdict == "inconclusive" and ended.failed == set() and all(word in trouble for word in words)


def test_endless_frames_end_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "SESSION_FRAMES", 500)

    def worst(session: socket.socket, over: threading.Event) -> None:
        shake_hands(session)
        while not over.is_set():
            session.sendall(frame(b'{"a":1}') * 100)

    assert is_inconclusive(run(worst), "more than 500 frames")


def test_endless_bytes_end_the_session_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "SESSION_BYTES", 3 * MIB)

    def worst(session: socket.socket, over: threading.Event) -> None:
        shake_hands(session)
        while not over.is_set():
            session.sendall(frame(b" " * MIB))

    assert is_inconclusive(run(worst), f"{3 * MIB} bytes came on one session")


@pytest.mark.parametrize(
    ("bound", "most", "said"),
    [
        ("RUN_BYTES", 2_500_000, "the endpoint has sent more than 2500000 bytes in this run"),
        ("RUN_KEPT", 2_500_000, "the endpoint has sent more than 2500000 bytes in different frames in this run"),
        ("RUN_FRAMES", 25, "the endpoint has sent more than 25 frames in this run"),
        ("RUN_VALUES", 550, "the endpoint has sent more than 550 JSON values in different frames in this run"),
    ],
)
def test_what_is_taken_in_one_run_is_bounded_over_all_sessions(
    monkeypatch: pytest.MonkeyPatch, bound: str, most: int, said: str
) -> None:
    monkeypatch.setattr(notebook, bound, most)
    taken: list[int] = []

    def worst(session: socket.socket, over: threading.Event) -> None:
        shake_hands(session)
        for _ in requests(session):
            for _ in range(5):
                numbers = [len(taken)] * 20 + [" " * 100_000]
                taken.append(len(json.dumps(numbers)))
                session.sendall(frame(json.dumps(numbers).encode()))

    ended = run(worst)
    assert is_inconclusive(ended, said)
    # Nothing is asked any more, though no single session has sent too much.
    assert len({event.session for event in ended.recording.events}) > 1
    assert len(taken) < 80


def test_equal_frames_are_kept_and_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebook, "RUN_KEPT", MIB)
    read: list[str] = []
    parse = replies.parse
    monkeypatch.setattr(replies, "parse", lambda text: read.append(text) or parse(text))
    contact = reply(Extra="x" * 500_000)

    def worst(session: socket.socket, over: threading.Event) -> None:
        shake_hands(session)
        for _ in requests(session):
            session.sendall(frame(contact.encode()))

    ended = run(worst)
    assert ended.recording.trouble is None
    received = [event for event in ended.recording.events if event.kind is Kind.RECEIVED]
    assert len(received) > 5
    assert len({id(event.frame) for event in received}) == 1
    assert read == [contact]


def test_of_very_many_wrong_contacts_the_first_findings_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdict, "MOST_FINDINGS", 50)
    flood = b"".join(frame(reply(Queue="", PhoneNumber=f"{5550200000 + number}").encode()) for number in range(200))

    def worst(session: socket.socket, over: threading.Event) -> None:
        shake_hands(session)
        for _ in requests(session):
            session.sendall(flood)

    with peer(worst) as url:
        ended = judged(subject(url), asked=ASKED)
    clause = next(clause for clause in ended.result.clauses if clause.id == "FLD-Queue-value")
    assert (clause.verdict, len(clause.findings)) == ("fail", 50)
    assert "(listed: the first 50 of " in clause.reason


def test_a_frame_of_100_mib_is_not_read() -> None:
    def worst(session: socket.socket, over: threading.Event) -> None:
        shake_hands(session)
        session.sendall(frame(b"", claims=100 * MIB))
        while not over.is_set():
            session.sendall(b" " * 65536)

    assert is_inconclusive(run(worst, memory=30 * MIB), f"a frame of {100 * MIB} bytes", "endpoint.max_frame_bytes")


def test_a_message_of_endless_fragments_is_not_kept() -> None:
    def worst(session: socket.socket, over: threading.Event) -> None:
        shake_hands(session)
        session.sendall(frame(b" ", final=False))
        while not over.is_set():
            session.sendall(frame(b" " * 65536, opcode=0, final=False))

    ended = run(worst, max_message_bytes=2 * MIB)
    assert is_inconclusive(ended, f"more than endpoint.max_message_bytes = {2 * MIB}")


def test_a_frame_that_comes_byte_by_byte_does_not_prolong_the_wait() -> None:
    def worst(session: socket.socket, over: threading.Event) -> None:
        session.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        shake_hands(session)
        for byte in frame(b" " * 60_000):
            session.sendall(bytes([byte]))
            if over.wait(0.005):
                break

    # Silence where a contact was vouched for is the product's: but in bounded time.
    assert run(worst).failed <= {"MAP-1"}


def test_a_frame_that_comes_byte_by_byte_is_read_all_the_same() -> None:
    def worst(session: socket.socket, over: threading.Event) -> None:
        session.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        shake_hands(session)
        for byte in frame(CONTACT.encode()):
            session.sendall(bytes([byte]))
        over.wait(10)

    with peer(worst) as url:
        profile = subject(url)
        connection = WebSocketTransport(profile.endpoint, profile.timing).connect()
        # Also over several waits that each end too early.
        waits = (connection.receive(0.001) for _ in range(5000))
        arrived = next(text for text in waits if text is not None)
        connection.close()
    assert arrived == CONTACT


@pytest.mark.parametrize("text", [b"[" * 200_000, b'{"a":' * 20_000, b"[" * 100_000 + b"]" * 100_000])
def test_deep_nesting_is_read_by_nobody_and_accuses_nobody(text: bytes) -> None:
    def worst(session: socket.socket, over: threading.Event) -> None:
        shake_hands(session)
        for _ in requests(session):
            session.sendall(frame(text))

    ended = run(worst)
    assert (ended.verdict, ended.failed) == ("inconclusive", set())
    assert "nested deeper than the suite reads" in ended.reason("RSP-1")


@pytest.mark.parametrize("member", ["Queue", "Extra"])
def test_a_contact_with_a_deep_member_is_inconclusive(member: str) -> None:
    contact = reply(**{member: "deep"}).replace('"deep"', "[" * 1001 + "]" * 1001)

    def worst(session: socket.socket, over: threading.Event) -> None:
        shake_hands(session)
        for _ in requests(session):
            session.sendall(frame(contact.encode()))

    ended = run(worst)
    assert (ended.verdict, ended.failed) == ("inconclusive", set())
    deep = "is nested deeper than the suite reads (256 levels), so nothing in it is judged"
    assert all(deep in ended.reason(clause) for clause in ("RSP-1", "MAP-1", "FLD-Queue-type", "RES-3"))


def test_doctor_says_that_the_answer_is_more_than_is_read() -> None:
    def worst(session: socket.socket, over: threading.Event) -> None:
        shake_hands(session)
        for _ in requests(session):
            session.sendall(frame(b'{"subtopic": "ContactOD", "x": ' + b"[" * 1001 + b"]" * 1001 + b"}"))

    steps: list[Step] = []
    with peer(worst) as url:
        profile = subject(url)
        transport = WebSocketTransport(profile.endpoint, profile.timing)
        desk = Desk(profile, transport, probes.candidates()[0])
        climb(desk, steps.append)
        desk.sessions.close()
    assert steps[-1].says.startswith("a message nested deeper than the suite reads (256 levels), asked under topic")


def test_a_deep_message_beside_the_reply_does_not_matter() -> None:
    def worst(session: socket.socket, over: threading.Event) -> None:
        shake_hands(session)
        for _ in requests(session):
            deep = b'{"subtopic": "Event", "data": ' + b"[" * 1001 + b"]" * 1001 + b"}"
            session.sendall(frame(deep) + frame(reply().encode()))

    assert run(worst).verdicts["RSP-1"] == "pass"


@pytest.mark.parametrize("text", [b"\xff\xfe\xfd", CONTACT.encode() + b"\xc3", b"\xed\xa0\x80", b'{"subtopic":"\xf5"}'])
def test_ill_formed_utf_8_is_a_finding_and_no_crash(text: bytes) -> None:
    def worst(session: socket.socket, over: threading.Event) -> None:
        shake_hands(session)
        for _ in requests(session):
            session.sendall(frame(text))

    ended = run(worst)
    assert ended.verdict in {"non-conformant", "inconclusive"}
    assert ended.failed <= {"RSP-1", "MAP-1"}


def test_a_compression_bomb_is_never_inflated() -> None:
    bomb = zlib.compress(b" " * 50 * MIB)

    def worst(session: socket.socket, over: threading.Event) -> None:
        shake_hands(session, b"Sec-WebSocket-Extensions: permessage-deflate\r\n")
        session.sendall(frame(bomb, reserved=4))
        over.wait(10)

    # Compression was not offered, so such a frame breaks the protocol; the bomb stays closed.
    assert run(worst, memory=30 * MIB).failed <= {"MAP-1"}


@pytest.mark.parametrize(
    "drip",
    [b"H", b"X-Header: " + b"a" * 1000 + b"\r\n", b"HTTP/1.1 101 x\r\n"],
    ids=["bytes", "headers", "lines"],
)
def test_a_handshake_that_never_ends_is_ended(drip: bytes) -> None:
    def worst(session: socket.socket, over: threading.Event) -> None:
        session.sendall(b"HTTP/1.1 101 Switching Protocols\r\n" if len(drip) > 20 else b"")
        while not over.wait(0.001):
            session.sendall(drip)

    assert is_inconclusive(run(worst), "WebSocket handshake failed")


@pytest.mark.parametrize(
    ("scheme", "answer"),
    [
        ("http", b"HTTP/1.1 200 OK\r\nX-Header: " + b"a" * 300),
        ("socks5", b"\x05\x00" + b"\x05\x00\x00\x03\xff" + b"a" * 257),
        ("socks5h", b"\x05\x00" + b"\x05\x00\x00\x03\xff" + b"a" * 257),
    ],
)
def test_a_proxy_that_drips_has_no_longer_than_connecting_may_take(scheme: str, answer: bytes) -> None:
    def worst(session: socket.socket, over: threading.Event) -> None:
        for byte in answer:
            session.sendall(bytes([byte]))
            if over.wait(QUICK.connect * 0.6):
                break

    with peer(worst) as proxy:
        address = proxy.removeprefix("ws://").removesuffix("/lcm")
        began = time.monotonic()
        ended = judged(subject("ws://127.0.0.1:9/lcm", proxy=f"{scheme}://{address}"), asked=ASKED)
        assert time.monotonic() - began < SECONDS  # a wait for each byte would be more than a minute
    assert is_inconclusive(ended, f"proxy failed: {scheme}://{address} did not answer in time: check endpoint.proxy")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"HTTP/1.1 200 OK\r\n" + b"X: " + b"a" * 100_000, "answered with more than 65536 bytes"),
        (b"HTTP/1.1 200 OK\r\n", "WebSocket handshake failed"),
        (b"\xff\xfe\r\n\r\n", "refused to connect"),
        (b"", "broke off: check endpoint.proxy"),
    ],
)
def test_a_proxy_that_answers_rubbish_is_said_in_words(answer: bytes, words: str) -> None:
    def worst(session: socket.socket, over: threading.Event) -> None:
        session.recv(65536)
        session.sendall(answer)

    with peer(worst) as proxy:
        address = proxy.removeprefix("ws://").removesuffix("/lcm")
        ended = judged(subject("ws://127.0.0.1:9/lcm", proxy=f"http://{address}"), asked=ASKED)
    assert is_inconclusive(ended, words)


def test_a_handshake_of_many_bytes_is_ended() -> None:
    def worst(session: socket.socket, over: threading.Event) -> None:
        session.sendall(b"HTTP/1.1 500 No\r\nContent-Length: 10000000000\r\n\r\n")
        while not over.is_set():
            session.sendall(b" " * 65536)

    assert is_inconclusive(run(worst), "WebSocket handshake failed", "brought more than 65536 bytes")


@pytest.mark.parametrize(
    "answer",
    [
        b"\r\n\r\n",
        b"HTTP/1.1\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
        b"HTTP/1.1 101 x\r\nno colon here\r\n\r\n",
        b"\xff\xfe\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        b"HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: no\r\n\r\n",
        b"HTTP/1.1 101 x\r\nSet-Cookie: a=b; domain=\x00,,;=;\r\n\r\n",
    ],
)
def test_a_handshake_of_rubbish_is_said_in_words(answer: bytes) -> None:
    def worst(session: socket.socket, over: threading.Event) -> None:
        session.recv(65536)
        session.sendall(answer)

    assert is_inconclusive(run(worst), "WebSocket handshake failed")


@pytest.mark.parametrize("location", [b"ws://127.0.0.1:1/again", b"/lcm", b"http://[", b""])
def test_redirects_are_not_followed(location: bytes) -> None:
    asked: list[bytes] = []

    def worst(session: socket.socket, over: threading.Event) -> None:
        asked.append(session.recv(65536))
        session.sendall(b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\n\r\n")

    ended = run(worst)
    assert is_inconclusive(ended, "was redirected (HTTP status 302), which is not followed: give the final URL")
    assert len(asked) <= 2


def test_more_pings_than_are_taken_between_two_messages_end_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "CONTROL_FRAMES", 50)

    def worst(session: socket.socket, over: threading.Event) -> None:
        shake_hands(session)
        for _ in requests(session):
            session.sendall(frame(b"x", opcode=9) * 30 + frame(b"x", opcode=10) * 30)

    ended = run(worst)
    assert is_inconclusive(ended, "50 pings and pongs came without a message between them")


def test_pings_between_messages_are_no_flood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "CONTROL_FRAMES", 50)

    def worst(session: socket.socket, over: threading.Event) -> None:
        shake_hands(session)
        for _ in requests(session):
            session.sendall((frame(b"x", opcode=10) * 40 + frame(b"{}")) * 3 + frame(reply().encode()))

    assert run(worst).verdicts["RSP-1"] == "pass"


def test_a_flood_of_pings_ends_the_session() -> None:
    def worst(session: socket.socket, over: threading.Event) -> None:
        shake_hands(session)
        session.setblocking(False)
        while not over.is_set():
            try:
                session.send(frame(b"x", opcode=9) * 1000)
                while session.recv(65536):
                    pass
            except BlockingIOError:
                over.wait(0.001)

    ended = run(worst)
    assert ended.failed <= {"MAP-1"}


def test_a_peer_that_pings_and_never_reads_ends_the_session() -> None:
    def worst(session: socket.socket, over: threading.Event) -> None:
        shake_hands(session)
        while not over.is_set():
            session.sendall(frame(b"x" * 100, opcode=9) * 1000)

    assert run(worst).failed <= {"MAP-1"}


def test_a_half_closed_socket_is_a_closed_session() -> None:
    def worst(session: socket.socket, over: threading.Event) -> None:
        shake_hands(session)
        session.shutdown(socket.SHUT_WR)
        over.wait(10)

    ended = run(worst)
    assert ended.failed <= {"MAP-1"}


def test_a_socket_that_is_half_closed_within_a_frame_is_a_closed_session() -> None:
    def worst(session: socket.socket, over: threading.Event) -> None:
        shake_hands(session)
        session.sendall(frame(reply().encode())[:200])
        session.shutdown(socket.SHUT_WR)
        over.wait(10)

    assert run(worst).failed <= {"MAP-1"}


def test_a_tls_handshake_that_drips_is_ended() -> None:
    def worst(session: socket.socket, over: threading.Event) -> None:
        for byte in b"\x16\x03\x03\x40\x00" + b"\x02\x00\x3f\xfc" + b"a" * 16_000:
            session.sendall(bytes([byte]))
            if over.wait(QUICK.connect * 0.1):
                break

    with peer(worst) as url:
        began = time.monotonic()
        ended = judged(subject(url.replace("ws://", "wss://")), asked=ASKED)
        assert time.monotonic() - began < SECONDS  # all of the record would be a quarter of an hour
    assert is_inconclusive(ended, "TLS failed", "did not finish it in time")


@pytest.mark.parametrize(
    "broken",
    [
        frame(b"x", opcode=3),
        frame(b"x", reserved=2),
        frame(b"x", opcode=0),
        frame(b"x" * 200, opcode=9),
        frame(b"x", opcode=8),
        frame(b"\x00\x01", opcode=8),
        frame(b"x", final=False) + frame(b"y"),
        b"\x81\xff" + b"\xff" * 8,
        b"\x81\x85\x00\x00\x00\x00hello",
    ],
)
def test_frames_that_break_the_protocol_end_the_session_in_words(broken: bytes) -> None:
    def worst(session: socket.socket, over: threading.Event) -> None:
        shake_hands(session)
        session.sendall(broken)
        over.wait(10)

    # RSP-1: what a masked frame brings is read, and is no JSON.
    assert run(worst).failed <= {"MAP-1", "RSP-1"}
