"""What a profile says, as frozen values: the endpoint, its agents, how they log in, how long to wait.

Secrets and personal data stay out of every `repr`, so that no traceback can print them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lcm_conformance.catalogue import page
from lcm_conformance.catalogue.cm_version import release
from lcm_conformance.catalogue.verdict import UsageError
from lcm_conformance.redaction.address import public_url

Message = Mapping[str, Any]
MIB = 1024 * 1024
LONGEST = 4 * MIB
"""Bytes of a frame and of a message, unless the profile says otherwise."""
ROLES = ("reserved", "other", "stranger", "leaver", "idle", "unknown", "logged_out")


@dataclass(frozen=True)
class Timing:
    """Seconds: to connect, for a due reply, and of silence that counts as "not answered"."""

    connect: float = 10.0
    reply: float = 5.0
    silence: float = 2.0


@dataclass(frozen=True)
class Tls:
    """How `wss://` is made safe. Without `ca_file` the system's authorities are trusted."""

    ca_file: Path | None = None
    client_cert: Path | None = None
    client_key: Path | None = None
    client_key_password: str | None = field(default=None, repr=False)
    server_name: str | None = None
    verify: bool = True


@dataclass(frozen=True)
class Packet:
    """The vendor's packet around each message. The subscriber ID is given, or picked from an answer to `register`."""

    subscriber_id: str | None = field(default=None, repr=False)
    response_url: str = field(default="", repr=False)
    spelling: str = "table"
    register: Message | None = field(default=None, repr=False)
    subscriber_id_from: str | None = None


@dataclass(frozen=True)
class Endpoint:
    """Where the endpoint is and how sessions with it are made. `proxy` is a URL, `keepalive` seconds between pings.

    `requests_per_second` bounds all sessions together; 0 is no bound. `fault` is which variable of
    the environment keeps one from connecting, and what to do: wrong use, once somebody wants to connect.
    """

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    subprotocols: tuple[str, ...] = ()
    origin: str | None = None
    max_connections: int = 1
    requests_per_second: float = 0.0
    cookie: str | None = field(default=None, repr=False)
    tls: Tls = field(default_factory=Tls)
    proxy: str | None = field(default=None, repr=False)
    fault: str | None = None
    keepalive: float | None = None
    max_frame_bytes: int = LONGEST
    max_message_bytes: int = LONGEST
    packet: Packet | None = None


@dataclass(frozen=True)
class Exchangeable:
    """A message to send, and the JSON subset whose arrival says that it worked or failed."""

    request: Message = field(repr=False)
    success: Message | None = field(default=None, repr=False)
    failure: Message | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Agent:
    """One agent of the environment, by the role that the suite gives it. `headers` are of its own handshakes.

    `keys` are what a template may ask for, each with its JSON type: text, number, true or false.

    `expect` has, for each contact that may come, members that it is known to have; where it is empty none is named.
    `reserved` is "asserted", "unknown", or "stays": the reservation outlasts the run, however often it is fetched;
    `by_default`: the profile does not say which.
    """

    role: str
    user_id: str = field(repr=False)
    keys: Mapping[str, str | int | float] = field(default_factory=dict, repr=False)
    expect: tuple[Mapping[str, str], ...] = field(default=(), repr=False)
    reserved: str = "asserted"
    by_default: bool = False
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    asks_call_count: bool = False

    @property
    def asserted(self) -> bool:
        """Whether the profile vouches for a reserved contact."""
        return self.reserved != "unknown"


@dataclass(frozen=True)
class Profile:
    """All of it. `login` is None where headers of the handshake log an agent in: given ones, or `login_command`'s.

    `says_login` is whether anybody has said how agents are logged in, if only that they are from the start.
    `waived` are the clauses that may stay untested in this environment, each with the reason. `label` says which
    environment or build this is, `prepare` is the program that reserves a contact for an agent, `statement` what a
    statement of conformance is to say of who tested what. `short_headers` are names and values too short to be looked
    for anywhere else.
    """

    cm_version: str
    endpoint: Endpoint
    agents: Mapping[str, Agent]
    timing: Timing = field(default_factory=Timing)
    login: Exchangeable | None = None
    logout: Exchangeable | None = None
    login_command: tuple[str, ...] = field(default=(), repr=False)
    says_login: bool = True
    secrets: tuple[str, ...] = field(default=(), repr=False)
    short_headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    notices: tuple[str, ...] = ()
    waived: Mapping[str, str] = field(default_factory=dict)
    label: str | None = None
    prepare: tuple[str, ...] = field(default=(), repr=False)
    statement: Mapping[str, str] = field(default_factory=dict)

    @property
    def supported(self) -> bool:
        """Whether the page offers the API for this version (Note)."""
        return release(self.cm_version) <= page.LAST_SUPPORTED_VERSION


def at(profile: Profile, url: str) -> Profile:
    """The same environment at another URL."""
    return replace(profile, endpoint=replace(profile.endpoint, url=url))


def checked_url(url: str) -> str:
    """The URL, if it is one of a WebSocket endpoint."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"ws", "wss"} and parts.hostname and (parts.port or True) and url.isprintable()
        credentials = bool(parts.username or parts.password)
    except ValueError:
        good = credentials = False
    if credentials:
        raise UsageError("the WebSocket URL holds a user name or password: move them to endpoint.headers")
    if not good or " " in url:
        raise UsageError(
            f"{public_url(url)!r} is no WebSocket URL: write it like ws://host:port/path or wss://host/path"
        )
    return url
