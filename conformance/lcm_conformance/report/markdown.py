"""Text from outside in Markdown: a code span, in which nothing acts. Called by all that writes Markdown."""

from __future__ import annotations

import re

from lcm_conformance.report.legible import one_line

LIMIT = 300


def code(text: str, limit: int = LIMIT) -> str:
    """Any text as one code span that is safe in a table's cell too: no link, mention, picture or HTML can come of it.

    An empty text stays empty.
    """
    shown = one_line(text, limit).replace("|", "\\|")
    if not shown:
        return ""
    fence = "`" * (1 + max(map(len, re.findall("`+", shown)), default=0))
    edge = " " if "`" in (shown[0], shown[-1]) or shown[0] == shown[-1] == " " else ""
    return f"{fence}{edge}{shown}{edge}{fence}"
