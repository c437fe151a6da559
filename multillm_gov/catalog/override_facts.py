"""Facts of a model after the portfolio's own declarations."""

from datetime import date
from decimal import Decimal

from msgspec import structs

from multillm_gov.catalog.declarations import ExposureFacts, ModelDeclaration
from multillm_gov.catalog.facts import Exposure, Lifecycle, ModelFacts, Successor
from multillm_gov.catalog.overrides import Overrides, PlacedModel, PlacedProvider
from multillm_gov.catalog.parties.providers import (
    at_cloud,
    provider_of,
    provider_prefixed,
    served_by,
)
from multillm_gov.catalog.parties.vendors import vendor_named, weights_of
from multillm_gov.catalog.pricing.declared_prices import declared_price, has_own_price
from multillm_gov.catalog.pricing.price import INCLUDED, Price
from multillm_gov.dimensions import IN_HOUSE, UNKNOWN
from multillm_gov.vocabulary import CAPABILITIES

_COPIED = (
    "mode",
    "max_input_tokens",
    "max_output_tokens",
    "requests_per_minute",
    "tokens_per_minute",
)
"""Facts that a declaration states in the same words."""


def overridden(
    name: str, placed: PlacedModel, base: ModelFacts | None, as_of: date | None = None
) -> ModelFacts:
    """Facts of a declared model: what is declared, else what its base has, else unknown.

    ``as_of`` decides which of several dated prices applies; ``None``: the last.
    """
    declared = placed.declared
    start = base or ModelFacts(name=name, source="override", exposure=named_exposure(name))
    same = base is None or base.name == name
    stated: dict[str, object] = {
        key: value for key in _COPIED if (value := getattr(declared, key)) is not None
    }
    if declared.capabilities is not None:
        stated["capabilities"] = frozenset(declared.capabilities)
        stated["lacks"] = frozenset(CAPABILITIES) - frozenset(declared.capabilities)
    if declared.regions is not None:
        stated["regions"] = declared.regions
    elif base is None or base.name != name:
        stated["regions"] = _named_regions(name) or start.regions
    return structs.replace(
        start,
        name=name,
        source="override",
        deployment=start.deployment if same else name,
        exposure=_exposure(name, declared.exposure, start.exposure, same=same),
        lifecycle=_lifecycle(placed, start.lifecycle, same=same),
        **stated,
        **_priced(declared, start, as_of),
    )


def _exposure(name: str, declared: ExposureFacts, base: Exposure, *, same: bool) -> Exposure:
    """What is declared, with what is known of those it names; else the base's.

    Several deployments of one base are one model. A model that is given another vendor or family
    than its base is one of its own.
    """
    exposure = base if same else _prefixed(name, base)
    provider = declared.provider or exposure.provider
    if provider != exposure.provider:
        exposure = served_by(exposure, provider_of(provider))
    own = (declared.vendor or base.vendor, declared.family or base.family)
    if own != (base.vendor, base.family):
        known = vendor_named(own[0]) if own[0] != base.vendor else None
        exposure = structs.replace(
            exposure,
            model=base.model if same else name,
            vendor=own[0],
            family=declared.family or UNKNOWN,
            jurisdiction=known.jurisdiction if known is not None else base.jurisdiction,
        )
    if declared.cloud is not None:
        exposure = at_cloud(exposure, declared.cloud)
    changed = {
        key: value
        for key in ("model", "jurisdiction")
        if (value := getattr(declared, key)) is not None
    }
    exposure = structs.replace(exposure, **changed)
    if declared.weights is not None:
        return structs.replace(exposure, weights=declared.weights)
    if own == (base.vendor, base.family) or own[0] in {UNKNOWN, IN_HOUSE}:
        return exposure
    from multillm_gov.catalog.parties.naming import canonical_name, take_apart

    short = canonical_name(take_apart(exposure.model).base)
    return structs.replace(exposure, weights=weights_of(exposure.vendor, exposure.family, short))


def _named_regions(name: str) -> tuple[str, ...]:
    from multillm_gov.catalog.parties.exposure import regions_of

    return regions_of(name) if "/" in name or "." in name else ()


def _prefixed(name: str, base: Exposure) -> Exposure:
    """The base as the provider serves it whom the name's first segment means, if it means one."""
    provider = provider_prefixed(name.partition("/")[0]) if "/" in name else None
    if provider is None or provider.id == base.provider:
        return base
    return served_by(base, provider)


