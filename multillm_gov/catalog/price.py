"""What a request costs: unit prices with their tiers, exact, in US dollars."""

from decimal import Decimal

from msgspec import Struct


class TokenPrice(Struct, frozen=True, kw_only=True):
    """US dollars per token; ``None`` where the source gives none (see `measures.request_cost` for what then holds)."""

    input: Decimal | None = None
    output: Decimal | None = None
    cache_read: Decimal | None = None
    cache_write: Decimal | None = None
    cache_write_1h: Decimal | None = None
    reasoning: Decimal | None = None


class PriceTier(Struct, frozen=True, kw_only=True):
    """Prices of the whole request once its prompt passes a threshold."""

    above_input_tokens: int
    at_threshold: bool = False
    """Whether the tier already holds at exactly the threshold (xAI) instead of above it."""
    price: TokenPrice


class Price(Struct, frozen=True, kw_only=True):
    """All prices of one model name."""

    standard: TokenPrice
    tiers: tuple[PriceTier, ...] = ()
    services: dict[str, TokenPrice] = {}
    """``batch``, ``flex``, ``priority`` where the source names them."""
    usd_per_request: Decimal | None = None
    usd_per_image: Decimal | None = None
    usd_per_second: Decimal | None = None


class Usage(Struct, frozen=True, kw_only=True):
    """What one request consumes.

    ``input_tokens`` includes cached reads and writes; ``output_tokens`` includes reasoning.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cached_input_tokens: int = 0
    cache_write_tokens: int = 0
    cache_write_1h_tokens: int = 0
    reasoning_tokens: int = 0
    images: int = 0
    seconds: Decimal = Decimal(0)
    service_tier: str = "standard"
