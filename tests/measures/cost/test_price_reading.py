"""From raw price map entries to prices: what each key means, and what a broken one does."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multillm_gov.catalog.pricing.price import Price, UnitPrices, Usage
from multillm_gov.catalog.pricing.price_reading import read_price
from multillm_gov.measures.cost.request import rates_for, request_cost

PLAIN: dict[str, Any] = {
    "mode": "chat",
    "input_cost_per_token": 2e-06,
    "output_cost_per_token": 8e-06,
}


def read(entry: dict[str, Any], provider: str = "openai") -> Price:
    price = read_price(entry, provider)
    assert price is not None
    return price


def test_floats_become_the_decimal_they_were_written_as() -> None:
    price = read({"input_cost_per_token": 1.1e-07, "output_cost_per_token": "3e-7"})
    assert price.standard.input == Decimal("1.1E-7")
    assert price.standard.output == Decimal("3E-7")


def test_a_tier_keeps_what_it_does_not_name_and_the_largest_threshold_wins() -> None:
    price = read(
        PLAIN
        | {
            "cache_read_input_token_cost": 2e-07,
            "input_cost_per_token_above_128k_tokens": 3e-06,
            "cache_read_input_token_cost_above_200k_tokens": 5e-07,
            "input_cost_per_token_above_200k_tokens": 4e-06,
        }
    )
    assert [tier.above_input_tokens for tier in price.tiers] == [128_000, 200_000]
    assert price.tiers[0].price.cache_read == Decimal("2E-7")
    assert price.tiers[1].price.cache_read == Decimal("5E-7")
    assert price.tiers[1].price.output == Decimal("0.000008")
    assert rates_for(price, 128_000).input == Decimal("0.000002")
    assert rates_for(price, 128_001).input == Decimal("0.000003")
    assert rates_for(price, 1_000_000).input == Decimal("0.000004")


def test_only_xai_counts_the_threshold_itself() -> None:
    entry = PLAIN | {"input_cost_per_token_above_200k_tokens": 4e-06}
    assert rates_for(read(entry, "xai"), 200_000).input == Decimal("0.000004")
    assert rates_for(read(entry, "gemini"), 200_000).input == Decimal("0.000002")


def test_thresholds_may_be_spelled_without_k() -> None:
    price = read(PLAIN | {"input_cost_per_token_above_8000_tokens": 4e-06})
    assert price.tiers[0].above_input_tokens == 8000


def test_one_hour_writes_have_tiers_of_their_own() -> None:
    price = read(
        PLAIN
        | {
            "cache_creation_input_token_cost_above_1hr": 6e-06,
            "cache_creation_input_token_cost_above_1hr_above_200k_tokens": 1.2e-05,
            "input_cost_per_token_above_200k_tokens": 4e-06,
        }
    )
    assert price.standard.cache_write_1h == Decimal("0.000006")
    assert price.tiers[0].price.cache_write_1h == Decimal("0.000012")
    assert price.tiers[0].price.cache_write is None


def test_services_fill_their_gaps_from_standard_prices() -> None:
    price = read(
        PLAIN
        | {
            "cache_read_input_token_cost": 2e-07,
            "output_cost_per_reasoning_token": 9e-06,
            "input_cost_per_token_priority": 3.5e-06,
            "output_cost_per_token_priority": 1.4e-05,
            "input_cost_per_token_above_200k_tokens": 4e-06,
            "input_cost_per_token_above_200k_tokens_priority": 7e-06,
            "input_cost_per_token_flex": 1e-06,
        }
    )
    assert set(price.services) == {"flex", "priority"}
    priority, flex = price.services["priority"], price.services["flex"]
    assert priority.cache_read == Decimal("2E-7")
    assert priority.reasoning is None, "a service with its own output price bills reasoning at it"
    assert flex.output == Decimal("0.000008")
    assert flex.reasoning == Decimal("0.000009")
    above = price.tiers[0].services
    assert above["priority"].input == Decimal("0.000007")
    assert above["flex"].input == Decimal("0.000004"), (
        "LiteLLM bills a service without long prices at standard ones"
    )


def test_a_service_may_have_prices_for_long_prompts_only() -> None:
    long = {
        "input_cost_per_token_above_272k_tokens": 4e-06,
        "input_cost_per_token_above_272k_tokens_flex": 2e-06,
    }
    price = read(PLAIN | long, "azure")
    assert rates_for(price, 272_000, "flex").input == Decimal("0.000002")
    assert rates_for(price, 272_001, "flex").input == Decimal("0.000002")
    assert rates_for(price, 272_001).input == Decimal("0.000004")


def test_batch_prices() -> None:
    price = read(
        PLAIN
        | {
            "cache_read_input_token_cost": 2e-07,
            "input_cost_per_token_batches": 1e-06,
            "input_cost_per_token_above_200k_tokens": 4e-06,
            "input_cost_per_token_above_200k_tokens_batches": 2e-06,
        }
    )
    batch = price.services["batch"]
    assert (batch.input, batch.output) == (Decimal("0.000001"), Decimal("0.000004")), (
        "output left out is half"
    )
    assert batch.cache_read == Decimal("0.0000002"), (
        "cached tokens cost what they cost outside of batches"
    )
    assert price.tiers[0].services["batch"].input == Decimal("0.000002")
    assert "batch" not in read(PLAIN).services, "no discount is assumed"


def test_batch_prices_of_cached_tokens() -> None:
    reads = {
        "cache_read_input_token_cost": 2e-07,
        "cache_read_input_token_cost_above_200k_tokens": 4e-07,
    }
    batch = {"input_cost_per_token_batches": 1e-06}
    price = read(PLAIN | reads | batch)
    assert rates_for(price, 200_000, "batch").cache_read == Decimal("0.0000002")
    assert rates_for(price, 200_001, "batch").cache_read == Decimal("0.0000004"), (
        "the step of standard prices holds"
    )
    assert rates_for(price, 200_001, "batch").input == Decimal("0.000001")
    own = read(PLAIN | reads | batch | {"cache_read_input_token_cost_batches": 1e-07})
    assert rates_for(own, 200_001, "batch").cache_read == Decimal("0.0000001"), (
        "a price for batches goes first"
    )
    assert read(PLAIN | batch).services["batch"].cache_read is None
    halved = read(PLAIN | reads | {"output_cost_per_token_batches": 1e-06}).services["batch"]
    assert (halved.input, halved.cache_read) == (Decimal("0.000001"), Decimal("0.0000001"))
    writes = {
        "cache_creation_input_token_cost_batches": 2e-06,
        "cache_creation_input_token_cost_above_1hr_batches": 3e-06,
    }
    written = read(PLAIN | batch | writes).services["batch"]
    assert (written.cache_write, written.cache_write_1h) == (
        Decimal("0.000002"),
        Decimal("0.000003"),
    )


def test_an_image_model_without_an_output_price_bills_image_tokens() -> None:
    image = {
        "mode": "image_generation",
        "input_cost_per_token": 5e-06,
        "output_cost_per_image_token": 4e-05,
    }
    price = read(image)
    assert request_cost(
        price, Usage(input_tokens=100, output_tokens=1000, units={"image": Decimal(1)})
    ) == Decimal("0.0405")
    assert read(image | {"output_cost_per_token": 1e-05}).standard.output == Decimal("0.00001")


def test_ranges_hold_above_their_start_and_up_to_their_end() -> None:
    price = read(
        {
            "tiered_pricing": [
                {
                    "range": [32000.0, 128000.0],
                    "input_cost_per_token": 2e-06,
                    "output_cost_per_token": 6e-06,
                },
                {
                    "range": [0, 32000.0],
                    "input_cost_per_token": 1e-06,
                    "output_cost_per_token": 3e-06,
                },
            ]
        },
        "dashscope",
    )
    assert price.standard.input == Decimal("0.000001")
    assert rates_for(price, 32_000).input == Decimal("0.000001")
    assert rates_for(price, 32_001).input == Decimal("0.000002")
    assert rates_for(price, 500_000).output == Decimal("0.000006")


def test_ranges_of_input_prices_only_keep_the_models_output_price() -> None:
    price = read(
        PLAIN | {"tiered_pricing": [{"range": [0, 100], "input_cost_per_token": 1e-06}]},
        "volcengine",
    )
    assert price.standard.output == Decimal("0.000008")


def test_providers_that_bill_in_their_own_way() -> None:
    assert read(PLAIN, "fireworks_ai").standard.cache_read == Decimal("0.000001")
    cached = PLAIN | {"cache_read_input_token_cost": 1e-07}
    assert read(cached, "fireworks_ai").standard.cache_read == Decimal("1E-7")
    assert read(cached, "perplexity").standard.cache_read == Decimal("1E-7")


@pytest.mark.parametrize(
    ("entry", "field", "usd"),
    [
        ({"mode": "rerank", "input_cost_per_query": 0.002}, "query", "0.002"),
        ({"mode": "search", "input_cost_per_query": 0.005}, "query", "0.005"),
        ({"mode": "chat", "input_cost_per_request": 0.005}, "request", "0.005"),
        ({"mode": "image_generation", "output_cost_per_image": 0.04}, "image", "0.04"),
        ({"mode": "image_generation", "input_cost_per_pixel": 1.9e-08}, "pixel", "1.9E-8"),
        (
            {"mode": "audio_transcription", "input_cost_per_second": 0.0001},
            "second",
            "0.0001",
        ),
        (
            {
                "mode": "audio_transcription",
                "input_cost_per_second": 0.0001,
                "output_cost_per_second": 0.0002,
            },
            "second",
            "0.0002",
        ),
        (
            {"mode": "video_generation", "output_cost_per_video_per_second": 0.1},
            "second",
            "0.1",
        ),
        (
            {"mode": "chat", "search_context_cost_per_query": {"search_context_size_low": 0.01}},
            "search_low",
            "0.01",
        ),
        ({"mode": "ocr", "annotation_cost_per_page": 0.003}, "annotated_page", "0.003"),
        ({"mode": "ocr", "ocr_cost_per_credit": 0.015}, "credit", "0.015"),
        (
            {"mode": "audio_speech", "output_cost_per_image": 0.06},
            "song",
            "0.06",
        ),
        (
            {"mode": "chat", "code_interpreter_cost_per_session": 0.03},
            "session",
            "0.03",
        ),
        (
            {"mode": "image_generation", "input_cost_per_image": 0.009},
            "image",
            "0.009",
        ),
        ({"mode": "chat", "input_cost_per_image_token": 5e-06}, "image_input", "0.000005"),
        (
            {"mode": "audio_speech", "input_cost_per_character": 1.5e-05},
            "character",
            "0.000015",
        ),
        ({"mode": "ocr", "ocr_cost_per_page": 0.001}, "page", "0.001"),
    ],
)
def test_units_by_kind_of_model(entry: dict[str, Any], field: str, usd: str) -> None:
    price = read(entry)
    assert price.standard.units == {field: Decimal(usd)}


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"mode": "chat", "max_tokens": 4096},
        {"mode": "chat", "input_cost_per_token": None},
        {"mode": "chat", "search_context_cost_per_query": {"search_context_size_low": "much"}},
        {"mode": "chat", "input_cost_per_second": 0.011},
    ],
)
def test_an_entry_without_a_usable_price_is_unknown_not_free(entry: dict[str, Any]) -> None:
    assert read_price(entry, "openai") is None


def test_prices_that_depend_on_size_are_variants() -> None:
    video = {
        "mode": "video_generation",
        "output_cost_per_second": 0.1,
        "output_cost_per_second_1080p": 0.3,
    }
    assert read(video).variants == {"1080p": {"second": Decimal("0.3")}}
    picture = {"mode": "image_generation", "output_cost_per_image_2K": 0.06}
    assert read(picture).variants == {"2K": {"image": Decimal("0.06")}}
    listed = [
        {"max_results_range": [0, 25], "input_cost_per_query": 0.005},
        {"max_results_range": [26, 100], "input_cost_per_query": 0.025},
    ]
    search = read({"mode": "search", "tiered_pricing": listed})
    assert search.standard.units == {"query": Decimal("0.005")}
    assert search.variants == {"26-100 results": {"query": Decimal("0.025")}}


def test_a_price_by_the_pixel_is_one_by_the_picture_where_the_name_says_its_size() -> None:
    entry = {"mode": "image_generation", "input_cost_per_pixel": 1e-07}
    price = read_price(entry, "azure", "azure/high/1024-x-1536/gpt-image-1")
    assert price is not None
    assert price.standard.units == {"image": Decimal("0.1572864")}


def test_prices_per_step_are_not_read_as_per_token() -> None:
    entry = {
        "mode": "image_generation",
        "litellm_provider": "fireworks_ai",
        "input_cost_per_token": 1.3e-10,
        "output_cost_per_token": 1.3e-10,
    }
    assert read_price(entry, "fireworks_ai", "fireworks_ai/sdxl") == Price(
        standard=UnitPrices(units={"step": Decimal("0.00013")})
    )
    kontext = read_price(entry | {"input_cost_per_token": 4e-08}, "", "fireworks_ai/flux-kontext")
    assert kontext == Price(standard=UnitPrices(units={"image": Decimal("0.04")}))


def test_surcharges_of_places_and_cheap_hours_are_kept_beside_the_price() -> None:
    entry = PLAIN | {
        "regional_processing_uplift_multiplier_eu": 1.1,
        "regional_endpoint_uplift_multiplier": 1.2,
        "provider_specific_entry": {"us": 1.3},
        "off_peak_pricing": {
            "input_cost_per_token": 1e-06,
            "windows": [{"hours_utc": ["00:00-01:00"], "weekdays": [1, 2]}],
        },
    }
    price = read(entry)
    assert price.regional == {
        "EU": Decimal("1.1"),
        "regional": Decimal("1.2"),
        "US": Decimal("1.3"),
    }
    assert price.off_peak is not None
    assert price.off_peak.price.input == Decimal("0.000001")
    assert price.off_peak.hours == "00:00-01:00 UTC on weekdays 1, 2"
    assert price.standard == read(PLAIN).standard


def test_units_have_prices_of_their_own_in_a_service_and_above_a_threshold() -> None:
    entry = PLAIN | {
        "input_cost_per_audio_token": 4e-06,
        "input_cost_per_audio_token_batches": 2e-06,
        "input_cost_per_audio_token_above_200k_tokens": 8e-06,
        "input_cost_per_token_batches": 1e-06,
        "output_cost_per_token_batches": 4e-06,
    }
    price = read(entry)
    audio = {"audio_input": Decimal(1000)}
    assert request_cost(price, Usage(units=audio)) == Decimal("0.004")
    assert request_cost(price, Usage(units=audio, service_tier="batch")) == Decimal("0.002")
    long = {"audio_input": Decimal(200_001)}
    assert request_cost(price, Usage(units=long)) == Decimal("1.600008")


def test_an_explicit_zero_is_a_price() -> None:
    price = read({"input_cost_per_token": 0, "output_cost_per_token": 0.0})
    assert request_cost(price, Usage(input_tokens=10, output_tokens=10)) == 0


@pytest.mark.parametrize(
    "broken",
    [
        True,
        -1e-06,
        float("nan"),
        float("inf"),
        "free",
        "NaN",
        "1e999999999999",
        pytest.param(10**5000, id="an integer of 5,001 digits"),
        1e10,
        [],
        {},
        b"1",
        None,
    ],
)
def test_a_malformed_price_counts_as_absent(broken: object) -> None:
    assert read(PLAIN | {"cache_read_input_token_cost": broken}).standard.cache_read is None
    assert read_price({"input_cost_per_token": broken}, "openai") is None


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
keys = st.sampled_from(
    [
        "mode",
        "tiered_pricing",
        "input_cost_per_token",
        "output_cost_per_token",
        "input_cost_per_token_batches",
        "input_cost_per_token_priority",
        "input_cost_per_token_above_200k_tokens",
        "output_cost_per_token_above_272k_tokens_flex",
        "cache_creation_input_token_cost_above_1hr",
        "input_cost_per_query",
        "output_cost_per_image",
        "input_cost_per_second",
    ]
)
ranges = st.fixed_dictionaries({"range": junk, "input_cost_per_token": junk})


@given(
    st.dictionaries(keys | st.text(max_size=12), junk | st.lists(ranges, max_size=3)),
    st.text(max_size=12),
)
def test_no_entry_crashes_the_reader_or_costs_less_than_nothing(
    entry: dict[str, Any], provider: str
) -> None:
    price = read_price(entry, provider)
    if price is not None:
        usage = Usage(
            input_tokens=300_000,
            output_tokens=10,
            units={"image": Decimal(1), "second": Decimal(1)},
            service_tier="batch",
        )
        assert request_cost(price, usage) >= 0


def test_every_entry_of_the_installed_map_is_read(price_map: dict[str, dict[str, Any]]) -> None:
    unpriced = {
        name: entry
        for name, entry in price_map.items()
        if read_price(entry, entry.get("litellm_provider", "")) is None
        and entry.get("mode") != "search"
    }
    by_token = {"input_cost_per_token", "output_cost_per_token", "tiered_pricing"}
    assert not [name for name, entry in unpriced.items() if by_token & entry.keys()]
    assert len(unpriced) < 0.05 * len(price_map)
