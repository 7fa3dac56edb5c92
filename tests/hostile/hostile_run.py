"""A whole run against a peer that means harm, in bounded time and memory."""

from __future__ import annotations

import json
import time
import tracemalloc
from dataclasses import replace

from driving import Judged, embedded, judged, only
from hostile_peer import Worst, peer
from lcm_conformance.endpoint.world import load_world
from lcm_conformance.profile import MIB, Profile, Timing

QUICK = Timing(connect=0.5, reply=0.3, silence=0.1)
ASKED = ("ask", "asked-twice", "unknown-agent", "no-data", "not-json")
SECONDS = 15
"""All of a run, however busy the machine: a few logins of 0.3 s, and what a busy endpoint may use up."""
CONTACT = json.dumps({"channel": "LCM", "topic": "WebService", "subtopic": "ContactOD", "message": {"response": {}}})


def reply(**members: str) -> str:
    """The reply that is due to the embedded endpoint's first agent, with members of the contact changed or added."""
    (contact, *_) = (agent.contact or {} for agent in load_world().with_a_contact())
    named = {"ContactId" if name == "ContactID" else name: str(value) for name, value in contact.items()}
    return json.dumps({**json.loads(CONTACT), "message": {"response": named | members}})


def subject(url: str, **endpoint: object) -> Profile:
    profile = only(embedded(url, QUICK, max_connections=4, **endpoint), "reserved")
    return replace(profile, login=None, logout=None)


def run(worst: Worst, memory: int = 100 * MIB, **endpoint: object) -> Judged:
    """A whole run against such a peer, in bounded time and memory, without an accusation."""
    with peer(worst) as url:
        tracemalloc.start()
        began = time.monotonic()
        try:
            ended = judged(subject(url, **endpoint), asked=ASKED)
            took = time.monotonic() - began
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert took < SECONDS
    assert most < memory
    assert not {name: why for name, why in ended.unpassed.items() if why.startswith("error")}
    return ended


def is_inconclusive(ended: Judged, *words: str) -> bool:
    """Whether the run ended so for the environment's sake, in words."""
    trouble = ended.recording.trouble or " ".join(ended.recording.troubles.values())
    assert "Traceback" not in trouble
    assert "\n" not in trouble
    return ended.verdict == "inconclusive" and ended.failed == set() and all(word in trouble for word in words)
