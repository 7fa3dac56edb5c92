"""Real servers for the transport's tests: WebSocket with TLS of a test-made authority, and proxies as processes."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import trustme
from lcm_conformance.profile import Profile, load
from transport_servers import Echo, ProxyProcess
from websockets.sync.server import ServerConnection, serve


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA(organization_name="Test Authority")


@pytest.fixture(scope="session")
def ca_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture
def echo(stack: ExitStack) -> Callable[..., Echo]:
    """Starts an echo server: `certificate` for TLS, `wants` the authority whose clients it takes."""

    def start(certificate: trustme.LeafCert | None = None, wants: trustme.CA | None = None, **options: Any) -> Echo:
        context = None
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            certificate.configure_cert(context)
            if wants is not None:
                context.verify_mode = ssl.CERT_REQUIRED
                wants.configure_trust(context)
        echo = Echo(0, "ws" if certificate is None else "wss")

        def attend(session: ServerConnection) -> None:
            assert session.request is not None
            echo.seen.append(session.request.headers)
            for frame in session:
                session.send(frame)

        server = stack.enter_context(serve(attend, "127.0.0.1", 0, ssl=context, **options))
        echo.port = server.socket.getsockname()[1]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        stack.callback(thread.join)
        stack.callback(server.shutdown)
        return echo

    return start


@pytest.fixture
def proxy(stack: ExitStack) -> Callable[..., ProxyProcess]:
    """Starts a proxy process of a kind, with credentials or without."""

    def start(*arguments: str) -> ProxyProcess:
        command = [sys.executable, str(Path(__file__).with_name("proxy_process.py")), *arguments]
        process = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        stack.callback(process.kill)
        assert process.stdout is not None
        return ProxyProcess(int(process.stdout.readline()), process)

    return start


@pytest.fixture
def profile(tmp_path: Path) -> Callable[..., Profile]:
    """Writes and reads a profile with these keys of its endpoint section."""

    def write(environment: dict[str, str] | None = None, **endpoint: object) -> Profile:
        path = tmp_path / "profile.toml"
        lines = [f"{key} = {json.dumps(value)}" for key, value in endpoint.items() if not isinstance(value, dict)]
        tables = [(key, value) for key, value in endpoint.items() if isinstance(value, dict)]
        for key, table in tables:
            lines += [
                f"[endpoint.{key}]",
                *(f"{json.dumps(name)} = {json.dumps(value)}" for name, value in table.items()),
            ]
        text = 'cm_version = "2308"\n[endpoint]\n' + "\n".join(lines)
        path.write_text(f'{text}\n[agents.reserved]\nuser_id = "agent-7"\n', encoding="utf-8")
        return load(path, environment=environment or {})

    return write
