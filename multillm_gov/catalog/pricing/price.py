"""What a request costs: prices by billed unit with their tiers, exact."""

from decimal import Decimal
from typing import Self

from msgspec import Struct, structs

PIXELS_PER_IMAGE = 1024 * 1024
"""What an image is taken to have where nobody says (LiteLLM's default size)."""
USD = "USD"
FEDRAMP = "FedRAMP"
"""Key of `Price.regional`: an endpoint for US authorities, which no place of processing tells."""


class UnitPrices(Struct, frozen=True, kw_only=True):
    """Prices of one billed unit each; ``None`` or absent where the source gives none.

    What applies instead is `measures.request_cost`'s to know.
    """

    input: Decimal | None = None
    output: Decimal | None = None
    cache_read: Decimal | None = None
    cache_write: Decimal | None = None
    """Written to the cache for the provider's usual time (five minutes at Anthropic)."""
    cache_write_1h: Decimal | None = None
    cache_write_12h: Decimal | None = None
    reasoning: Decimal | None = None
    units: dict[str, Decimal] = {}
    """Prices of everything but text tokens, by name of `billed_units.UNITS`."""

    def text(self) -> dict[str, Decimal]:
        """The prices of text tokens that are given."""
        return {name: value for name in TEXT_PRICES if (value := getattr(self, name)) is not None}

    def given(self) -> dict[str, Decimal]:
        """Every price that is given, text tokens first."""
        return {**self.text(), **self.units}

    def scaled(self, factor: Decimal) -> Self:
        """Every price times a factor: ``Decimal("0.85")`` is a discount of 15%."""
        text = {name: value * factor for name, value in self.text().items()}
        units = {name: value * factor for name, value in self.units.items()}
        return structs.replace(self, **text, units=units)


TEXT_PRICES = tuple(name for name in UnitPrices.__struct_fields__ if name != "units")
"""Names of the prices per text token."""


class PriceTier(Struct, frozen=True, kw_only=True):
    """Prices of the whole request once its prompt passes a threshold."""

    above_input_tokens: int
    at_threshold: bool = False
    """Whether the tier already applies at exactly the threshold (xAI) instead of above it."""
    price: UnitPrices
    services: dict[str, UnitPrices] = {}
    """As in `Price.services`; a service not named here takes this tier's ``price``."""

    def scaled(self, factor: Decimal) -> Self:
        """Every price times a factor."""
        services = {name: price.scaled(factor) for name, price in self.services.items()}
        return structs.replace(self, price=self.price.scaled(factor), services=services)


class OffPeak(Struct, frozen=True, kw_only=True):
    """Cheaper prices at some hours; a forecast never counts on them."""

    hours: str
    price: UnitPrices


class Price(Struct, frozen=True, kw_only=True):
    """All prices of one model name."""

    standard: UnitPrices = UnitPrices()
    tiers: tuple[PriceTier, ...] = ()
    """By threshold, lowest first; the largest one passed applies to all tokens of the request."""
    services: dict[str, UnitPrices] = {}
    """``batch``, ``flex``, ``priority`` where the source names them."""
    variants: dict[str, dict[str, Decimal]] = {}
    """Prices of units that differ by size or quality of the result: ``1080p``, ``2K``."""
    minimum: Decimal | None = None
    """The least that a request costs."""
    currency: str = USD
    regional: dict[str, Decimal] = {}
    """Factors for requests processed in one place: ``EU``, ``US``, or ``regional`` for any."""
    region: str = ""
    """The place whose factor is already in every price; empty: none is."""
    off_peak: OffPeak | None = None
    one_search_a_request: bool = False
    """Whether the fee for searches is for a request that searches, however often (Gemini 2)."""

    def scaled(self, factor: Decimal) -> Self:
        """Every price and fee times a factor: a negotiated discount on everything."""
        off_peak = self.off_peak
        if off_peak is not None:
            off_peak = structs.replace(off_peak, price=off_peak.price.scaled(factor))
        return structs.replace(
            self,
            standard=self.standard.scaled(factor),
            tiers=tuple(tier.scaled(factor) for tier in self.tiers),
            services={name: price.scaled(factor) for name, price in self.services.items()},
            variants={
                name: {unit: amount * factor for unit, amount in amounts.items()}
                for name, amounts in self.variants.items()
            },
            minimum=None if self.minimum is None else self.minimum * factor,
            off_peak=off_peak,
        )

    def at_fedramp(self) -> Self:
        """The price at the provider's FedRAMP endpoint, whose factor replaces that of a place."""
        factor = self.regional.get(FEDRAMP)
        if factor is None or self.region:
            return self
        return structs.replace(self.scaled(factor), region=FEDRAMP)

    def processed_in(self, regions: tuple[str, ...]) -> Self:
        """The price with the surcharge of the place where requests are processed, if it has one.

        Where several places are possible, the dearest counts.
        """
        if not self.regional or self.region:
            return self
        factors = {
            region: factor
            for region in regions
            if region != "global"
            and (factor := self.regional.get(region, self.regional.get("regional"))) is not None
        }
        if not factors:
            return self
        region = max(factors, key=lambda name: (factors[name], name))
        return structs.replace(self.scaled(factors[region]), region=region)

    @property
    def is_free(self) -> bool:
        """Whether every price that is given is zero."""
        everything = (
            self.standard,
            *self.services.values(),
            *(prices for tier in self.tiers for prices in (tier.price, *tier.services.values())),
        )
        return not any(
            amount for prices in everything for amount in prices.given().values()
        ) and not any(amount for amounts in self.variants.values() for amount in amounts.values())


INCLUDED = Price(standard=UnitPrices(input=Decimal(0), output=Decimal(0)))
"""Use that is paid by a fixed cost: reserved capacity, own hosting."""


class Usage(Struct, frozen=True, kw_only=True):
    """What one request consumes.

    ``input_tokens`` are text and include cached reads and all kinds of writes;
    ``output_tokens`` are text and include reasoning. All other units add to them.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    without_output: bool = False
    """Whether it is declared to write no text, in contrast to a count that is left out."""
    cached_input_tokens: int = 0
    cache_write_tokens: int = 0
    """Written for the usual time; those written for one or twelve hours are counted apart."""
    cache_write_1h_tokens: int = 0
    cache_write_12h_tokens: int = 0
    reasoning_tokens: int = 0
    units: dict[str, Decimal] = {}
    """Counts of everything else, by name in `billed_units.UNITS`; ``image`` covers ``pixel``."""
    pixels_per_image: int = PIXELS_PER_IMAGE
    variant: str = ""
    """Which of `Price.variants` applies."""
    service_tier: str = "standard"
