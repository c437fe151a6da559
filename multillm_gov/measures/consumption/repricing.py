"""What logged consumption costs at list prices, and at the known mistakes of gateways."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from msgspec import Struct

from multillm_gov.catalog.pricing.price import Price, UnitPrices
from multillm_gov.usage.aggregate import UsageAggregate

PriceOf = Callable[[UsageAggregate], Price | None]
_ZERO = Decimal(0)


class Tokens(Struct, frozen=True, kw_only=True):
    """Tokens by the price they have."""

    uncached: int = 0
    cache_read: int = 0
    cache_write: int = 0
    cache_write_1h: int = 0
    output: int = 0

    @property
    def input_with_cache(self) -> int:
        """All of the input."""
        return self.uncached + self.cache_read + self.cache_write + self.cache_write_1h


def tokens_of(aggregate: UsageAggregate) -> Tokens | None:
    """Tokens of an aggregate; ``None`` where input or output is not known."""
    total, output = aggregate.input_tokens_with_cache, aggregate.output_tokens
    if total is None and output is None:
        return None
    read = aggregate.cache_read_tokens or 0
    write = aggregate.cache_write_tokens or 0
    write_1h = aggregate.cache_write_1h_tokens or 0
    return Tokens(
        uncached=max((total or 0) - read - write - write_1h, 0),
        cache_read=read,
        cache_write=write,
        cache_write_1h=write_1h,
        output=output or 0,
    )


def list_cost(tokens: Tokens, price: Price, service_tier: str | None = None) -> Decimal:
    """Cost at list prices of the shortest prompts; sums do not tell how long each prompt was."""
    rates = price.services.get(service_tier or "", price.standard)
    return _cost(tokens, _filled(rates, price.standard))


def mistaken_costs(tokens: Tokens, price: Price) -> Mapping[str, Decimal]:
    """Cost by each formula that gateways were seen to use wrongly, by its name."""
    rates = _filled(price.standard, price.standard)
    read, write = rates.cache_read or _ZERO, rates.cache_write or _ZERO
    right, own = _cost(tokens, rates), rates.input or _ZERO
    return {
        "cache reads at the full input price": right + tokens.cache_read * (own - read),
        "cache reads for nothing": right - tokens.cache_read * read,
        "cache writes at the input price": right + tokens.cache_write * (own - write),
        "cache writes for nothing": right - tokens.cache_write * write,
        "cache tokens charged twice": right
        + (tokens.cache_read + tokens.cache_write + tokens.cache_write_1h) * own,
    }


def _filled(rates: UnitPrices, standard: UnitPrices) -> UnitPrices:
    """Every price, what is missing falling back as LiteLLM's does (method 2.1)."""
    own = rates.input if rates.input is not None else standard.input or _ZERO
    write = rates.cache_write if rates.cache_write is not None else own
    return UnitPrices(
        input=own,
        output=rates.output if rates.output is not None else standard.output or _ZERO,
        cache_read=rates.cache_read if rates.cache_read is not None else own,
        cache_write=write,
        cache_write_1h=rates.cache_write_1h if rates.cache_write_1h is not None else write,
    )


def _cost(tokens: Tokens, rates: UnitPrices) -> Decimal:
    return (
        tokens.uncached * (rates.input or _ZERO)
        + tokens.cache_read * (rates.cache_read or _ZERO)
        + tokens.cache_write * (rates.cache_write or _ZERO)
        + tokens.cache_write_1h * (rates.cache_write_1h or _ZERO)
        + tokens.output * (rates.output or _ZERO)
    )
