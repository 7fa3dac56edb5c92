"""Records `widget.har` anew: a headless Chromium talks to the embedded endpoint, and what its developer tools see of
the WebSocket is saved as they save it. Needs `chromium` on the PATH: `python tests/har/record.py`.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from lcm_conformance.endpoint import Behaviour, Host
from websockets.sync.client import ClientConnection, connect

HERE = Path(__file__).parent
PAGE = """
new Promise(done => {
  const socket = new WebSocket(URL);
  const say = message => socket.send(JSON.stringify(message));
  const wait = seconds => new Promise(go => setTimeout(go, seconds * 1000));
  const lcm = {channel: "LCM", topic: "WebService", subtopic: "GetReservedContactOD", source: "widget"};
  const ask = data => say({...lcm, data});
  socket.onclose = () => done("closed");
  socket.onopen = async () => {
    say({channel: "Cisco", topic: "Agent", subtopic: "SetUserInfo", source: "widget",
         data: {username: "agent-7", password: "seven-of-hearts", extension: "5069"}});
    await wait(0.5);
    ask({UserID: "agent-7"});
    await wait(0.5);
    ask({});
    await wait(3);
    ask({UserID: "agent-7"});
    await wait(0.5);
    say({channel: "Cisco", topic: "Connection", subtopic: "Logout", source: "widget", data: {ReasonCodeId: "28"}});
    await wait(0.5);
    socket.close();
  };
})
"""


def main() -> None:
    """Write the file."""
    with Host() as host, tempfile.TemporaryDirectory() as folder:
        url = host.start(Behaviour(faults=("drops_queue",)))
        command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0"]
        with subprocess.Popen(
            [*command, f"--user-data-dir={folder}", "about:blank"], stderr=subprocess.DEVNULL
        ) as browser:
            try:
                saved = _recorded(_page(Path(folder)), url)
            finally:
                browser.terminate()
    (HERE / "widget.har").write_text(json.dumps(saved, indent=2) + "\n", encoding="utf-8")


def _page(folder: Path) -> str:
    """Where the browser's page can be debugged."""
    port = folder / "DevToolsActivePort"
    while not port.exists() or not port.read_text():
        time.sleep(0.2)
    with urlopen(f"http://127.0.0.1:{port.read_text().split()[0]}/json") as answer:
        return str(next(page for page in json.load(answer) if page["type"] == "page")["webSocketDebuggerUrl"])


def _recorded(page: str, url: str) -> dict[str, Any]:
    events: list[dict[str, Any]] = []
    with connect(page, max_size=None) as tools:
        _call(tools, 1, "Network.enable", {}, events)
        expression = PAGE.replace("URL", json.dumps(url))
        _call(tools, 2, "Runtime.evaluate", {"expression": expression, "awaitPromise": True}, events)
    return _har(events)


def _call(tools: ClientConnection, number: int, method: str, params: object, events: list[dict[str, Any]]) -> None:
    tools.send(json.dumps({"id": number, "method": method, "params": params}))
    while (said := json.loads(tools.recv(timeout=60))).get("id") != number:
        events.append(said)


def _har(events: list[dict[str, Any]]) -> dict[str, Any]:
    """What the developer tools write of it: the time of a frame is that of the page's start, and what went by since."""
    names = ("Created", "WillSendHandshakeRequest", "HandshakeResponseReceived", "FrameSent", "FrameReceived", "Closed")
    of = {name: [e["params"] for e in events if e["method"] == f"Network.webSocket{name}"] for name in names}
    asked, answered = of["WillSendHandshakeRequest"][0], of["HandshakeResponseReceived"][0]
    begun = asked["wallTime"]
    frames = [("send", frame) for frame in of["FrameSent"]] + [("receive", frame) for frame in of["FrameReceived"]]
    messages = [
        {
            "type": kind,
            "time": begun + frame["timestamp"] - asked["timestamp"],
            "opcode": frame["response"]["opcode"],
            "data": frame["response"]["payloadData"],
        }
        for kind, frame in sorted(frames, key=lambda pair: pair[1]["timestamp"])
    ]
    entry = {
        "_resourceType": "websocket",
        "_webSocketMessages": messages,
        "request": {"method": "GET", "url": of["Created"][0]["url"], "httpVersion": "HTTP/1.1", "headers": []},
        "response": {"status": answered["response"]["status"], "statusText": "Switching Protocols", "headers": []},
        "startedDateTime": datetime.fromtimestamp(begun, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "time": (of["Closed"][0]["timestamp"] - asked["timestamp"]) * 1000,
    }
    return {"log": {"version": "1.2", "creator": {"name": "WebInspector", "version": "537.36"}, "entries": [entry]}}


if __name__ == "__main__":
    main()
