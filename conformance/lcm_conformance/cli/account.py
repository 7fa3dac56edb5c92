"""Prints what a run or a judgement came to: for people in a terminal, as plain text elsewhere, or as JSON."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console

from lcm_conformance.judge.result import Result
from lcm_conformance.report.console import summary
from lcm_conformance.report.headline import why
from lcm_conformance.report.legible import one_line
from lcm_conformance.report.result_json import result_text
from lcm_conformance.report.rows import rows

_COLOURS = {"conformant": "green", "non-conformant": "red", "inconclusive": "yellow", "not-applicable": "cyan"}


def print_account(
    result: Result, out: Path, notes: Iterable[str] = (), *, quiet: bool = False, as_json: bool = False
) -> None:
    """Print the summary; `quiet`: its first line alone; `as_json`: `result.json` in its place.

    Where something else than the verdict decides the exit status, standard error says what, at least.
    """
    if (quiet or as_json) and (result.suite_errors or result.decided_by != "verdict"):
        print(one_line(why(result)), file=sys.stderr)
    console = _Console(highlight=False, soft_wrap=True)
    if as_json:
        console.print(result_text(result), markup=False, end="")
        return
    first, *rest = summary(result, out, notes)
    console.print(first, style=_COLOURS[result.verdict], markup=False)
    for line in [] if quiet else rows(rest, console.width) if console.is_terminal else rest:
        console.print(line, markup=False)


class _Console(Console):
    """A terminal whose reader may have gone (`| head`): the verdict stands all the same."""

    def on_broken_pipe(self) -> None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
