"""Reading a price map entry's prices: what LiteLLM would bill, without importing it.

Prices are those of the entry's dear hours: an ``off_peak_pricing`` block is a discount that nobody
may count on, kept beside them.

Prices by range of input tokens (Alibaba Cloud, Volcengine) hold for the whole request; source:
``litellm_core_utils/llm_cost_calc/tiered_pricing.py``: a range holds above its start and up to its
end, the last one without end.
"""

import re
from collections.abc import Mapping
from decimal import Decimal

from msgspec import structs

from multillm_gov.catalog.price_map import EntryNumbers, read_amount
from multillm_gov.catalog.pricing.price import FEDRAMP, OffPeak, Price, PriceTier, UnitPrices
from multillm_gov.catalog.pricing.service_rates import (
    BATCH,
    HALF,
    INPUT,
    KEYS,
    OUTPUT,
    READ,
    REASONING,
    WRITE,
    WRITE_1H,
    WRITE_12H,
    Rates,
    read_batch_rates,
    read_rates,
)
from multillm_gov.catalog.pricing.unit_prices import (
    TOKEN_KEYS,
    image_units_of_fireworks,
    read_service_units,
    read_tier_units,
    read_unit_prices,
    read_variants,
)

_MOST_RANGES = 100
"""A real table has four; a longer one is cut so that no entry costs more than a glance."""
_STANDARD = ""
_SERVICES = ("flex", "priority", "balanced", "ultrafast")
_NOTHING = Price()
_UPLIFT = re.compile(r"regional_processing_uplift_multiplier_([a-z]{2,6})")


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
        cache_write_12h=tier.get(WRITE_12H),
        reasoning=reasoning,
    )
    return PriceTier(above_input_tokens=int(start), price=price)


def read_price(entry: Mapping[str, object], provider: str, name: str = "") -> Price | None:
    """All prices of an entry in US dollars; ``None`` when it names none: unknown is not free.

    Malformed values count as absent.

    Args:
        entry: The map's entry.
        provider: Its ``litellm_provider``: some providers bill in their own way.
        name: Its name, which says what is billed where the keys do not.
    """
    numbers = EntryNumbers(entry)
    pictures = image_units_of_fireworks(entry, numbers, name)
    if pictures is not None:
        return Price(standard=UnitPrices(units=pictures))
    price = _token_prices(entry, numbers, provider)
    units = read_unit_prices(entry, numbers, name)
    if units:
        price = structs.replace(price, standard=structs.replace(price.standard, units=units))
    price = structs.replace(
        price,
        variants=read_variants(entry, numbers),
        regional=_regional(entry),
        off_peak=_off_peak(entry),
        one_search_a_request=_bills_one_search(entry, provider, name),
    )
    known = price.standard != UnitPrices() or price.tiers or price.services or price.variants
    return price if known else None


def _bills_one_search(entry: Mapping[str, object], provider: str, name: str) -> bool:
    """Whether a request with several searches is billed one: Google's models unless they say so."""
    google = provider == "gemini" or (provider.startswith("vertex_ai") and "claude" not in name)
    return google and entry.get("web_search_billing_unit") != "per_query"


def _token_prices(entry: Mapping[str, object], numbers: EntryNumbers, provider: str) -> Price:
    ranges = read_range_prices(entry, numbers)
    if ranges:
        return Price(standard=ranges[0].price, tiers=ranges[1:])
    by_service = _read_services(numbers, provider)
    tiers = _merge_tiers(by_service, inclusive=provider == "xai")
    standard = by_service.pop(_STANDARD).flat
    return Price(
        standard=standard,
        tiers=tiers,
        services={name: rates.flat for name, rates in by_service.items()},
    )


