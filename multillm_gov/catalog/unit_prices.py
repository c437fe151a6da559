"""Prices that are not per token, by the kind of model they are for.

Source: LiteLLM's ``cost_calculator.py``. Where an entry quotes several units for one thing, the one
LiteLLM bills.
"""

from collections.abc import Mapping
from decimal import Decimal

from multillm_gov.catalog.entry_numbers import EntryNumbers
from multillm_gov.catalog.service_rates import INPUT, OUTPUT

_QUERY_MODES = ("rerank", "search", "vector_store", "embedding")
_IMAGE_MODES = ("image_generation", "image_edit")


def read_unit_prices(entry: Mapping[str, object], numbers: EntryNumbers) -> dict[str, Decimal]:
    """US dollars by field of `Price`; a field is absent where the entry has no such price."""
    mode = entry.get("mode")
    by_token = numbers.any_positive(INPUT, OUTPUT) or isinstance(entry.get("tiered_pricing"), list)
    query = ("input_cost_per_query",) if mode in _QUERY_MODES else ()
    keys = {
        "usd_per_request": (*query, "input_cost_per_request"),
        "usd_per_second": _second_keys(mode, numbers, by_token=by_token),
        "usd_per_page": ("ocr_cost_per_page",) if mode == "ocr" else (),
        "usd_per_character": ("input_cost_per_character",) if mode == "audio_speech" else (),
        "usd_per_pixel": ("input_cost_per_pixel", "output_cost_per_pixel")
        if mode in _IMAGE_MODES
        else (),
        "usd_per_image": ("output_cost_per_image",) if mode in _IMAGE_MODES or not by_token else (),
    }
    if mode in _IMAGE_MODES:
        keys["usd_per_image"] += ("input_cost_per_image",)
    return {
        field: amount
        for field, names in keys.items()
        if (amount := numbers.first(*names)) is not None
    }


def _second_keys(mode: object, numbers: EntryNumbers, *, by_token: bool) -> tuple[str, ...]:
    """Keys of the price by the second, the one that bills first."""
    if mode == "audio_transcription":
        billed = "output" if numbers.any_positive("output_cost_per_second") else "input"
        return (f"{billed}_cost_per_second",)
    if mode == "video_generation":
        return ("output_cost_per_video_per_second", "output_cost_per_second")
    return (
        () if by_token else ("cost_per_second", "input_cost_per_second", "output_cost_per_second")
    )
