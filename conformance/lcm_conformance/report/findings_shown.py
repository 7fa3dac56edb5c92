"""What the page shows of a clause that fails: its findings folded, each with one example's frames. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from lcm_conformance.catalogue.verdict import Verdict
from lcm_conformance.judge.result import ClauseResult, Result
from lcm_conformance.record.asked import asked_in_words
from lcm_conformance.record.reply import reply_to
from lcm_conformance.record.transcript import Exchange, Recording
from lcm_conformance.report.console import repeat_command
from lcm_conformance.report.folded import Folded, folded, path_of
from lcm_conformance.report.legible import one_line
from lcm_conformance.report.marked_json import Line, marked
from lcm_conformance.report.names import name_of
from lcm_conformance.report.sequence_picture import sequence_picture

MOST = 5
"""Different findings of one clause that are shown."""
LIMIT = 600
"""Characters of a line that is to be pasted."""


@dataclass(frozen=True)
class Example:
    """Findings that say the same; what is shown of the first. `sent` is empty where no request is behind it."""

    folded: Folded
    sent: str
    picture: Markup
    request: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class ClauseFindings:
    """One clause with its examples; `more` counts the different findings that are left out.

    `ticket` is plain text to be pasted where nobody has the report: the most frequent finding, true when read alone.
    """

    clause: ClauseResult
    examples: tuple[Example, ...]
    more: int
    repeat: str
    ticket: str


def findings_shown(result: Result, recording: Recording) -> list[ClauseFindings]:
    """The clauses of which there are findings, or which the suite could not judge, those that decide first."""
    wanted = [c for c in result.clauses if c.verdict in {Verdict.FAIL, Verdict.ERROR} or c.findings]
    wanted.sort(key=lambda c: (c.excuse is not None, c.verdict is not Verdict.FAIL))
    exchanges = {x.id: x for x in recording.exchanges}
    return [_clause(clause, result, exchanges) for clause in wanted]


def _clause(clause: ClauseResult, result: Result, exchanges: Mapping[str, Exchange]) -> ClauseFindings:
    groups = folded(clause.findings)
    examples = tuple(_example(group, exchanges) for group in groups[:MOST])
    repeat = repeat_command(result.options, result.embedded, clause.id)
    ticket = _ticket(result, clause, examples[0], repeat) if examples else ""
    return ClauseFindings(clause, examples, len(groups) - len(examples), repeat, ticket)


def _ticket(result: Result, clause: ClauseResult, example: Example, repeat: str) -> str:
    finding = example.folded.first
    product = f"Campaign Manager {result.cm_version}{f' ({result.label})' if result.label else ''}"
    told = (
        ("asked", f"{clause.statement} ({clause.section} on the vendor's page)"),
        ("why", clause.why),
        ("seen", clause.reason),
        ("sent", example.sent),
        ("expected", finding.expected),
        ("actual", finding.actual),
        ("where", finding.where),
        ("repeat", repeat),
    )
    rows = [f"{term:9} {one_line(said, LIMIT)}" for term, said in told if said]
    return "\n".join([one_line(f"{product}: {name_of(clause.id)} ({clause.id})", LIMIT), *rows])


def _example(group: Folded, exchanges: Mapping[str, Exchange]) -> Example:
    exchange = exchanges.get(group.first.exchange or "")
    if exchange is None:
        return Example(group, "", Markup(""), "", ())
    lines = tuple(_lines(exchange, path_of(group.first)))
    return Example(group, _sent(exchange), sequence_picture(exchange), exchange.request, lines)


def _lines(exchange: Exchange, path: str) -> Iterator[Line]:
    reply = reply_to(exchange)
    if reply is not None and reply.event.frame is not None:
        yield from marked(reply.event.frame, path)


def _sent(exchange: Exchange) -> str:
    way = f", under topic {exchange.way.topic}" if exchange.way is not None else ""
    source = "" if exchange.way is None else " with source" if exchange.way.source else " without source"
    return f"{asked_in_words(exchange)}{way}{source}, by agents.{exchange.agent} on session {exchange.session}"
