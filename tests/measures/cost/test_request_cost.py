"""Worked examples of method 2.1 and what must hold of any price."""

from decimal import Decimal, localcontext
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import asdict, replace

from multillm_gov.catalog.pricing.billed_units import UNITS
from multillm_gov.catalog.pricing.price import TEXT_PRICES, Price, PriceTier, UnitPrices, Usage
from multillm_gov.catalog.pricing.price_reading import read_price
from multillm_gov.measures.cost.request import (
    TRANSCRIPTION,
    prompt_tokens,
    rates_for,
    request_cost,
)

MILLION = Decimal("1e-6")

# Prices as the vendors published them for these models, so that the examples hold whatever the
# installed map says.
GPT_4O_MINI = {
    "input_cost_per_token": 1.5e-07,
    "output_cost_per_token": 6e-07,
    "cache_read_input_token_cost": 7.5e-08,
    "input_cost_per_token_batches": 7.5e-08,
    "output_cost_per_token_batches": 3e-07,
}
CLAUDE_SONNET = {
    "input_cost_per_token": 3e-06,
    "output_cost_per_token": 1.5e-05,
    "cache_read_input_token_cost": 3e-07,
    "cache_creation_input_token_cost": 3.75e-06,
    "cache_creation_input_token_cost_above_1hr": 6e-06,
}
GEMINI_PRO = {
    "input_cost_per_token": 1.25e-06,
    "output_cost_per_token": 1e-05,
    "input_cost_per_token_above_200k_tokens": 2.5e-06,
    "output_cost_per_token_above_200k_tokens": 1.5e-05,
}
GPT_5 = {"input_cost_per_token": 1.25e-06, "output_cost_per_token": 1e-05}


@pytest.mark.parametrize(
    ("entry", "usage", "usd"),
    [
        (GPT_4O_MINI, Usage(input_tokens=100_000, output_tokens=20_000), "0.027"),
        (
            GPT_4O_MINI,
            Usage(input_tokens=10_000, cached_input_tokens=6_000, output_tokens=2_000),
            "0.00225",
        ),
        (
            CLAUDE_SONNET,
            Usage(
                input_tokens=10_000,
                cached_input_tokens=6_000,
                cache_write_tokens=3_000,
                output_tokens=1_000,
            ),
            "0.03105",
        ),
        (GEMINI_PRO, Usage(input_tokens=200_000, output_tokens=1_000), "0.26"),
        (GEMINI_PRO, Usage(input_tokens=200_001, output_tokens=1_000), "0.5150025"),
        (GPT_5, Usage(input_tokens=1_000, output_tokens=5_000, reasoning_tokens=4_500), "0.05125"),
        (CLAUDE_SONNET, Usage(input_tokens=1_000, cache_write_1h_tokens=1_000), "0.006"),
        (
            GPT_4O_MINI,
            Usage(input_tokens=1_200, output_tokens=300, service_tier="batch"),
            "0.00018",
        ),
    ],
)
def test_worked_examples_to_the_last_digit(
    entry: dict[str, object], usage: Usage, usd: str
) -> None:
    price = read_price(entry, "openai")
    assert price is not None
    assert request_cost(price, usage) == Decimal(usd)


def test_month_of_method_2_1() -> None:
    price = read_price(GPT_4O_MINI, "openai")
    assert price is not None
    usage = Usage(input_tokens=1_200, output_tokens=300)
    assert 1_000_000 * request_cost(price, usage) == 360
    assert 1_000_000 * request_cost(price, replace(usage, cached_input_tokens=480)) == 324
    assert 1_000_000 * request_cost(price, replace(usage, service_tier="batch")) == 180


def test_shared_oracles_hold_on_the_installed_price_map(
    price_map: dict[str, dict[str, Any]], oracles: dict[str, Any]
) -> None:
    for oracle in oracles["litellm_cost"]:
        entry = price_map[oracle["model"]]
        price = read_price(entry, entry["litellm_provider"])
        assert price is not None
        usage = Usage(
            input_tokens=oracle["prompt"],
            output_tokens=oracle["completion"],
            cached_input_tokens=oracle.get("cached_read", 0),
            cache_write_tokens=oracle.get("cache_write_5m", 0),
            reasoning_tokens=oracle.get("reasoning", 0),
        )
        assert request_cost(price, usage) == Decimal(repr(oracle["usd"])), oracle["model"]


def test_missing_prices_fall_back_and_a_zero_is_a_price() -> None:
    plain = Price(standard=UnitPrices(input=Decimal(2), output=Decimal(5)))
    usage = Usage(
        input_tokens=10,
        cached_input_tokens=2,
        cache_write_tokens=3,
        cache_write_1h_tokens=4,
        output_tokens=6,
        reasoning_tokens=5,
    )
    assert request_cost(plain, usage) == 10 * 2 + 6 * 5
    free = replace(
        plain, standard=replace(plain.standard, cache_read=Decimal(0), cache_write=Decimal(0))
    )
    assert request_cost(free, usage) == 1 * 2 + 6 * 5
    dear = replace(
        plain, standard=replace(plain.standard, cache_write_1h=Decimal(7), reasoning=Decimal(9))
    )
    assert request_cost(dear, usage) == 6 * 2 + 4 * 7 + 1 * 5 + 5 * 9


