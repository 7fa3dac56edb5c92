"""The facts of one environment, read from a TOML profile and checked before anything is asked.

Every mistake is one line (`UsageError`) that names the key and the fix; a value that came from
the environment is never part of it.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from conformance import page
from conformance.verdict import UsageError

Message = Mapping[str, Any]
_PLACEHOLDER = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_VERSION = re.compile(r"(\d{4})(?:\.\d+)*")

ROLES = ("reserved", "other", "idle", "unknown", "logged_out")
_TOP = {"cm_version", "endpoint", "timing", "login", "logout", "agents"}
_ENDPOINT = {"url", "headers", "subprotocols", "origin", "max_connections"}
_TIMING = {"connect", "reply", "silence"}
_LOGIN = {"method", "request", "success", "failure"}
_LOGOUT = {"request", "success"}
_LATER = "run `lcm-conformance run --help` and see the README's profile section for the keys there are"


@dataclass(frozen=True)
class Timing:
    """Seconds: to connect, for a due reply, and of silence that counts as "not answered"."""

    connect: float = 10.0
    reply: float = 5.0
    silence: float = 2.0


@dataclass(frozen=True)
class Endpoint:
    """Where the endpoint is and how the handshake is made."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    subprotocols: tuple[str, ...] = ()
    origin: str | None = None
    max_connections: int = 1


@dataclass(frozen=True)
class Exchangeable:
    """A message to send, and the JSON subset whose arrival says that it worked or failed."""

    request: Message
    success: Message | None = None
    failure: Message | None = None


@dataclass(frozen=True)
class Agent:
    """One agent of the environment, by the role that the suite gives it."""

    role: str
    user_id: str
    keys: Mapping[str, str] = field(default_factory=dict)
    expect: Mapping[str, str] = field(default_factory=dict)
    asserted: bool = True


@dataclass(frozen=True)
class Profile:
    """All of it. `login` is None where the sessions are logged in from the start."""

    cm_version: str
    endpoint: Endpoint
    agents: Mapping[str, Agent]
    timing: Timing = field(default_factory=Timing)
    login: Exchangeable | None = None
    logout: Exchangeable | None = None
    secrets: tuple[str, ...] = ()

    @property
    def supported(self) -> bool:
        """Whether the page offers the API for this version (Note)."""
        return release(self.cm_version) <= page.LAST_SUPPORTED_VERSION


def release(version: str) -> int:
    """The leading number of a Campaign Manager version such as `2308` or `2308.1`."""
    match = _VERSION.fullmatch(version)
    if match is None:
        raise UsageError(f"unknown Campaign Manager version {version!r}: write it like 2308 or 2308.1")
    return int(match.group(1))


