"""The spellings under which a price map may carry a model that is named as routed."""

from collections.abc import Iterator, Mapping
from typing import Protocol

import msgspec

from multillm_gov.catalog.parties.naming import LONGEST_NAME
from multillm_gov.catalog.parties.providers import provider_named, provider_prefixed
from multillm_gov.catalog.parties.regions import GEOGRAPHIES, places_of

_ROUTES = frozenset(
    {"converse", "converse_like", "invoke", "async_invoke", "mantle", "openai", "chat_completions"}
)


class Spelling(msgspec.Struct, frozen=True):
    """One way a table may spell a name."""

    key: str
    provider: str = ""
    """The provider that the table's entry must have; empty: any."""
    loose: bool = False
    """Whether a region was left out to find it: only the base model's facts then hold."""


class EntryTable(Protocol):
    """Entries by name: the price map, or the list of past models."""

    def key_of(self, name: str) -> str | None:
        """The table's own spelling of a name, letter case aside."""

    def entry(self, name: str) -> dict[str, object]:
        """One entry as plain data."""


def spellings(name: str) -> Iterator[Spelling]:
    """Ways to look a name up, best first: LiteLLM writes ``provider/model`` as ``model`` too."""
    if len(name) > LONGEST_NAME:
        return
    yield Spelling(name)
    prefix, slash, rest = name.partition("/")
    provider = provider_prefixed(prefix) if slash else None
    if provider is not None and rest:
        yield Spelling(rest, provider.id)
        yield from _canonical_prefix(prefix, rest, provider.litellm)
    tuned = rest if rest.startswith("ft:") else name
    if tuned.startswith("ft:") and tuned.count(":") > 1:
        yield Spelling(":".join(tuned.split(":")[:2]))
    if provider is not None and provider.id == "bedrock":
        yield from _bedrock(rest)
    elif provider is None:
        yield from _without_geography(name)


def _canonical_prefix(prefix: str, rest: str, names: tuple[str, ...]) -> Iterator[Spelling]:
    """``vertex_ai_beta/…`` stands in the map as ``vertex_ai/…``."""
    for other in names:
        if other != prefix:
            yield Spelling(f"{other}/{rest}")


def _bedrock(rest: str) -> Iterator[Spelling]:
    """Routes and regions written before a Bedrock id; of an ARN the last part."""
    segments = [part for part in rest.split("/") if part]
    if segments and segments[0].startswith("arn:"):
        segments = segments[-1:]
    while len(segments) > 1 and segments[0] in _ROUTES:
        segments = segments[1:]
    if not segments:
        return
    yield Spelling("/".join(segments), "bedrock")
    if len(segments) > 1 and places_of(segments[0]):
        yield Spelling("bedrock/" + "/".join(segments))
        yield Spelling(segments[-1], "bedrock", loose=True)
    yield from _without_geography(segments[-1])


def _without_geography(base: str) -> Iterator[Spelling]:
    geography, point, model = base.partition(".")
    if point and geography in GEOGRAPHIES and "." in model:
        yield Spelling(model, "bedrock", loose=True)


def routed_names(providers: Mapping[str, str]) -> Iterator[str]:
    """Names as people route them: the map's own, and bare ones with their provider's prefix too.

    Args:
        providers: LiteLLM's provider name by model name.
    """
    for key, litellm_provider in providers.items():
        yield key
        provider = provider_named(litellm_provider).id
        prefix = key.partition("/")[0] if "/" in key else ""
        if provider_prefixed(prefix) is None and provider_prefixed(provider) is not None:
            yield f"{provider}/{key}"


def find_key(name: str, table: EntryTable, *, loose: bool) -> str | None:
    """The key under which a table carries a name; ``None``: it does not.

    Args:
        name: As routed.
        table: Where to look.
        loose: Whether to look under spellings without their region only, or under exact ones only.
    """
    for spelling in spellings(name):
        if spelling.loose is not loose:
            continue
        key = table.key_of(spelling.key)
        if key is not None and (not spelling.provider or _serves(table, key) == spelling.provider):
            return key
    return None


def _serves(table: EntryTable, key: str) -> str:
    provider = table.entry(key).get("litellm_provider")
    return provider_named(provider).id if isinstance(provider, str) else ""
