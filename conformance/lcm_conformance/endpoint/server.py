"""The embedded endpoint on real sockets: many WebSocket servers in one background thread.

Used by `run` without a URL, the selftest and the `mock` command. It carries frames between
sockets and `CampaignManager` and keeps their times; what to answer is not decided here.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine, Iterator
from types import TracebackType
from typing import Any, TypeVar

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.protocol import State

from lcm_conformance.endpoint.behaviour import Behaviour
from lcm_conformance.endpoint.campaign_manager import CampaignManager
from lcm_conformance.endpoint.outbox import Outbox
from lcm_conformance.endpoint.session import Action, Alarm, Close, Send, Session

LARGEST_MESSAGE = 16 * 2**20  # bytes
PATH = "/lcm"
_CLOSE_TIMEOUT = 0.5  # seconds for a client to answer the closing handshake
_quiet = logging.getLogger("lcm_conformance.endpoint.server")
_quiet.disabled = True  # a client that breaks off is the client's business, not a line on the terminal

T = TypeVar("T")
Told = Callable[[str], None]


class Host:
    """Serves any number of endpoints, each on a port of its own, for as long as its `with` block lasts.

    Safe to use from many threads.
    """

    _loop: asyncio.AbstractEventLoop
    _thread: threading.Thread

    def __init__(self) -> None:
        self._servers: dict[str, Server] = {}
        self._managers: dict[str, CampaignManager] = {}

    def __enter__(self) -> Host:
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(_unless_of_the_system)
        self._thread = threading.Thread(target=self._loop.run_forever, name="embedded-endpoint", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._run(self._stop(list(self._servers)))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def start(
        self,
        behaviour: Behaviour | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        told: Told = lambda _: None,
        heard: Callable[[str | bytes], None] = lambda _: None,
    ) -> str:
        """Serve one endpoint and return its URL. OSError if the port is taken, UsageError for a wrong name.

        `told` hears of frames that are due no contact, and why, `heard` of every frame; both are called in the host's
        thread.
        """
        return self._run(self._start(CampaignManager(behaviour or Behaviour(), told, heard), host, port))

    def change(self, url: str, behaviour: Behaviour) -> None:
        """Let the endpoint at this URL behave otherwise from now on. UsageError for a wrong name."""
        self._run(self._change(url, behaviour))

    def stop(self, url: str) -> None:
        """Stop the endpoint at this URL and close its connections."""
        self._run(self._stop([url]))

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _start(self, manager: CampaignManager, host: str, port: int) -> str:
        endpoint = _Endpoint(manager)
        server = await serve(
            endpoint.attend,
            host,
            port,
            process_request=endpoint.admit,
            compression=None,
            ping_interval=None,
            max_size=LARGEST_MESSAGE,
            close_timeout=_CLOSE_TIMEOUT,
            logger=_quiet,
            backlog=256,
        )
        name, chosen = next(iter(server.sockets)).getsockname()[:2]
        url = f"ws://[{name}]:{chosen}{PATH}" if ":" in name else f"ws://{name}:{chosen}{PATH}"
        self._servers[url], self._managers[url] = server, manager
        return url

    async def _change(self, url: str, behaviour: Behaviour) -> None:
        self._managers[url].behave(behaviour)

    async def _stop(self, urls: list[str]) -> None:
        servers = [self._servers.pop(url) for url in urls]
        for url in urls:
            del self._managers[url]
        for server in servers:
            server.close()
        await asyncio.gather(*(server.wait_closed() for server in servers))


def _unless_of_the_system(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """A connection that could not be taken, for want of descriptors say, is missed by whoever asked for it."""
    if not isinstance(context.get("exception"), OSError):
        loop.default_exception_handler(context)


class _Endpoint:
    """One endpoint's connections: who is connected, and what is still to be sent to whom."""

    def __init__(self, manager: CampaignManager) -> None:
        self._manager = manager
        self._outboxes: dict[Session, Outbox] = {}

    def admit(self, connection: ServerConnection, _request: Request) -> Response | None:
        """Refuse a handshake, or leave it to be accepted."""
        status = self._manager.refuses_connection(_now())
        return None if status is None else connection.respond(status, "too many connections\n")

    async def attend(self, connection: ServerConnection) -> None:
        """Serve one connection until either side ends it."""
        session = self._manager.open(lambda: connection.state is State.OPEN)
        outbox = self._outboxes[session] = Outbox()
        sender = asyncio.create_task(self._send_in_time(connection, outbox))
        try:
            self._post(self._manager.greet(session, now := _now()), now)
            async for frame in connection:
                self._post(self._manager.receive(session, frame, now := _now()), now)
        finally:
            self._manager.close(session)
            del self._outboxes[session]
            sender.cancel()
            await asyncio.wait([sender])

    def _post(self, actions: list[Action], now: float) -> None:
        for action in actions:
            outbox = self._outboxes.get(action.session)
            if outbox is not None:
                outbox.put(now + action.after, action)

    async def _send_in_time(self, connection: ServerConnection, outbox: Outbox) -> None:
        """Do what is due, each thing at its time."""
        try:
            while True:
                match await outbox.next():
                    case Close(code=code):
                        await connection.close(code)
                        return
                    case Alarm(session=session) as alarm if not session.closing:
                        self._post(alarm.ring(now := _now()), now)
                    case Send(text=text, fragments=1):
                        await connection.send(text)
                    case Send() as send:
                        await connection.send(_pieces(send))
        except ConnectionClosed:
            return


def _now() -> float:
    return asyncio.get_running_loop().time()


def _pieces(send: Send) -> Iterator[str | bytes]:
    size = -(-len(send.text) // send.fragments)
    return (send.text[i : i + size] for i in range(0, len(send.text), size))
