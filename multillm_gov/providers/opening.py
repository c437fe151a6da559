"""Opening the client a run is to use: live, offline or from a cassette, recorded or not."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from multillm_gov.catalog.endpoint_declaration import Endpoint
from multillm_gov.catalog.pricing.price import Price
from multillm_gov.errors import UsageError
from multillm_gov.evaluation.client import Client

if TYPE_CHECKING:
    from multillm_gov.providers.scrubbing import Scrubber


class Knowledge(Struct, frozen=True, kw_only=True):
    """What a client must know of models."""

    endpoints: Mapping[str, Endpoint] = {}
    """How the portfolio's own models are called (`catalog.endpoints`)."""
    price_of: Callable[[str], Price | None] = lambda _: None
    """A model's price; calls cost what it says."""
    is_retired: Callable[[str], bool] = lambda _: False
    """Whether a model is known as retired on the day of the run."""


def open_client(
    knowledge: Knowledge,
    *,
    offline: Callable[[str], str] | None = None,
    record: Callable[[bytes], None] | None = None,
    replay: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Client:
    """A client; LiteLLM is only loaded (seconds) where calls are really sent.

    Args:
        knowledge: What is known of models.
        offline: The offline server's address for a wire format, by its name; no key is read then.
        record: Takes a cassette of all calls, with their answers, when the client is closed.
        replay: Answer from a cassette, and send nothing.
        environment: Environment variables; default: those of this process.

    Raises:
        UsageError: `replay` together with `record` or `offline`.
        SourceError: the cassette cannot be read.
    """
    if replay is not None:
        if record is not None or offline is not None:
            raise UsageError(
                "--replay cannot be combined with --record or --offline",
                "Leave one of them out.",
            )
        from multillm_gov.providers.cassettes import ReplayClient

        return ReplayClient(replay)
    from multillm_gov.providers.scrubbing import Scrubber

    known = os.environ if environment is None else environment
    scrubber = Scrubber(known)
    client = _sending(knowledge, offline, known, scrubber)
    if record is None:
        return client
    from multillm_gov.providers.cassettes import RecordingClient

    return RecordingClient(client, record, scrubber)


def _sending(
    knowledge: Knowledge,
    offline: Callable[[str], str] | None,
    environment: Mapping[str, str],
    scrubber: "Scrubber",
) -> Client:
    from multillm_gov.providers.addresses import addresses_from
    from multillm_gov.providers.live import LiveClient
    from multillm_gov.providers.offline import offline_addresses

    if offline is not None:
        addressing = offline_addresses(offline, knowledge.endpoints)
    else:
        addressing = addresses_from(environment, knowledge.endpoints)
    return LiveClient(
        addressing, price_of=knowledge.price_of, is_retired=knowledge.is_retired, scrubber=scrubber
    )
