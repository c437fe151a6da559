"""Making LiteLLM load what a provider's first call loads, so that no measured answer waits."""

import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial

from msgspec.structs import replace

from multillm_gov.evaluation.client import Call, CallFailure
from multillm_gov.providers.live import LiveClient
from multillm_gov.providers.offline import offline_addresses

_LONGEST_SECONDS = 10.0


async def warm_up(calls: Iterable[Call]) -> tuple[CallFailure, ...]:
    """Send one call of each provider and mode to an address of this machine where nobody listens.

    No key goes with it, nothing leaves the machine, and nothing is billed. Code that is loaded at
    the first call takes
    up to a second: more than some task classes allow for an answer.

    Args:
        calls: Those that a run is to send.

    Returns:
        What became of each, in order of provider and mode: connections that were refused.
    """
    first: dict[tuple[str, str, bool], Call] = {}
    for call in calls:
        first.setdefault((call.model.partition("/")[0], call.mode, call.stream), call)
    with _closed_port() as url:
        client = LiveClient(offline_addresses(partial(_everywhere, url)))
        sent = [
            await client.send(replace(first[key], timeout_seconds=_LONGEST_SECONDS))
            for key in sorted(first)
        ]
    return tuple(each for each in sent if isinstance(each, CallFailure))


def _everywhere(url: str, wire_format: str) -> str:
    del wire_format
    return url


@contextmanager
def _closed_port() -> Iterator[str]:
    """An address that is taken and refuses every connection."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as holder:
        holder.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{holder.getsockname()[1]}"
