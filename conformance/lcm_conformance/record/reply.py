"""Which message is the reply: recognises answers and contacts among whatever a session carries. Pure.

Used by the driver, to know when waiting may end, and by the judge. It recognises generously
(a contact in any wrapping is a contact) and judges nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from lcm_conformance.catalogue import page
from lcm_conformance.catalogue.request import Way
from lcm_conformance.record.members import IDENTIFYING, in_text, in_value, is_plausible
from lcm_conformance.record.nothing import is_nothing
from lcm_conformance.record.packet import unwrap
from lcm_conformance.record.strictjson import Parsed, parse
from lcm_conformance.record.transcript import Event, Exchange

_ENOUGH = 3
"""Under another subtopic so many members make a contact, one that identifies it among them."""

_CONTACT_OD = re.compile(rf'["“”]{page.REPLY}\\?["“”]')
_DIGITS = re.compile(r"\d+")
_REFUSES = re.compile(r"err|fail|refus|reject|denied|invalid", re.IGNORECASE)


class Shape(StrEnum):
    """What one received frame is, seen as a possible reply where a contact is due."""

    CONTACT = "contact"
    EMPTY = "empty-contact"
    ELSEWHERE = "contact under another subtopic"
    NOT_JSON = "not JSON"
    ERROR = "error-message"
    OTHER = "other"


class Content:
    """What a text says, found out once: a run holds thousands of frames of a few texts, and a long one takes long."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.memory: dict[object, Any] = {}

    @cached_property
    def raw(self) -> Parsed:
        return parse(self._text)

    @cached_property
    def parsed(self) -> Parsed:
        return unwrap(self.raw)

    @cached_property
    def held(self) -> tuple[tuple[str, object], ...]:
        """The members of a contact anywhere in it, with what they hold."""
        return tuple(in_text(self._text) if self.parsed.error is not None else in_value(self.parsed.value))

    @cached_property
    def members(self) -> frozenset[str]:
        return frozenset(name for name, _ in self.held)

    @cached_property
    def is_blank(self) -> bool:
        return all(is_nothing(value) for _, value in self.held)

    @cached_property
    def is_contact_od(self) -> bool:
        value = self.parsed.value
        if self.parsed.error is not None:
            return _CONTACT_OD.search(self._text) is not None
        return isinstance(value, dict) and value.get("subtopic") == page.REPLY

    @cached_property
    def hands_out(self) -> bool:
        doubtful = self.parsed.error is not None or _is_error(self.parsed.value)
        identified = any(
            name in IDENTIFYING and not is_nothing(value) and (not doubtful or is_plausible(value))
            for name, value in self.held
        )
        return identified and (self.is_contact_od or len(self.members) >= _ENOUGH)

    @cached_property
    def shape(self) -> Shape:
        if self.parsed.error is not None:
            return Shape.NOT_JSON
        if self.is_contact_od:
            refuses = _is_error(self.parsed.value) and not self.hands_out
            return Shape.EMPTY if self.is_blank or refuses else Shape.CONTACT
        if self.hands_out:
            return Shape.ELSEWHERE
        return Shape.ERROR if _is_error(self.parsed.value) else Shape.OTHER

    @cached_property
    def likeness(self) -> str:
        return _DIGITS.sub("", self._text)


@dataclass(frozen=True)
class Message:
    """One received frame, read."""

    event: Event

    @cached_property
    def _content(self) -> Content:
        text = self.event.frame or ""
        if text not in self.event.memory:
            self.event.memory[text] = Content(text)
        content: Content = self.event.memory[text]
        return content

    @property
    def memory(self) -> dict[object, Any]:
        """Answers to questions that checks ask again and again of the same text."""
        return self._content.memory

    @property
    def raw(self) -> Parsed:
        """The frame, read as it came."""
        return self._content.raw

    @property
    def parsed(self) -> Parsed:
        """The message in the frame: what is within, where it comes as the vendor's packet."""
        return self._content.parsed

    @property
    def members(self) -> frozenset[str]:
        """Members of a contact found anywhere in it, in any spelling."""
        return self._content.members

    @property
    def subtopic(self) -> object:
        value = self.parsed.value
        return value.get("subtopic") if isinstance(value, dict) else None

    @property
    def shape(self) -> Shape:
        """What it is where a contact is due: one member with a value of its own makes a ContactOD a contact."""
        return self._content.shape

    @property
    def says_nothing(self) -> bool:
        """Whether it is a well-formed ContactOD whose response holds no contact."""
        value: object = self.parsed.value
        for name in ("message", "response"):
            value = value.get(name) if isinstance(value, dict) else None
        return self.shape is Shape.EMPTY and isinstance(value, dict)

    @property
    def is_unread(self) -> bool:
        """Whether it is more than is read: nothing is known of it but what its text shows."""
        return self.parsed.unread

    @property
    def hands_out(self) -> bool:
        """Whether a contact's data left the endpoint in this frame, however ill-formed, due or not.

        PhoneNumber, AccountNumber or ContactID must have a value of its own; under another subtopic two more members
        of a contact must stand there.
        """
        return self._content.hands_out

    @property
    def may_answer(self) -> bool:
        """Whether it is plainly meant as a reply: to a proper request, or as a refusal of another one.

        A ContactOD of any kind, or a frame that is no JSON and names ContactOD or three members of a contact.
        """
        return self._content.is_contact_od or (self.shape is Shape.NOT_JSON and len(self.members) >= _ENOUGH)

    @property
    def likeness(self) -> str:
        """Its text without digits: frames of which this is equal are alike."""
        return self._content.likeness

    def repeats(self, sent: Iterable[str]) -> bool:
        """Whether it holds a text that the suite sent, or is a part of one."""
        text = (self.event.frame or "").strip()
        return bool(text) and any(other and (other in text or text in other) for other in sent)


