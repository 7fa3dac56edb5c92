"""`lcm-conformance matrix DIR…`: many results as one table."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from lcm_conformance.catalogue.verdict import UsageError
from lcm_conformance.judge.matrix import of_each, of_newest
from lcm_conformance.judge.past import Past
from lcm_conformance.report.console import AGAIN, JUDGED
from lcm_conformance.report.matrix_sheet import matrix_sheet, nights_sheet
from lcm_conformance.report.past_file import NAME, read_past
from lcm_conformance.report.sheet import WRITERS

_FORMATS = ("text", "markdown", "html", "csv")


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "matrix",
        allow_abbrev=False,
        help="show many results as one table",
        epilog="exit status: 0, or 2 where there is no result that can be read",
    )
    parser.add_argument(
        "folders", metavar="DIR", nargs="+", type=Path, help="a folder with results at any depth, or a result.json"
    )
    parser.add_argument("--all", action="store_true", help="also the clauses in which all results agree")
    parser.add_argument("--each", action="store_true", help="every result, in the order of time: for nightly jobs")
    parser.add_argument("--format", choices=_FORMATS, default="text", help="on standard output (default: text)")
    parser.set_defaults(run=run)


def run(parsed: argparse.Namespace) -> int:
    """Print the matrix; what is left out is named on standard error."""
    results = list(_readable(parsed.folders))
    if not results:
        raise UsageError(f"no result that can be read in {', '.join(map(str, parsed.folders))}: name folders of runs")
    if parsed.each:
        sheet = nights_sheet(of_each(results), parsed.all, letters=parsed.format in {"text", "markdown"})
    else:
        sheet = matrix_sheet(of_newest(results), parsed.all)
    print(WRITERS[parsed.format](sheet), end="")
    return 0


def _readable(folders: list[Path]) -> Iterator[Past]:
    for folder in folders:
        for file in _files(folder):
            try:
                yield read_past(file)
            except UsageError as error:
                print(f"left out: {error}", file=sys.stderr)


def _files(folder: Path) -> Iterator[Path]:
    """The results in a folder, at any depth, but for what was repeated of a run.

    Links to folders are not followed, for `latest` is one.
    """
    if not folder.is_dir():
        yield folder
    for path, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in {AGAIN, JUDGED} or NAME not in files)
        if NAME in files:
            yield Path(path) / NAME
