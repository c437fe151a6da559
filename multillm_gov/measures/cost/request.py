"""What one request costs (method 2.1): the same amount LiteLLM would log for it, but exact."""

from collections.abc import Iterable
from decimal import Context, Decimal

from multillm_gov.catalog.pricing.billed_units import UNITS
from multillm_gov.catalog.pricing.price import Price, UnitPrices, Usage

_EXACT = Context(prec=60)
"""Wide enough that no product or sum of prices and counts is ever rounded."""
_ZERO = Decimal(0)
_ONE = Decimal(1)
_CACHED = {
    "audio_cache_read": "audio_input",
    "audio_cache_write": "audio_input",
    "image_cache_read": "image_input",
    "video_cache_read": "video_input",
}
_ALTERNATIVES = (
    ("image", "image_output"),
    ("input_image", "image_input"),
    ("audio_second", "audio_input"),
    ("video_second", "video_input"),
)
"""Two measures of the same thing: where both are declared and priced, the dearer one counts."""
_PROMPT = (*_CACHED, "audio_input", "image_input", "video_input")
"""Tokens that lengthen a prompt beside its text."""
TRANSCRIPTION = "audio_transcription"


def request_cost(price: Price, usage: Usage, mode: str = "") -> Decimal:
    """Cost of one request, in the currency of the price.

    A price the source does not give falls back: cache reads and writes to the input price, writes
    for one or twelve hours to the price of other writes, reasoning to the output price, audio,
    image and video tokens to text tokens, an unknown service tier to standard prices; an explicit
    zero is a price.
    What has no price at all adds nothing here: `measures.gaps` names it. Everything adds up, except
    that two measures of one thing (pictures and image tokens) count once, by the dearer: more use
    never costs less.

    Args:
        price: All prices of the model.
        usage: What the request consumes.
        mode: Kind of model: a price by the second covers the whole of a transcription.
    """
    rates = rates_for(price, prompt_tokens(usage), usage.service_tier)
    total = token_cost(rates, usage)
    if usage.units or price.standard.units:
        total = _with_units(price, rates, usage, mode, total)
    return total if price.minimum is None else max(total, price.minimum)


def prompt_tokens(usage: Usage) -> int:
    """Length of the prompt that decides which tier applies."""
    if not usage.units:
        return usage.input_tokens
    return usage.input_tokens + int(sum(usage.units.get(unit, 0) for unit in _PROMPT))


def rates_for(price: Price, input_tokens: int, service_tier: str = "standard") -> UnitPrices:
    """The prices of all tokens of a request: those of the largest threshold its prompt passes."""
    rates = price.services.get(service_tier, price.standard)
    for tier in price.tiers:
        if input_tokens > tier.above_input_tokens or (
            tier.at_threshold and input_tokens == tier.above_input_tokens
        ):
            rates = tier.services.get(service_tier, tier.price)
    return rates


def token_cost(rates: UnitPrices, usage: Usage) -> Decimal:
    """Cost of a request's text tokens at given prices."""
    return _EXACT.add(_input_cost(rates, usage), _output_cost(rates, usage))


def unit_rate(price: Price, rates: UnitPrices, usage: Usage, unit: str) -> Decimal | None:
    """Price of one unit in a request; ``None``: no price, and nothing stands in for it."""
    if usage.variant:
        amount = price.variants.get(usage.variant, {}).get(unit)
        if amount is not None:
            return amount
    amount = rates.units.get(unit)
    if amount is None:
        amount = price.standard.units.get(unit)
    if amount is not None:
        return amount
    if unit in _CACHED:
        own = unit_rate(price, rates, usage, _CACHED[unit])
        text = rates.cache_write if unit.endswith("_write") else rates.cache_read
        return text if text is not None and own == rates.input else own
    if unit == "image":
        pixel = unit_rate(price, rates, usage, "pixel")
        return None if pixel is None else _EXACT.multiply(pixel, usage.pixels_per_image)
    like = UNITS[unit].like if unit in UNITS else ""
    return getattr(rates, like) if like else None


def _with_units(
    price: Price, rates: UnitPrices, usage: Usage, mode: str, tokens: Decimal
) -> Decimal:
    costs = {
        unit: _EXACT.multiply(rate, _billed(price, unit, count))
        for unit, count in usage.units.items()
        if count and (rate := unit_rate(price, rates, usage, unit)) is not None
    }
    for fee in ("request", "query"):
        rate = unit_rate(price, rates, usage, fee)
        if rate is not None:
            costs[fee] = _EXACT.multiply(rate, usage.units.get(fee, _ONE))
    for first, second in _ALTERNATIVES:
        if first in costs and second in costs:
            costs[first] = max(costs[first], costs.pop(second))
    if "character" in costs:
        text = _input_cost(rates, usage)
        tokens = _EXACT.subtract(tokens, text)
        costs["character"] = max(costs["character"], text)
    if "output_character" in costs:
        text = _output_cost(rates, usage)
        tokens = _EXACT.subtract(tokens, text)
        costs["output_character"] = max(costs["output_character"], text)
    if "second" in costs:
        by_second = costs.pop("second")
        if mode == TRANSCRIPTION:
            return max(by_second, _sum((tokens, *costs.values())))
        audio = [costs.pop(unit, _ZERO) for unit in ("audio_input", "audio_output", "video_output")]
        costs["second"] = max(by_second, _sum(audio))
    return _sum((tokens, *costs.values()))


def _billed(price: Price, unit: str, count: Decimal) -> Decimal:
    """How many of a unit are billed."""
    searches = unit.startswith("search_") or unit == "maps_query"
    return min(count, _ONE) if searches and price.one_search_a_request else count


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    total = _ZERO
    for amount in amounts:
        total = _EXACT.add(total, amount)
    return total


def _input_cost(rates: UnitPrices, usage: Usage) -> Decimal:
    rate_in = _first(rates.input)
    write = _first(rates.cache_write, rate_in)
    cached = (
        (usage.cached_input_tokens, _first(rates.cache_read, rate_in)),
        (usage.cache_write_tokens, write),
        (usage.cache_write_1h_tokens, _first(rates.cache_write_1h, write)),
        (usage.cache_write_12h_tokens, _first(rates.cache_write_12h, write)),
    )
    rest = usage.input_tokens - sum(tokens for tokens, _ in cached)
    total = _EXACT.multiply(rate_in, max(rest, 0))
    for tokens, rate in cached:
        if tokens:
            total = _EXACT.fma(rate, tokens, total)
    return total


def _output_cost(rates: UnitPrices, usage: Usage) -> Decimal:
    reasoning = min(usage.reasoning_tokens, usage.output_tokens)
    rate_out = _first(rates.output)
    total = _EXACT.multiply(rate_out, usage.output_tokens - reasoning)
    if reasoning:
        total = _EXACT.fma(_first(rates.reasoning, rate_out), reasoning, total)
    return total


def _first(*rates: Decimal | None) -> Decimal:
    for rate in rates:
        if rate is not None:
            return rate
    return _ZERO