def _read_services(numbers: EntryNumbers, provider: str) -> dict[str, Rates]:
    """Prices by service, standard under the empty name; a service has a key of its own."""
    by_service = {_STANDARD: _with_units(read_rates(numbers), numbers, _STANDARD)}
    for service in _SERVICES:
        if numbers.serves((*KEYS, *TOKEN_KEYS), service):
            by_service[service] = _with_units(read_rates(numbers, service), numbers, service)
    by_service = {name: _bill_as(provider, rates, numbers) for name, rates in by_service.items()}
    units = read_service_units(numbers, BATCH)
    batch = read_batch_rates(numbers)
    if batch is not None:
        by_service["batch"] = _with_units(batch, numbers, BATCH)
    elif units:
        by_service["batch"] = Rates(structs.replace(by_service[_STANDARD].flat, units=units))
    return dict(sorted(by_service.items()))


def _with_units(rates: Rates, numbers: EntryNumbers, service: str) -> Rates:
    """Prices with the service's own units, and at each threshold with what changes there."""
    own = read_service_units(numbers, service) if service else {}
    steps = numbers.thresholds((*KEYS, *TOKEN_KEYS), "", *([service] if service else []))
    above: list[tuple[int, UnitPrices]] = []
    for step in steps:
        own_above = own | read_tier_units(numbers, step.spelling, service)
        above.append((step.tokens, structs.replace(rates.at(step.tokens), units=own_above)))
        own = own_above
    flat = read_service_units(numbers, service) if service else {}
    return Rates(structs.replace(rates.flat, units=flat), tuple(above))


def _bill_as(provider: str, rates: Rates, numbers: EntryNumbers) -> Rates:
    """At Fireworks cached input costs half the standard input where the entry does not say."""
    standard_input = numbers.get(INPUT)
    if provider != "fireworks_ai" or standard_input is None:
        return rates
    default = standard_input * HALF
    return rates.changed(lambda price: _with_cache_read(price, default))


def _with_cache_read(price: UnitPrices, default: Decimal) -> UnitPrices:
    return price if price.cache_read is not None else structs.replace(price, cache_read=default)


def _merge_tiers(by_service: Mapping[str, Rates], *, inclusive: bool) -> tuple[PriceTier, ...]:
    """One tier per threshold of any service; xAI's apply from the threshold itself on."""
    tiers = []
    for tokens in sorted({tokens for rates in by_service.values() for tokens, _ in rates.above}):
        prices = {name: rates.at(tokens) for name, rates in by_service.items()}
        standard = prices.pop(_STANDARD)
        tiers.append(
            PriceTier(
                above_input_tokens=tokens, at_threshold=inclusive, price=standard, services=prices
            )
        )
    return tuple(tiers)


def _regional(entry: Mapping[str, object]) -> dict[str, Decimal]:
    """Factors by place: data residency (OpenAI, Anthropic), regional endpoints (Vertex AI)."""
    factors: dict[str, Decimal] = {}
    for key, value in entry.items():
        match = _UPLIFT.fullmatch(key) if isinstance(key, str) else None
        factor = (
            read_amount(value) if match or key == "regional_endpoint_uplift_multiplier" else None
        )
        if factor:
            factors[match[1].upper() if match else "regional"] = factor
    federal = read_amount(entry.get("fedramp_uplift_multiplier"))
    if federal:
        factors[FEDRAMP] = federal
    special = entry.get("provider_specific_entry")
    factor = read_amount(special.get("us")) if isinstance(special, Mapping) else None
    if factor:
        factors.setdefault("US", factor)
    return factors


def _off_peak(entry: Mapping[str, object]) -> OffPeak | None:
    block = entry.get("off_peak_pricing")
    if not isinstance(block, Mapping):
        return None
    price = read_rates(EntryNumbers(block)).flat
    windows = block.get("windows")
    hours = [
        text
        for window in (windows if isinstance(windows, list) else [])
        if isinstance(window, Mapping) and (text := _window(window))
    ]
    return OffPeak(hours="; ".join(hours), price=price) if price.text() else None


def _window(window: Mapping[str, object]) -> str:
    hours = window.get("hours_utc")
    listed = hours if isinstance(hours, list) else [hours]
    days = window.get("weekdays")
    on = ", ".join(str(day) for day in days[:7]) if isinstance(days, list) else ""
    spans = ", ".join(str(span)[:20] for span in listed[:10] if isinstance(span, str))
    return f"{spans} UTC{f' on weekdays {on}' if on else ''}" if spans else ""
