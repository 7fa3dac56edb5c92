"""`lcm-conformance compare A B`: what changed between two results."""

from __future__ import annotations

import argparse
from pathlib import Path

from lcm_conformance.judge.comparison import compare
from lcm_conformance.report.comparison_sheet import comparison_json, comparison_sheet
from lcm_conformance.report.files import json_text
from lcm_conformance.report.past_file import read_past
from lcm_conformance.report.sheet import WRITERS

_FORMATS = ("text", "markdown", "json", "html")


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "compare",
        allow_abbrev=False,
        help="say what changed between two results",
        epilog="exit status: 0 nothing got worse, 1 something did, 2 a result is incomplete or cannot be read",
    )
    parser.add_argument("before", metavar="A", type=Path, help="the older result.json, or the folder of its run")
    parser.add_argument("after", metavar="B", type=Path, help="the newer one")
    parser.add_argument("--format", choices=_FORMATS, default="text", help="on standard output (default: text)")
    parser.set_defaults(run=run)


def run(parsed: argparse.Namespace) -> int:
    """Compare two results; returns the exit status of the contract."""
    comparison = compare(read_past(parsed.before), read_past(parsed.after))
    if parsed.format == "json":
        print(json_text(comparison_json(comparison), indent=2))
    else:
        print(WRITERS[parsed.format](comparison_sheet(comparison)), end="")
    return 1 if comparison.worse else 0
