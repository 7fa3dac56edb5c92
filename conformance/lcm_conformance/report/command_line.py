"""A command as it can be pasted into a shell: a POSIX one, or Windows' own, wherever this runs."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Sequence

_PLAIN = re.compile(r"[\w.:/\\+=-]+")
_BEFORE_QUOTE = re.compile(r'(\\*)("|$)')


def command_line(words: Sequence[str], windows: bool = os.name == "nt") -> str:
    """The words, quoted where they need it."""
    return " ".join(map(_for_windows, words)) if windows else shlex.join(words)


def _for_windows(word: str) -> str:
    """As cmd and PowerShell hand it on, but for what they replace within quotes: `%NAME%`, `$name`."""
    if _PLAIN.fullmatch(word):
        return word
    return f'"{_BEFORE_QUOTE.sub(lambda match: match[1] * 2 + (match[2] and chr(92) + match[2]), word)}"'
