"""One table of a profile, read key by key: a complaint names the key, and shows no value from the environment."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lcm_conformance.catalogue.verdict import UsageError
from lcm_conformance.profile import header
from lcm_conformance.profile.templates import PLACEHOLDER, UNCLOSED
from lcm_conformance.redaction.address import WORDY


@dataclass
class Source:
    """Where the profile comes from, and what reading it brings to light."""

    name: str
    environment: Mapping[str, str]
    folder: Path
    secrets: list[str] = field(default_factory=list)
    short_headers: list[tuple[str, str]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


@dataclass
class Section:
    """One table; `where` is its dotted name with a dot at the end, empty for the whole profile."""

    values: dict[str, Any]
    where: str
    source: Source

    def wrong(self, key: str, what: str) -> UsageError:
        """The complaint about a key, to be raised."""
        return UsageError(f"{self.source.name}: {self.where}{_shown(key)} {what}")

    def wrong_value(self, key: str, error: UsageError) -> UsageError:
        """A complaint about the value of a key, with the key in front, to be raised."""
        return UsageError(f"{self.source.name}: {self.where}{key}: {error}")

    def only(self, known: Iterable[str]) -> None:
        """Refuse keys that nobody reads: a misspelt one would be silently without effect."""
        for key in self.values:
            if key not in set(known):
                near = difflib.get_close_matches(key, known, n=1)
                fix = f"did you mean {self.where}{near[0]}?" if near else f"known here: {', '.join(sorted(known))}"
                raise UsageError(f"{self.source.name}: unknown key {self.where}{_shown(key)}: {fix}")

    def sections(self, key: str) -> list[Section]:
        """A table, or each of a list of tables."""
        value = self.values.get(key, [])
        if isinstance(value, dict):
            return [self.section(key)]
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.wrong(key, "must be a table, or a list of tables")
        return [Section(item, f"{self.where}{key}[{number}].", self.source) for number, item in enumerate(value)]

    def section(self, key: str) -> Section:
        """A table within; an empty one where there is none."""
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self.wrong(key, "must be a table")
        return Section(value, f"{self.where}{key}.", self.source)

    def text(self, key: str) -> str | None:
        """A text with `${NAME}` read from the environment, or None; a whole number is taken as it is written."""
        value = self.values.get(key)
        if key not in self.values:
            return None
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            raise self.wrong(key, f"must be a text{': write it in quotes' if isinstance(value, float) else ''}")
        if UNCLOSED.search(value):
            raise self.wrong(key, "has ${ and a name without }: add it")
        return PLACEHOLDER.sub(lambda match: self._from_environment(match.group(1), key), value)

    def scalar(self, key: str) -> str | int | float:
        """A value with its JSON type: a text, as `text` reads it, a number, true or false."""
        value = self.values[key]
        if isinstance(value, str):
            return self.text(key) or ""
        if not isinstance(value, int | float):
            raise self.wrong(key, "must be a text, a number, true or false")
        if not math.isfinite(value):
            raise self.wrong(key, "is no number that JSON can hold: write it in quotes, or correct it")
        return value

    def public_text(self, key: str) -> str | None:
        """A text that reports show as it is, and that therefore takes nothing from the environment."""
        if self.is_from_outside(key):
            raise self.wrong(key, "cannot come from the environment, whose values are never shown: write it out")
        return self.text(key)

    def is_from_outside(self, key: str) -> bool:
        """Whether a value comes from the environment, in whole or in part."""
        return PLACEHOLDER.search(str(self.values.get(key))) is not None

    def secret(self, key: str) -> str | None:
        """A text that must never be shown."""
        value = self.text(key)
        if value:
            self.source.secrets.append(value)
        return value

    def headers(self, key: str) -> dict[str, str]:
        """A table of header values, all of them secret."""
        table = self.section(key)
        first: dict[str, str] = {}
        for name in table.values:
            if first.setdefault(name.casefold(), name) != name:
                raise table.wrong(name, f"stands there as {first[name.casefold()]} already: keep one")
        return {name: table.header(name) or "" for name in table.values}

    def header(self, key: str) -> str | None:
        """A secret text that fits into one header line; a short one that is written out is one in that header only."""
        value = self.text(key)
        if value and len(value) < WORDY and not self.is_from_outside(key):
            self.source.short_headers.append((key, value))
        elif value:
            self.source.secrets.append(value)
        return self.one_header(key, value)

    def one_header(self, key: str, value: str | None) -> str | None:
        """A text of that key, if a header of that name can have it."""
        if value is not None and (fault := header.fault(key, value)) is not None:
            raise self.wrong(key, fault)
        return value

    def flag(self, key: str, default: bool) -> bool:
        value = self.values.get(key, default)
        if not isinstance(value, bool):
            raise self.wrong(key, "must be true or false")
        return value

    def whole(self, key: str, default: int, least: int = 1) -> int:
        value = self.values.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise self.wrong(key, f"must be a whole number from {least}")
        return value

    def seconds(self, key: str) -> float | None:
        """A number of seconds, or None."""
        value = self.values.get(key)
        if key not in self.values:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 600:
            raise self.wrong(key, "must be a number of seconds above 0, 600 at most")
        return float(value)

    def rate(self, key: str) -> float:
        """A number from 0, which it is where there is none."""
        value = self.values.get(key, 0)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
            raise self.wrong(key, "must be a number from 0")
        return float(value)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.wrong(key, "must be a list of texts")
        return tuple(value)

    def choice(self, key: str, known: tuple[str, ...], default: str) -> str:
        value = self.values.get(key, default)
        if value not in known:
            what = "cannot come from the environment" if self.is_from_outside(key) else f"{value!r} is unknown"
            raise self.wrong(key, f"{what}: use {_quoted(known)}")
        return str(value)

    def message(self, key: str) -> dict[str, Any] | None:
        """A JSON message, or a subset of one."""
        value = self.values.get(key)
        if key in self.values and not isinstance(value, dict):
            raise self.wrong(key, "must be a table: the JSON message, or a subset of it")
        return value

    def file(self, key: str) -> Path | None:
        """A file that can be read; a relative path starts at the profile."""
        name = self.text(key)
        if name is None:
            return None
        path = self.source.folder / name
        try:
            path.open("rb").close()
        except OSError as error:
            where = "" if self.is_from_outside(key) else f": {path}"
            raise self.wrong(key, f"cannot be read ({error.strerror}){where}: correct the path") from None
        return path

    def _from_environment(self, name: str, key: str) -> str:
        if name not in self.source.environment:
            raise self.wrong(key, f"needs the environment variable {name}, which is not set: set it")
        value = self.source.environment[name]
        if not value:
            raise self.wrong(key, f"needs the environment variable {name}, which is empty: give it its value")
        self.source.secrets.append(value)
        return value


def _shown(key: str) -> str:
    return key if key.isprintable() else ascii(key)


def _quoted(names: Iterable[str]) -> str:
    return " or ".join(f'"{name}"' for name in names)
