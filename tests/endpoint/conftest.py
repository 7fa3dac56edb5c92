"""A host for the endpoints that the tests start, and connections to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from endpoint_client import Client
from lcm_conformance.endpoint import Behaviour, Host


@pytest.fixture(scope="session")
def host() -> Iterator[Host]:
    with Host() as running:
        yield running


Connect = Callable[..., Client]


@pytest.fixture
def serve(host: Host) -> Iterator[Callable[[Behaviour], str]]:
    """Starts an endpoint that is stopped after the test."""
    with ExitStack() as stack:

        def start(behaviour: Behaviour) -> str:
            url = host.start(behaviour)
            stack.callback(host.stop, url)
            return url

        yield start


@pytest.fixture
def connect() -> Iterator[Callable[[str], Client]]:
    """Opens connections that are closed after the test."""
    with ExitStack() as stack:

        def open_client(url: str) -> Client:
            client = Client(url)
            stack.callback(client.close)
            return client

        yield open_client


@pytest.fixture
def client(serve: Callable[[Behaviour], str], connect: Connect) -> Connect:
    """A connection to a new endpoint that behaves as the arguments say."""
    return lambda **behaviour: connect(serve(Behaviour(**behaviour)))
