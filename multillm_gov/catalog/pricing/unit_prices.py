"""Prices of everything but text tokens, by the mode of the model.

Source: LiteLLM's ``cost_calculator.py``. Where an entry quotes several keys for one unit, the one
LiteLLM bills counts.
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from multillm_gov.catalog.price_map import EntryNumbers, read_amount

_IMAGE_MODES = ("image_generation", "image_edit")
_TEXT_MODES = ("chat", "completion", "embedding", "responses")
_TEXT_KEYS = ("input_cost_per_token", "output_cost_per_token")
_MOST_RANGES = 100
_SIZE = re.compile(r"(\d{2,5})-x-(\d{2,5})")
_SEARCHES = ("low", "medium", "high")
_INTERVAL = re.compile(r"input_cost_per_video_per_second_above_(\d{1,3})s_interval")
_VARIANT = re.compile(r"output_cost_per_(second|image)_(\d[\d.]{0,5}[kKp]?)")
_ANYWHERE = {
    "audio_input": "input_cost_per_audio_token",
    "audio_output": "output_cost_per_audio_token",
    "audio_cache_read": "cache_read_input_audio_token_cost",
    "audio_cache_write": "cache_creation_input_audio_token_cost",
    "image_input": "input_cost_per_image_token",
    "image_output": "output_cost_per_image_token",
    "image_cache_read": "cache_read_input_image_token_cost",
    "video_input": "input_cost_per_video_token",
    "video_output": "output_cost_per_video_token",
    "citation": "citation_cost_per_token",
    "request": "input_cost_per_request",
    "query": "input_cost_per_query",
    "maps_query": "google_maps_grounding_cost_per_query",
    "session": "code_interpreter_cost_per_session",
    "message": "input_cost_per_text_message",
    "audio_second": "input_cost_per_audio_per_second",
    "video_second": "input_cost_per_video_per_second",
    "page": "ocr_cost_per_page",
    "annotated_page": "annotation_cost_per_page",
    "credit": "ocr_cost_per_credit",
}
"""Keys that mean the same in every mode."""
TOKEN_KEYS = tuple(key for key in _ANYWHERE.values() if "_token" in key)
"""Of them, those per token: they may have prices of their own in a service or above a threshold."""
_OF_GUARDRAILS = {
    "contentPolicyUnits": "content_unit",
    "contentPolicyImageUnits": "content_image",
    "topicPolicyUnits": "topic_unit",
    "sensitiveInformationPolicyUnits": "sensitive_unit",
    "contextualGroundingPolicyUnits": "grounding_unit",
    "automatedReasoningPolicyUnits": "reasoning_unit",
}
"""Units of Amazon Bedrock's guardrails; word filters and regular expressions are free."""
_UNIT_OF = {key: unit for unit, key in _ANYWHERE.items()}


def read_unit_prices(
    entry: Mapping[str, object], numbers: EntryNumbers, name: str = ""
) -> dict[str, Decimal]:
    """Prices by unit; a unit is absent where the entry has no such price.

    Args:
        entry: The map's entry.
        numbers: Its amounts.
        name: The entry's name, which says what is billed where the keys do not.
    """
    prices = {
        unit: amount for unit, key in _ANYWHERE.items() if (amount := numbers.get(key)) is not None
    }
    for unit, keys in _by_mode(entry, numbers, name):
        amount = numbers.first(*keys)
        if amount is not None:
            prices[unit] = amount
    size = _SIZE.search(name)
    if "pixel" in prices and ("image" in prices or size):
        pixel = prices.pop("pixel")
        if "image" not in prices and size:
            prices["image"] = pixel * int(size[1]) * int(size[2])
    ranges = _results(entry)
    if ranges:
        prices.setdefault("query", ranges[0][1])
    return prices | dict(_search_fees(entry)) | dict(_guardrail_prices(entry))


def read_service_units(numbers: EntryNumbers, service: str) -> dict[str, Decimal]:
    """The service's own prices of units: of tokens, and of pages."""
    return {
        _UNIT_OF[key]: amount
        for key in (*TOKEN_KEYS, "ocr_cost_per_page", "annotation_cost_per_page")
        if (amount := numbers.own(key, service)) is not None
    }


def read_tier_units(numbers: EntryNumbers, spelling: str, service: str = "") -> dict[str, Decimal]:
    """Prices of units above a threshold."""
    return {
        _UNIT_OF[key]: amount
        for key in TOKEN_KEYS
        if (amount := numbers.get(f"{key}_above_{spelling}_tokens", service)) is not None
    }


