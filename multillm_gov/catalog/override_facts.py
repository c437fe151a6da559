"""Facts of a model after the portfolio's own declarations."""

from decimal import Decimal

from msgspec import structs

from multillm_gov.catalog.capabilities import CAPABILITIES
from multillm_gov.catalog.declarations import ExposureFacts, ModelDeclaration, TokenPrices
from multillm_gov.catalog.facts import Exposure, Lifecycle, ModelFacts, Successor
from multillm_gov.catalog.overrides import PlacedModel, PlacedProvider
from multillm_gov.catalog.price import Price, TokenPrice
from multillm_gov.catalog.providers import provider_named, provider_prefixed
from multillm_gov.catalog.vendors import seats
from multillm_gov.dimensions import UNKNOWN

_MILLION = Decimal(1_000_000)


def overridden(name: str, placed: PlacedModel, base: ModelFacts | None) -> ModelFacts:
    """Facts of a declared model: what is declared, else what holds for its base, else unknown."""
    declared = placed.declared
    start = base or ModelFacts(name=name, source="override", exposure=Exposure(model=name))
    same = base is not None and base.name == name
    told: dict[str, object] = {
        key: value
        for key in (
            "mode",
            "max_input_tokens",
            "max_output_tokens",
            "requests_per_minute",
            "tokens_per_minute",
        )
        if (value := getattr(declared, key)) is not None
    }
    if declared.capabilities is not None:
        told["capabilities"] = frozenset(declared.capabilities)
        told["lacks"] = frozenset(CAPABILITIES) - frozenset(declared.capabilities)
    if declared.usd_fixed_per_month is not None:
        told["usd_fixed_per_month"] = Decimal(declared.usd_fixed_per_month)
    if declared.regions is not None:
        told["regions"] = declared.regions
    return structs.replace(
        start,
        name=name,
        source="override",
        exposure=_exposure(name, declared.exposure, start.exposure, same=same),
        price=_price(declared, start.price),
        lifecycle=_lifecycle(placed, start.lifecycle, same=same),
        **told,
    )


def _exposure(name: str, declared: ExposureFacts, base: Exposure, *, same: bool) -> Exposure:
    """A vendor or provider that is declared brings its known seat or cloud; a custom model is an entity of its own."""
    exposure = base if same else structs.replace(base, model=name)
    prefixed = provider_prefixed(name.partition("/")[0]) if "/" in name and not same else None
    provider = declared.provider or (prefixed.id if prefixed is not None else None)
    if provider is not None and provider != exposure.provider:
        exposure = structs.replace(
            exposure, provider=provider, cloud=provider_named(provider).cloud
        )
    if declared.vendor is not None and declared.vendor != exposure.vendor:
        seat = seats().get(declared.vendor, UNKNOWN)
        exposure = structs.replace(
            exposure, vendor=declared.vendor, jurisdiction=seat, family=UNKNOWN
        )
    told = {key: value for key, value in structs.asdict(declared).items() if value is not None}
    return structs.replace(exposure, **told)


def _price(declared: ModelDeclaration, base: Price | None) -> Price | None:
    if declared.usd_per_million_tokens is not None:
        return Price(standard=_per_token(declared.usd_per_million_tokens))
    if declared.discount is not None and base is not None:
        return base.scaled(1 - declared.discount)
    return base


def _per_token(prices: TokenPrices) -> TokenPrice:
    told = {
        key: Decimal(value) / _MILLION
        for key, value in structs.asdict(prices).items()
        if value is not None
    }
    return TokenPrice(**told)


def _lifecycle(placed: PlacedModel, base: Lifecycle, *, same: bool) -> Lifecycle:
    """A tuned model ends with its base; that the base's name floats does not make a fixed name float."""
    declared = placed.declared
    lifecycle = base if same else structs.replace(base, floating_alias=False, snapshot="")
    if declared.retirement is not None:
        source = declared.retirement.source or placed.place.path
        lifecycle = structs.replace(lifecycle, retirement=declared.retirement.date, source=source)
    if declared.successor is not None:
        successor = Successor(model=declared.successor, origin="declared", source=placed.place.path)
        lifecycle = structs.replace(lifecycle, successor=successor)
    return lifecycle


def with_provider(
    facts: ModelFacts, placed: PlacedProvider | None, own: ModelDeclaration | None
) -> ModelFacts:
    """Facts after what is declared for the whole provider; what is declared for the model itself goes before."""
    if placed is None:
        return facts
    declared = placed.declared
    told: dict[str, object] = {}
    if declared.cloud is not None and (own is None or own.exposure.cloud is None):
        told["exposure"] = structs.replace(facts.exposure, cloud=declared.cloud)
    if declared.regions is not None and not facts.regions:
        told["regions"] = declared.regions
    priced = own is not None and (
        own.discount is not None or own.usd_per_million_tokens is not None
    )
    if declared.discount is not None and facts.price is not None and not priced:
        told["price"] = facts.price.scaled(1 - declared.discount)
    return structs.replace(facts, **told) if told else facts
