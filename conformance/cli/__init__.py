"""The command line: `lcm-conformance`, one module a command."""

from __future__ import annotations

import argparse
import difflib
import os
import sys
from typing import NoReturn

from conformance import __version__
from conformance.cli import clauses, doctor, mock, run, selftest
from conformance.discretion import account
from conformance.verdict import SuiteError, UsageError

_COMMANDS = (run, mock, clauses, doctor, selftest)


class _Parser(argparse.ArgumentParser):
    """Answers a mistake with one line that names it and the fix, and status 2."""

    def error(self, message: str) -> NoReturn:
        prefix = "unrecognized arguments: "
        if message.startswith(prefix):
            word = message.removeprefix(prefix).split()[0].split("=")[0]  # a value may be a secret
            known = [name for action in self._actions for name in action.option_strings]
            near = difflib.get_close_matches(word, known, n=1)
            message = f"unknown option {word}: " + (f"did you mean {near[0]}?" if near else f"see `{self.prog} --help`")
        self.exit(2, f"{self.prog}: {message}\n")


def main(arguments: list[str] | None = None) -> int:
    """Run a command; returns its exit status."""
    parser = _Parser(
        prog="lcm-conformance",
        allow_abbrev=False,
        description="Judges a Campaign Manager's GetReservedContactOD by the vendor's page.",
    )
    parser.add_argument("--version", action="version", version=f"lcm-conformance {__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=_Parser)
    for command in _COMMANDS:
        command.add_parser(subparsers)
    parsed, rest = parser.parse_known_args(arguments)
    if rest:  # the command knows its options, so it can say which one was meant
        subparsers.choices[parsed.command].error(f"unrecognized arguments: {' '.join(rest)}")
    try:
        status: int = parsed.run(parsed)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except UsageError as error:
        print(f"lcm-conformance {parsed.command}: {error}", file=sys.stderr)
        return 2
    except SuiteError as error:
        print(f"suite error: {error}", file=sys.stderr)
        return 5
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # its text may hold what must not be shown
        print(f"suite error: {account(error)}: please report it", file=sys.stderr)
        return 5
    return status
