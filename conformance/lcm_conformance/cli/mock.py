"""`lcm-conformance mock`: serves the embedded endpoint alone, for people who build widgets.

What it serves is faultless unless faults are asked for. It listens on this machine only unless
`--host` says otherwise; what it ignored, and why, is said on standard error.
"""

from __future__ import annotations

import argparse
import ipaddress
import os
import sys
import threading
from contextlib import suppress

from lcm_conformance.catalogue.verdict import UsageError
from lcm_conformance.cli.welcome import DEFAULT_VERSION, listing, welcome
from lcm_conformance.endpoint import Behaviour, Host
from lcm_conformance.endpoint.latency import read_latency

_LAST_PORT = 65535
_TURN = 0.5  # seconds
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  where it listens, and where it is reached from here


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command; its parsed options carry `run`."""
    parser = subparsers.add_parser(
        "mock",
        allow_abbrev=False,
        help="serve the embedded endpoint alone",
        description="Serve a little Campaign Manager until Ctrl-C.",
    )
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="where to listen (%(default)s: this machine only; 0.0.0.0: wherever it is reached)",
    )
    parser.add_argument("--port", type=_port, default=8765, help="the port, 0 for any that is free (%(default)s)")
    parser.add_argument("--cm-version", default=DEFAULT_VERSION, metavar="V", help="what to be (%(default)s)")
    _add_list(parser, "--fault", "NAME", "show these faults")
    _add_list(parser, "--variant", "NAME", "be unusual in these ways")
    _add_list(parser, "--open", "NAME", "be such that nobody can tell, in these ways")
    _add_list(parser, "--reading", "NAME=SIDE", "follow the page's table or its sample: contact-id-name=table")
    _add_list(parser, "--latency", "NAME=SECONDS", "take so long for each login, reply, logout: login=1.2 reply=0-1.2")
    parser.add_argument("--list-faults", action="store_true", help="print all faults, variants and more, and stop")
    parser.set_defaults(run=run)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > _LAST_PORT:
        raise argparse.ArgumentTypeError(f"write a number from 0 to {_LAST_PORT}")
    return int(text)


def _add_list(parser: argparse.ArgumentParser, option: str, metavar: str, says: str) -> None:
    parser.add_argument(option, nargs="+", action="extend", default=[], metavar=metavar, help=says)


def run(args: argparse.Namespace) -> int:
    """Serve until Ctrl-C; the exit status. UsageError for options that make no sense."""
    if args.list_faults:
        print("\n".join(listing()))
        return 0
    behaviour = Behaviour(
        cm_version=args.cm_version,
        readings=_readings(args.reading),
        faults=tuple(args.fault),
        variants=tuple(args.variant),
        open=tuple(args.open),
        latency=read_latency(args.latency),
    )
    address = _address(args.host)
    with Host() as host:
        url = _start(host, behaviour, address, args.port)
        print("\n".join(welcome(url, behaviour)), flush=True)
        if not address.is_loopback:
            _log(f"warning: --host {address} is reached from other machines, and whoever reaches it may log in and ask")
        try:
            _wait_for_interrupt()
        except KeyboardInterrupt:
            print("\nmock: stopped")
    return 0


def _start(host: Host, behaviour: Behaviour, address: _Address, port: int) -> str:
    listening = str(address)
    try:
        url = host.start(behaviour, listening, port, _log)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise UsageError(
            f"cannot listen on {listening} port {port} ({reason}): choose another with --port or --host"
        ) from None
    return url.replace(f"//{listening}:", f"//{_ANYWHERE[listening]}:") if listening in _ANYWHERE else url


def _log(line: str) -> None:
    """To standard error; the host's thread calls it too, and goes on where nobody reads any more."""
    with suppress(OSError, ValueError):
        print(f"mock: {line}", file=sys.stderr, flush=True)


def _wait_for_interrupt() -> None:
    never = threading.Event()
    while not never.wait(_TURN):  # in turns: before Python 3.14 nothing interrupts a longer wait on Windows
        pass


_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def _address(host: str) -> _Address:
    try:
        return ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        raise UsageError(f"--host {host}: give an address of this machine, such as 127.0.0.1 or 0.0.0.0") from None


def _readings(pairs: list[str]) -> dict[str, str]:
    readings = {}
    for pair in pairs:
        name, equals, side = pair.partition("=")
        if not equals:
            raise UsageError(f"--reading {pair}: write NAME=table or NAME=sample")
        readings[name] = side
    return readings
