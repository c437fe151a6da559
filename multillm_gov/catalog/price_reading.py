"""Reading a price map entry's prices: what LiteLLM would bill, without importing it.

Prices are those of the entry's dear hours: an ``off_peak_pricing`` block is a discount that nobody
may count on. Surcharges for a region or a fast lane depend on the call, not on the model, and are
left out.
"""

from collections.abc import Mapping
from decimal import Decimal

from msgspec import structs

from multillm_gov.catalog.entry_numbers import EntryNumbers
from multillm_gov.catalog.price import UNIT_PRICES, Price, PriceTier, TokenPrice
from multillm_gov.catalog.range_prices import read_range_prices
from multillm_gov.catalog.service_rates import (
    HALF,
    INPUT,
    KEYS,
    Rates,
    read_batch_rates,
    read_rates,
)
from multillm_gov.catalog.unit_prices import read_unit_prices

_STANDARD = ""
_SERVICES = ("flex", "priority")
_UNKNOWN = TokenPrice()


def read_price(entry: Mapping[str, object], provider: str) -> Price | None:
    """All prices of an entry in US dollars; ``None`` when it names none: unknown is not free.

    ``provider`` is the entry's ``litellm_provider``, since some providers bill in their own way.
    Malformed values count as absent.
    """
    numbers = EntryNumbers(entry)
    ranges = read_range_prices(entry, numbers)
    if ranges:
        price = Price(standard=ranges[0].price, tiers=ranges[1:])
    else:
        by_service = _read_services(numbers, provider)
        tiers = _merge_tiers(by_service, inclusive=provider == "xai")
        standard = by_service.pop(_STANDARD).flat
        services = {name: rates.flat for name, rates in by_service.items()}
        price = Price(standard=standard, tiers=tiers, services=services)
    price = structs.replace(price, **read_unit_prices(entry, numbers))
    known = price.standard != _UNKNOWN or price.tiers or price.services
    return price if known or any(getattr(price, name) is not None for name in UNIT_PRICES) else None


def _read_services(numbers: EntryNumbers, provider: str) -> dict[str, Rates]:
    """Prices by service, standard under the empty name; a service is one only if it has a key of its own."""
    found = {_STANDARD: read_rates(numbers)}
    for service in _SERVICES:
        if numbers.serves(KEYS, service):
            found[service] = read_rates(numbers, service)
    found = {name: _bill_as(provider, rates, numbers) for name, rates in found.items()}
    batch = read_batch_rates(numbers)
    if batch is not None:
        found["batch"] = batch
    return dict(sorted(found.items()))


def _bill_as(provider: str, rates: Rates, numbers: EntryNumbers) -> Rates:
    """What some providers' own calculators in LiteLLM do differently."""
    if provider == "perplexity":
        return rates.changed(_without_cache)
    standard_input = numbers.get(INPUT)
    if provider == "fireworks_ai" and standard_input is not None:
        default = standard_input * HALF
        return rates.changed(lambda price: _with_cache_read(price, default))
    return rates


def _without_cache(price: TokenPrice) -> TokenPrice:
    """Cached input is billed as input at Perplexity, whatever the entry says."""
    return structs.replace(price, cache_read=None, cache_write=None, cache_write_1h=None)


def _with_cache_read(price: TokenPrice, default: Decimal) -> TokenPrice:
    """Cached input costs half the standard input price at Fireworks where the entry does not say."""
    return price if price.cache_read is not None else structs.replace(price, cache_read=default)


def _merge_tiers(by_service: Mapping[str, Rates], *, inclusive: bool) -> tuple[PriceTier, ...]:
    """One tier per threshold of any service; xAI's hold from the threshold itself on."""
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
