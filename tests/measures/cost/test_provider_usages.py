"""An independent oracle: usage payloads providers really sent, with the prices another project
expects for them."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from multillm_gov.catalog.pricing.price import Usage
from multillm_gov.catalog.pricing.price_reading import read_price
from multillm_gov.measures.cost.request import request_cost
from provider_payloads import EXCEPTIONS, PAYLOADS, PREFIXES, Case, cases_of, exception_of

# Their keys of what is no text -> the billed unit.
UNITS_OF = {
    "audio_input": "input_audio_tokens",
    "audio_cache_read": "cache_audio_read_tokens",
    "image_input": "input_image_tokens",
    "image_cache_read": "cache_image_read_tokens",
    "image_output": "output_image_tokens",
    "video_input": "input_video_tokens",
    "video_cache_read": "cache_video_read_tokens",
}


def costs(case: Case, entry: dict[str, Any]) -> bool:
    """Whether the request costs what is expected, at the prices of an entry."""
    price = read_price(entry, entry["litellm_provider"])
    assert price is not None
    ours = request_cost(price, _usage(case.tokens))
    return abs(ours - case.expected) <= Decimal("1e-9") * max(ours, case.expected)


@pytest.fixture(scope="module")
def cases(corpus: Path, price_map: dict[str, dict[str, Any]]) -> list[Case]:
    payloads = json.loads((corpus / PAYLOADS).read_bytes())
    return [case for payload in payloads for case in cases_of(payload, price_map)]


def _usage(tokens: dict[str, int]) -> Usage:
    counts = {
        unit: Decimal(tokens.get(key, 0)) for unit, key in UNITS_OF.items() if tokens.get(key, 0)
    }
    for kind in ("audio", "image", "video"):
        cached = counts.get(f"{kind}_cache_read", Decimal(0))
        if cached:
            counts[f"{kind}_input"] = counts.get(f"{kind}_input", Decimal(0)) - cached
    read = sum(tokens.get(f"input_{kind}_tokens", 0) for kind in ("audio", "image", "video"))
    cached_elsewhere = sum(
        tokens.get(f"cache_{kind}_read_tokens", 0) for kind in ("audio", "image", "video")
    )
    return Usage(
        input_tokens=tokens.get("input_tokens", 0) - read,
        output_tokens=tokens.get("output_tokens", 0) - tokens.get("output_image_tokens", 0),
        cached_input_tokens=tokens.get("cache_read_tokens", 0) - cached_elsewhere,
        units=counts,
        cache_write_tokens=tokens.get("cache_write_tokens", 0),
        reasoning_tokens=tokens.get("output_reasoning_tokens", 0),
    )


def test_what_is_not_compared_names_no_model_of_the_map(
    corpus: Path, price_map: dict[str, dict[str, Any]]
) -> None:
    """Of 1,577 payloads 256 name no model, and some name one that the map has no more, or that
    nobody quotes."""
    payloads = json.loads((corpus / PAYLOADS).read_bytes())
    left = [payload for payload in payloads if not list(cases_of(payload, price_map))]
    assert (len(payloads), len(payloads) - len(left)) >= (1577, 1130)
    quoted = [
        prefix + payload["model"]
        for payload in left
        for extracted in payload["extracted"]
        for quote in extracted["extractors"]
        if "input_price" in quote
        for prefix in PREFIXES.get(quote["provider_id"], ())
    ]
    assert not [name for name in quoted if name in price_map]


def test_every_quote_is_met_at_the_same_unit_prices(
    cases: list[Case], price_map: dict[str, dict[str, Any]]
) -> None:
    """Where the tables differ, the quote is met at the unit prices that the exception states."""
    wrong = []
    for case in cases:
        exception = exception_of(case.name)
        theirs = exception["prices"] if exception else {}
        if not costs(case, price_map[case.name] | theirs):
            wrong.append(case)
    assert not wrong, f"{len(wrong)} of {len(cases)}:\n" + "\n".join(map(str, wrong[:20]))
    assert len(cases) > 2400


def test_no_exception_is_listed_that_is_not_needed(
    cases: list[Case], price_map: dict[str, dict[str, Any]]
) -> None:
    needed = {case.name for case in cases if not costs(case, price_map[case.name])}
    assert needed == {name for exception in EXCEPTIONS for name in exception["names"]}
    assert all(len(exception["reason"]) > 20 for exception in EXCEPTIONS)
