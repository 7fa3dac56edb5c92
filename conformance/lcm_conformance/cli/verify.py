"""`lcm-conformance verify FILE`: checks an evidence bundle and judges it again: is the verdict the same?"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from lcm_conformance.report.legible import one_line
from lcm_conformance.run.rejudging import Rejudged
from lcm_conformance.run.verification import Verification, verify
from lcm_conformance.version import VERSION

_MOST, _LONGEST = 100, 300
_AGAIN = "judged again one by one"


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "verify",
        allow_abbrev=False,
        help="check an evidence bundle, and judge it again",
        epilog="exit status: 0 the same verdict, 1 tampered with or another verdict, 2 no bundle",
    )
    parser.add_argument("file", metavar="FILE", type=Path, help="what `run --bundle` or `judge --bundle` wrote")
    parser.add_argument("--key", metavar="PUB", type=Path, help="the author's public key (PEM; Ed25519 or ECDSA)")
    parser.set_defaults(run=run)


def run(parsed: argparse.Namespace) -> int:
    """Check the bundle; returns the exit status of the contract."""
    key = None
    if parsed.key is not None:
        from lcm_conformance.report.signature import author_key  # noqa: PLC0415  it brings the libraries along

        key = author_key(parsed.key)
    verified = verify(parsed.file, key)
    print("\n".join(_account(verified)))
    return verified.status


def _account(verified: Verification) -> Iterator[str]:
    """What is to be said of it, the outcome first. Whoever made the file may have put anything into it."""
    again = verified.again
    if again is None:
        yield from _few([f"tampered with: {line}" for line in verified.faults])
        if verified.unproven:
            yield f"not by the author: {verified.unproven}"
        return
    then, number = again.then, len(again.now.clauses)
    if again.differences:
        yield f"another verdict  {_catalogues(again)}"
    else:
        yield f"the same verdict  {then.verdict}  Campaign Manager {then.cm_version}  {number} clauses, {_AGAIN}"
    yield from _few([f"  {line}" for line in (*again.differences, *again.changes)])
    yield from _few([f"accepted   {line}" for line in again.accepted])
    yield f"members    {verified.members}, each as the statement says (SHA-256); none missing, none added"
    yield one_line(f"signature  {verified.signature}", _LONGEST)
    yield f"suite      {one_line(again.suite, _LONGEST)} then, {VERSION} now; {_catalogues(again)}"
    if not then.complete:
        yield "the run that is judged did not end: this is no verdict"


def _catalogues(again: Rejudged) -> str:
    if not again.other_catalogue:
        return "by the same catalogue"
    return "only the catalogue is newer" if again.differences else "by a newer catalogue"


def _few(lines: Sequence[str]) -> Iterator[str]:
    """Each on one line, the first of very many."""
    yield from (one_line(line, _LONGEST) for line in lines[:_MOST])
    if len(lines) > _MOST:
        yield f"and {len(lines) - _MOST} more"
