"""The messages that the embedded endpoint sends: contact, refusals, login events, call count.

Called by the Campaign Manager. The page says how a contact looks; for all else its sibling
pages are the model, and the page under test is silent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from lcm_conformance.endpoint.readings import spell
from lcm_conformance.endpoint.turn import Turn
from lcm_conformance.endpoint.world import Agent

REASONS = {  # why a request is refused: the first that fits, and the flaws that are meant
    "gone": ("gone",),
    "elsewhere": ("channel-", "topic-", "subtopic-", "no-channel", "no-topic"),
    "malformed": ("data-", "user-id-", "no-source", "unknown-members", "unknown-data"),
    "not-logged-in": ("no-login", "logged-out", "other-agent"),
    "unknown-agent": ("unknown-agent", "hostile-id", "long-id"),
    "nothing-reserved": ("nothing-reserved", "used-up"),
    "early": ("asked-early",),
}
DEFAULT_FORMS: Mapping[str, Mapping[str, Any]] = {
    "unknown-agent": {"by": "lcm-error"},
    "nothing-reserved": {"by": "not-found"},
}
_WORDS = {
    "elsewhere": "Unknown request",
    "malformed": "UserID is empty",
    "not-logged-in": "Agent is not logged in",
    "unknown-agent": "Invalid UserID",
    "nothing-reserved": "Contact not found",
}


def contact_message(turn: Turn) -> dict[str, Any]:
    """The reply that hands out the turn's contact (the page's Sample Response)."""
    return _contact_od(turn, {"response": spell(turn.contact, turn.readings, turn.world)})


def contact_text(turn: Turn) -> str:
    """The same, as it is written where nothing changes it."""
    return json.dumps(contact_message(turn), ensure_ascii=False)


def _contact_od(turn: Turn, message: Any) -> dict[str, Any]:
    return {"channel": "LCM", "topic": turn.topic, "subtopic": "ContactOD", "message": message}


def reason_of(flaws: set[str]) -> str:
    """The reason for which a request with these flaws is refused."""
    for reason, prefixes in REASONS.items():
        if any(flaw.startswith(prefixes) for flaw in flaws):
            return reason
    return "broken"


def refusal(turn: Turn, form: Mapping[str, Any], reason: str) -> str | None:
    """How a refusal of this form looks; None is silence.

    `by` names the form. A `response` is sent by ContactOD, a `message` as an LCM error, a `text` as it stands.
    Where there is a `code`, the session is closed with it.
    """
    words = _WORDS.get(reason, "Request refused")
    error = {"errorType": "WS_Error", "errorMessage": words, "msg": "See the log"}
    if form["by"] == "text":
        return str(form["text"])
    forms: dict[str, dict[str, Any]] = {
        "lcm-error": {"channel": "LCM", "topic": turn.topic, "subtopic": "WS_Error", "message": error},
        "amazon-error": {"channel": "Amazon", "topic": "Error", "subtopic": "ApiError", "data": error},
        "cisco-error": {"channel": "Cisco", "topic": "Error", "subtopic": "SetAPIError", "data": error},
        "not-found": _contact_od(turn, {"response": {"success": False, "msg": words}}),
        "empty-response": _contact_od(turn, {"response": {}}),
        "null-response": _contact_od(turn, {"response": None}),
        "empty-message": _contact_od(turn, {}),
        "response": _contact_od(turn, {"response": json.loads(form.get("response", "{}"))}),
        "message": {
            "channel": "LCM",
            "topic": turn.topic,
            "subtopic": "WS_Error",
            "message": json.loads(form.get("message", "{}")),
        },
    }
    message = forms.get(form["by"])
    return None if message is None else json.dumps(message)


def login_events(agent: Agent) -> list[str]:
    """What follows a login that succeeded."""
    opened = {"channel": "Cisco", "topic": "Connection", "subtopic": "OpenConnection", "data": {"status": "OPEN"}}
    state = {"state": "NOT_READY", "extension": agent.extension}
    return [
        json.dumps(opened),
        json.dumps({"channel": "Cisco", "topic": "Agent", "subtopic": "SetAgentState", "data": state}),
    ]


def login_error(words: str) -> str:
    """The answer to a login that failed."""
    data = {"errorType": "Login", "errorMessage": words, "msg": "Check username, password and extension"}
    return json.dumps({"channel": "Cisco", "topic": "Error", "subtopic": "SetAPIError", "data": data})


def logout_event() -> str:
    """What follows a logout. Not an agent state, which would look like the answer to a login."""
    closed = {"channel": "Cisco", "topic": "Connection", "subtopic": "CloseConnection", "data": {"status": "CLOSED"}}
    return json.dumps(closed)


def call_count(turn: Turn, agent: Agent | None) -> str:
    """The answer to GetAgentCallCount: "0" says that a contact is reserved, "1" that none is."""
    reserved = "0" if agent and agent.contact else "1"
    response = {"response": {"IsAgentReserved": reserved}}
    return json.dumps({"channel": "LCM", "topic": turn.topic, "subtopic": "AgentCallCount", "message": response})
