"""An independent oracle: usage payloads providers really sent, with the prices another project
expects for them."""

import json
from collections.abc import Iterator
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from multillm_gov.catalog.pricing.price import Usage
from multillm_gov.catalog.pricing.price_reading import read_price
from multillm_gov.measures.cost.request import request_cost

PAYLOADS = "usage/pydantic__genai-prices__tests__dataset__usages.json"
# Their provider -> how the price map spells that provider's models.
PREFIXES = {
    "anthropic": "",
    "azure": "azure/",
    "cerebras": "cerebras/",
    "deepseek": "deepseek/",
    "google": "gemini/",
    "groq": "groq/",
    "mistral": "mistral/",
    "openai": "",
    "openrouter": "openrouter/",
}
# Their keys of what is no text -> the billed unit.
UNITS_OF = {
    "audio_input": "input_audio_tokens",
    "audio_cache_read": "cache_audio_read_tokens",
    "image_input": "input_image_tokens",
    "image_cache_read": "cache_image_read_tokens",
    "image_output": "output_image_tokens",
    "video_input": "input_video_tokens",
}
# Tool tokens are part of the text, searches a fee beside the tokens.
OTHER_KINDS = ("web_searches", "tool", "cache_video")
# The two price tables are of different days or places: the name was re-pointed or repriced between
# them.
REPRICED = (
    "mistral/*-latest",  # aliases that follow their newest target
    "deepseek/*",  # repriced with V4, and in dear hours
    "*gpt-5.6-sol",  # repriced
    "azure/text-embedding-3-small",  # their global price, the map's regional one
    "claude-sonnet-4-5-20250929",  # long-prompt prices were withdrawn
)


class Case(NamedTuple):
    name: str
    tokens: dict[str, int]
    expected: Decimal
    ours: Decimal

    @property
    def agrees(self) -> bool:
        return abs(self.ours - self.expected) <= Decimal("1e-9") * max(self.ours, self.expected)


@pytest.fixture(scope="module")
def cases(corpus: Path, price_map: dict[str, dict[str, Any]]) -> list[Case]:
    payloads = json.loads((corpus / PAYLOADS).read_bytes())
    return [case for payload in payloads for case in _cases(payload, price_map)]


def _cases(payload: dict[str, Any], price_map: dict[str, dict[str, Any]]) -> Iterator[Case]:
    for extracted in payload["extracted"]:
        tokens = extracted["usage"]
        quoted = {
            (
                PREFIXES[quote["provider_id"]] + payload["model"],
                quote["input_price"],
                quote.get("output_price", "0"),
            )
            for quote in extracted["extractors"]
            if "input_price" in quote and quote["provider_id"] in PREFIXES
        }
        for name, input_price, output_price in sorted(quoted):
            entry = price_map.get(name)
            price = read_price(entry, entry["litellm_provider"]) if entry else None
            if price is not None:
                yield Case(
                    name,
                    tokens,
                    Decimal(input_price) + Decimal(output_price),
                    request_cost(price, _usage(tokens)),
                )


def _usage(tokens: dict[str, int]) -> Usage:
    counts = {
        unit: Decimal(tokens.get(key, 0)) for unit, key in UNITS_OF.items() if tokens.get(key, 0)
    }
    for kind in ("audio", "image"):
        cached = counts.get(f"{kind}_cache_read", Decimal(0))
        if cached:
            counts[f"{kind}_input"] = counts.get(f"{kind}_input", Decimal(0)) - cached
    read = sum(tokens.get(f"input_{kind}_tokens", 0) for kind in ("audio", "image", "video"))
    cached_elsewhere = sum(
        tokens.get(f"cache_{kind}_read_tokens", 0) for kind in ("audio", "image")
    )
    return Usage(
        input_tokens=tokens.get("input_tokens", 0) - read,
        output_tokens=tokens.get("output_tokens", 0) - tokens.get("output_image_tokens", 0),
        cached_input_tokens=tokens.get("cache_read_tokens", 0) - cached_elsewhere,
        units=counts,
        cache_write_tokens=tokens.get("cache_write_tokens", 0),
        reasoning_tokens=tokens.get("output_reasoning_tokens", 0),
    )


def test_nine_of_ten_quotes_agree_to_nine_digits(cases: list[Case]) -> None:
    assert len(cases) > 1500
    assert sum(case.agrees for case in cases) / len(cases) >= 0.90


def test_what_does_not_agree_is_repriced_or_not_text(cases: list[Case]) -> None:
    """Up to one in a hundred: the installed price map moves on, these quotes do not."""
    comparable = [
        case
        for case in cases
        if not any(fnmatchcase(case.name, pattern) for pattern in REPRICED)
        and not any(kind in key for key in case.tokens for kind in OTHER_KINDS)
    ]
    wrong = [case for case in comparable if not case.agrees]
    assert len(comparable) > 1200
    assert len(wrong) <= 0.01 * len(comparable), wrong[:5]
