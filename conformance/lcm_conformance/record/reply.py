"""Which message is the reply: recognises answers and contacts among whatever a session carries.

Used by the driver, to know when waiting may end, and by the judge. It recognises generously
(a contact in any wrapping is a contact) and judges nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from lcm_conformance.catalogue import page
from lcm_conformance.record.packet import unwrap
from lcm_conformance.record.strictjson import Parsed, parse
from lcm_conformance.record.transcript import Event, Exchange

_ENOUGH = len(page.MEMBERS) - 3
"""Under another subtopic, this many of the eleven members make a contact; fewer occur in call events too."""

_MEMBER_NAMES = {name.casefold() for member in page.MEMBERS for name in page.spellings(member)}
_QUOTED_NAME = re.compile(r'["\'“”]\s*([A-Za-z]+)\s*\\?["\'“”]\s*:')


class Shape(StrEnum):
    """What one received frame is, seen as a possible reply."""

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
    def members(self) -> frozenset[str]:
        if self.parsed.error is not None:
            return frozenset(_names_in_text(self._text))
        return frozenset(name for name, _ in _members_in(self.parsed.value))

    @cached_property
    def is_blank(self) -> bool:
        return self.parsed.error is None and all(
            content in ("", None) or (content == 0 and content is not False)
            for _, content in _members_in(self.parsed.value)
        )

    @cached_property
    def shape(self) -> Shape:
        if self.parsed.error is not None:
            return Shape.NOT_JSON
        value = self.parsed.value
        if isinstance(value, dict) and value.get("subtopic") == page.REPLY:
            return Shape.EMPTY if self.is_blank else Shape.CONTACT
        if len(self.members) >= _ENOUGH and not self.is_blank:
            return Shape.ELSEWHERE
        return Shape.ERROR if _is_error(value) else Shape.OTHER


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
        """Members of a contact found anywhere in it, letter case aside."""
        return self._content.members

    @property
    def is_blank(self) -> bool:
        """Whether every member of a contact in it is empty, null or zero: then nobody's data is handed out."""
        return self._content.is_blank

    @property
    def subtopic(self) -> object:
        value = self.parsed.value
        return value.get("subtopic") if isinstance(value, dict) else None

    @property
    def shape(self) -> Shape:
        return self._content.shape

    @property
    def is_unread(self) -> bool:
        """Whether it is more than is read: nothing is known of it but the names in its text."""
        return self.parsed.unread

    @property
    def hands_out(self) -> bool:
        """Whether a contact's data left the endpoint in this frame, however ill-formed."""
        if self.shape is Shape.NOT_JSON:
            return len(self.members) >= _ENOUGH
        return self.shape in {Shape.CONTACT, Shape.ELSEWHERE}


@dataclass(frozen=True)
class Reply:
    """A reply, or a contact handed out unasked. `number` counts them over the run, from 1."""

    number: int
    message: Message
    exchange: str | None = None
    agent: str | None = None
    after_ms: float | None = None
    standard_way: bool = True

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

    def where(self, path: str) -> str:
        """A place in this reply, for a finding."""
        after = "" if self.after_ms is None else f", {self.after_ms:.0f} ms after the request"
        return f"{path} of reply {self.number}{after}"


def messages(events: Iterable[Event]) -> list[Message]:
    """The received frames among the events, read."""
    return [Message(event) for event in events if event.frame is not None]


def reply_among(candidates: Sequence[Message]) -> Message | None:
    """The reply: the first `ContactOD`, else the first contact under another name, else a frame that is no JSON.

    Among several `ContactOD` one with a contact comes first: the others may answer GetContactOD.
    """
    for shapes in ({Shape.CONTACT}, {Shape.EMPTY}, {Shape.ELSEWHERE}, {Shape.NOT_JSON}):
        for message in candidates:
            if message.shape in shapes or (Shape.ELSEWHERE in shapes and message.hands_out):
                return message
    return None


def reply_to(exchange: Exchange) -> Message | None:
    """The reply to one exchange's request, or None."""
    return reply_among(messages(exchange.received))


def _members_in(value: object) -> Iterator[tuple[str, object]]:
    """The members of a contact wherever they stand, also in a String that holds JSON, with what they hold."""
    # A list instead of recursion: an endpoint may nest deeper than Python's stack.
    todo: list[object] = [value]
    while todo:
        item = todo.pop()
        if isinstance(item, dict):
            for name, content in item.items():
                if name.strip().casefold() in _MEMBER_NAMES:
                    yield name.strip().casefold(), content
                todo.append(content)
        elif isinstance(item, list):
            todo.extend(item)
        elif isinstance(item, str) and "{" in item:
            inner = parse(item)
            todo.append(inner.value)
            if inner.error is not None:
                yield from ((name, item) for name in _names_in_text(item))


def _names_in_text(text: str) -> Iterator[str]:
    for name in _QUOTED_NAME.findall(text):
        if name.casefold() in _MEMBER_NAMES:
            yield name.casefold()


def _is_error(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    if any("error" in str(value.get(name, "")).casefold() for name in ("channel", "topic", "subtopic")):
        return True
    todo = [content for content in value.values() if isinstance(content, dict)]
    while todo:
        item = todo.pop()
        if item.get("success") is False or {"errorMessage", "errorType"} & item.keys():
            return True
        todo.extend(content for content in item.values() if isinstance(content, dict))
    return False
