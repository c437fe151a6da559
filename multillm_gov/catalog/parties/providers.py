"""Who serves models and on whose cloud, with what is publicly known of each."""

from functools import cache

import msgspec
from msgspec import structs

from multillm_gov.catalog.facts import Exposure
from multillm_gov.catalog.shipped import shipped_bytes
from multillm_gov.dimensions import UNKNOWN


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """One serving provider."""

    id: str
    litellm: tuple[str, ...] = ()
    """LiteLLM's provider names that mean it."""
    prefixes: tuple[str, ...] = ()
    """First segments of a model name that mean it; default: LiteLLM's names."""
    company: str = ""
    """Whose service it is; empty: as ``id``."""
    jurisdiction: str = UNKNOWN
    """Country (ISO 3166 code) whose law binds that company."""
    cloud: str = UNKNOWN
    cloud_jurisdiction: str = UNKNOWN
    """Where the cloud is not known, but all that it may be are of one country."""
    vendor: str = ""
    """Maker of everything it serves; empty when it serves several vendors' models."""
    aliases: bool = False
    """Whether its undated names are moved to newer snapshots."""
    suffixes: tuple[str, ...] = ()
    """Endings it adds to other vendors' model names (a quantized edition)."""
    about: str = ""
    why: str = ""


@cache
def _tables() -> tuple[dict[str, Provider], dict[str, Provider]]:
    about, *listed = msgspec.json.decode(shipped_bytes("providers.json"), type=list[Provider])
    listed += [Provider(id=name, litellm=(name,)) for name in about.litellm]
    by_name = {name: row for row in listed for name in row.litellm}
    by_prefix = {prefix: row for row in listed for prefix in (row.prefixes or row.litellm)}
    return by_name, by_prefix


def provider_named(litellm_provider: str) -> Provider:
    """The provider behind LiteLLM's provider name; one that is not listed keeps its name only."""
    by_name, _ = _tables()
    if litellm_provider.startswith("vertex_ai"):
        litellm_provider = "vertex_ai"
    return by_name.get(litellm_provider) or Provider(id=litellm_provider or UNKNOWN)


def provider_prefixed(segment: str) -> Provider | None:
    """The provider that a model name's first segment means; ``None``: none that is listed."""
    return _tables()[1].get(segment)


def provider_of(identity: str) -> Provider:
    """The provider by its own id, as `catalog/` and exposures name it."""
    return _by_id().get(identity) or Provider(id=identity)


@cache
def _by_id() -> dict[str, Provider]:
    return {row.id: row for row in _tables()[0].values()}


class _Cloud(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    company: str = ""
    jurisdiction: str = UNKNOWN
    about: str = ""


@cache
def cloud_seats() -> dict[str, str]:
    """Jurisdiction by cloud, for the clouds whose operator's seat is known."""
    rows = msgspec.json.decode(shipped_bytes("clouds.json"), type=list[_Cloud])
    return {row.id: row.jurisdiction for row in rows if row.id}


def served_by(exposure: Exposure, provider: Provider) -> Exposure:
    """The same model at a provider, with what is known of the provider's company and cloud."""
    return structs.replace(
        exposure,
        provider=provider.id,
        company=provider.company,
        provider_jurisdiction=provider.jurisdiction,
        cloud=provider.cloud,
        cloud_jurisdiction=cloud_seats().get(provider.cloud, provider.cloud_jurisdiction),
    )


def at_cloud(exposure: Exposure, cloud: str) -> Exposure:
    """The same model on a cloud, with what is known of the cloud's company."""
    return structs.replace(
        exposure, cloud=cloud, cloud_jurisdiction=cloud_seats().get(cloud, UNKNOWN)
    )
