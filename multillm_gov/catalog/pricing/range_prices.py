"""Prices by range of input tokens (Alibaba Cloud, Volcengine), each for the whole request.

Source: ``litellm_core_utils/llm_cost_calc/tiered_pricing.py``; a range holds above its start and up
to its end, the last one without end.
"""

from collections.abc import Mapping

from multillm_gov.catalog.entry_numbers import EntryNumbers, read_amount
from multillm_gov.catalog.pricing.price import PriceTier, UnitPrices
from multillm_gov.catalog.pricing.service_rates import (
    INPUT,
    OUTPUT,
    READ,
    REASONING,
    WRITE,
    WRITE_1H,
)

_MOST_RANGES = 100
"""A real table has four; a longer one is cut so that no entry costs more than a glance."""


def read_range_prices(entry: Mapping[str, object], numbers: EntryNumbers) -> tuple[PriceTier, ...]:
    """Ranges by start, lowest first; empty where the entry has none that can be read."""
    listed = entry.get("tiered_pricing")
    if not isinstance(listed, list):
        return ()
    tiers = [
        tier for item in listed[:_MOST_RANGES] if (tier := _read_range(item, numbers)) is not None
    ]
    return tuple(sorted(tiers, key=lambda tier: tier.above_input_tokens))


def _read_range(item: object, numbers: EntryNumbers) -> PriceTier | None:
    if not isinstance(item, Mapping):
        return None
    bounds = item.get("range")
    start = read_amount(bounds[0]) if isinstance(bounds, list) and len(bounds) == 2 else None
    tier = EntryNumbers(item)
    if start is None or tier.get(INPUT) is None:
        return None
    output, reasoning = tier.get(OUTPUT), tier.get(REASONING)
    if output is None:  # a table of input prices only: the model's own output prices hold
        output = numbers.get(OUTPUT)
        reasoning = numbers.get(REASONING) if reasoning is None else reasoning
    price = UnitPrices(
        input=tier.get(INPUT),
        output=output,
        cache_read=tier.get(READ),
        cache_write=tier.get(WRITE),
        cache_write_1h=tier.get(WRITE_1H),
        reasoning=reasoning,
    )
    return PriceTier(above_input_tokens=int(start), price=price)
