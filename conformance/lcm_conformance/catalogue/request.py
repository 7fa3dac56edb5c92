"""The request of the page: the ways of asking that it documents, and the frame that a probe sends."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from lcm_conformance.catalogue import page
from lcm_conformance.catalogue.probes import Variant

_TEXT = re.compile(r"\$\{(user_id|fill:\d+|nest:\d+)\}")


@dataclass(frozen=True)
class Way:
    """How this run asks: the spelling of the topic, and whether `source` is sent."""

    topic: str
    source: bool


def candidates() -> tuple[Way, ...]:
    """The documented ways of asking, in the order in which they are tried."""
    sample, table = page.TOPICS["sample"], page.TOPICS["table"]
    return Way(sample, True), Way(table, True), Way(sample, False), Way(table, False)


def request_frame(way: Way, user_id: str, variant: Variant | None = None) -> str | bytes:
    """The frame to send: the proper request of the page, changed as the variant says."""
    variant = variant or Variant()
    if variant.raw is not None:
        text = _fill(variant.raw, user_id)
        return text.encode("latin-1", "replace") if variant.binary else text
    message = proper(_turned(way, variant.way), user_id)
    for path, content in variant.set.items():
        parent, name = _parent(message, path)
        parent[name] = json.loads(_fill(content, user_id))
    for path in variant.drop:
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


def _turned(way: Way, side: str | None) -> Way:
    if side == "topic":
        return Way(next(topic for topic in page.TOPICS.values() if topic != way.topic), way.source)
    return Way(way.topic, not way.source) if side == "source" else way


def _parent(message: dict[str, Any], path: str) -> tuple[dict[str, Any], str]:
    *parents, name = path.split(".")
    for parent in parents:
        message = message[parent]
    return message, name


def _fill(text: str, user_id: str) -> str:
    def content(match: re.Match[str]) -> str:
        word, _, number = match.group(1).partition(":")
        if word == "fill":
            return "A" * int(number)
        if word == "nest":
            return "[" * int(number) + "]" * int(number)
        return json.dumps(user_id)[1:-1]

    return _TEXT.sub(content, text)
