"""Reads `[login]` and `[logout]`: a message of one's own or of a preset, headers, or a program that prints them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from lcm_conformance.profile.facts import Exchangeable
from lcm_conformance.profile.section import Section

_LOGIN = ("method", "preset", "command", "request", "success", "failure")
_LOGOUT = ("request", "success")
_METHODS = ("message", "preauthenticated", "command")


@dataclass(frozen=True)
class Ways:
    """How agents log in and out."""

    login: Exchangeable | None
    logout: Exchangeable | None
    command: tuple[str, ...] = ()


def read_login(login: Section, logout: Section) -> Ways:
    """The ways in and out; keys of the profile stand above those of a preset."""
    login.only(_LOGIN)
    logout.only(_LOGOUT)
    if logout.values and not login.values:
        raise logout.wrong("request", "has no use without [login]: say how agents log in, or remove [logout]")
    by_message = "request" in login.values or "preset" in login.values
    usual = "message" if by_message else "command" if "command" in login.values else "preauthenticated"
    method = login.choice("method", _METHODS, usual)
    command = login.texts("command")
    if method == "command" and not command:
        raise login.wrong("command", 'is missing: name the program, like command = ["print-token", "${user_id}"]')
    if method != "command" and command:
        raise login.wrong("command", f'has no use with login.method = "{method}": remove one')
    if method != "message" and by_message:
        key = "request" if "request" in login.values else "preset"
        raise login.wrong(key, f'has no use with login.method = "{method}": remove one')
    preset: dict[str, Any] = {}
    if "preset" in login.values:
        preset = presets()[login.choice("preset", tuple(presets()), "")]
    entrance = _exchangeable(login, preset.get("login", {})) if method == "message" else None
    if method == "message" and entrance is None:
        raise login.wrong(
            "request", 'is missing: give it, or set login.method = "preauthenticated", or name a login.preset'
        )
    return Ways(entrance, _exchangeable(logout, preset.get("logout", {})), command)


def _exchangeable(table: Section, preset: dict[str, Any]) -> Exchangeable | None:
    own: dict[str, Any] = {key: table.message(key) for key in ("request", "success", "failure") if key in table.values}
    messages: dict[str, Any] = {**preset, **own}
    if not messages:
        return None
    if messages.get("request") is None:
        raise table.wrong("request", "is missing: add the message to send")
    return Exchangeable(**messages)


@cache
def presets() -> dict[str, dict[str, Any]]:
    """The logins that the vendor documents, by name."""
    return tomllib.loads(files(__package__).joinpath("presets.toml").read_text(encoding="utf-8"))
