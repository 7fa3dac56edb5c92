"""Which request a frame is that somebody else sent: the proper one, or one with a single thing wrong. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from lcm_conformance.catalogue import page
from lcm_conformance.catalogue.probes import Form, Part, Probe, load_probes
from lcm_conformance.catalogue.request import Way
from lcm_conformance.record.strictjson import kind

_PLACE = re.compile(r"\$\{[^}]*\}")
_MEMBERS = {"channel", "topic", "subtopic", "source", "data"}
_MISSING = object()
_LETTERS = re.compile(r"[A-Za-z]+")


@dataclass(frozen=True)
class Request:
    """A frame that asks for a reserved contact. `probe` and `form` say what is wrong with it; without both nothing is.

    `certain` is False where more than one thing is wrong, so that it is nobody's form.
    """

    way: Way | None
    user_id: str | None = field(default=None, repr=False)
    probe: str | None = None
    form: str | None = None
    certain: bool = True


def request_in(value: Mapping[str, Any]) -> Request | None:
    """The request in a message, or None where it is another call's."""
    wrong = list(_wrong(value))
    topic = value.get("topic")
    way = Way(topic, "source" in value) if isinstance(topic, str) and topic in page.TOPICS.values() else None
    data = value.get("data")
    user_id = data.get("UserID") if isinstance(data, dict) else None
    user_id = user_id if isinstance(user_id, str) and user_id else None
    if not wrong:
        return Request(way, user_id)
    path, content = wrong[0]
    found = _form_of(path, content) if len(wrong) == 1 else None
    if found is not None:
        return Request(way or Way(page.TOPICS["sample"], "source" in value), user_id, found[0].name, found[1].name)
    return Request(way, user_id, certain=False) if value.get("subtopic") == page.REQUEST else None


def _wrong(value: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """What is not as the page has it: the path, and what stands there."""
    right = {"channel": (page.CHANNEL,), "topic": tuple(page.TOPICS.values()), "subtopic": (page.REQUEST,)}
    for name, texts in right.items():
        if value.get(name, _MISSING) not in texts:
            yield name, value.get(name, _MISSING)
    for name in value.keys() - _MEMBERS:
        yield f"more: {name}", value[name]
    data = value.get("data", _MISSING)
    if not isinstance(data, dict):
        yield "data", data
        return
    user_id = data.get("UserID", _MISSING)
    if not isinstance(user_id, str) or not user_id:
        yield "data.UserID", user_id
    yield from ((f"more: data.{name}", content) for name, content in data.items() if name != "UserID")


def _form_of(path: str, content: object) -> tuple[Probe, Form] | None:
    """The form in which just this is wrong: that value, else one of its type."""
    forms = [(probe, form) for probe, form in _forms() if path in (*form.set, *form.drop)]
    if content is _MISSING:
        return next(((probe, form) for probe, form in forms if path in form.drop), None)
    alike = [(probe, form, _sample(form.set[path])) for probe, form in forms if path in form.set]
    same = next(((p, f) for p, f, sample in alike if sample == content and kind(sample) == kind(content)), None)
    if same is not None:
        return same
    if path == "subtopic" and isinstance(content, str):
        # Many calls share the bus, and some of them are answered by a contact.
        more = content.removeprefix(page.REQUEST)
        return next(
            ((p, f) for p, f, s in alike if s == f"{page.REQUEST}X" and _LETTERS.fullmatch(more) and more != content),
            None,
        )
    return next(
        ((p, f) for p, f, sample in alike if kind(sample) == kind(content) and bool(sample) == bool(content)), None
    )


@cache
def _forms() -> tuple[tuple[Probe, Form], ...]:
    tests = [probe for probe in load_probes().values() if probe.part is Part.TEST and probe.asks_as is None]
    return tuple((probe, form) for probe in tests for form in probe.forms)


def _sample(text: str) -> object:
    return json.loads(_PLACE.sub("x", text))
