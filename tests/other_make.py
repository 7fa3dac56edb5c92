"""A Campaign Manager of another make, on aiohttp: another login message, the table's readings.

Written from the vendor's page alone; it knows nothing of the suite, which is given its profile.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import WSMsgType, web

PROFILE = """
cm_version = "2302.4"

[endpoint]
url = "{url}"
max_connections = {sessions}

[timing]
reply = 2
silence = 0.25

[login]
request = {{ op = "sign-on", who = "${{user_id}}", pin = "${{password}}" }}
success = {{ op = "sign-on", ok = true }}
failure = {{ ok = false }}

[logout]
request = {{ op = "sign-off" }}

[agents.reserved]
user_id = "kim"
password = "1-2-3"
expect = {{ PhoneNumber = "5550100123", ContactID = 17 }}

[agents.other]
user_id = "robin"
password = "4-5-6"

[agents.idle]
user_id = "sam"
password = "7-8-9"
"""

_PINS = {"kim": "1-2-3", "robin": "4-5-6", "sam": "7-8-9", "toni": "0-1-2"}
_CONTACTS = {"kim": ("5550100123", 17), "robin": ("5550100199", 18), "toni": ("5550100145", 19)}
_ASKED = "GetReservedContactOD"
_NONE = {"channel": "LCM", "topic": "Webservice", "subtopic": "ContactOD", "message": {"response": {"success": False}}}


@dataclass
class OtherMake:
    """`remembers` says to what a login belongs.

    session: to the session it was made on · agent: to the agent, until logout · any: to the agent, as
    long as one session is logged in · all: to the agent, until one of the agent's sessions ends.
    `loses` is the number, from 1, of the one reply to kim that is never sent. `pushes`: whoever logs in is sent
    the reserved contact at once, unasked. `lax`: any subtopic is answered. `cuts`: at these due answers, counted from
    1, the line is cut instead. `greets`: after so many handshakes no other is answered; 0: all are. `stock`: a folder
    in which a file `kim.…` is one contact for kim; each is handed out once, and without one there is nothing.
    """

    remembers: str = "session"
    loses: int = 0
    pushes: bool = False
    lax: bool = False
    cuts: tuple[int, ...] = ()
    greets: int = 0
    stock: Path | None = None
    greeted: int = 0
    answers: int = 0
    replies: int = 0
    logins: list[str] = field(default_factory=list)

    async def attend(self, request: web.Request) -> web.WebSocketResponse:
        self.greeted += 1
        if self.greeted > self.greets > 0:
            await asyncio.Event().wait()
        session = web.WebSocketResponse(max_msg_size=0)
        await session.prepare(request)
        here: list[str] = []
        async for frame in session:
            message = _object(frame.data) if frame.type is WSMsgType.TEXT else {}
            known = here if self.remembers == "session" else self.logins
            if message.get("op") == "sign-on":
                who = str(message.get("who"))
                ok = _PINS.get(who) == message.get("pin")
                if ok:
                    here.append(who)
                    self.logins.append(who)
                await session.send_json({"op": "sign-on", "ok": ok})
                if ok and self.pushes and who in _CONTACTS:
                    await session.send_json(_reply(who))
            elif message.get("op") == "sign-off":
                self._end(here)
            elif asked_by := _asked_by({**message, "subtopic": _ASKED} if self.lax else message, known):
                self.replies += asked_by == "kim"
                self.answers += 1
                if self.answers in self.cuts and request.transport is not None:
                    request.transport.abort()
                elif asked_by != "kim" or self.replies != self.loses:
                    await session.send_json(_reply(asked_by) if self._is_in_stock(asked_by) else _NONE)
        if self.remembers != "agent":
            self._end(here)
        return session

    def _is_in_stock(self, who: str) -> bool:
        left = None if self.stock is None else next(self.stock.glob(f"{who}.*"), None)
        if left is not None:
            left.unlink()
        return self.stock is None or left is not None

    def _end(self, here: list[str]) -> None:
        for who in here:
            if self.remembers == "any":
                self.logins.remove(who)
            else:
                self.logins[:] = [other for other in self.logins if other != who]
        here.clear()


def _object(text: str) -> dict[str, object]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _asked_by(message: dict[str, object], logged_in: list[str]) -> str | None:
    address = [message.get(name) for name in ("channel", "topic", "subtopic")]
    data = message.get("data")
    user_id = data.get("UserID") if isinstance(data, dict) else None
    if address != ["LCM", "Webservice", _ASKED] or not isinstance(user_id, str):
        return None
    return user_id if user_id in logged_in else None


def _reply(user_id: str) -> dict[str, object]:
    if user_id not in _CONTACTS:
        return _NONE
    phone, number = _CONTACTS[user_id]
    contact = {
        "PhoneNumber": phone,
        "AccountNumber": f"acc-{number}",
        "CampaignId": "Renewal",
        "Mode": "Preview",
        "ContactID": number,
        "ExpiryTime": "Oct  7 2036 11:59PM",
        "CallbackTime": "10:30AM",
        "CallType": "Regular Callback",
        "Prefix": "",
        "Suffix": "",
        "Queue": "Queue 3",
    }
    return {"channel": "LCM", "topic": "Webservice", "subtopic": "ContactOD", "message": {"response": contact}}


@contextmanager
def served(make: OtherMake) -> Iterator[str]:
    """Serve it on a loopback port of its own; yields the URL."""
    loop = asyncio.new_event_loop()

    async def start() -> web.AppRunner:
        app = web.Application()
        app.router.add_get("/bus", make.attend)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return runner

    runner = loop.run_until_complete(start())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield f"ws://127.0.0.1:{runner.addresses[0][1]}/bus"
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
