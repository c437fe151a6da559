"""What one request costs (method 2.1): the same amount LiteLLM would log for it, but exact."""

from decimal import Context, Decimal

from multillm_gov.catalog.price import Price, TokenPrice, Usage

_EXACT = Context(prec=60)
"""Wide enough that no product or sum of prices and counts is ever rounded, whatever the caller's context is."""
_ZERO = Decimal(0)


def request_cost(price: Price, usage: Usage) -> Decimal:
    """US dollars of one request.

    A price the source does not give falls back: cache reads and writes to the input price, one-hour
    writes to the price of other writes, reasoning to the output price, an unknown service tier to
    standard prices; an explicit zero is a price. An image price stands in where no output tokens
    are counted, a price by the second where tokens bill
    nothing: makers quote both for the same thing.
    """
    total = token_cost(rates_for(price, usage.input_tokens, usage.service_tier), usage)
    if usage.seconds and price.usd_per_second is not None and not total:
        total = _EXACT.multiply(price.usd_per_second, usage.seconds)
    if usage.images and not usage.output_tokens:
        total = _EXACT.fma(_usd_per_image(price, usage), usage.images, total)
    if usage.characters and price.usd_per_character is not None:
        total = _EXACT.fma(price.usd_per_character, usage.characters, total)
    if usage.pages and price.usd_per_page is not None:
        total = _EXACT.fma(price.usd_per_page, usage.pages, total)
    if price.usd_per_request is not None:
        total = _EXACT.add(total, price.usd_per_request)
    return total


def rates_for(price: Price, input_tokens: int, service_tier: str = "standard") -> TokenPrice:
    """The token prices that hold for all tokens of a request: those of the largest threshold its prompt passes."""
    rates = price.services.get(service_tier, price.standard)
    for tier in price.tiers:
        if input_tokens > tier.above_input_tokens or (
            tier.at_threshold and input_tokens == tier.above_input_tokens
        ):
            rates = tier.services.get(service_tier, tier.price)
    return rates


def token_cost(rates: TokenPrice, usage: Usage) -> Decimal:
    """US dollars of a request's tokens at given prices."""
    read, write, write_1h = (
        usage.cached_input_tokens,
        usage.cache_write_tokens,
        usage.cache_write_1h_tokens,
    )
    reasoning = min(usage.reasoning_tokens, usage.output_tokens)
    rate_in = _first(rates.input)
    total = _EXACT.multiply(rate_in, max(usage.input_tokens - read - write - write_1h, 0))
    if read:
        total = _EXACT.fma(_first(rates.cache_read, rate_in), read, total)
    if write:
        total = _EXACT.fma(_first(rates.cache_write, rate_in), write, total)
    if write_1h:
        total = _EXACT.fma(
            _first(rates.cache_write_1h, rates.cache_write, rate_in), write_1h, total
        )
    rate_out = _first(rates.output)
    if reasoning:
        total = _EXACT.fma(_first(rates.reasoning, rate_out), reasoning, total)
    return _EXACT.fma(rate_out, usage.output_tokens - reasoning, total)


def _usd_per_image(price: Price, usage: Usage) -> Decimal:
    if price.usd_per_image is not None:
        return price.usd_per_image
    return _EXACT.multiply(_first(price.usd_per_pixel), usage.pixels_per_image)


def _first(*rates: Decimal | None) -> Decimal:
    for rate in rates:
        if rate is not None:
            return rate
    return _ZERO
