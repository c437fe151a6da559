"""What a deployment says of its model besides the name: windows, limits, prices, regions."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from multillm_gov.catalog.parties.regions import places_of
from multillm_gov.gateways.litellm.configuration import ModelListEntry, number_of
from multillm_gov.gateways.litellm.importing.ledger import SettingLedger

_REGIONS = ("aws_region_name", "vertex_location", "vertex_ai_location", "region_name")
_PRICES = {
    "input_cost_per_token": "input",
    "output_cost_per_token": "output",
    "cache_read_input_token_cost": "cache_read",
    "cache_creation_input_token_cost": "cache_write",
}
_MILLION = Decimal(1_000_000)
_LIMITS = {"rpm": "requests_per_minute", "tpm": "tokens_per_minute"}
_LARGEST_LIMIT = 1_000_000_000
_REGION = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


def stated_facts(ledger: SettingLedger, each: ModelListEntry) -> dict[str, Any]:
    """What a deployment declares, as `catalog/` spells it; the fate of each setting is noted."""
    return _window(ledger, each) | _limits(ledger, each) | _prices(ledger, each)


def _window(ledger: SettingLedger, each: ModelListEntry) -> dict[str, Any]:
    """The longest input and output that the file declares."""
    numbers_by_name = {}
    for key in ("max_input_tokens", "max_output_tokens"):
        number = number_of(each.info.get(key))
        if number is not None and number == int(number) and 1 <= number <= _LARGEST_LIMIT:
            numbers_by_name[key] = int(number)
            ledger.note(each.information(key), "exact", f"`{key}` in `catalog/`")
    return numbers_by_name


def _limits(ledger: SettingLedger, each: ModelListEntry) -> dict[str, Any]:
    values_by_name: dict[str, Any] = {}
    for key, ours in _LIMITS.items():
        number = each.number(key)
        if number is None:
            continue
        if number == int(number) and 1 <= number <= _LARGEST_LIMIT:
            values_by_name[ours] = int(number)
            ledger.note(each.parameter(key), "exact", f"`{ours}` in `catalog/`")
        else:
            ledger.note(each.parameter(key), "question", "is this limit meant?")
    return values_by_name


def _prices(ledger: SettingLedger, each: ModelListEntry) -> dict[str, Any]:
    prices: dict[str, Any] = {}
    for values, place in ((each.info, each.information), (each.parameters, each.parameter)):
        for key, ours in _PRICES.items():
            if key not in values:
                continue
            amount = _per_million(values[key])
            if amount is None:
                ledger.note(place(key), "question", "what is the price a million tokens?")
                continue
            prices[ours] = amount
            ledger.note(place(key), "exact", f"{amount} USD a million tokens")
    return {"usd_per_million_tokens": prices} if prices else {}


def stated_region(ledger: SettingLedger, each: ModelListEntry) -> tuple[str, list[str]]:
    """The region as its cloud names it, empty where none is written, and where that is."""
    for key in _REGIONS:
        value = each.parameters.get(key)
        if not isinstance(value, str) or not _REGION.fullmatch(value):
            if value is not None:
                words = "which region is it? Write `endpoint.region` in `catalog/`"
                ledger.note(each.parameter(key), "question", words)
            continue
        places = list(places_of(value))
        words = f"`region: {value}`"
        if places:
            words += f", `regions: [{', '.join(places)}]`"
        else:
            words += "; where is that? Write `regions` in `catalog/`"
        ledger.note(each.parameter(key), "exact" if places else "question", words)
        return value, places
    return "", []


def _per_million(value: object) -> str | None:
    """USD a million tokens as plain digits; ``None``: no amount."""
    if isinstance(value, bool) or not isinstance(value, int | float | str) or len(str(value)) > 40:
        return None
    try:
        amount = Decimal(str(value)) * _MILLION
    except InvalidOperation:
        return None
    if not amount.is_finite() or not 0 <= amount < Decimal(10) ** 9:
        return None
    return f"{amount.normalize():f}"
