"""The vendor's packet around a message: wraps what is sent, unwraps what comes. Pure; both spellings of its members.

A reply may come wrapped or bare whatever the profile says, so unwrapping is part of reading a frame.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lcm_conformance.record.strictjson import Parsed

_NAMES = {
    "table": ("subtopic", "SubscriberID", "okmessage"),
    "example": ("subTopic", "subscriberID", "message"),
}
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]")


def wrap(text: str, spelling: str, subscriber_id: str, response_url: str) -> str:
    """A JSON message in a packet of its channel; what is no JSON object stays as it is."""
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if not isinstance(message, dict):
        return text
    subtopic, subscriber, inside = _NAMES[spelling]
    packet: dict[str, Any] = {"channel": message.get("channel", ""), "topic": "", subtopic: ""}
    packet |= {"ResponseUrl": response_url, subscriber: subscriber_id, inside: message}
    return json.dumps(packet, ensure_ascii=False)


def unwrap(parsed: Parsed) -> Parsed:
    """The message within a packet, or what was read itself where it is none."""
    inner = _inner(parsed.value)
    return parsed if inner is None else replace(parsed, value=inner)


def pick(path: str, value: object) -> str | None:
    """The text or whole number at a path like `$.data.SubscriberID` or `$.list[0].id`, as text, if it is there."""
    for name, index in _STEP.findall(path):
        if name and isinstance(value, dict):
            value = value.get(name)
        elif index and isinstance(value, list) and int(index) < len(value):
            value = value[int(index)]
        else:
            return None
    is_id = isinstance(value, str | int) and not isinstance(value, bool) and value != ""
    return str(value) if is_id else None


def _inner(value: object) -> dict[str, object] | None:
    """A packet has an empty topic and subtopic, and within a message with a subtopic of its own."""
    if not isinstance(value, dict) or value.get("topic") not in ("", None):
        return None
    if any(value.get(subtopic) not in ("", None) for subtopic, _, _ in _NAMES.values()):
        return None
    for _, _, inside in _NAMES.values():
        message = value.get(inside)
        if isinstance(message, Mapping) and "subtopic" in message:
            return dict(message)
    return None