def test_an_unknown_service_costs_standard_prices_and_a_tier_knows_its_services() -> None:
    tier = PriceTier(
        above_input_tokens=100,
        price=UnitPrices(input=Decimal(3)),
        services={"batch": UnitPrices(input=Decimal("1.5"))},
    )
    price = Price(
        standard=UnitPrices(input=Decimal(2)),
        tiers=(tier,),
        services={"batch": UnitPrices(input=Decimal(1))},
    )
    costs = {
        (service, tokens): request_cost(price, Usage(input_tokens=tokens, service_tier=service))
        for service in ("standard", "batch", "flex")
        for tokens in (100, 101)
    }
    assert costs == {
        ("standard", 100): 200,
        ("standard", 101): 303,
        ("batch", 100): 100,
        ("batch", 101): Decimal("151.5"),
        ("flex", 100): 200,
        ("flex", 101): 303,
    }


def of_units(**units: str) -> Price:
    return Price(standard=UnitPrices(units={name: Decimal(usd) for name, usd in units.items()}))


def used(**units: int) -> Usage:
    return Usage(units={name: Decimal(count) for name, count in units.items()})


def test_units_other_than_tokens() -> None:
    assert request_cost(of_units(image="0.04"), used(image=3)) == Decimal("0.12")
    small = replace(used(image=1), pixels_per_image=512 * 512)
    assert request_cost(of_units(pixel="1e-7"), small) == Decimal("0.0262144")
    assert request_cost(of_units(character="15e-6"), used(character=1000)) == Decimal("0.015")
    assert request_cost(of_units(page="0.001"), used(page=12)) == Decimal("0.012")
    searched = request_cost(of_units(query="0.002", request="0.01"), used(query=3))
    assert searched == Decimal("0.016")


def test_a_transcription_costs_the_dearer_of_its_seconds_and_its_tokens() -> None:
    price = Price(
        standard=UnitPrices(input=MILLION, output=10 * MILLION, units={"second": Decimal("0.0001")})
    )
    minute = used(second=60)
    assert request_cost(price, minute, "audio_transcription") == Decimal("0.006")
    more = replace(minute, output_tokens=150)
    assert request_cost(price, more, "audio_transcription") == Decimal("0.006")
    most = replace(minute, output_tokens=1000)
    assert request_cost(price, most, "audio_transcription") == Decimal("0.01")


def test_speech_costs_its_text_and_the_dearer_measure_of_its_audio() -> None:
    price = Price(
        standard=UnitPrices(
            input=MILLION,
            units={"second": Decimal("0.00025"), "audio_output": 12 * MILLION},
        )
    )
    usage = replace(used(second=60), input_tokens=250)
    assert request_cost(price, usage, "audio_speech") == Decimal("0.01525")
    both = replace(usage, units=usage.units | {"audio_output": Decimal(2000)})
    assert request_cost(price, both, "audio_speech") == Decimal("0.02425")


def test_audio_tokens_cost_their_own_price_or_that_of_text_and_lengthen_the_prompt() -> None:
    tier = PriceTier(above_input_tokens=100, price=UnitPrices(input=Decimal(3)))
    text = Price(standard=UnitPrices(input=Decimal(2)), tiers=(tier,))
    assert request_cost(text, used(audio_input=10)) == 20
    assert request_cost(text, replace(used(audio_input=10), input_tokens=91)) == 303
    own = Price(standard=UnitPrices(input=Decimal(2), units={"audio_input": Decimal(7)}))
    assert request_cost(own, used(audio_input=10)) == 70
    assert request_cost(own, used(audio_cache_read=10)) == 70


def test_a_variant_has_its_own_price_and_a_request_its_least() -> None:
    price = replace(
        of_units(second="0.1"), variants={"1080p": {"second": Decimal("0.3")}}, minimum=Decimal(1)
    )
    assert request_cost(price, used(second=20)) == 2
    assert request_cost(price, replace(used(second=20), variant="1080p")) == 6
    assert request_cost(price, used(second=1)) == 1


def test_a_place_of_processing_has_its_factor_once_and_the_dearest_of_several_counts() -> None:
    price = replace(of_units(page="1"), regional={"EU": Decimal("1.1"), "US": Decimal("1.2")})
    assert price.processed_in(("EU",)).standard.units["page"] == Decimal("1.1")
    both = price.processed_in(("EU", "US"))
    assert (both.standard.units["page"], both.region) == (Decimal("1.2"), "US")
    assert both.processed_in(("EU",)) is both
    assert price.processed_in(("global",)) is price
    regional = replace(of_units(page="1"), regional={"regional": Decimal("1.5")})
    assert regional.processed_in(("DE",)).standard.units["page"] == Decimal("1.5")
    assert regional.processed_in(("global",)) is regional


