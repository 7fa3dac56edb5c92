"""The layers around the contact: JSON text, subtopic, channel, topic, `message`, `response`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from lcm_conformance.catalogue import page
from lcm_conformance.judge.checks.check import Check, Difference, Pins
from lcm_conformance.record.reply import Reply
from lcm_conformance.record.strictjson import described, show

_FEW, _LONG = 10, 120


def _is_json_object(reply: Reply, _pins: Pins) -> Difference | None:
    parsed = reply.message.parsed
    if parsed.error is not None:
        return Difference("one valid JSON text (RFC 8259)", parsed.error, "$")
    if not isinstance(parsed.value, dict):
        return Difference("a JSON object", f"the reply is {described(parsed.value)}", "$")
    return None


def _names_are_unique(reply: Reply, _pins: Pins) -> Difference | None:
    repeated = reply.message.parsed.repeated
    if repeated:
        return Difference("each name once in an object", f"repeated: {_listed(repeated)}", "$")
    return None


def _listed(names: Sequence[str]) -> str:
    """The first few names, long ones by their length only."""
    shown = [name if len(name) <= _LONG else f"a name of {len(name)} characters" for name in names[:_FEW]]
    return ", ".join(shown) + (f" and {len(names) - _FEW} more" if len(names) > _FEW else "")


def _is_contact_od(reply: Reply, _pins: Pins) -> Difference | None:
    if reply.value.get("subtopic") != page.REPLY:
        actual = (
            f"subtopic is {show(reply.value.get('subtopic'))}"
            if "subtopic" in reply.value
            else "the member subtopic is missing"
        )
        return Difference(f'the contact under subtopic "{page.REPLY}"', actual, "$.subtopic")
    if reply.message.says_nothing:
        return Difference("the reserved contact", f"{show(reply.response)}, without a contact", "$.message.response")
    return None


def _member_is(name: str, reading: str | None, values: tuple[str, ...], reply: Reply, pins: Pins) -> Difference | None:
    if reading is not None and reading in pins:
        values = (page.TOPICS[pins[reading]],)
    if reply.value.get(name) in values and isinstance(reply.value.get(name), str):
        return None
    actual = f"{name} is {show(reply.value[name])}" if name in reply.value else f"the member {name} is missing"
    return Difference(" or ".join(show(value) for value in values), actual, f"$.{name}")


def _is_object(path: tuple[str, ...], reply: Reply, _pins: Pins) -> Difference | None:
    value = _at(reply, *path)
    if isinstance(value, dict):
        return None
    actual = f"the member {path[-1]} is missing" if value is _ABSENT else f"{path[-1]} is {described(value)}"
    return Difference("a JSON object", actual, "$." + ".".join(path))


_ABSENT: object = object()


def _at(reply: Reply, *path: str) -> object:
    value: object = reply.value
    for name in path:
        if not isinstance(value, dict) or name not in value:
            return _ABSENT
        value = value[name]
    return value


JSON_OBJECT = Check("RSP-1", _is_json_object)
UNIQUE_NAMES = Check("RSP-6", _names_are_unique, (JSON_OBJECT,))
CONTACT_OD = Check("MAP-1", _is_contact_od, (JSON_OBJECT,), remembered=True)
CHANNEL = Check("RSP-2", partial(_member_is, "channel", None, (page.CHANNEL,)), (CONTACT_OD,))
TOPIC = Check("RSP-3", partial(_member_is, "topic", "topic", tuple(page.TOPICS.values())), (CONTACT_OD,))
MESSAGE = Check("RSP-4", partial(_is_object, ("message",)), (CHANNEL, TOPIC))
RESPONSE = Check("RSP-5", partial(_is_object, ("message", "response")), (MESSAGE,), remembered=True)
