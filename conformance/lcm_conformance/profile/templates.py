"""Fills `${…}` in the messages and commands of a profile, and knows the messages that it describes. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from lcm_conformance.catalogue import page
from lcm_conformance.catalogue.verdict import UsageError
from lcm_conformance.profile.facts import Agent

PLACEHOLDER = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")

UNCLOSED = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*(?![A-Za-z0-9_}])")


def fill(template: Any, values: Mapping[str, Any]) -> Any:
    """A copy of a template with every `${key}` filled in; unknown ones raise `UsageError`.

    A text that is one `${key}` and no more becomes the value itself, with its JSON type.
    """
    if isinstance(template, str):
        alone = PLACEHOLDER.fullmatch(template)
        return _value(alone.group(1), values) if alone else fill_text(template, values)
    if isinstance(template, Mapping):
        return {fill_text(name, values): fill(content, values) for name, content in template.items()}
    if isinstance(template, list | tuple):
        return [fill(item, values) for item in template]
    return template


def fill_text(template: str, values: Mapping[str, Any]) -> str:
    """A text with every `${key}` filled in, for where nothing but a text can stand."""
    if UNCLOSED.search(template):
        raise UsageError("a text in a template has ${ and a name without }: add it")
    return PLACEHOLDER.sub(lambda match: as_text(_value(match.group(1), values)), template)


def as_text(value: object) -> str:
    """A value of an agent's table within a text: a number, true and false as JSON writes them."""
    return value if isinstance(value, str) else json.dumps(value)


def template_values(agent: Agent) -> dict[str, Any]:
    """What `${…}` in a template may stand for."""
    return {"source": page.SOURCE, **agent.keys}


def holds(subset: object, value: object) -> bool:
    """Whether a JSON value has at least what `subset` has: objects by member, lists item by item, all else equal."""
    if isinstance(subset, Mapping):
        return isinstance(value, dict) and all(
            name in value and holds(content, value[name]) for name, content in subset.items()
        )
    if isinstance(subset, list) and isinstance(value, list):
        return len(subset) == len(value) and all(map(holds, subset, value))
    if isinstance(subset, float) and isinstance(value, Decimal):
        return subset == float(value)  # TOML's 0.1 is a float, the message's an exact number
    return subset == value and isinstance(subset, bool) is isinstance(value, bool)


def _value(name: str, values: Mapping[str, Any]) -> Any:
    if name not in values:
        raise UsageError(f"${{{name}}} in a template is no key of the agent's table: add it there or correct the name")
    return values[name]
