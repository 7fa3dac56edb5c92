"""The probes: what can be asked, as data (`probes.toml`), and the request each of them sends."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from conformance import page
from conformance.transcript import Part, Way
from conformance.verdict import SuiteError

_TEXT = re.compile(r"\$\{(user_id|fill:\d+|nest:\d+)\}")


@dataclass(frozen=True)
class Variant:
    """One way in which a probe's request differs from the proper one."""

    set: Mapping[str, str] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    way: str | None = None
    raw: str | None = None
    binary: bool = False


@dataclass(frozen=True)
class Probe:
    """One row of `probes.toml`."""

    name: str
    when: str
    part: Part
    agent: str = "reserved"
    login: str = "in"
    asks_as: str | None = None
    count: int = 1
    together: tuple[str, ...] = ()
    burst: int = 0
    watched: bool = False
    variants: tuple[Variant, ...] = (Variant(),)


@cache
def load() -> Mapping[str, Probe]:
    """All probes by name."""
    table = tomllib.loads(files("conformance").joinpath("probes.toml").read_text(encoding="utf-8"))
    probes = {name: _probe(name, row) for name, row in table.items()}
    sentences = [probe.when for probe in probes.values()]
    for sentence in sentences:
        if sentences.count(sentence) > 1:
            raise SuiteError(f"two probes say {sentence!r}: reword one of them in probes.toml")
    return probes


def called(sentence: str) -> Probe | None:
    """The probe that a `When` sentence calls, if any."""
    return next((probe for probe in load().values() if probe.when == sentence), None)


def _probe(name: str, row: dict[str, Any]) -> Probe:
    try:
        variants = tuple(_variant(variant) for variant in row.pop("variant", [{}]))
        together = tuple(row.pop("together", ()))
        return Probe(
            name, asks_as=row.pop("as", None), part=Part(row.pop("part")), together=together, variants=variants, **row
        )
    except (TypeError, ValueError, KeyError) as error:
        raise SuiteError(f"probe {name!r} in probes.toml: {error}") from error


def _variant(row: dict[str, Any]) -> Variant:
    return Variant(drop=tuple(row.pop("drop", ())), **row)


def candidates() -> tuple[Way, ...]:
    """The documented ways of asking, in the order in which they are tried."""
    sample, table = page.TOPICS["sample"], page.TOPICS["table"]
    return Way(sample, True), Way(table, True), Way(sample, False), Way(table, False)


def request(way: Way, user_id: str, variant: Variant | None = None) -> str | bytes:
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
