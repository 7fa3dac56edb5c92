"""The command line: `lcm-conformance`, one module a command."""

from __future__ import annotations

import argparse
import difflib
import errno
import io
import os
import sys
from typing import NoReturn

from lcm_conformance.cli import clauses, compare, doctor, judge, matrix, mock, page, run, selftest, verify
from lcm_conformance.cli.complaint import line_of, status_of
from lcm_conformance.version import VERSION

_UNWRITABLE = {errno.ENOSPC, errno.EIO, errno.EBADF}
_COMMANDS = (run, mock, clauses, doctor, judge, compare, matrix, verify, page, selftest)
_NAMES = [command.__name__.rpartition(".")[2] for command in _COMMANDS]


class _Parser(argparse.ArgumentParser):
    """Answers a mistake with one line that names it and the fix, and status 2."""

    def error(self, message: str) -> NoReturn:
        if message.endswith(": COMMAND"):
            message = f"name a command: {', '.join(_NAMES)} (see `{self.prog} --help`)"
        prefix = "unrecognized arguments: "
        if message.startswith(prefix):
            word = message.removeprefix(prefix).split()[0].split("=")[0]  # a value may be a secret
            known = [name for action in self._actions for name in action.option_strings]
            if not word.startswith("-"):  # it may be a secret, too
                self.exit(2, f"{self.prog}: a word too many: options begin with --, as in --profile FILE\n")
            near = difflib.get_close_matches(word, known, n=1)
            message = f"unknown option {word}: " + (f"did you mean {near[0]}?" if near else f"see `{self.prog} --help`")
        self.exit(2, f"{self.prog}: {message}\n")


def main(arguments: list[str] | None = None) -> int:
    """Run a command; returns its exit status."""
    _prepare_output()
    parser = _Parser(
        prog="lcm-conformance",
        allow_abbrev=False,
        description="Judges a Campaign Manager's GetReservedContactOD by the vendor's page.",
    )
    parser.add_argument("--version", action="version", version=f"lcm-conformance {VERSION}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=_Parser)
    for command in _COMMANDS:
        command.add_parser(subparsers)
    parsed, rest = parser.parse_known_args(arguments)
    if rest:  # the command knows its options, so it can say which one was meant
        subparsers.choices[parsed.command].error(f"unrecognized arguments: {' '.join(rest)}")
    try:
        status: int = parsed.run(parsed)
        sys.stdout.flush()
    except KeyboardInterrupt:  # a run that has begun ends by itself
        hazard = ": it gave no verdict, and a result in --out may be of an earlier run" if parsed.run is run.run else ""
        print(f"lcm-conformance {parsed.command}: interrupted{hazard}", file=sys.stderr)
        return 130
    except Exception as error:  # a command ends in one line whatever broke it off
        status, line = _told(error, parsed.command)
        if line:
            print(line, file=sys.stderr)
    return status


def _told(error: Exception, command: str) -> tuple[int, str]:
    """Exit status and the one line of a command that broke off."""
    if isinstance(error, BrokenPipeError):  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0, ""
    if isinstance(error, OSError) and error.filename is None and error.errno in _UNWRITABLE:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  # what is left must not be tried again
        return 2, f"lcm-conformance {command}: cannot write the output: {error.strerror}"
    return status_of(error), line_of(error, command)


def _prepare_output() -> None:
    """A command may be started with its output closed, or in an encoding that lacks a letter of a path."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115  # for the rest of the process
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
