"""More makes of Campaign Manager: one that logs agents in by headers, one that talks in packets, one that refuses."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web
from other_make import OtherMake, _asked_by, _object, _reply

TOKENS = {"Bearer kim-token": "kim", "Bearer robin-token": "robin", "Bearer sam-token": "sam"}
SMALL = """\
cm_version = "2308"
[endpoint]
url = "ws://127.0.0.1:1"
max_connections = 20
[timing]
reply = 2
silence = 0.1
"""
AGENT = '[agents.reserved]\nuser_id = "kim"\npassword = "1"\nextension = "2"\n'


@dataclass
class ByHeader(OtherMake):
    """A session belongs to the agent whose token its handshake carries; without one it is nobody's, or is refused."""

    refuses_strangers: bool = False
    seen: list[str | None] = field(default_factory=list)

    async def attend(self, request: web.Request) -> web.WebSocketResponse:
        token = request.headers.get("Authorization")
        self.seen.append(token)
        who = TOKENS.get(token or "")
        if who is None and (self.refuses_strangers or token):
            raise web.HTTPUnauthorized
        session = web.WebSocketResponse(max_msg_size=0)
        await session.prepare(request)
        async for frame in session:
            message = _object(frame.data) if frame.type is WSMsgType.TEXT else {}
            if asked_by := _asked_by(message, [who] if who else []):
                await session.send_json(_reply(asked_by))
        return session


@dataclass
class LikeAmazon(OtherMake):
    """Its login names no agent: a session belongs to the one whom a header names. `told` is what came, agent by agent.

    The first answer to a login says that it is under way; a `locked` agent's is refused.
    """

    locked: str | None = None
    told: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    async def attend(self, request: web.Request) -> web.WebSocketResponse:
        who = request.headers.get("X-Agent", "")
        session = web.WebSocketResponse(max_msg_size=0)
        await session.prepare(request)
        here: list[str] = []
        async for frame in session:
            message = _object(frame.data) if frame.type is WSMsgType.TEXT else {}
            about = {"channel": message.get("channel"), "topic": message.get("topic")}
            if about == {"channel": "Amazon", "topic": "Agent"}:
                self.told.append((who, message))
            if about["channel"] == "Amazon" and message.get("subtopic") == "Login":
                await self._log_in(session, who, about, here)
            elif about["channel"] == "Amazon" and message.get("subtopic") == "Logout":
                here.clear()
                await session.send_json({**about, "subtopic": "LogoutSuccess", "message": {}})
            elif asked_by := _asked_by(message, here):
                await session.send_json(_reply(asked_by))
        return session

    async def _log_in(
        self, session: web.WebSocketResponse, who: str, about: dict[str, object], here: list[str]
    ) -> None:
        if who == self.locked:
            error = {"errorType": "ApiError", "errorMessage": "Locked", "msg": ""}
            await session.send_json({"channel": "Amazon", "topic": "Error", "subtopic": "ApiError", "data": error})
            return
        for state in ("LoggingIn", "LoggedIn"):
            if state == "LoggedIn":
                here.append(who)
            says = {"loginState": state, "agentInfo": {}, "agentState": {}, "rules": []}
            await session.send_json({**about, "subtopic": "LoginSuccess", "message": says})


@dataclass
class InPackets(OtherMake):
    """Takes packets only; answers in packets too, or bare. `seen` are the subscriber IDs that it was told."""

    spelling: str = "table"
    answers_bare: bool = False
    seen: set[str] = field(default_factory=set)

    async def attend(self, request: web.Request) -> web.WebSocketResponse:
        session = web.WebSocketResponse(max_msg_size=0)
        await session.prepare(request)
        here: list[str] = []
        async for frame in session:
            outer = _object(frame.data) if frame.type is WSMsgType.TEXT else {}
            if outer.get("subtopic") == "Register":
                await session.send_json({"subtopic": "Registered", "data": {"ids": [{"SubscriberID": 66517761}]}})
                continue
            message = self._unpacked(outer)
            if message.get("op") == "sign-on":
                here.append(str(message.get("who")))
                await self._send(session, {"subtopic": "SignOn", "op": "sign-on", "ok": True})
            elif message.get("op") == "sign-off":
                here.clear()
            elif asked_by := _asked_by(message, here):
                await self._send(session, _reply(asked_by))
        return session

    def _unpacked(self, outer: dict[str, Any]) -> dict[str, Any]:
        inside, subscriber, subtopic = (
            ("okmessage", "SubscriberID", "subtopic")
            if self.spelling == "table"
            else ("message", "subscriberID", "subTopic")
        )
        if outer.get("topic") != "" or outer.get(subtopic) != "" or not isinstance(outer.get(inside), dict):
            return {}
        self.seen.add(outer[subscriber])
        message: dict[str, Any] = outer[inside]
        return message

    async def _send(self, session: web.WebSocketResponse, message: dict[str, Any]) -> None:
        packet: dict[str, Any] = {"channel": "LCM", "topic": "", "ResponseUrl": "https://desktop.example.test"}
        if self.spelling == "table":
            packet |= {"subtopic": "", "SubscriberID": "1", "okmessage": message}
        else:
            packet |= {"subTopic": "", "subscriberID": "1", "message": message}
        await session.send_str(json.dumps(message if self.answers_bare else packet))
