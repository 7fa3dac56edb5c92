"""Makes any string safe to show: what an endpoint sent may hold control characters, lone
surrogates or text that turns the reading direction round. They are shown as escapes, never
acted on and never dropped. Every writer for people calls it; `transcript.ndjson` and
`result.json` keep the text itself.
"""

from __future__ import annotations

import re

# Controls but tab and newline, spaces that look like one another, format and direction marks,
# surrogates, and what XML 1.0 does not allow at all.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\xa0\xad\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000"
    "\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)


# In a log of GitHub's or Azure's these begin a command wherever they stand in a line.
_COMMAND = re.compile(r"##(?=(?:vso)?\[)")


def legible(text: str, limit: int | None = None) -> str:
    """`text` with unseen characters as escapes, cut after `limit` characters with a note of the length."""
    shown = text if limit is None else text[:limit]
    shown = _COMMAND.sub(r"\\u0023#", _UNSEEN.sub(_escape, shown))
    return shown if len(text) <= (limit or len(text)) else f"{shown}… (cut: {len(text)} characters in all)"


def one_line(text: str, limit: int | None = None) -> str:
    """Like `legible`, for a place that has one line: line breaks and tabs are escapes too."""
    return legible(text, limit).replace("\n", "\\n").replace("\t", "\\t")


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code == 0x0D:
        return "\\r"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