def named_exposure(name: str) -> Exposure:
    """Exposure of a name that no table knows: its provider, and its vendor where a mark says it."""
    provider = provider_prefixed(name.partition("/")[0]) if "/" in name else None
    if provider is None:
        return Exposure(model=name)
    from multillm_gov.catalog.parties.exposure import resolve_exposure

    resolved = resolve_exposure(name)
    if resolved.family != UNKNOWN:
        return resolved
    return served_by(Exposure(model=name), provider)


def _priced(declared: ModelDeclaration, start: ModelFacts, as_of: date | None) -> dict[str, object]:
    """Price, fixed cost and what exceeds reserved capacity."""
    listed = _adjusted(declared, start.price)
    own = declared_price(declared, listed, as_of)
    price = own or listed
    is_declared = own is not None or start.price_is_declared
    if declared.usd_fixed_per_month is None:
        return {"price": price, "price_is_declared": is_declared}
    stated: dict[str, object] = {
        "usd_fixed_per_month": Decimal(declared.usd_fixed_per_month),
        "price_is_declared": True,
    }
    if has_own_price(declared) or not declared.usd_fixed_per_month:
        return stated | {"price": price}
    limited = declared.requests_per_minute is not None or declared.tokens_per_minute is not None
    return stated | {"price": INCLUDED, "spill_over": price if limited else None}


def _adjusted(declared: ModelDeclaration, base: Price | None) -> Price | None:
    """The base's price with the discount and the surcharges."""
    if base is not None and declared.fedramp:
        base = base.at_fedramp()
    if base is None or (declared.discount is None and declared.surcharge is None):
        return base
    return base.scaled((1 - (declared.discount or 0)) * (1 + (declared.surcharge or Decimal(0))))


def _lifecycle(placed: PlacedModel, base: Lifecycle, *, same: bool) -> Lifecycle:
    """A tuned model ends with its base; a fixed name does not float because its base's does."""
    declared = placed.declared
    lifecycle = base if same else structs.replace(base, floating_alias=False, snapshot="")
    if declared.retirement is not None:
        source = declared.retirement.source or placed.place.path
        lifecycle = structs.replace(
            lifecycle,
            retirement=declared.retirement.date,
            source=source,
            doubtful=None,
            redirect="",
            elsewhere=(),
        )
    if declared.successor is not None:
        successor = Successor(model=declared.successor, origin="declared", source=placed.place.path)
        lifecycle = structs.replace(lifecycle, successor=successor)
    return lifecycle


def with_companies(name: str, facts: ModelFacts, overrides: Overrides) -> ModelFacts:
    """Facts after what is declared of provider, cloud and vendor; the model's own go before."""
    placed = overrides.models.get(name)
    own = placed.declared if placed is not None else None
    provider = overrides.providers.get(facts.exposure.provider)
    if provider is not None:
        facts = _with_provider(facts, provider, own)
    exposure = facts.exposure
    cloud = overrides.clouds.get(exposure.cloud)
    if cloud is not None and cloud.declared.jurisdiction is not None:
        exposure = structs.replace(exposure, cloud_jurisdiction=cloud.declared.jurisdiction)
    vendor = overrides.vendors.get(exposure.vendor)
    if vendor is not None and vendor.declared.jurisdiction is not None:
        stated = own.exposure.jurisdiction if own is not None else None
        exposure = structs.replace(exposure, jurisdiction=stated or vendor.declared.jurisdiction)
    return facts if exposure is facts.exposure else structs.replace(facts, exposure=exposure)


def _with_provider(
    facts: ModelFacts, placed: PlacedProvider, own: ModelDeclaration | None
) -> ModelFacts:
    declared = placed.declared
    changed: dict[str, object] = {}
    exposure = facts.exposure
    if declared.cloud is not None and (own is None or own.exposure.cloud is None):
        exposure = at_cloud(exposure, declared.cloud)
    if declared.jurisdiction is not None:
        exposure = structs.replace(exposure, provider_jurisdiction=declared.jurisdiction)
    if exposure is not facts.exposure:
        changed["exposure"] = exposure
    if declared.regions is not None and not facts.regions:
        changed["regions"] = declared.regions
    priced = own is not None and (own.discount is not None or has_own_price(own))
    factor = Decimal(1)
    if declared.discount is not None and not priced:
        factor *= 1 - declared.discount
    if declared.surcharge is not None and not priced and (own is None or own.surcharge is None):
        factor *= 1 + declared.surcharge
    price = facts.price
    if declared.fedramp and price is not None and (own is None or own.fedramp is None):
        price = price.at_fedramp()
    if price is not None and (factor != 1 or price is not facts.price):
        changed["price"] = price.scaled(factor)
    return structs.replace(facts, **changed) if changed else facts
