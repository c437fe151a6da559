"""Who and what a model hangs on, at six levels, resolved from its name and LiteLLM's provider; never guessed."""

from multillm_gov.catalog.facts import Exposure
from multillm_gov.catalog.naming import NameParts, canonical_name, take_apart
from multillm_gov.catalog.providers import Provider, provider_named
from multillm_gov.catalog.regions import places_of
from multillm_gov.catalog.vendors import Maker, maker_named, maker_of, maker_of_namespace
from multillm_gov.dimensions import UNKNOWN


def resolve_exposure(name: str, litellm_provider: str = "") -> Exposure:
    """Exposure of a model name; a level that neither the name nor the provider settles is ``unknown``.

    Args:
        name: as routed or as the price map spells it.
        litellm_provider: LiteLLM's provider name; empty: read from the name's prefix where it has a
            known one.
    """
    parts = take_apart(name)
    provider = provider_named(litellm_provider) if litellm_provider else parts.provider
    model = canonical_name(parts.base, provider)
    maker = _maker(model, parts, provider) or Maker()
    return Exposure(
        model=model,
        family=maker.family,
        vendor=maker.vendor,
        provider=provider.id if provider is not None else UNKNOWN,
        cloud=provider.cloud if provider is not None else UNKNOWN,
        jurisdiction=maker.jurisdiction,
    )


def _maker(model: str, parts: NameParts, provider: Provider | None) -> Maker | None:
    """By a mark in the name, else by the namespace, else by a provider that serves only its own models."""
    marked = maker_of(model.removeprefix("ft:"))
    if marked is not None:
        return marked
    if parts.namespace:
        named = maker_of_namespace(parts.namespace)
        if named is not None:
            return named
    return maker_named(provider.vendor) if provider is not None and provider.vendor else None


def regions_of(name: str) -> tuple[str, ...]:
    """Places where the name says that requests are processed; empty when it says nothing."""
    return places_of(take_apart(name).region)
