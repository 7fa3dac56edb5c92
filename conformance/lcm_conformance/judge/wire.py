"""What the contacts looked like on the wire, counted: what a comparison of two versions is made from. No verdict.

Of values only the words of an open vocabulary are kept; every other is personal data, or says nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import islice

from lcm_conformance.judge.checks.envelope import RESPONSE
from lcm_conformance.judge.evidence import Evidence
from lcm_conformance.judge.result import Member
from lcm_conformance.record.strictjson import kind

OPEN_VOCABULARIES = ("Mode", "CallType")
MOST_MEMBERS = 100
MOST_WORDS = 50
LONGEST_WORD = 60  # characters; what is longer is no word


def seen(evidence: Evidence) -> dict[str, Member]:
    """Each member of the contacts by its name as it was spelt, in the order in which they came."""
    replies = [reply for reply in evidence.replies if RESPONSE.accepts(reply, evidence.pins)]
    alike: Counter[str | None] = Counter()  # hundreds of replies are of a few texts
    for reply in replies:
        alike[reply.message.event.frame] += reply.times
    types: dict[str, Counter[str]] = defaultdict(Counter)
    words: dict[str, set[str]] = defaultdict(set)
    for reply in {reply.message.event.frame: reply for reply in replies}.values():
        for name, value in islice(reply.response.items(), MOST_MEMBERS):
            types[name][kind(value).lower()] += alike[reply.message.event.frame]
            words[name].update(_words(name, value))
    return {
        name: Member(
            types=dict(counted),
            present=counted.total(),
            replies=alike.total(),
            words=tuple(sorted(words[name])[:MOST_WORDS]) if name in OPEN_VOCABULARIES else None,
        )
        for name, counted in islice(types.items(), MOST_MEMBERS)
    }


def _words(name: str, value: object) -> set[str]:
    """A String as it came, a Number as its code."""
    text = str(value)
    kept = name in OPEN_VOCABULARIES and kind(value) in {"String", "Number"} and 0 < len(text) <= LONGEST_WORD
    return {text} if kept else set()
