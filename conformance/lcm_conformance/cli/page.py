"""`lcm-conformance page FILE`: which clauses rest on something in the vendor's page that has changed."""

from __future__ import annotations

import argparse
from pathlib import Path

from lcm_conformance.catalogue.passages import load_passages, missing, words_of
from lcm_conformance.catalogue.verdict import UsageError

_LARGEST = 5 * 2**20  # bytes


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "page",
        allow_abbrev=False,
        help="say which clauses rest on a part of the vendor's page that has changed",
        epilog="exit status: 0 none, 1 some, 2 it is not that page",
    )
    parser.add_argument("file", metavar="FILE", type=Path, help="the page as saved today: its text, or HTML")
    parser.set_defaults(run=run)


def run(parsed: argparse.Namespace) -> int:
    """Print what changed; returns the exit status of the contract."""
    passages = load_passages()
    changed = missing(words_of(_read(parsed.file)), passages)
    if 2 * len(changed) > len(passages):
        raise UsageError(
            f"{parsed.file} is not the page Get Reserved Non-PEWC Contact: {len(changed)} of its {len(passages)} "
            "sentences and rows are not there: save the page itself, as text or HTML"
        )
    for passage in changed:
        print(f"changed: {passage.place}: {', '.join(passage.clauses)}")
    clauses = dict.fromkeys(name for passage in changed for name in passage.clauses)
    rest = f"{len(clauses)} clauses and readings rest"
    print(f"{len(changed)} of {len(passages)} sentences and rows changed, on which {rest}")
    return 1 if changed else 0


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST:
            raise UsageError(f"{path} is larger than any page: name the page as saved, its text or HTML")
        return path.read_bytes().decode("utf-8-sig", "replace")
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}: name the page as saved, its text or HTML") from error
