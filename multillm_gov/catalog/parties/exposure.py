"""Whom a model depends on, resolved from its name and LiteLLM's provider; never guessed."""

import re

from multillm_gov.catalog.facts import Exposure
from multillm_gov.catalog.parties.naming import NameParts, canonical_name, take_apart
from multillm_gov.catalog.parties.providers import Provider, provider_named, served_by
from multillm_gov.catalog.parties.regions import places_of
from multillm_gov.catalog.parties.vendors import (
    VendorFamily,
    vendor_named,
    vendor_of,
    vendor_of_namespace,
    weights_of,
)


def resolve_exposure(name: str, litellm_provider: str = "") -> Exposure:
    """Exposure of a model name; what neither the name nor the provider settles is ``unknown``.

    Args:
        name: As routed or as the price map spells it.
        litellm_provider: LiteLLM's provider name; empty: read from the name's prefix where it has a
            known one.
    """
    parts = take_apart(name)
    provider = provider_named(litellm_provider) if litellm_provider else parts.provider
    model = canonical_name(parts.base, provider)
    line = _vendor(model, parts, provider)
    if line is None and len(parts.path) > 1:
        model, line = _of_path(parts.path, model)
    line = line or VendorFamily()
    exposure = Exposure(
        model=model,
        family=line.family,
        vendor=line.vendor,
        jurisdiction=line.jurisdiction,
        weights=weights_of(line.vendor, line.family, model, parts.base.lower()),
    )
    return served_by(exposure, provider) if provider is not None else exposure


def _of_path(path: tuple[str, ...], model: str) -> tuple[str, VendorFamily | None]:
    """The model where a host writes a task or size behind it (``openai/gpt-image-2/edit``)."""
    for index, segment in enumerate(path[:-1]):
        named = vendor_of_namespace(segment)
        if named is not None:
            name = canonical_name("-".join(path[index + 1 :]))
            marked = vendor_of(name, named.vendor) or vendor_of(name)
            return (name, marked) if marked else (f"{segment.lower()}-{name}", named)
    name = canonical_name("-".join(part for part in path if part != "fal-ai"))
    marked = vendor_of(name)
    return (model, None) if marked is None else (name, marked)


_QUANTIZED = re.compile(r"-(?:nvfp4|mxfp[48]|fp[48]|int[48]|awq|gptq|gguf)\b")


def _vendor(model: str, parts: NameParts, provider: Provider | None) -> VendorFamily | None:
    """By the namespace a host writes, else by a mark, else by a provider of its own models only.

    A host that writes its own name before a model, or quantized another's weights, made none.
    """
    name = model.removeprefix("ft:")
    marked = vendor_of(name)
    named = vendor_of_namespace(parts.namespace) if parts.namespace else None
    if named is not None:
        own = vendor_of(name, named.vendor)
        hosted = provider is not None and named.vendor in {provider.company, provider.id}
        if own is not None or marked is None:
            return own or named
        return marked if hosted or _QUANTIZED.search(parts.base.lower()) else named
    if provider is not None and provider.vendor:
        return vendor_of(name, provider.vendor) or marked or vendor_named(provider.vendor)
    return marked


def regions_of(name: str) -> tuple[str, ...]:
    """Places where the name says that requests are processed; empty when it says nothing."""
    return places_of(take_apart(name).region)
