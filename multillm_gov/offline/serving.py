"""Running the offline server in a thread, on this machine only, at a free port."""

import asyncio
import logging
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from multillm_gov.errors import MissingExtraError, UnableError
from multillm_gov.offline.application import TRANSPORT, Application, Receive, Send
from multillm_gov.offline.exchange import Journal
from multillm_gov.offline.script import Script
from multillm_gov.offline.vendors import all_formats

if TYPE_CHECKING:
    import uvicorn

_SILENT = logging.getLogger("multillm_gov.offline")
_SILENT.disabled = True
"""A connection broken off on purpose is nothing to log."""
_LONGEST_START = 15.0
"""Seconds."""


class Server:
    """A server that runs."""

    def __init__(self, application: Application, port: int) -> None:
        self._application = application
        self.port = port

    @property
    def root_url(self) -> str:
        """Address that all formats are below."""
        return f"http://127.0.0.1:{self.port}"

    def base_url(self, format_name: str) -> str:
        """Address to give a client of one wire format.

        Raises:
            KeyError: there is no such format.
        """
        return self.root_url + all_formats()[format_name].base

    @property
    def journal(self) -> Journal:
        """The requests so far."""
        return self._application.journal

    def play(self, script: Script) -> None:
        """Take up another script and forget the requests so far."""
        self._application.play(script)


@contextmanager
def serve(script: Script | None = None, *, port: int = 0) -> Iterator[Server]:
    """Run the server until the end of the block.

    Args:
        script: Faults, delays and answers; default: every request is answered at once.
        port: 0: any that is free.

    Raises:
        MissingExtraError: the offline extra is not installed.
        UnableError: the port is taken, or the server does not start.
    """
    application = Application(script)
    with _listening(port) as listener:
        running = _uvicorn(application)
        thread = threading.Thread(
            target=asyncio.run,
            args=(running.serve(sockets=[listener]),),
            name="offline-server",
            daemon=True,
        )
        thread.start()
        try:
            _await_start(running, thread)
            yield Server(application, listener.getsockname()[1])
        finally:
            running.should_exit = running.force_exit = True
            thread.join(_LONGEST_START)


@contextmanager
def refuse() -> Iterator[Callable[[str], str]]:
    """Addresses by wire format at a local port that refuses connections until the block ends."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        yield lambda name: f"http://127.0.0.1:{port}{all_formats()[name].base}"


@contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError as error:
            raise UnableError(
                f"The offline server cannot listen at port {port}: {error.strerror}"
            ) from None
        listener.listen(512)
        yield listener


def _await_start(running: "uvicorn.Server", thread: threading.Thread) -> None:
    waiting = threading.Event()
    for _ in range(int(_LONGEST_START / 0.01)):
        if running.started or not thread.is_alive():
            break
        waiting.wait(0.01)
    if not running.started:
        raise UnableError("The offline server did not start")


def _uvicorn(application: Application) -> "uvicorn.Server":
    try:
        import uvicorn
        from uvicorn.protocols.http.h11_impl import H11Protocol
    except ImportError:
        raise MissingExtraError(
            "The offline server needs an optional package",
            "Run `pip install 'multillm-gov[offline]'`.",
        ) from None

    class Protocol(H11Protocol):
        """Hands the connection to the application, which may have to break it off."""

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self.logger = _SILENT
            self.app = partial(_with_transport, self.app, transport)

    return uvicorn.Server(
        uvicorn.Config(
            application,
            http=Protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=1,
            timeout_keep_alive=30,
        )
    )


async def _with_transport(
    app: Callable[..., Awaitable[None]],
    transport: asyncio.Transport,
    scope: MutableMapping[str, Any],
    receive: Receive,
    send: Send,
) -> None:
    await app(
        {**scope, "extensions": {**scope.get("extensions", {}), TRANSPORT: transport}},
        receive,
        send,
    )
