"""The offline server, asked directly over HTTP."""

from collections.abc import Iterator

import pytest

from multillm_gov.offline.script import Script
from multillm_gov.offline.serving import Server, serve


@pytest.fixture(scope="session")
def running_server() -> Iterator[Server]:
    with serve() as server:
        yield server


@pytest.fixture
def server(running_server: Server) -> Server:
    """The server, without script and with an empty journal."""
    running_server.play(Script())
    return running_server
