"""An endpoint that means harm costs the suite bounded time and memory, and ends in words, not in a traceback."""

from __future__ import annotations

import json
import socket
import threading
import zlib

import pytest
from driving import inquiry, judged
from hostile_peer import frame, peer, requests, shake_hands
from hostile_run import ASKED, CONTACT, is_inconclusive, reply, run, subject
from lcm_conformance.catalogue import verdict
from lcm_conformance.drive import recorder
from lcm_conformance.drive import session as sessions
from lcm_conformance.drive.diagnosis import Step, climb
from lcm_conformance.profile import MIB
from lcm_conformance.record import reply as replies
from lcm_conformance.record.transcript import Kind
from lcm_conformance.transport import connection as connections
from lcm_conformance.transport.websocket import WebSocketTransport


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
    monkeypatch.setattr(recorder, bound, most)
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
    monkeypatch.setattr(recorder, "RUN_KEPT", MIB)
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
    assert clause.findings_total > 500
    assert clause.reason.startswith(f"{clause.findings_total} of ")


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
    reasons = [ended.reason(clause) for clause in ("RSP-1", "MAP-1", "FLD-Queue-type", "RES-3")]
    assert [deep in reason for reason in reasons] == [True] * 4, reasons


def test_doctor_says_that_the_answer_is_more_than_is_read() -> None:
    def worst(session: socket.socket, over: threading.Event) -> None:
        shake_hands(session)
        for _ in requests(session):
            session.sendall(frame(b'{"subtopic": "ContactOD", "x": ' + b"[" * 1001 + b"]" * 1001 + b"}"))

    steps: list[Step] = []
    with peer(worst) as url:
        profile = subject(url)
        transport = WebSocketTransport(profile.endpoint, profile.timing)
        asking = inquiry(profile, transport)
        climb(asking, steps.append)
        asking.pool.close()
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
