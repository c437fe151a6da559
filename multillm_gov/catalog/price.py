"""What a request costs: unit prices with their tiers, exact, in US dollars."""

from decimal import Decimal
from typing import Self

from msgspec import Struct, structs


class TokenPrice(Struct, frozen=True, kw_only=True):
    """US dollars per token; ``None`` where the source gives none (see `measures.request_cost` for what then holds)."""

    input: Decimal | None = None
    output: Decimal | None = None
    cache_read: Decimal | None = None
    cache_write: Decimal | None = None
    """Written to the cache for the provider's usual time (five minutes at Anthropic)."""
    cache_write_1h: Decimal | None = None
    reasoning: Decimal | None = None

    def scaled(self, factor: Decimal) -> Self:
        """Every price times a factor: ``Decimal("0.85")`` is a discount of 15%."""
        given = {name: value for name, value in structs.asdict(self).items() if value is not None}
        return structs.replace(self, **{name: value * factor for name, value in given.items()})


class PriceTier(Struct, frozen=True, kw_only=True):
    """Prices of the whole request once its prompt passes a threshold."""

    above_input_tokens: int
    at_threshold: bool = False
    """Whether the tier already holds at exactly the threshold (xAI) instead of above it."""
    price: TokenPrice
    services: dict[str, TokenPrice] = {}
    """As in `Price.services`; a service not named here takes this tier's ``price``."""

    def scaled(self, factor: Decimal) -> Self:
        """Every price times a factor."""
        services = {name: price.scaled(factor) for name, price in self.services.items()}
        return structs.replace(self, price=self.price.scaled(factor), services=services)


class Price(Struct, frozen=True, kw_only=True):
    """All prices of one model name."""

    standard: TokenPrice
    tiers: tuple[PriceTier, ...] = ()
    """By threshold, lowest first; the largest one passed holds for all tokens of the request."""
    services: dict[str, TokenPrice] = {}
    """``batch``, ``flex``, ``priority`` where the source names them."""
    usd_per_request: Decimal | None = None
    """Fee on top of the tokens; a rerank or search query is one request."""
    usd_per_image: Decimal | None = None
    """Per image made."""
    usd_per_pixel: Decimal | None = None
    """Per pixel of an image made."""
    usd_per_second: Decimal | None = None
    """Per second of audio or video, or of computing time where that is what is rented."""
    usd_per_character: Decimal | None = None
    """Per character of text to speak."""
    usd_per_page: Decimal | None = None
    """Per page read."""

    def scaled(self, factor: Decimal) -> Self:
        """Every price and fee times a factor: a negotiated discount on everything."""
        units = {name: value for name in UNIT_PRICES if (value := getattr(self, name)) is not None}
        return structs.replace(
            self,
            standard=self.standard.scaled(factor),
            tiers=tuple(tier.scaled(factor) for tier in self.tiers),
            services={name: price.scaled(factor) for name, price in self.services.items()},
            **{name: value * factor for name, value in units.items()},
        )


UNIT_PRICES = tuple(name for name in Price.__struct_fields__ if name.startswith("usd_per_"))
"""Names of the prices that are not per token."""

PIXELS_PER_IMAGE = 1024 * 1024
"""What an image is taken to have where nobody says (LiteLLM's default size)."""


class Usage(Struct, frozen=True, kw_only=True):
    """What one request consumes.

    ``input_tokens`` includes cached reads and both kinds of writes; ``output_tokens`` includes
    reasoning.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cached_input_tokens: int = 0
    cache_write_tokens: int = 0
    """Written for the usual time; those written for an hour are counted apart."""
    cache_write_1h_tokens: int = 0
    reasoning_tokens: int = 0
    images: int = 0
    pixels_per_image: int = PIXELS_PER_IMAGE
    seconds: Decimal = Decimal(0)
    characters: int = 0
    pages: int = 0
    service_tier: str = "standard"
