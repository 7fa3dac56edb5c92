"""`lcm-conformance judge FILE…`: judges recorded traffic without an endpoint, and writes the reports of a run."""

from __future__ import annotations

import argparse
import os
import sys

from lcm_conformance.cli.account import print_account
from lcm_conformance.cli.complaint import line_of
from lcm_conformance.run.announcement import announce
from lcm_conformance.run.folder import held
from lcm_conformance.run.following import follow
from lcm_conformance.run.judge_settings import resolve
from lcm_conformance.run.judging import judge
from lcm_conformance.run.options import JUDGE_OPTIONS, add_all
from lcm_conformance.run.out_folder import point
from lcm_conformance.run.recorded import read


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "judge",
        allow_abbrev=False,
        help="judge recorded traffic, and write a report",
        epilog="exit status: as of `run`; a recording of which the end is missing is never 0",
    )
    parser.add_argument(
        "files",
        metavar="FILE",
        nargs="+",
        help="a transcript.ndjson, the folder of a run, a capture of one JSON object a line, or a HAR with WebSocket "
        "messages; also compressed by gzip, and - for standard input",
    )
    for name, of in (("reply", "a due reply may take"), ("silence", 'nothing must come for "not answered"')):
        parser.add_argument(f"--{name}", metavar="SECONDS", help=f"in a capture, how long {of}")
    add_all(parser.add_argument, options=JUDGE_OPTIONS)
    parser.add_argument("--quiet", action="store_true", help="print one line: the verdict")
    parser.add_argument("--json", action="store_true", help="print result.json in place of the summary")
    parser.add_argument(
        "--follow",
        action="store_true",
        help="go on while the files grow, and say each verdict that changes; end it by Ctrl-C",
    )
    parser.set_defaults(run=run)


def run(parsed: argparse.Namespace) -> int:
    """Judge the files; returns the exit status of the contract."""
    settings = resolve(parsed)
    recorded = follow(settings, _say) if parsed.follow else read(settings.files, settings.capture)
    settings = settings.placed(recorded.terms, recorded.said("label"))
    with held(settings.out):
        judged = judge(settings, recorded)
        notes = [*judged.notes, *announce(judged.result, os.environ, sys.stderr), *point(settings.latest, settings.out)]
    print_account(judged.result, settings.out, notes, quiet=parsed.quiet, as_json=parsed.json)
    for what in judged.unwritten:
        print(line_of(what, "judge"), file=sys.stderr)
    return judged.status


def _say(line: str) -> None:
    print(line, flush=True)
