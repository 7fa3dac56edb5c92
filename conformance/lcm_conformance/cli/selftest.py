"""`lcm-conformance selftest`: shows that the suite catches every fault, on the right clause, and cries no wolf."""

from __future__ import annotations

import argparse
import errno
import json
import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from lcm_conformance.catalogue.clauses import load_catalogue
from lcm_conformance.catalogue.verdict import UsageError
from lcm_conformance.run import selftest
from lcm_conformance.run.selftest import Kind, Score

_OTHERS = {Kind.VARIANT: "(conformant)", Kind.OPEN: "(open)"}
"""In place of clauses."""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "selftest",
        allow_abbrev=False,
        help="run the suite against every fault and variant of the embedded endpoint",
        epilog="exit status: 0 all caught exactly and no false alarm, 5 otherwise",
    )
    parser.add_argument("name", nargs="*", metavar="NAME", help="only these faults, variants or clauses")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the kill matrix as JSON")
    parser.add_argument("--record", type=Path, metavar="FILE", help="write the score alone, as a release carries it")
    parser.add_argument("--all", action="store_true", help="print a line for every fault and variant")
    parser.add_argument(
        "--processes", type=int, default=os.cpu_count() or 1, metavar="N", help="processes to share the work (cores)"
    )
    parser.add_argument(
        "--connections", type=int, metavar="N", help="sessions held at once with one endpoint (those of its profile)"
    )
    parser.add_argument("--sample", type=int, metavar="N", help="only N of them, evenly from all kinds")
    parser.set_defaults(run=run)


def run(parsed: argparse.Namespace) -> int:
    """Judge all subjects and print the kill matrix."""
    if parsed.processes < 1:
        raise UsageError("--processes must be 1 or more")
    if parsed.connections is not None and parsed.connections < 1:
        raise UsageError("--connections must be 1 or more")
    if parsed.sample is not None and parsed.sample < 1:
        raise UsageError("--sample must be 1 or more")
    chosen = selftest.choose(parsed.name)
    if parsed.sample is not None:
        chosen = selftest.sample(chosen, parsed.sample)
    for path in filter(None, (parsed.json, parsed.record)):
        _require_writable(path)
    begun = time.monotonic()
    errors = Console(stderr=True, highlight=False)
    done: list[Score] = []
    with errors.status("starting") as status:

        def told(score: Score) -> None:
            done.append(score)
            status.update(f"{len(done)} of {len(chosen)} endpoints judged")

        scores = selftest.run(chosen, told, min(parsed.processes, len(chosen)), parsed.connections)
    seconds = time.monotonic() - begun
    matrix = selftest.matrix(scores, seconds)
    for line in _lines(scores, parsed.all):
        print(line)
    score = selftest.tally(scores)
    print(
        f"{score['faults']} faults: {score['caught']} caught, {score['exact']} exactly, {score['missed']} missed; "
        f"{score['variants']} conformant variants: {score['false_alarms']} false alarms; "
        f"{score['open']} open: {score['closed']} closed; {score['differ']} differ when judged again; {seconds:.0f} s"
    )
    if parsed.json:
        _write(parsed.json, matrix)
    if parsed.record:
        _write(parsed.record, {key: value for key, value in matrix.items() if key != "subjects"})
    return 0 if all(score.is_right for score in scores) else 5


def _require_writable(path: Path) -> None:
    """Before anything is judged, which takes minutes."""
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}: name another file") from error


def _write(path: Path, content: dict[str, object]) -> None:
    try:
        path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from error


def _lines(scores: Sequence[Score], everything: bool) -> list[str]:
    """A row a clause: how many faults it must catch, and what became of them; below it what went wrong."""
    by_clause: dict[str, list[Score]] = defaultdict(list)
    for score in scores:
        for clause in _rows(score):
            by_clause[clause].append(score)
    lines = [f"{'clause':<28}{'faults':>7}{'caught':>8}{'exact':>7}{'missed':>8}"]
    for clause in [*load_catalogue().clauses, *_OTHERS.values()]:
        found = by_clause.get(clause, [])
        words = [score.word for score in found]
        if clause in _OTHERS.values() and found:
            right = sum(score.is_right for score in found)
            lines.append(f"{clause:<28}{len(found):>7} endpoints, {len(found) - right} judged otherwise")
        elif found:
            exact, caught = words.count("exact"), words.count("caught")
            lines.append(f"{clause:<28}{len(found):>7}{exact + caught:>8}{exact:>7}{words.count('missed'):>8}")
        lines += [_line(score) for score in found if everything or not score.is_right]
    return lines


def _rows(score: Score) -> list[str]:
    other = _OTHERS.get(score.subject.kind)
    return sorted(score.subject.clauses) if other is None else [other]


def _line(score: Score) -> str:
    failed = ", ".join(sorted(score.failed)) or "nothing"
    line = f"  {score.word:<12}{score.subject.name}: failed {failed}"
    if not score.is_right:
        line += "; " + "; ".join(f"{name}: {reason}" for name, reason in list(score.reasons.items())[:3])
    return line
