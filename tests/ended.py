"""A run of the command that has ended, and an endpoint that never answers."""

from __future__ import annotations

import contextlib
import io
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from command import environment
from lcm_conformance import cli
from websockets.sync.server import ServerConnection, serve


@dataclass(frozen=True)
class Ended:
    """A run that has ended, and the folder with its reports."""

    status: int
    printed: str
    complaint: str
    out: Path

    @property
    def result(self) -> dict[str, Any]:
        return dict(json.loads((self.out / "result.json").read_text(encoding="utf-8")))

    @property
    def transcript(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.out / "transcript.ndjson").read_text(encoding="utf-8").splitlines()]

    @property
    def logins(self) -> list[dict[str, Any]]:
        return [
            line
            for line in self.transcript
            if line["event"] == "sent" and json.loads(line["frame"]).get("subtopic") == "SetUserInfo"
        ]


def called(folder: Path, *arguments: str | Path, **variables: str) -> Ended:
    """The command in this process, which spares it the start-up."""
    printed, complaint = io.StringIO(), io.StringIO()
    with (
        contextlib.chdir(folder),
        mock.patch.dict(os.environ, environment(**variables), clear=True),
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(complaint),
    ):
        status = cli.main([str(argument) for argument in arguments])
    return Ended(status, printed.getvalue(), complaint.getvalue(), folder / "reports")


@contextmanager
def silent_endpoint() -> Iterator[tuple[str, threading.Event]]:
    """Takes every connection and answers nothing; the event is set when the first frame has arrived."""
    arrived = threading.Event()

    def listen(connection: ServerConnection) -> None:
        for _ in connection:
            arrived.set()

    with serve(listen, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}/lcm", arrived
        finally:
            server.shutdown()
            thread.join()
