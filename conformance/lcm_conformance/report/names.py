"""Clauses and readings in a few words, for people: ids are for programs. Read by the reports."""

from __future__ import annotations

from collections.abc import Iterable

_NAMES = {
    "VER-1": "Version covered by the page",
    "PRE-1": "No contact before login",
    "PRE-2": "No contact after logout",
    "PRE-3": "Answers after login",
    "MAP-1": "Answers to requests",
    "MAP-2": "Nothing for other subtopics",
    "RES-1": "Each agent's own contact",
    "RES-2": "Nothing where none is reserved",
    "RES-3": "Nothing for unknown agents",
    "REQ-1": "Nothing on other channels",
    "REQ-2": "Nothing under other topics",
    "REQ-3": "With and without source",
    "REQ-4": "Nothing without data",
    "REQ-5": "Nothing without UserID",
    "REQ-6": "UserID of another type",
    "REQ-7": "Without channel or topic",
    "RSP-1": "Reply as JSON",
    "RSP-2": "Channel of the reply",
    "RSP-3": "Topic of the reply",
    "RSP-4": "message as an object",
    "RSP-5": "response as an object",
    "RSP-6": "Each name once",
    "FMT-ExpiryTime": "ExpiryTime as a real date",
    "FMT-CallbackTime": "CallbackTime as a real time",
    "FMT-CallType": "CallType as a known kind",
    "FMT-sample": "Dates as in the sample",
    "CON-1": "One reading throughout",
    "ROB-1": "Not JSON",
    "ROB-2": "Wrong shapes",
    "ROB-3": "Unknown members",
    "ROB-4": "Very long requests",
    "ROB-5": "Hostile UserIDs",
    "ROB-6": "A burst of requests",
    "ROB-7": "Binary frames",
    "OBS-nothing-reserved": "An agent with nothing reserved asks",
    "OBS-not-logged-in": "An agent who is not logged in asks",
    "OBS-unknown-agent": "Asked for an agent who does not exist",
    "OBS-no-userid": "Asked without a UserID",
    "OBS-other-agents-userid": "An agent asks with a colleague's UserID",
    "OBS-asked-twice": "The same agent asks twice",
    "OBS-expired": "A contact after its ExpiryTime",
    "OBS-extra-members": "Members that the page does not list",
    "OBS-unsolicited": "Other traffic on the session",
    "OBS-latency": "How long due replies take",
    "OBS-after-2308": "Asked of a version later than 2308",
}
_VERDICTS = {
    "inconclusive": "inconclusive (not enough was seen)",
    "untested": "untested (not asked)",
    "error": "not judged (an error of this suite)",
    "not-applicable": "not applicable",
}
_ASPECTS = {"presence": "Presence", "type": "Type", "value": "Value"}
_READINGS = {
    "topic": "the spelling of the topic",
    "source": "source",
    "contact-id-name": "the name of ContactID",
    "contact-id-type": "the type of ContactID",
    "call-type-type": "the type of CallType",
}


def name_of(clause_id: str) -> str:
    """A clause in a few words; its id where there are none."""
    family, _, rest = clause_id.partition("-")
    member, _, aspect = rest.rpartition("-")
    if family == "FLD" and aspect in _ASPECTS:
        return f"{_ASPECTS[aspect]} of {member}"
    return _NAMES.get(clause_id, clause_id)


def condition(depends_on: Iterable[str]) -> str:
    """What a verdict rests on: `the sample on the vendor’s page is right about the topic`; empty for nothing."""
    by_side: dict[str, list[str]] = {}
    for pair in depends_on:
        reading, _, side = pair.partition("=")
        by_side.setdefault(side, []).append(_READINGS.get(reading, reading))
    return ", and ".join(
        f"the {side} on the vendor’s page is right about {listed(about)}" for side, about in by_side.items()
    )


def verdict_in_short(verdict: str) -> str:
    """A clause's verdict where there is room for a word: an error is this suite's, and no failure of the product."""
    return "suite error" if verdict == "error" else verdict


def verdict_in_words(verdict: str) -> str:
    """A clause's verdict, with what it means where the word alone does not say."""
    return _VERDICTS.get(verdict, verdict)


def reading_in_words(reading: str) -> str:
    """What the page's table and sample disagree about."""
    return _READINGS.get(reading, reading)


def listed(words: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
