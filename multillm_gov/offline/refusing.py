"""A port that refuses connections: taken, so that nobody else listens there, and never listened to."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from multillm_gov.offline.vendors import all_formats


@contextmanager
def refuse() -> Iterator[Callable[[str], str]]:
    """The address for each wire format, by its name, at a port of this machine that refuses until the block ends."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        yield lambda name: f"http://127.0.0.1:{port}{all_formats()[name].base}"