def is_reply_at_once(message: Message, sent: Iterable[str] = (), taken: Collection[str] = ()) -> bool:
    """Whether waiting for the answer to a proper request may end with this message, whatever may still come.

    `sent` are the texts that the suite sent on the session, `taken` the likenesses of frames that were taken as a
    reply before. A ContactOD without a contact, or a contact under another subtopic, may still be followed by the
    reply.
    """
    if message.shape is Shape.NOT_JSON:
        return message.likeness in taken or (message.may_answer and not message.repeats(sent))
    return message.shape is Shape.CONTACT


@dataclass(frozen=True)
class Reply:
    """A reply, or a contact handed out unasked. `number` counts them over the run, from 1.

    `way` is how it was asked for, where it is certain which request it answers; `times` how many it stands for.
    """

    number: int
    message: Message
    exchange: str | None = None
    agent: str | None = None
    after_ms: float | None = None
    way: Way | None = None
    times: int = 1

    @property
    def value(self) -> dict[str, object]:
        """The JSON object it is; empty where it is none (RSP-1 has failed then)."""
        value = self.message.parsed.value
        return value if isinstance(value, dict) else {}

    @property
    def response(self) -> dict[str, object]:
        """`message.response`; empty where an outer layer is missing."""
        message = self.value.get("message")
        response = message.get("response") if isinstance(message, dict) else None
        return response if isinstance(response, dict) else {}

    @property
    def named(self) -> str:
        """How it is found again: by its exchange, or by its number where nothing asked for it."""
        return f"the reply in {self.exchange}" if self.exchange else f"contact {self.number} of the run"

    def where(self, path: str) -> str:
        """A place in this reply, for a finding."""
        after = "" if self.after_ms is None else f", {self.after_ms:.0f} ms after the request"
        unasked = "" if self.exchange else ", which nothing asked for"
        return f"{path} of {self.named}{unasked}{after}"


def messages(events: Iterable[Event]) -> list[Message]:
    """The received frames among the events, read."""
    return [Message(event) for event in events if event.frame is not None]


def may_answer(message: Message) -> bool:
    """What is plainly meant as a reply: see `Message.may_answer`."""
    return message.may_answer


def reply_among(candidates: Sequence[Message], takes: Callable[[Message], bool] = may_answer) -> Message | None:
    """The reply: the first `ContactOD` with a contact, else the first `ContactOD`, if only meant as one, else the first
    contact under another name, else the first frame that is no JSON and that `takes` takes for one.
    """
    ranks: tuple[Callable[[Message], bool], ...] = (
        lambda message: message.shape is Shape.CONTACT,
        lambda message: message.shape is Shape.EMPTY,
        lambda message: message.shape is Shape.NOT_JSON and message.may_answer and takes(message),
        lambda message: message.shape is Shape.ELSEWHERE,
        lambda message: message.shape is Shape.NOT_JSON and (message.hands_out or takes(message)),
    )
    return next((message for fits in ranks for message in candidates if fits(message)), None)


def reply_to(exchange: Exchange) -> Message | None:
    """The reply to one exchange's request as far as it alone shows it, or None."""
    return reply_among(messages(exchange.received))


def _is_error(value: object) -> bool:
    """Whether a message says openly that something failed."""
    if not isinstance(value, dict):
        return False
    if any("error" in str(value.get(name, "")).casefold() for name in ("channel", "topic", "subtopic")):
        return True
    todo: list[dict[str, object]] = [value]
    while todo:
        item = todo.pop()
        if item.get("success") is False or any(name.casefold().startswith("error") for name in item):
            return True
        if any(_REFUSES.search(str(item.get(name, ""))) for name in ("status", "result")):
            return True
        todo.extend(content for content in item.values() if isinstance(content, dict))
    return False
