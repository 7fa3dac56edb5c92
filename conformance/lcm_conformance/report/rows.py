"""Lines laid out for a terminal of so many columns. Pure. A command is left in one piece, so that it can be pasted."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

MOST = 2
"""Rows a line may take: what is longer is cut, and stands whole in the reports."""


def rows(lines: Iterable[str], columns: int) -> Iterator[str]:
    """The lines, each broken at blanks into rows with a hanging indent."""
    for line in (row for text in lines for row in text.split("\n")):
        yield from [line] if line.lstrip().startswith(("repeat ", "reports: ")) else _broken(line, columns)


def _broken(line: str, columns: int) -> list[str]:
    indent = line[: len(line) - len(line.lstrip())]
    wrapped = textwrap.wrap(
        line,
        max(columns, 20),
        subsequent_indent=f"{indent}  ",
        drop_whitespace=True,
        max_lines=MOST,
        placeholder=" …",
        break_on_hyphens=False,
    )
    return wrapped or [""]
