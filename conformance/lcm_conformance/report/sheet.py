"""A few headed tables, written as plain text, Markdown, HTML or CSV. Called by the comparison and the matrix.

A cell is a word of ours, or text from a result, which may be an endpoint's: each writer makes it harmless.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from jinja2 import Environment, PackageLoader, StrictUndefined

from lcm_conformance.catalogue.verdict import Verdict
from lcm_conformance.report.legible import one_line
from lcm_conformance.report.markdown import code

LIMIT = 300
_GAP = "  "


@dataclass(frozen=True)
class Table:
    """`title` may be empty; every row is as long as `header`."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Sheet:
    """`title` and `lines` come first; tables without rows are left out."""

    title: str
    lines: tuple[str, ...] = ()
    tables: tuple[Table, ...] = field(default=())

    @property
    def filled(self) -> tuple[Table, ...]:
        """The tables that have something in them."""
        return tuple(table for table in self.tables if table.rows)


def as_text(sheet: Sheet) -> str:
    """For a terminal: columns as wide as their longest cell, but for the last."""
    blocks = ["\n".join(one_line(line, LIMIT) for line in (sheet.title, *sheet.lines))]
    blocks += [_text_table(table) for table in sheet.filled]
    return "\n\n".join(blocks) + "\n"


def _text_table(table: Table) -> str:
    rows = [tuple(one_line(cell, LIMIT) for cell in row) for row in (table.header, *table.rows)]
    rows = rows if any(table.header) else rows[1:]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [_GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([*([table.title] if table.title else []), *(f"  {line}" for line in lines)])


def as_markdown(sheet: Sheet) -> str:
    """For a ticket, a page of a wiki or the summary of a job."""
    parts = [f"## {code(sheet.title)}", *(f"- {code(line)}" for line in sheet.lines)]
    for table in sheet.filled:
        parts += ["", *([f"### {table.title}", ""] if table.title else [])]
        parts += [_row(map(code, table.header)), _row("---" for _ in table.header)]
        parts += [_row(map(code, row)) for row in table.rows]
    return "\n".join(parts) + "\n"


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def as_html(sheet: Sheet) -> str:
    """One page that needs nothing else."""
    environment = Environment(
        loader=PackageLoader("lcm_conformance.report", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["line"] = lambda text: one_line(str(text), LIMIT)
    return environment.get_template("sheet.html.jinja").render(sheet=sheet, verdicts=set(Verdict)) + "\n"


def as_csv(sheet: Sheet) -> str:
    """The tables one below the other, RFC 4180; what a spreadsheet would take for a formula is quoted as text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for table in sheet.filled:
        writer.writerows([_harmless(one_line(cell)) for cell in row] for row in (table.header, *table.rows))
    return out.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@"} else cell


WRITERS: Mapping[str, Callable[[Sheet], str]] = {
    "text": as_text,
    "markdown": as_markdown,
    "html": as_html,
    "csv": as_csv,
}