def load(
    path: Path,
    url: str | None = None,
    cm_version: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> Profile:
    """Read a profile; `url` and `cm_version` from the command line take precedence."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot read profile {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"profile {path} is not UTF-8: save it as UTF-8") from error
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"profile {path} is not TOML: {error}") from error
    return _Reader(str(path), os.environ if environment is None else environment).profile(table, url, cm_version)


def at(profile: Profile, url: str) -> Profile:
    """The same environment at another URL."""
    return replace(profile, endpoint=replace(profile.endpoint, url=url))


def fill(template: Any, values: Mapping[str, str]) -> Any:
    """A copy of a message template with every `${key}` filled in; unknown ones raise `UsageError`."""
    if isinstance(template, str):
        return _PLACEHOLDER.sub(lambda match: _value(match.group(1), values), template)
    if isinstance(template, Mapping):
        return {fill(name, values): fill(content, values) for name, content in template.items()}
    if isinstance(template, list):
        return [fill(item, values) for item in template]
    return template


def _value(name: str, values: Mapping[str, str]) -> str:
    if name not in values:
        raise UsageError(f"${{{name}}} in a template is no key of the agent's table: add it there or correct the name")
    return values[name]


class _Reader:
    """Reads one profile; knows its name, so that every complaint can say where."""

    def __init__(self, name: str, environment: Mapping[str, str]) -> None:
        self._name = name
        self._environment = environment
        self._secrets: list[str] = []

    def profile(self, table: dict[str, Any], url: str | None, cm_version: str | None) -> Profile:
        self._only(table, _TOP, "")
        version = cm_version or self._text(table, "cm_version", "", required=False)
        if version is None:
            raise UsageError(f"{self._name}: cm_version is missing: add it, or give --cm-version")
        release(version)
        method, login = self._login(self._section(table, "login"))
        agents = self._agents(self._section(table, "agents"))
        logout = self._message_pair(self._section(table, "logout"), "logout", _LOGOUT)
        for pair, where in ((login, "login"), (logout, "logout")):
            if pair is not None:
                self._check_templates(pair, where, agents.values())
        if method == "message" and login is None:
            raise UsageError(
                f'{self._name}: login.request is missing: give it, or set login.method = "preauthenticated"'
            )
        return Profile(
            cm_version=version,
            endpoint=self._endpoint(self._section(table, "endpoint"), url),
            agents=MappingProxyType(agents),
            timing=self._timing(self._section(table, "timing")),
            login=login,
            logout=logout,
            secrets=tuple(self._secrets),
        )

    def _endpoint(self, table: dict[str, Any], url: str | None) -> Endpoint:
        self._only(table, _ENDPOINT, "endpoint.")
        address = url or self._text(table, "url", "endpoint.", required=False)
        if address is None:
            raise UsageError(f"{self._name}: endpoint.url is missing: add it, or give --url")
        headers = self._section(table, "headers", "endpoint.")
        texts = {name: self._text(headers, name, "endpoint.headers.") for name in headers}
        self._secrets += [value for value in texts.values() if value]
        most = table.get("max_connections", 1)
        if not isinstance(most, int) or isinstance(most, bool) or most < 1:
            raise UsageError(f"{self._name}: endpoint.max_connections must be a whole number from 1")
        protocols = table.get("subprotocols", [])
        if not isinstance(protocols, list) or not all(isinstance(item, str) for item in protocols):
            raise UsageError(f"{self._name}: endpoint.subprotocols must be a list of texts")
        return Endpoint(
            url=checked_url(address),
            headers={name: value for name, value in texts.items() if value is not None},
            subprotocols=tuple(protocols),
            origin=self._text(table, "origin", "endpoint.", required=False),
            max_connections=most,
        )

    def _timing(self, table: dict[str, Any]) -> Timing:
        self._only(table, _TIMING, "timing.")
        for name, value in table.items():
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 600:
                raise UsageError(f"{self._name}: timing.{name} must be a number of seconds above 0, 600 at most")
        return Timing(**{name: float(value) for name, value in table.items()})

    def _login(self, table: dict[str, Any]) -> tuple[str, Exchangeable | None]:
        method = table.get("method", "message" if "request" in table else "preauthenticated")
        if method not in {"message", "preauthenticated"}:
            raise UsageError(f'{self._name}: login.method {method!r} is unknown: use "message" or "preauthenticated"')
        pair = self._message_pair({key: value for key, value in table.items() if key != "method"}, "login", _LOGIN)
        if method == "preauthenticated" and pair is not None:
            raise UsageError(
                f'{self._name}: login.request has no use with login.method = "preauthenticated": remove one'
            )
        return method, pair

    def _message_pair(self, table: dict[str, Any], where: str, known: set[str]) -> Exchangeable | None:
        self._only(table, known, f"{where}.")
        if not table:
            return None
        if "request" not in table:
            raise UsageError(f"{self._name}: {where}.request is missing: add the message to send")
        messages: dict[str, Any] = {}
        for key in table:
            if not isinstance(table[key], dict):
                raise UsageError(f"{self._name}: {where}.{key} must be a table: the JSON message, or a subset of it")
            messages[key] = table[key]
        return Exchangeable(**messages)

    def _agents(self, table: dict[str, Any]) -> dict[str, Agent]:
        self._only(table, set(ROLES), "agents.")
        if "reserved" not in table:
            raise UsageError(f"{self._name}: agents.reserved is missing: name an agent for whom a contact is reserved")
        agents = {role: self._agent(role, self._section(table, role, "agents.")) for role in table}
        ids = [agent.user_id for agent in agents.values()]
        if len(set(ids)) < len(ids):
            raise UsageError(f"{self._name}: two agents have the same user_id: each role needs an agent of its own")
        return agents

    def _agent(self, role: str, table: dict[str, Any]) -> Agent:
        where = f"agents.{role}."
        expect = self._section(table, "expect", where)
        self._only(expect, {name for member in page.MEMBERS for name in page.spellings(member)}, f"{where}expect.")
        expected = {
            name: value if isinstance(value, str) else str(value)
            for name, value in expect.items()
            if isinstance(value, str | int) and not isinstance(value, bool)
        }
        if len(expected) < len(expect):
            raise UsageError(f"{self._name}: {where}expect holds something that is neither text nor number: correct it")
        reserved = table.get("reserved", "asserted")
        if reserved not in {"asserted", "unknown"}:
            raise UsageError(f'{self._name}: {where}reserved {reserved!r} is unknown: use "asserted" or "unknown"')
        names = [name for name in table if name not in {"expect", "reserved"}]
        keys = {name: text for name in names if (text := self._text(table, name, where)) is not None}
        if "password" in keys:
            self._secrets.append(keys["password"])
        user_id = keys.get("user_id")
        if not user_id:
            raise UsageError(f"{self._name}: {where}user_id is missing: add the agent's ID")
        return Agent(role, user_id, MappingProxyType(keys), MappingProxyType(expected), reserved == "asserted")

    def _check_templates(self, pair: Exchangeable, where: str, agents: Iterable[Agent]) -> None:
        for agent in agents:
            if agent.role in {"unknown"}:
                continue
            for template in (pair.request, pair.success, pair.failure):
                try:
                    fill(template, template_values(agent))
                except UsageError as error:
                    raise UsageError(f"{self._name}: {where} of agents.{agent.role}: {error}") from None

    def _section(self, table: Mapping[str, Any], key: str, where: str = "") -> dict[str, Any]:
        value = table.get(key, {})
        if not isinstance(value, dict):
            raise UsageError(f"{self._name}: {where}{key} must be a table")
        return value

    def _text(self, table: Mapping[str, Any], key: str, where: str, required: bool = True) -> str | None:
        if key not in table and not required:
            return None
        value = table.get(key)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            raise UsageError(f"{self._name}: {where}{key} must be a text")
        return _PLACEHOLDER.sub(lambda match: self._from_environment(match.group(1), f"{where}{key}"), value)

    def _from_environment(self, name: str, where: str) -> str:
        if name not in self._environment:
            raise UsageError(f"{self._name}: {where} needs the environment variable {name}, which is not set: set it")
        value = self._environment[name]
        self._secrets.append(value)
        return value

    def _only(self, table: Mapping[str, Any], known: set[str], where: str) -> None:
        for key in table:
            if key not in known:
                near = difflib.get_close_matches(key, known, n=1)
                fix = f"did you mean {where}{near[0]}?" if near else f"known here: {', '.join(sorted(known))}"
                raise UsageError(f"{self._name}: unknown key {where}{key}: {fix}")


def template_values(agent: Agent) -> dict[str, str]:
    """What `${…}` in a login or logout template may stand for."""
    return {"source": page.SOURCE, **agent.keys}


def checked_url(url: str) -> str:
    """The URL, if it is one of a WebSocket endpoint."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"ws", "wss"} and parts.hostname and (parts.port or True)
    except ValueError:
        good = False
    if not good:
        raise UsageError(f"{url!r} is no WebSocket URL: write it like ws://host:port/path or wss://host/path")
    return url
