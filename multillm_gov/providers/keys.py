"""Which environment variables a provider needs and whether they are set; never their values."""

import os
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import msgspec
from msgspec import Struct

from multillm_gov.catalog.endpoint_declaration import Endpoint

_MAKERS = (
    ("claude", "anthropic"),
    ("gemini", "vertex_ai"),
    ("command", "cohere"),
    ("mistral", "mistral"),
)
"""Providers LiteLLM takes for names without one; what is not here it takes for OpenAI's."""


class Credentials(Struct, frozen=True):
    """What one provider's client reads."""

    provider: str
    ways: tuple[tuple[str, ...], ...]
    """Sets of variables of which one, complete, is enough; the most usual first."""


class NeededKey(Struct, frozen=True):
    """One environment variable."""

    name: str
    present: bool
    required: bool = True


class KeyNeeds(Struct, frozen=True, kw_only=True):
    """What a model's calls need of the environment."""

    provider: str
    keys: tuple[NeededKey, ...] = ()
    known: bool = True
    """Whether the provider is in the table; if not, nothing is known before the call."""

    @property
    def satisfied(self) -> bool:
        """Whether all that is required is there, as far as is known."""
        return all(key.present or not key.required for key in self.keys)

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of what is required and not there."""
        return tuple(key.name for key in self.keys if key.required and not key.present)


def needed_keys(
    model: str,
    provider: str = "",
    *,
    endpoints: Mapping[str, Endpoint] | None = None,
    environment: Mapping[str, str] | None = None,
) -> KeyNeeds:
    """The variables that calls to a model need; of several sets, the one that is (nearly) complete.

    Args:
        model: As routed.
        provider: Who serves it, where the name does not say.
        endpoints: How the portfolio's own models are called, by name.
        environment: Default: that of this process.
    """
    present = os.environ if environment is None else environment
    endpoint = (endpoints or {}).get(model)
    if endpoint is not None and endpoint.environment is not None:
        return _of_endpoint(endpoint.environment, present)
    spelled = endpoint.model if endpoint is not None else model
    name = provider_of(spelled) if "/" in spelled or not provider else provider
    row = _table().get(name)
    if row is None:
        return KeyNeeds(provider=name, known=False)
    best = min(
        row.ways,
        key=lambda way: (
            not all(map(present.get, way)),
            -sum(bool(present.get(text)) for text in way),
        ),
    )
    return KeyNeeds(
        provider=name, keys=tuple(NeededKey(text, bool(present.get(text))) for text in best)
    )


def provider_of(model: str) -> str:
    """LiteLLM's provider of a model name."""
    prefix, slash, _ = model.partition("/")
    if slash:
        return prefix
    return next((provider for start, provider in _MAKERS if model.startswith(start)), "openai")


def _of_endpoint(prefix: str, present: Mapping[str, str]) -> KeyNeeds:
    base, key = f"{prefix}_API_BASE", f"{prefix}_API_KEY"
    keys = (
        NeededKey(base, bool(present.get(base))),
        NeededKey(key, bool(present.get(key)), required=False),
    )
    return KeyNeeds(provider=prefix, keys=keys)


@cache
def _table() -> dict[str, Credentials]:
    data = (files("multillm_gov.providers") / "data" / "keys.json").read_bytes()
    return {row.provider: row for row in msgspec.json.decode(data, type=list[Credentials])}
