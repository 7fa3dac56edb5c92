"""A client of the embedded endpoint on a real WebSocket connection, and the messages that it sends."""

from __future__ import annotations

import json
from typing import Any

import websocket
from lcm_conformance.endpoint.world import load_world

PATIENCE = 5  # seconds; only a test that fails waits so long


class Client:
    """One connection. `silent` asks something else and sees that only that was answered."""

    def __init__(self, url: str) -> None:
        self._socket = websocket.create_connection(url, timeout=PATIENCE)

    def send(self, frame: Any) -> None:
        self._socket.send(frame if isinstance(frame, str) else json.dumps(frame))

    def send_binary(self, frame: bytes) -> None:
        self._socket.send_binary(frame)

    def receive_text(self) -> str:
        return self._socket.recv()

    def receive(self) -> Any:
        return json.loads(self.receive_text())

    def receive_frame(self) -> str | bytes:
        """The next frame, a binary one as bytes."""
        code, data = self._socket.recv_data()
        return data.decode() if code == websocket.ABNF.OPCODE_TEXT else data

    def closing_code(self) -> int:
        """Read until the endpoint closes; the code with which it does."""
        while True:
            code, data = self._socket.recv_data(control_frame=True)
            if code == websocket.ABNF.OPCODE_CLOSE:
                return int.from_bytes(data[:2])

    def phone_numbers(self, count: int) -> list[str]:
        """Of the next so many messages."""
        return [self.receive()["message"]["response"]["PhoneNumber"] for _ in range(count)]

    def log_in(self, user_id: str = "agent-7") -> Client:
        self.send(login(user_id))
        while self.receive()["subtopic"] != "SetAgentState":
            pass
        return self

    def ask(self, user_id: str = "agent-7", **changes: Any) -> Any:
        self.send(request(user_id, **changes))
        return self.receive()

    def is_left_unanswered(self, frame: Any) -> bool:
        """Whether the frame brings nothing: what is asked after it is answered first."""
        self.send(frame)
        self.send(CALL_COUNT)
        return self.receive()["subtopic"] == "AgentCallCount"

    def is_closed(self) -> bool:
        return self.receive_text() == ""

    def leave(self) -> None:
        """Close as WebSocket has it, and wait for the endpoint to have closed too."""
        self._socket.close()

    def close(self) -> None:
        self._socket.shutdown()


CALL_COUNT = {"channel": "LCM", "topic": "Webservice", "subtopic": "GetAgentCallCount", "data": {"UserID": "agent-7"}}
LOGOUT = {"channel": "Cisco", "topic": "Connection", "subtopic": "Logout", "data": {"ReasonCodeId": "28"}}


def login(user_id: str, password: str | None = None) -> dict[str, Any]:
    agent = load_world().agents[user_id]
    data = {"username": user_id, "password": password or agent.password, "extension": agent.extension}
    return {"channel": "Cisco", "topic": "Agent", "subtopic": "SetUserInfo", "data": data}


def request(user_id: str = "agent-7", **changes: Any) -> dict[str, Any]:
    """A proper request, then changed; a member that is changed to `...` is left out."""
    proper = {"channel": "LCM", "topic": "WebService", "subtopic": "GetReservedContactOD", "data": {"UserID": user_id}}
    return {name: value for name, value in (proper | changes).items() if value is not ...}
