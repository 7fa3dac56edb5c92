"""`lcm-conformance mock`: serves the embedded endpoint alone, for people who build widgets.

It listens on this machine only. What it serves is faultless unless faults are asked for.
"""

from __future__ import annotations

import argparse
import ipaddress
import os
import shlex
import threading
from importlib.resources import files

from lcm_conformance.catalogue.verdict import UsageError
from lcm_conformance.endpoint import Behaviour, Host
from lcm_conformance.endpoint.faults import Row, all_faults, all_variants
from lcm_conformance.endpoint.world import Agent, load_world

DEFAULT_VERSION = "2308"


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command; its parsed options carry `run`."""
    parser = subparsers.add_parser(
        "mock",
        allow_abbrev=False,
        help="serve the embedded endpoint alone",
        description="Serve a little Campaign Manager on this machine until Ctrl-C.",
    )
    parser.add_argument("--host", default="127.0.0.1", metavar="ADDRESS", help="a loopback address (%(default)s)")
    parser.add_argument("--port", type=int, default=8765, help="the port, 0 for any that is free (%(default)s)")
    parser.add_argument("--cm-version", default=DEFAULT_VERSION, metavar="V", help="what to be (%(default)s)")
    parser.add_argument("--fault", nargs="+", action="extend", default=[], metavar="NAME", help="show these faults")
    parser.add_argument(
        "--variant", nargs="+", action="extend", default=[], metavar="NAME", help="be unusual in these ways"
    )
    parser.add_argument(
        "--reading",
        nargs="+",
        action="extend",
        default=[],
        metavar="NAME=SIDE",
        help="follow the page's table or its sample, such as contact-id-name=table",
    )
    parser.add_argument("--list-faults", action="store_true", help="print all faults and variants, and stop")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serve until Ctrl-C; the exit status. UsageError for options that make no sense."""
    if args.list_faults:
        print("\n".join(_listing()))
        return 0
    behaviour = Behaviour(args.cm_version, _readings(args.reading), tuple(args.fault), tuple(args.variant))
    with Host() as host:
        url = _start(host, behaviour, _loopback(args.host), args.port)
        print("\n".join(_welcome(url, behaviour)), flush=True)
        try:
            _wait_for_interrupt()
        except KeyboardInterrupt:
            print("\nmock: stopped")
    return 0


def _start(host: Host, behaviour: Behaviour, address: str, port: int) -> str:
    try:
        return host.start(behaviour, address, port)
    except (OSError, OverflowError) as error:
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
        raise UsageError(f"cannot listen on {address} port {port} ({reason}): choose another with --port") from None


def _wait_for_interrupt() -> None:
    threading.Event().wait()


def _loopback(host: str) -> str:
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        raise UsageError(f"--host {host}: give a loopback address such as 127.0.0.1") from None
    if not address.is_loopback:
        raise UsageError(f"--host {host}: the mock serves this machine only, give a loopback address such as 127.0.0.1")
    return str(address)


def _readings(pairs: list[str]) -> dict[str, str]:
    readings = {}
    for pair in pairs:
        name, equals, side = pair.partition("=")
        if not equals:
            raise UsageError(f"--reading {pair}: write NAME=table or NAME=sample")
        readings[name] = side
    return readings


def _welcome(url: str, behaviour: Behaviour) -> list[str]:
    command = [
        "lcm-conformance",
        "run",
        "--url",
        url,
        "--profile",
        str(files("lcm_conformance.endpoint") / "profile.toml"),
    ]
    if behaviour.cm_version != DEFAULT_VERSION:
        command += ["--cm-version", behaviour.cm_version]
    return [
        f"Campaign Manager {behaviour.cm_version} on {url}",
        "",
        "Agents:",
        *(f"  {_about(agent)}" for agent in load_world().agents.values()),
        "",
        "Judge it:",
        f"  {shlex.join(command)}",
        "",
        "Ctrl-C stops it.",
    ]


def _about(agent: Agent) -> str:
    contact = f"contact {agent.contact['PhoneNumber']}" if agent.contact else "nothing reserved"
    return f"{agent.user_id:<9} password {agent.password:<16} extension {agent.extension}  {contact}"


def _listing() -> list[str]:
    return ["Faults:", *map(_line, all_faults()), "", "Variants, which conform:", *map(_line, all_variants())]


def _line(row: Row) -> str:
    clauses = f" [{', '.join(row.clauses)}]" if row.clauses else ""
    return f"  {row.name}{clauses}: {row.says}"
