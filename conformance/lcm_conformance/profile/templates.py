"""Fills `${…}` in the messages and commands of a profile, and knows the messages that it describes. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from lcm_conformance.catalogue import page
from lcm_conformance.catalogue.verdict import UsageError
from lcm_conformance.profile.facts import Agent

PLACEHOLDER = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")

UNCLOSED = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*(?![A-Za-z0-9_}])")


def fill(template: Any, values: Mapping[str, str]) -> Any:
    """A copy of a template with every `${key}` filled in; unknown ones raise `UsageError`."""
    if isinstance(template, str):
        if UNCLOSED.search(template):
            raise UsageError("a text in a template has ${ and a name without }: add it")
        return PLACEHOLDER.sub(lambda match: _value(match.group(1), values), template)
    if isinstance(template, Mapping):
        return {fill(name, values): fill(content, values) for name, content in template.items()}
    if isinstance(template, list | tuple):
        return [fill(item, values) for item in template]
    return template


def template_values(agent: Agent) -> dict[str, str]:
    """What `${…}` in a template may stand for."""
    return {"source": page.SOURCE, **agent.keys}


def holds(subset: object, value: object) -> bool:
    """Whether a JSON value has at least what `subset` has: objects by member, all else by equality."""
    if isinstance(subset, Mapping):
        return isinstance(value, dict) and all(
            name in value and holds(content, value[name]) for name, content in subset.items()
        )
    if isinstance(subset, float) and isinstance(value, Decimal):
        return subset == float(value)  # TOML's 0.1 is a float, the message's an exact number
    return subset == value and isinstance(subset, bool) is isinstance(value, bool)


def _value(name: str, values: Mapping[str, str]) -> str:
    if name not in values:
        raise UsageError(f"${{{name}}} in a template is no key of the agent's table: add it there or correct the name")
    return values[name]
