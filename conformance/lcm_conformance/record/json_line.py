"""One line of recorded traffic as the JSON object that it holds, or why it holds none. Pure."""

from __future__ import annotations

import json
from typing import Any, NoReturn

BOM = b"\xef\xbb\xbf"


def object_in(line: bytes) -> dict[str, Any]:
    """The object in one line; raises `ValueError` with a reason that quotes nothing of it."""
    try:
        text = line.removeprefix(BOM).decode()
    except UnicodeDecodeError as error:
        raise ValueError(f"is no UTF-8 at byte {error.start + 1}") from None
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise ValueError(f"is no JSON at column {error.colno}") from None
    except (ValueError, RecursionError):
        raise ValueError("is no JSON that can be read") from None
    if not isinstance(value, dict):
        raise ValueError("is no JSON object")
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)
