"""Why a frame brought no contact, in one line for the log of who builds a widget.

Called by the Campaign Manager. Texts from outside are quoted, escaped and cut.
"""

from __future__ import annotations

from typing import Any

from lcm_conformance.endpoint.turn import Turn

WITHHELD = "left unanswered by a fault or variant"
_LONGEST = 60  # characters of a text from outside
_ADDRESS = ("channel", "topic", "subtopic")
_OF_THE_FRAME = {  # by the oddity
    "binary": "a binary frame is not read: send text",
    "truncated": "not JSON: the text ends too early",
    "curly": "not JSON: a curly quote stands where a straight one belongs",
    "not-json": "not JSON",
    "not-object": "JSON, but no object",
    "deep": "nested too deeply",
}
_OF_THE_REQUEST = (  # by the beginning of the flaw, the first that fits
    ("gone", "this version no longer has the call"),
    ("no-login", "not logged in: log in on this session first"),
    ("logged-out", "logged out: log in again on this session"),
    ("data-missing", "no data"),
    ("data-", "data is no JSON object"),
    ("user-id-missing", "no UserID in data"),
    ("user-id-empty", "UserID is empty"),
    ("user-id-", "UserID is no text"),
    ("nothing-reserved", "nothing is reserved for this agent"),
    ("used-up", "the reservation is used up"),
    ("asked-early", "this session asked before login"),
    ("deaf", "this session is answered nothing more"),
)


def about_frame(turn: Turn) -> str | None:
    """What is wrong with a frame that is no JSON object; None if it is one."""
    if turn.dropped:
        return turn.dropped
    found = turn.arrival.oddities
    return next((words for oddity, words in _OF_THE_FRAME.items() if oddity in found), "not read")


def about_request(turn: Turn) -> str:
    """Why this request is due no contact."""
    value, flaws = turn.arrival.value or {}, turn.flaws
    for name in _ADDRESS:
        if any(flaw.startswith(f"{name}-") for flaw in flaws):
            return f"unknown {name} {_quoted(value[name])}" if value.get(name) is not None else f"no {name}"
    for name in ("source", "topic"):
        if f"no-{name}" in flaws:
            given = f"with {name} {_quoted(value[name])}" if name in value else f"without {name}"
            return f"this endpoint takes no requests {given}"
    for beginning, words in _OF_THE_REQUEST:
        if any(flaw.startswith(beginning) for flaw in flaws):
            return words
    data = value.get("data")
    asked = _quoted(data.get("UserID") if isinstance(data, dict) else None)
    if "other-agent" in flaws:
        return f"UserID {asked} is not logged in on this session"
    if any(flaw.startswith(("unknown-agent", "hostile-id", "long-id")) for flaw in flaws):
        return f"there is no agent {asked}"
    return WITHHELD


def _quoted(value: Any) -> str:
    text = ascii(value) if isinstance(value, str) else f"of type {type(value).__name__}"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
