"""The client of a run: real providers, the offline server, or a cassette."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from multillm_gov.catalog.overrides import endpoints_of
from multillm_gov.catalog.pricing.price import Price
from multillm_gov.evaluation.client import Client
from multillm_gov.evaluation.probes.probe import ProviderKey
from multillm_gov.providers.keys import needed_keys
from multillm_gov.providers.opening import Knowledge, open_client
from multillm_gov.sources.output import write_bytes
from multillm_gov.state.state import State
from multillm_gov.workflows.evaluation.sending import SendingOptions


@contextmanager
def run_client(state: State, options: SendingOptions) -> Iterator[Client]:
    """A client for the models of a portfolio; the offline server runs until the end of the block.

    Closing the client is the caller's, since only an event loop can.

    Raises:
        UsageError: a replay that is also recorded or offline.
        SourceError: the cassette cannot be read.
        MissingExtraError: the offline extra is not installed.
    """
    knowledge = _knowledge(state)
    keep = None if options.record is None else partial(write_bytes, options.record)
    if not options.offline:
        yield open_client(knowledge, record=keep, replay=options.replay)
        return
    from multillm_gov.offline.serving import serve

    with serve() as server:
        yield open_client(knowledge, offline=server.base_url, record=keep, replay=options.replay)


def keys_of(state: State) -> Callable[[str], tuple[ProviderKey, ...]]:
    """The environment variables that calls to a model need, and whether they are set."""
    endpoints = endpoints_of(state.overrides)

    def keys(model: str) -> tuple[ProviderKey, ...]:
        facts = state.catalog.find(model)
        needs = needed_keys(
            model, facts.exposure.provider if facts is not None else "", endpoints=endpoints
        )
        return tuple(
            ProviderKey(name=key.name, present=key.present, required=key.required)
            for key in needs.keys
        )

    return keys


def no_keys(model: str) -> tuple[ProviderKey, ...]:
    """What calls to the offline server and to a cassette need."""
    del model
    return ()


def _knowledge(state: State) -> Knowledge:
    find = state.catalog.find

    def price_of(model: str) -> Price | None:
        facts = find(model)
        return None if facts is None else facts.price

    def is_retired(model: str) -> bool:
        facts = find(model)
        return facts is not None and facts.retired_on(state.as_of)

    return Knowledge(
        endpoints=endpoints_of(state.overrides), price_of=price_of, is_retired=is_retired
    )
