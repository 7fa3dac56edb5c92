"""The request of the page: the ways of asking that it documents, and the frame that a probe sends."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from lcm_conformance.catalogue import page
from lcm_conformance.catalogue.probes import Form

_TEXT = re.compile(r"\$\{(user_id|own_id|letters|topic|fill:\d+|nest:\d+)\}")


@dataclass(frozen=True)
class Way:
    """How this run asks: the spelling of the topic, and whether `source` is sent."""

    topic: str
    source: bool

    @property
    def other_topic(self) -> Way:
        """The same under the other spelling of the topic."""
        return Way(next(topic for topic in page.TOPICS.values() if topic != self.topic), self.source)

    @property
    def other_source(self) -> Way:
        """The same with `source` where there is none, or without."""
        return Way(self.topic, not self.source)


def candidates() -> tuple[Way, ...]:
    """The documented ways of asking, in the order in which they are tried."""
    sample, table = page.TOPICS["sample"], page.TOPICS["table"]
    return Way(sample, True), Way(table, True), Way(sample, False), Way(table, False)


@dataclass(frozen=True)
class Ids:
    """The agent IDs that a request is made of: the one asked for, the asking agent's own, and random letters."""

    user_id: str = field(repr=False)
    own_id: str = field(default="", repr=False)
    letters: str = ""


def request_frame(way: Way, ids: Ids, form: Form | None = None) -> str | bytes:
    """The frame to send: the proper request of the page, changed as the form says."""
    if form is not None and form.raw is not None:
        text = _fill(form.raw, ids)
        return text.encode("latin-1", "replace") if form.binary else text
    message = proper(way, ids.user_id)
    if form is not None:
        for path, content in form.set.items():
            parent, name = _parent(message, path)
            parent[name] = json.loads(_fill(content, ids, way))
        for path in form.drop:
            parent, name = _parent(message, path)
            del parent[name]
    return json.dumps(message, ensure_ascii=False)


def proper(way: Way, user_id: str) -> dict[str, Any]:
    """The request as the page has it (Message Structure, Request Parameters, Data Parameters)."""
    message: dict[str, Any] = {"channel": page.CHANNEL, "topic": way.topic, "subtopic": page.REQUEST}
    if way.source:
        message["source"] = page.SOURCE
    message["data"] = {"UserID": user_id}
    return message


def _parent(message: dict[str, Any], path: str) -> tuple[dict[str, Any], str]:
    *parents, name = path.split(".")
    for parent in parents:
        message = message[parent]
    return message, name


def _fill(text: str, ids: Ids, way: Way | None = None) -> str:
    words = {"user_id": ids.user_id, "own_id": ids.own_id, "letters": ids.letters, "topic": way.topic if way else ""}

    def content(match: re.Match[str]) -> str:
        word, _, number = match.group(1).partition(":")
        if word == "fill":
            return "A" * int(number)
        if word == "nest":
            return "[" * int(number) + "]" * int(number)
        return json.dumps(words[word])[1:-1]

    return _TEXT.sub(content, text)
