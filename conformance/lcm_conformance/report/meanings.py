"""What an observation or a reading means for whoever writes a widget against this endpoint. Data, and its lookup."""

from __future__ import annotations

_SEEN = {
    "silence": "nothing is sent: a widget needs a time-out of its own",
    "contact": "a contact comes",
    "empty-contact": "a ContactOD without a contact comes: a widget must look into it before it dials",
    "error-message": "an error message comes: a widget can show it at once",
    "closed": "the session is closed: a widget must connect and log in again",
    "other": "something else comes: see the detail",
    "untested": "not tested in this run",
}
_OF_OBSERVATIONS = {
    ("OBS-asked-twice", "contact"): "asking again is answered again: see whether it is the same contact",
    ("OBS-other-agents-userid", "contact"): "a colleague's UserID is honoured: a widget must never send another one",
    ("OBS-other-agents-userid", "silence"): "a colleague's UserID is not answered: send the agent's own",
    ("OBS-expired", "contact"): "a contact may come after its ExpiryTime: a widget must compare the time itself",
    ("OBS-extra-members", "other"): "members come that the page does not list: a widget must ignore them",
    ("OBS-extra-members", "contact"): "nothing but the documented members comes",
    ("OBS-unsolicited", "other"): "a session carries other traffic: a widget must look at the subtopic",
    ("OBS-unsolicited", "silence"): "nothing but replies",
    ("OBS-latency", "contact"): "a time-out well above the longest is safe",
}
_OF_NOTICES = {
    "an agent who asks with a colleague's UserID": "a widget must send its own agent's ID, and no other",
    "the session is closed by a wrong request": "a widget must connect and log in again after one",
    "a request that equals the one before it": "a widget that asks again must change something in the request",
    "a session answers its first request": "a widget needs a new session for each contact",
    "answers came up to": "a widget's time-out must be longer than the longest of them",
}
_READINGS = {
    ("topic", "table"): "replies come under Webservice, as in the page's table",
    ("topic", "sample"): "replies come under WebService, as in the page's sample",
    ("source", "table"): "requests need source: send it",
    ("source", "sample"): "requests need to leave source out",
    ("source", "both"): "requests are answered with source and without",
    ("contact-id-name", "table"): "read ContactID",
    ("contact-id-name", "sample"): "read ContactId: the last letter is small",
    ("contact-id-type", "table"): "ContactID is a Number: beyond 2^53 a widget in JavaScript loses digits",
    ("contact-id-type", "sample"): "ContactID is a String",
    ("call-type-type", "table"): "CallType is a Number, whose codes the page does not give",
    ("call-type-type", "sample"): "CallType is a String",
}


def of_observation(name: str, seen: str) -> str:
    """What was seen, for a widget's author."""
    return _OF_OBSERVATIONS.get((name, seen), _SEEN.get(seen, seen))


def of_notice(line: str) -> str:
    """What a notice about the endpoint means for a widget's author; empty where it means nothing to one."""
    return next((means for words, means in _OF_NOTICES.items() if words in line), "")


def of_reading(reading: str, side: str) -> str:
    """A side of a reading, for a widget's author."""
    both = "it comes now one way, now the other: read both" if side in {"mixed", "both"} else side
    return _READINGS.get((reading, side), both)