amounts = st.decimals(min_value=0, max_value=1, places=12)
maybe = st.none() | amounts
token_prices = st.builds(
    UnitPrices,
    input=amounts,
    output=amounts,
    cache_read=maybe,
    cache_write=maybe,
    cache_write_1h=maybe,
    reasoning=maybe,
    units=st.dictionaries(
        st.sampled_from(["audio_input", "audio_output", "image", "second", "page", "character"]),
        amounts,
    ),
)
tiers = st.lists(st.integers(1, 1_000_000), max_size=3, unique=True).flatmap(
    lambda thresholds: st.tuples(
        *(
            st.builds(
                PriceTier,
                above_input_tokens=st.just(threshold),
                at_threshold=st.booleans(),
                price=token_prices,
                services=st.dictionaries(st.just("batch"), token_prices),
            )
            for threshold in sorted(thresholds)
        )
    )
)
prices = st.builds(
    Price,
    standard=token_prices,
    tiers=tiers,
    services=st.dictionaries(st.sampled_from(["batch", "flex", "priority"]), token_prices),
)
counts = st.integers(0, 1_200_000)


@st.composite
def consumed(draw: st.DrawFn) -> Usage:
    read, write, write_1h, rest = (draw(st.integers(0, 300_000)) for _ in range(4))
    output = draw(counts)
    return Usage(
        input_tokens=read + write + write_1h + rest,
        cached_input_tokens=read,
        cache_write_tokens=write,
        cache_write_1h_tokens=write_1h,
        output_tokens=output,
        reasoning_tokens=draw(st.integers(0, output)),
        units=draw(
            st.dictionaries(
                st.sampled_from(
                    ["audio_input", "audio_output", "image", "second", "page", "character"]
                ),
                st.integers(1, 1000).map(Decimal),
            )
        ),
        service_tier=draw(st.sampled_from(["standard", "batch", "flex", "priority"])),
    )


@given(prices)
def test_zero_usage_costs_the_fee_per_request_only(price: Price) -> None:
    fees = UnitPrices(units=price.standard.units | {"request": Decimal(3)})
    assert request_cost(price, Usage()) == 0
    assert request_cost(replace(price, standard=fees), Usage()) == 3


@given(prices, consumed(), st.sampled_from(TEXT_PRICES), amounts)
def test_cost_never_falls_when_a_price_rises(
    price: Price, usage: Usage, field: str, rise: Decimal
) -> None:
    rates = rates_for(price, prompt_tokens(usage), usage.service_tier)
    before = getattr(rates, field)
    if before is None:
        return
    rates = replace(rates, units=price.standard.units | rates.units)
    flat = Price(standard=rates)
    dearer = replace(flat, standard=replace(rates, **{field: before + rise}))
    assert request_cost(flat, usage) == request_cost(price, usage)
    assert request_cost(dearer, usage) >= request_cost(flat, usage)


@given(prices, consumed(), st.sampled_from(["input_tokens", "output_tokens"]), st.integers(1, 1000))
def test_cost_never_falls_with_more_tokens_within_a_tier(
    price: Price, usage: Usage, field: str, more: int
) -> None:
    larger = replace(usage, **{field: getattr(usage, field) + more})
    rates = rates_for(price, prompt_tokens(usage), usage.service_tier)
    if rates_for(price, prompt_tokens(larger), usage.service_tier) is not rates:
        return
    assert request_cost(price, larger) >= request_cost(price, usage)


@given(token_prices, consumed(), st.integers(2, 9))
def test_linear_within_a_tier(rates: UnitPrices, usage: Usage, times: int) -> None:
    price = Price(standard=rates)
    scaled = replace(
        usage,
        **{k: v * times for k, v in asdict(usage).items() if k.endswith("_tokens")},
        units={unit: count * times for unit, count in usage.units.items()},
    )
    assert request_cost(price, scaled) == times * request_cost(price, usage)


@given(prices, consumed(), st.sampled_from(sorted(UNITS)), st.sampled_from(["", TRANSCRIPTION]))
def test_cost_never_falls_with_more_of_any_unit(
    price: Price, usage: Usage, unit: str, mode: str
) -> None:
    flat = replace(price, tiers=())
    larger = replace(usage, units=usage.units | {unit: usage.units.get(unit, Decimal(0)) + 5})
    assert request_cost(flat, larger, mode) >= request_cost(flat, usage, mode)


@given(prices, consumed())
def test_a_discount_on_every_price_is_a_discount_on_the_cost(price: Price, usage: Usage) -> None:
    assert request_cost(price.scaled(Decimal("0.85")), usage) == request_cost(
        price, usage
    ) * Decimal("0.85")


@given(prices, consumed())
def test_exact_whatever_the_callers_precision_is(price: Price, usage: Usage) -> None:
    with localcontext(prec=3):
        rough = request_cost(price, usage)
    assert rough == request_cost(price, usage)
