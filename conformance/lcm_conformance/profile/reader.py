"""Reads a profile: the file, its agents, and what must fit together. Called by the settings, before a run."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from lcm_conformance.catalogue import page
from lcm_conformance.catalogue.cm_version import is_version, release
from lcm_conformance.catalogue.verdict import UsageError
from lcm_conformance.profile.endpoint_section import read_endpoint
from lcm_conformance.profile.facts import ROLES, Agent, Profile, Timing
from lcm_conformance.profile.login_section import Ways, read_login
from lcm_conformance.profile.section import Section, Source
from lcm_conformance.profile.templates import as_text, fill, template_values
from lcm_conformance.redaction.words import is_credential

_TOP = (
    "cm_version",
    "label",
    "endpoint",
    "packet",
    "timing",
    "login",
    "logout",
    "agents",
    "prepare",
    "precondition",
    "waive",
    "statement",
)
_STATEMENT = ("client", "laboratory", "product", "build", "readings")
_TIMING = ("connect", "reply", "silence")
_CHECK = "agent-call-count"
_NO_KEYS = {"expect", "reserved", "headers", "precondition"}


def load(
    path: Path,
    url: str | None = None,
    cm_version: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> Profile:
    """Read a profile; `url` and `cm_version` from the command line take precedence."""
    source = Source(str(path), os.environ if environment is None else environment, path.parent)
    return _profile(Section(_table(path), "", source), url, cm_version)


def _table(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UsageError(f"cannot read profile {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"profile {path} is not UTF-8: save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"profile {path} is not TOML: {error}") from error


def _profile(table: Section, url: str | None, cm_version: str | None) -> Profile:
    table.only(_TOP)
    version = cm_version or table.text("cm_version")
    if version is None:
        raise table.wrong("cm_version", "is missing: add it, or give --cm-version")
    if not cm_version and table.is_from_outside("cm_version") and not is_version(version):
        raise table.wrong("cm_version", "is no Campaign Manager version: write it like 2308 or 2308.1")
    try:
        release(version)
    except UsageError as error:
        raise error if cm_version else table.wrong_value("cm_version", error) from None
    table.source.secrets[:] = [text for text in table.source.secrets if text != version]  # every report says it
    if table.values.get("login") == {}:
        raise table.wrong("login", "is empty: name a method, a preset or a request, or remove it")
    ways = read_login(table.section("login"), table.section("logout"))
    agents = _agents(table.section("agents"), _asks_call_count(table, "precondition", False))
    sessions = max(1, len([role for role in agents if _logs_in(role, ways)]))
    endpoint = read_endpoint(table.section("endpoint"), table.section("packet"), url, sessions)
    prepare = _prepare(table.section("prepare"))
    _check_templates(table.source, ways, agents.values())
    _check_template(table.source, prepare, "prepare.command", [a for a in agents.values() if a.role != "idle"])
    if endpoint.packet is not None and endpoint.packet.register is not None:
        _check_template(table.source, endpoint.packet.register, "packet.register", agents.values())
    timing, waived = _timing(table.section("timing")), _waived(table.section("waive"))
    return Profile(
        cm_version=version,
        endpoint=endpoint,
        agents=MappingProxyType(agents),
        timing=timing,
        login=ways.login,
        logout=ways.logout,
        login_command=ways.command,
        says_login=bool(table.values.get("login")),
        waived=waived,
        label=table.public_text("label"),
        prepare=prepare,
        statement=_statement(table.section("statement")),
        secrets=tuple(filter(None, table.source.secrets)),  # those of all sections
        short_headers=tuple(table.source.short_headers),
        notices=tuple(table.source.notices),
    )


def _logs_in(role: str, ways: Ways) -> bool:
    """Whether an agent may hold a session that is logged in: where headers are the login, `logged_out` never does."""
    return role != "unknown" and (role != "logged_out" or ways.login is not None)


def _prepare(table: Section) -> tuple[str, ...]:
    """The program that reserves a contact for an agent, with its arguments; none where there is no `[prepare]`."""
    table.only(("command",))
    command = table.texts("command")
    if table.values and not command:
        raise table.wrong("command", 'is missing: name the program, like command = ["./reserve.sh", "${user_id}"]')
    return command


def _statement(table: Section) -> Mapping[str, str]:
    """What a statement of conformance says of who tested what, as far as the profile has it."""
    table.only(_STATEMENT)
    return MappingProxyType({key: table.public_text(key) or "" for key in table.values})


def _waived(table: Section) -> dict[str, str]:
    """Clauses that may stay untested here, each with its reason; whether they exist is the settings' question."""
    reasons = {clause: table.text(clause) or "" for clause in table.values}
    for clause, reason in reasons.items():
        if not reason.strip():
            raise table.wrong(clause, "has no reason: say why it cannot be tested here")
    return reasons


def _timing(table: Section) -> Timing:
    table.only(_TIMING)
    return Timing(**{name: seconds for name in table.values if (seconds := table.seconds(name)) is not None})


def _agents(table: Section, asks_call_count: bool) -> dict[str, Agent]:
    table.only(ROLES)
    if "reserved" not in table.values:
        raise table.wrong("reserved", "is missing: name an agent for whom a contact is reserved")
    agents = {role: _agent(role, table.section(role), asks_call_count) for role in table.values}
    of_id: dict[str, str] = {}
    for role, agent in agents.items():
        first = of_id.setdefault(agent.user_id, role)
        if first != role:
            raise table.wrong(
                f"{role}.user_id",
                f"is that of agents.{first}, and no two agents have the same user_id: "
                "each role needs an agent of its own",
            )
    return agents


def _agent(role: str, table: Section, asks_call_count: bool) -> Agent:
    keys = {name: table.scalar(name) for name in table.values if name not in _NO_KEYS}
    table.source.secrets += [as_text(v) for name, v in keys.items() if is_credential(name) and not isinstance(v, bool)]
    user_id = table.text("user_id")
    if not user_id:
        raise table.wrong("user_id", "is missing: add the agent's ID")
    return Agent(
        role=role,
        user_id=user_id,
        keys=MappingProxyType(keys),
        expect=tuple(expected for section in table.sections("expect") if (expected := _expected(section))),
        reserved=table.choice("reserved", ("asserted", "unknown", "stays"), "asserted"),
        by_default="reserved" not in table.values,
        headers=MappingProxyType(table.headers("headers")),
        asks_call_count=_asks_call_count(table, "precondition", asks_call_count),
    )


def _expected(table: Section) -> Mapping[str, str]:
    """The members that one contact is known to have, as text."""
    table.only([name for member in page.MEMBERS for name in page.spellings(member)])
    for name, value in table.values.items():
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise table.wrong(name, "is neither text nor whole number: correct it")
    return MappingProxyType({name: str(value) for name, value in table.values.items()})


def _asks_call_count(table: Section, key: str, default: bool) -> bool:
    return table.choice(key, (_CHECK, "none"), _CHECK if default else "none") == _CHECK


def _check_templates(source: Source, ways: Ways, agents: Iterable[Agent]) -> None:
    agents = list(agents)
    for where, pair in (("login", ways.login), ("logout", ways.logout)):
        for key in ("request", "success", "failure") if pair else ():
            _check_template(source, getattr(pair, key), f"{where}.{key}", agents)
    _check_template(source, ways.command, "login.command", agents)


def _check_template(source: Source, template: object, where: str, agents: Iterable[Agent]) -> None:
    for agent in agents:
        if agent.role != "unknown":
            try:
                fill(template, template_values(agent))
            except UsageError as error:
                raise UsageError(f"{source.name}: {where} of agents.{agent.role}: {error}") from None