def read_variants(
    entry: Mapping[str, object], numbers: EntryNumbers
) -> dict[str, dict[str, Decimal]]:
    """Prices by resolution of a picture or video, and by number of results of a search."""
    variants: dict[str, dict[str, Decimal]] = {}
    for key in entry:
        match = _VARIANT.fullmatch(key) if isinstance(key, str) else None
        amount = numbers.get(key) if match else None
        if match and amount is not None:
            variants.setdefault(match[2], {})[match[1]] = amount
    for key in entry:
        match = _INTERVAL.fullmatch(key) if isinstance(key, str) else None
        amount = numbers.get(key) if match else None
        if match and amount is not None:
            variants[f"interval above {match[1]} s"] = {"video_second": amount}
    variants.update((name, {"query": amount}) for name, amount in _results(entry)[1:])
    return dict(sorted(variants.items()))


def read_reserved_second(entry: Mapping[str, object], numbers: EntryNumbers) -> Decimal | None:
    """The price by the second of capacity that is paid whether it is used or not (Bedrock)."""
    if entry.get("mode") not in _TEXT_MODES or numbers.any_positive(*_TEXT_KEYS):
        return None
    return numbers.first("cost_per_second", "input_cost_per_second", "output_cost_per_second")


def image_units_of_fireworks(
    entry: Mapping[str, object], numbers: EntryNumbers, name: str
) -> dict[str, Decimal] | None:
    """Fireworks' picture models: the map states their price per step, or per picture, as per token.

    Per million, as it states all of its prices; ``None``: the entry is none of them.
    """
    amount = numbers.get("input_cost_per_token")
    if (
        entry.get("litellm_provider") != "fireworks_ai"
        or entry.get("mode") not in _IMAGE_MODES
        or amount is None
    ):
        return None
    return {"image" if "kontext" in name else "step": amount * 10**6}


def _by_mode(
    entry: Mapping[str, object], numbers: EntryNumbers, name: str
) -> Iterator[tuple[str, tuple[str, ...]]]:
    mode = entry.get("mode")
    made: tuple[str, ...] = ("output_cost_per_image",)
    read: tuple[str, ...] = ("input_cost_per_image",)
    song = mode == "audio_speech" or "lyria" in name
    if mode == "audio_transcription":
        billed = "output" if numbers.any_positive("output_cost_per_second") else "input"
        yield "second", (f"{billed}_cost_per_second",)
    elif mode == "video_generation":
        yield "second", ("output_cost_per_video_per_second", "output_cost_per_second")
    elif mode == "realtime":
        yield "second", ("input_cost_per_second",)
    elif mode == "audio_speech":
        yield "second", ("output_cost_per_second",)
    if mode in _IMAGE_MODES:
        yield "pixel", ("input_cost_per_pixel", "output_cost_per_pixel")
        apart = any(key.startswith(made[0]) for key in entry if isinstance(key, str))
        if not apart:  # the price of a picture made stands under the other key
            made, read = read, ()
    yield "song" if song else "image", made
    yield "input_image", read
    yield "character", ("input_cost_per_character",)
    yield "output_character", ("output_cost_per_character",)


def _search_fees(entry: Mapping[str, object]) -> Iterator[tuple[str, Decimal]]:
    fees = entry.get("search_context_cost_per_query")
    if not isinstance(fees, Mapping):
        return
    for size in _SEARCHES:
        fee = read_amount(fees.get(f"search_context_size_{size}"))
        if fee is not None:
            yield f"search_{size}", fee


def _guardrail_prices(entry: Mapping[str, object]) -> Iterator[tuple[str, Decimal]]:
    listed = entry.get("guardrail_cost_per_unit")
    if not isinstance(listed, Mapping):
        return
    for key, unit in _OF_GUARDRAILS.items():
        amount = read_amount(listed.get(key))
        if amount is not None:
            yield unit, amount


def _results(entry: Mapping[str, object]) -> list[tuple[str, Decimal]]:
    """Fees of a search by the number of results wanted, as listed."""
    listed = entry.get("tiered_pricing")
    fees = []
    for item in listed[:_MOST_RANGES] if isinstance(listed, list) else ():
        bounds = item.get("max_results_range") if isinstance(item, Mapping) else None
        if isinstance(bounds, list) and len(bounds) == 2:
            fee = read_amount(item.get("input_cost_per_query"))
            low, high = read_amount(bounds[0]), read_amount(bounds[1])
            if fee is not None and low is not None and high is not None:
                fees.append((f"{low:f}-{high:f} results", fee))
    return fees
