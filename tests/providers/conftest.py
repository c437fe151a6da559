"""One offline server and one live client for all tests that really talk through LiteLLM."""

import asyncio
from collections.abc import Callable, Iterator

import pytest

from multillm_gov.evaluation.client import Answer, Call, CallFailure, Client
from multillm_gov.offline.script import Script
from multillm_gov.offline.serving import Server, serve

Ask = Callable[..., Answer | CallFailure]


@pytest.fixture(scope="session")
def runner() -> Iterator[asyncio.Runner]:
    """One event loop, since connections belong to the loop they were opened in."""
    with asyncio.Runner() as running:
        yield running


@pytest.fixture(scope="session")
def running_server() -> Iterator[Server]:
    with serve() as server:
        yield server


@pytest.fixture
def server(running_server: Server) -> Server:
    """The server, without script and with an empty journal."""
    running_server.play(Script())
    return running_server


@pytest.fixture(scope="session")
def live_client(running_server: Server, runner: asyncio.Runner) -> Iterator[Client]:
    from multillm_gov.providers.live import LiveClient
    from multillm_gov.providers.offline import offline_addresses

    client = LiveClient(offline_addresses(running_server.base_url))
    yield client
    runner.run(client.close())


@pytest.fixture
def ask(live_client: Client, runner: asyncio.Runner) -> Ask:
    """Send one call: ``ask(Call(...))``, or ``ask(call, client=other)``."""

    def send(call: Call, *, client: Client | None = None) -> Answer | CallFailure:
        return runner.run((client or live_client).send(call))

    return send
