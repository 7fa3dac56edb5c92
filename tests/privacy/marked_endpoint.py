"""An endpoint that says marked values wherever it can: in headers, events, errors, names, and reasons for closing.

It hands out proper contacts. `flaws` change them, `manners` say how it treats a session.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from aiohttp import WSMsgType, web
from canaries import PEOPLE, SECRETS, STRANGERS
from other_make import OtherMake, _object

Flaw = Callable[[dict[str, Any]], None]
WORDS = dict(zip(PEOPLE, (SECRETS["CANARY_WORD_ONE"], SECRETS["CANARY_WORD_TWO"]), strict=True))


def _phone_in_an_array(response: dict[str, Any]) -> None:
    response["PhoneNumber"] = [response["PhoneNumber"]]


def _no_such_day(response: dict[str, Any]) -> None:
    response["CallbackTime"] = f"Feb 30, {response['CallbackTime']}"


def _account_as_an_object(response: dict[str, Any]) -> None:
    response["AccountNumber"] = {response["AccountNumber"]: {"of": response["PhoneNumber"]}}


def _contact_id_in_words(response: dict[str, Any]) -> None:
    response["ContactID"] = {"number": response["ContactID"]}


def _data_in_the_wrong_member(response: dict[str, Any]) -> None:
    response["ExpiryTime"] = f"call {response['PhoneNumber']} of {response['AccountNumber']}"
    response["CallType"] = f"Call for {response['PhoneNumber']}"


FLAWS: Mapping[str, Flaw] = {
    flaw.__name__.strip("_"): flaw
    for flaw in (
        _phone_in_an_array,
        _no_such_day,
        _account_as_an_object,
        _contact_id_in_words,
        _data_in_the_wrong_member,
    )
}


STRANGE_FORMS = (
    '{"PhoneNumber" "NUMBER", "said": "no consent for NUMBER"}',
    '<contact><PhoneNumber kind="home">NUMBER</PhoneNumber></contact>',
    '{"members": [{"name": "PhoneNumber", "value": "NUMBER"}]}',
)


@dataclass
class Marked(OtherMake):
    """`manners`: "proper", or what goes wrong: "refuses", "turns away", "closes", "garbles", "mumbles"."""

    flaws: tuple[str, ...] = ()
    manners: str = "proper"
    after: int = 0
    asked: int = 0
    reached: threading.Event = field(default_factory=threading.Event)

    async def attend(self, request: web.Request) -> web.StreamResponse:
        secrets = " ".join(SECRETS.values())
        everything = {"X-Said": quote(secrets), "X-Phone": "5550147123", "X-Sent": request.headers.get("X-Token", "")}
        if self.manners == "turns away":
            return web.Response(status=401, text=f"no entry with {secrets} for 5550147123", headers=everything)
        session = web.WebSocketResponse(max_msg_size=0, protocols=("lcm",))
        session.headers.update(everything)
        await session.prepare(request)
        here: list[str] = []
        async for frame in session:
            message = _object(frame.data) if frame.type is WSMsgType.TEXT else {}
            if message.get("op") == "sign-on":
                await self._sign_on(session, request, message, here)
            elif message.get("op") == "sign-off":
                here.clear()
            else:
                await self._answer(session, message, here)
        return session

    async def _sign_on(
        self, session: web.WebSocketResponse, request: web.Request, message: dict[str, Any], here: list[str]
    ) -> None:
        who, word = str(message.get("who")), str(message.get("pin"))
        echo = {"who": who, "said": f"{who} / {word}", word: request.headers.get("X-Token"), "url": str(request.url)}
        if self.manners == "refuses" or WORDS.get(who) != word:
            await session.send_json(
                {"op": "sign-on", "ok": False, "errorMessage": f"{word} is wrong for {who}", **echo}
            )
            return
        here.append(who)
        await session.send_json({"op": "hello", "headers": dict(request.headers), **echo})
        await session.send_json({"op": "sign-on", "ok": True, **echo})

    async def _answer(self, session: web.WebSocketResponse, message: dict[str, Any], here: list[str]) -> None:
        self.asked += 1
        if self.asked >= self.after > 0:
            self.reached.set()
        for text in _gossip(here):
            await session.send_str(text)
        if self.manners == "mumbles":
            await _mumble(session)
        asked_by = _asked_by(message, here)
        if asked_by is None:
            return
        if self.manners == "closes":
            contact = PEOPLE[asked_by]
            reason = f"{contact['PhoneNumber']} {WORDS[asked_by]} {asked_by}"
            await session.close(code=4000, message=reason.encode())
            return
        text = json.dumps(self._reply(asked_by))
        await session.send_str(text[:-9] if self.manners == "garbles" else text)

    def _reply(self, who: str) -> dict[str, Any]:
        response: dict[str, Any] = {
            "CampaignId": "Renewal",
            "Mode": "Home",
            "ExpiryTime": "Oct  7 2036 11:59PM",
            "CallType": "Regular Callback",
            "Prefix": "",
            "Suffix": "",
            "Queue": "Queue 3",
            **PEOPLE[who],
        }
        for name in self.flaws:
            FLAWS[name](response)
        return {"channel": "LCM", "topic": "Webservice", "subtopic": "ContactOD", "message": {"response": response}}


async def _mumble(session: web.WebSocketResponse) -> None:
    """Numbers that are said in no whole JSON text: torn between frames, in other forms, in UTF-16."""
    torn, *others = STRANGERS
    for text in ('{"PhoneNumber"', f': "{torn[:6]}', '{"ping": 1}', f'{torn[6:]}"}}'):
        await session.send_str(text)
    for stranger, form in zip(others, STRANGE_FORMS, strict=True):
        await session.send_str(form.replace("NUMBER", stranger))
    await session.send_bytes(json.dumps({"PhoneNumber": others[-1]}).encode("utf-16-le"))


def _asked_by(message: dict[str, Any], here: list[str]) -> str | None:
    address = [str(message.get(name)).replace("Service", "service") for name in ("channel", "topic", "subtopic")]
    data = message.get("data")
    who = data.get("UserID") if isinstance(data, dict) else None
    good = address == ["LCM", "Webservice", "GetReservedContactOD"] and isinstance(who, str)
    return who if good and who in here and who in PEOPLE else None


def _gossip(here: list[str]) -> list[str]:
    """Other traffic, with the values in places and spellings that no clause knows of."""
    texts = []
    for who in here:
        contact = PEOPLE.get(who, {})
        members = ("PhoneNumber", "AccountNumber", "ContactID", "CallbackTime")
        phone, account, number, time = (str(contact.get(member, "")) for member in members)
        if not phone:
            continue
        split = f"+1 ({phone[:3]}) {phone[3:6]}-{phone[6:]}"
        event = {
            "channel": "Cisco",
            "topic": f"Call of {phone}",
            "subtopic": "CallEvent",
            "data": {
                "msg": f"no consent for {phone}, account {account}; {who} was told at {time}",
                "dial": [split, "_".join(phone), "\u200b".join(phone), f"tel:{phone},,7", f"local {phone[3:]}"],
                "account": [account.replace("|", " - "), account.replace("|", "").lower()],
                "time": time.replace(" ", "  "),
                "link": f"https://crm.example.test/?p={quote(split)}&a={quote(account, safe='')}&u={who.upper()}",
                phone: [{"deep": [number, {"AccountNumber": account, "userId": who}]}],
                "word": WORDS[who],
            },
        }
        # Three members of a contact in one message would make it a contact.
        inner = {"PhoneNumber": phone, "AgentID": who, "more": json.dumps({"ContactId": number})}
        texts.append(json.dumps(event))
        texts.append(json.dumps({"channel": "Cisco", "subtopic": "CallInfo", "data": {"inner": json.dumps(inner)}}))
        texts.append(json.dumps({"channel": "Cisco", "subtopic": "Callback", "data": {"CallbackTime": time}}))
        texts.append("".join(rf"\u{ord(c):04x}" for c in phone).join(('{"PhoneNumber": "', '", "subtopic": "Push"}')))
    return texts
