"""The part of a widget that talks to Campaign Manager, as small as it can be: it logs in and fetches a contact."""

import json

from websockets.sync.client import connect

LCM = {"channel": "LCM", "topic": "WebService", "source": "my-widget"}


def fetch(url, agent):
    """The text of the reply to one request, or None where nothing came within two seconds."""
    login = {"username": agent.user_id, "password": agent.password, "extension": agent.extension}
    with connect(url) as socket:
        socket.send(json.dumps({"channel": "Cisco", "topic": "Agent", "subtopic": "SetUserInfo", "data": login}))
        while json.loads(socket.recv(timeout=10)).get("subtopic") != "SetAgentState":
            pass
        socket.send(json.dumps({**LCM, "subtopic": "GetReservedContactOD", "data": {"UserID": agent.user_id}}))
        try:
            return socket.recv(timeout=2)
        except TimeoutError:
            return None


def label(reply):
    """What the widget shows of a contact; it copes with a missing queue."""
    contact = json.loads(reply)["message"]["response"]
    return f"{contact['PhoneNumber']} ({contact.get('Queue', 'no queue')})"
